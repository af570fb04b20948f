import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Whom the UN talks to in the host government: persons, so that it is for UN members of the arrangement alone, with a
 * ceiling of AMBER+STRICT at least. A host government is a register entry, and never has access.
 */
export class Liaison1767225600037 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(PLACES);
    for (const table of ['liaison_contact', 'liaison_meeting', 'liaison_undertaking']) {
      await runner.query(policies(table));
    }
    await runner.query(`
      grant update (authority, office, name, phone, email, note, valid_until, version) on liaison_contact to slt_service;
      grant update (state, updated_at) on liaison_undertaking to slt_service;
      -- A person who has left office is forgotten.
      create policy service_forgets on liaison_contact for delete to slt_service using (${HERE});
      grant delete on liaison_contact to slt_service;
      -- So is one whose time is over, by itself; nobody else is seen there.
      create policy background_forgets on liaison_contact to slt_background
        using (valid_until <= now())
        with check (valid_until <= now() and num_nonnulls(name, phone, email, note) = 0);
      grant select, update (name, phone, email, note, version) on liaison_contact to slt_background;

      alter table liaison_follow_up enable row level security;
      alter table liaison_follow_up force row level security;
      create policy service_reads on liaison_follow_up for select to slt_service using (${OF_UNDERTAKING});
      create policy service_adds on liaison_follow_up for insert to slt_service
        with check (partner_id = (select acting_partner()) and ${OF_UNDERTAKING});
      grant select, insert on liaison_follow_up to slt_service;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table liaison_follow_up; drop table liaison_undertaking; drop table liaison_meeting;
      drop table liaison_contact; drop function acting_liaison_places();
    `);
  }
}

const TABLES = `
  create table liaison_contact (
    id uuid constraint liaison_contact_pkey primary key,
    arrangement_id uuid not null constraint liaison_contact_arrangement_fkey references arrangement (id),
    partner_id uuid not null constraint liaison_contact_partner_fkey references partner (id),
    authority text not null,
    office text not null,
    name text,
    phone text,
    email text,
    note text,
    valid_until timestamptz,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    constraint liaison_contact_authority_check check (
      authority in ('police', 'military', 'foreign_ministry', 'interior_ministry', 'local_authority', 'other'))
  );
  create index liaison_contact_arrangement_idx on liaison_contact (arrangement_id, id);
  create index liaison_contact_ending_idx on liaison_contact (valid_until)
    where num_nonnulls(name, phone, email, note) > 0;

  create table liaison_meeting (
    id uuid constraint liaison_meeting_pkey primary key,
    arrangement_id uuid not null constraint liaison_meeting_arrangement_fkey references arrangement (id),
    partner_id uuid not null constraint liaison_meeting_partner_fkey references partner (id),
    held_at timestamptz not null,
    -- Offices, not persons: who leaves office is forgotten, what was agreed with the office stays.
    offices text[] not null,
    subject text not null,
    summary text,
    created_at timestamptz not null default now()
  );
  create index liaison_meeting_arrangement_idx on liaison_meeting (arrangement_id, id);

  create table liaison_undertaking (
    id uuid constraint liaison_undertaking_pkey primary key,
    arrangement_id uuid not null constraint liaison_undertaking_arrangement_fkey references arrangement (id),
    partner_id uuid not null constraint liaison_undertaking_partner_fkey references partner (id),
    meeting_id uuid constraint liaison_undertaking_meeting_fkey references liaison_meeting (id),
    side text not null,
    text text not null,
    due_at timestamptz,
    state text not null default 'open',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint liaison_undertaking_side_check check (side in ('host', 'un')),
    constraint liaison_undertaking_state_check check (state in ('open', 'kept', 'not_kept', 'released'))
  );
  create index liaison_undertaking_arrangement_idx on liaison_undertaking (arrangement_id, id);

  create table liaison_follow_up (
    id uuid constraint liaison_follow_up_pkey primary key,
    undertaking_id uuid not null constraint liaison_follow_up_undertaking_fkey references liaison_undertaking (id),
    partner_id uuid not null constraint liaison_follow_up_partner_fkey references partner (id),
    note text not null,
    state text not null,
    at timestamptz not null default now(),
    constraint liaison_follow_up_state_check check (state in ('open', 'kept', 'not_kept', 'released'))
  );
  create index liaison_follow_up_undertaking_idx on liaison_follow_up (undertaking_id, id);
`;

/** The kind of the partner decides in the database: no scope, and no mistake in granting one, opens the register. */
const PLACES = `
  create function acting_liaison_places() returns setof uuid language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$
      select a.arrangement_id from acting_places() a
      where a.tlp >= 3
        and exists (select from partner p where p.id = acting_partner() and p.kind in ('un_entity', 'unsms_mou'))
    $$;
  grant create on schema public to slt_engine;
  alter function acting_liaison_places() owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function acting_liaison_places() from public;
  grant execute on function acting_liaison_places() to slt_service;
`;

const HERE = 'arrangement_id in (select acting_liaison_places())';
const OF_UNDERTAKING = `exists (select from liaison_undertaking u where u.id = undertaking_id)`;

const policies = (table: string): string => `
  alter table ${table} enable row level security;
  alter table ${table} force row level security;
  create policy service_reads on ${table} for select to slt_service using (${HERE});
  create policy service_adds on ${table} for insert to slt_service
    with check (${HERE} and partner_id = (select acting_partner()));
  create policy service_changes on ${table} for update to slt_service using (${HERE}) with check (${HERE});
  grant select, insert on ${table} to slt_service;
`;
