import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Code lists: what every partner reads alike and the steward keeps; nothing is deleted, every change is a version. */
export class Reference1767225600010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table reference_list (
        code text constraint reference_list_pkey primary key,
        -- By which the audit names it.
        id uuid not null constraint reference_list_id_key unique,
        version integer not null default 1,
        -- [{ language, text }]
        names jsonb not null,
        description text not null,
        source text,
        verification text not null,
        -- The service itself works with these codes: none can be added, moved or ended.
        is_closed boolean not null default false,
        -- False for labels that stand for themselves in every language.
        is_translated boolean not null default true,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        constraint reference_list_code_check check (code ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
        constraint reference_list_verification_check check (
          verification in ('sourced', 'inferred', 'unverified') and (verification <> 'sourced' or source is not null))
      );

      create table reference_entry (
        list text not null constraint reference_entry_list_fkey references reference_list (code),
        code text not null,
        parent text,
        ordinal integer not null,
        -- What is written in documents where that is not the label, such as TLP:RED.
        symbol text,
        definition text,
        source text,
        verification text not null,
        details jsonb not null default '{}',
        -- In force from the first of these days until the day before the second, in UTC.
        valid_from date,
        valid_until date,
        constraint reference_entry_pkey primary key (list, code),
        constraint reference_entry_parent_fkey foreign key (list, parent) references reference_entry (list, code),
        constraint reference_entry_code_check check (code ~ '^[a-z0-9][a-z0-9_]{0,63}$' and code <> 'revisions'),
        constraint reference_entry_parent_check check (parent <> code),
        constraint reference_entry_verification_check check (
          verification in ('sourced', 'inferred', 'unverified') and (verification <> 'sourced' or source is not null)),
        constraint reference_entry_validity_check check (valid_until >= valid_from)
      );

      create table reference_label (
        list text not null,
        code text not null,
        language text not null,
        text text not null,
        constraint reference_label_pkey primary key (list, code, language),
        constraint reference_label_entry_fkey foreign key (list, code) references reference_entry (list, code)
      );

      create table reference_crosswalk (
        list text not null,
        code text not null,
        scheme text not null,
        target text not null,
        -- What the target is to the code: broader means that the target says less than the code.
        relation text not null,
        source text,
        verification text not null,
        constraint reference_crosswalk_pkey primary key (list, code, scheme, target),
        constraint reference_crosswalk_entry_fkey foreign key (list, code) references reference_entry (list, code),
        constraint reference_crosswalk_scheme_check check (scheme in ('AWSD', 'INSO', 'ACLED', 'CAP')),
        constraint reference_crosswalk_relation_check check (relation in ('exact', 'broader', 'narrower', 'related')),
        constraint reference_crosswalk_verification_check check (
          verification in ('sourced', 'inferred', 'unverified') and (verification <> 'sourced' or source is not null))
      );

      create table reference_revision (
        list text not null constraint reference_revision_list_fkey references reference_list (code),
        version integer not null,
        change text not null,
        codes text[] not null,
        before jsonb,
        after jsonb,
        -- Null for what came with a release of the service.
        partner_id uuid constraint reference_revision_partner_fkey references partner (id),
        client_id text,
        at timestamptz not null default now(),
        constraint reference_revision_pkey primary key (list, version),
        constraint reference_revision_change_check check (
          change in ('list_added', 'entries_added', 'entry_added', 'entry_changed'))
      );
    `);
    for (const table of TABLES) await runner.query(policies(table));
    await runner.query(`
      create policy service_adds on reference_list for insert to slt_service
        with check ((select acting_manages('reference')) and version = 1);
      create policy service_changes on reference_list for update to slt_service
        using ((select acting_manages('reference'))) with check ((select acting_manages('reference')));
      create policy service_changes on reference_entry for update to slt_service
        using ((select acting_manages('reference'))) with check ((select acting_manages('reference')));
      create policy service_replaces on reference_label for delete to slt_service
        using ((select acting_manages('reference')));
      create policy service_replaces on reference_crosswalk for delete to slt_service
        using ((select acting_manages('reference')));
      create policy service_adds on reference_entry for insert to slt_service
        with check ((select acting_manages('reference')));
      create policy service_adds on reference_label for insert to slt_service
        with check ((select acting_manages('reference')));
      create policy service_adds on reference_crosswalk for insert to slt_service
        with check ((select acting_manages('reference')));
      create policy service_records on reference_revision for insert to slt_service
        with check ((select acting_manages('reference')) and partner_id = (select acting_partner()));

      grant select, insert on ${TABLES.join(', ')} to slt_service, slt_background;
      grant update (version, updated_at) on reference_list to slt_service, slt_background;
      grant update (parent, ordinal, symbol, definition, source, verification, details, valid_from, valid_until)
        on reference_entry to slt_service;
      grant delete on reference_label, reference_crosswalk to slt_service;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table ${[...TABLES].reverse().join(', ')};`);
  }
}

const TABLES = [
  'reference_list',
  'reference_entry',
  'reference_label',
  'reference_crosswalk',
  'reference_revision',
];

/** Every partner that there is reads all of it; what comes with a release is planted in the background. */
const policies = (table: string): string => `
  alter table ${table} enable row level security;
  alter table ${table} force row level security;
  create policy service_reads on ${table} for select to slt_service using (
    (select exists (select from partner p where p.id = (select acting_partner()))));
  create policy background_all on ${table} to slt_background using (true) with check (true);
`;
