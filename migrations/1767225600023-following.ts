import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Who is told of changes by itself, how far it has been told, and of what. */
export class Following1767225600023 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table follower (
        id uuid constraint follower_pkey primary key,
        kind text not null,
        partner_id uuid not null constraint follower_partner_fkey references partner (id),
        -- Whose log it follows.
        reader_id uuid not null constraint follower_reader_fkey references reader (id),
        -- Its keeper: it is told only while this client may still read.
        client_id text not null constraint follower_client_fkey references client (id),
        position bigint not null,
        drill_position bigint not null,
        is_open boolean not null default true,
        -- Until then somebody is at it.
        taken_until timestamptz not null default now(),
        constraint follower_kind_check check (kind in ('webhook', 'subscription'))
      ) with (fillfactor = 50);
      create index follower_reader_idx on follower (reader_id);
      create index follower_partner_idx on follower (partner_id);
      create index follower_client_idx on follower (client_id);

      -- Of what a follower was ever told: when it is withdrawn, it is told of that too, whatever its filter.
      create table follower_told (
        follower_id uuid not null constraint follower_told_follower_fkey references follower (id) on delete cascade,
        shareable_id uuid not null constraint follower_told_shareable_fkey references shareable (id),
        constraint follower_told_pkey primary key (follower_id, shareable_id)
      );

      alter table follower enable row level security;
      alter table follower force row level security;
      create policy background_all on follower to slt_background using (true) with check (true);
      create policy service_reads on follower for select to slt_service
        using (reader_id = (select acting_reader()) or partner_id = (select acting_owner()));
      create policy service_opens on follower for insert to slt_service
        with check (partner_id = (select acting_partner()) and reader_id = (select acting_reader()));
      create policy service_changes on follower for update to slt_service
        using (reader_id = (select acting_reader())) with check (reader_id = (select acting_reader()));
      create policy service_closes on follower for delete to slt_service
        using (reader_id = (select acting_reader()) or partner_id = (select acting_owner()));

      alter table follower_told enable row level security;
      alter table follower_told force row level security;
      create policy background_all on follower_told to slt_background using (true) with check (true);

      -- To see who is behind.
      create policy background_reads on change_head for select to slt_background using (true);

      grant select, insert, delete on follower to slt_service;
      grant update (client_id, position, drill_position, is_open, taken_until) on follower to slt_service;
      grant select on follower to slt_background;
      grant update (position, drill_position, is_open, taken_until) on follower to slt_background;
      grant select, insert on follower_told to slt_background;
      grant select on change_head to slt_background;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      revoke select on change_head from slt_background; drop policy background_reads on change_head;
      drop table follower_told; drop table follower;
    `);
  }
}
