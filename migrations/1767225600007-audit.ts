import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Who did what to which object: append-only, one copy for each organisation that may know of it. */
export class Audit1767225600007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table audit_entry (
        id uuid constraint audit_entry_pkey primary key,
        -- Whose copy it is; null is that of the exchange.
        viewer_id uuid constraint audit_entry_viewer_fkey references partner (id),
        at timestamptz not null default now(),
        action text not null,
        object_type text not null,
        object_id uuid not null,
        -- Who acted; null where this copy may not tell, and for what the exchange did by itself.
        partner_id uuid constraint audit_entry_partner_fkey references partner (id),
        client_id text,
        details jsonb not null default '{}'
      );
      create index audit_entry_viewer_idx on audit_entry (viewer_id, id);
      create index audit_entry_object_idx on audit_entry (object_id, id);

      alter table audit_entry enable row level security;
      alter table audit_entry force row level security;
      create policy service_reads on audit_entry for select to slt_service using (
        viewer_id = (select acting_owner())
        or (viewer_id is null and (select acting_manages('partners'))));
      create policy service_records on audit_entry for insert to slt_service with check (
        (select acting_partner()) is not null and (partner_id is null or partner_id = (select acting_partner())));
      create policy engine_records on audit_entry for insert to slt_engine with check (true);

      grant select, insert on audit_entry to slt_service;
      grant insert on audit_entry to slt_engine;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table audit_entry;');
  }
}
