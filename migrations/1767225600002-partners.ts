import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Partners, arrangements, memberships, readers and clients, with the policies that hide them from each other. */
export class Partners1767225600002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table partner (
        id uuid constraint partner_pkey primary key,
        code text not null constraint partner_code_key unique,
        name text not null,
        kind text not null,
        country text,
        status text not null,
        ceiling_tlp smallint not null,
        ceiling_classification smallint not null,
        version integer not null default 1,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        constraint partner_code_check check (code ~ '^[A-Z0-9][A-Z0-9._-]{1,31}$'),
        constraint partner_kind_check check (kind in ('un_entity', 'unsms_mou', 'io', 'ingo', 'national_ngo',
          'ngo_platform', 'red_cross_red_crescent', 'private_sector', 'donor')),
        constraint partner_country_check check (country ~ '^[A-Z]{2}$'),
        constraint partner_status_check check (status in ('applied', 'vetting', 'information_requested', 'active',
          'rejected', 'suspended', 'withdrawn', 'expired')),
        constraint partner_ceiling_tlp_check check (ceiling_tlp between 0 and 4),
        constraint partner_ceiling_classification_check check (ceiling_classification between 0 and 2)
      );

      create table arrangement (
        id uuid constraint arrangement_pkey primary key,
        code text not null constraint arrangement_code_key unique,
        name text not null,
        countries text[] not null,
        level text not null,
        version integer not null default 1,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        constraint arrangement_code_check check (code ~ '^[A-Z0-9][A-Z0-9._-]{1,31}$'),
        constraint arrangement_level_check check (level in ('regular', 'enhanced', 'emergency'))
      );

      create table membership (
        id uuid constraint membership_pkey primary key,
        arrangement_id uuid not null constraint membership_arrangement_fkey references arrangement (id),
        partner_id uuid not null constraint membership_partner_fkey references partner (id),
        starts_at timestamptz not null,
        ends_at timestamptz,
        -- What the sharing rule reads; time only ever moves it on: future, current, ended.
        state text not null,
        ceiling_tlp smallint not null,
        ceiling_classification smallint not null,
        created_at timestamptz not null default now(),
        constraint membership_state_check check (state in ('future', 'current', 'ended')),
        constraint membership_period_check check (ends_at >= starts_at),
        constraint membership_ceiling_tlp_check check (ceiling_tlp between 0 and 4),
        constraint membership_ceiling_classification_check check (ceiling_classification between 0 and 2)
      );
      create unique index membership_open_key on membership (arrangement_id, partner_id) where state <> 'ended';
      create index membership_partner_idx on membership (partner_id);
      create index membership_starting_idx on membership (starts_at) where state = 'future';
      create index membership_ending_idx on membership (ends_at) where state <> 'ended';

      -- A reader is a partner, or a client of it that was narrowed; grants and change logs belong to readers.
      create table reader (
        id uuid constraint reader_pkey primary key,
        partner_id uuid not null constraint reader_partner_fkey references partner (id),
        is_open boolean not null default true,
        ceiling_tlp smallint not null,
        ceiling_classification smallint not null,
        -- Null: everything that reaches the partner. A list: only what reaches it through these arrangements.
        arrangement_ids uuid[],
        constraint reader_ceiling_tlp_check check (ceiling_tlp between 0 and 4),
        constraint reader_ceiling_classification_check check (ceiling_classification between 0 and 2)
      );
      create index reader_partner_idx on reader (partner_id);

      create table client (
        id text constraint client_pkey primary key,
        partner_id uuid not null constraint client_partner_fkey references partner (id),
        reader_id uuid not null constraint client_reader_fkey references reader (id),
        name text not null,
        scopes text[] not null,
        authentication text not null,
        secret_hash bytea,
        previous_secret_hash bytea,
        previous_secret_expires_at timestamptz,
        jwks jsonb,
        allowed_networks text[] not null default '{}',
        expires_at timestamptz,
        revoked_at timestamptz,
        created_at timestamptz not null default now(),
        constraint client_authentication_check check (
          (authentication = 'client_secret' and secret_hash is not null and jwks is null)
          or (authentication = 'private_key_jwt' and secret_hash is null and jwks is not null))
      );
      create index client_partner_idx on client (partner_id);

      -- The acting partner's arrangements and fellow members, without recursion through the policies below.
      create function acting_arrangements() returns setof uuid language sql stable security definer
        set search_path = pg_catalog, public, pg_temp
        as $$
          select m.arrangement_id from membership m
          where m.partner_id = acting_partner() and m.state = 'current'
            and exists (select from partner p where p.id = m.partner_id and p.status = 'active')
            and (select r.arrangement_ids is null or m.arrangement_id = any (r.arrangement_ids)
                 from reader r where r.id = acting_reader())
        $$;

      create function acting_peers() returns setof uuid language sql stable security definer
        set search_path = pg_catalog, public, pg_temp
        as $$
          select distinct m.partner_id from membership m
          where m.state = 'current' and m.arrangement_id in (select acting_arrangements())
        $$;

      -- An originator may address whom it cannot look up: to give is not to read. Nothing but the id comes back.
      create function named_partners(p_references text[]) returns table (id uuid, code text)
        language sql stable security definer set search_path = pg_catalog, public, pg_temp
        as $$
          select p.id, p.code from partner p
          where (select acting_partner()) is not null
            and (p.code = any (p_references) or p.id = any (array(
              select r::uuid from unnest(p_references) r where r ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')))
        $$;

      create function named_arrangements(p_references text[]) returns table (id uuid, code text)
        language sql stable security definer set search_path = pg_catalog, public, pg_temp
        as $$
          select a.id, a.code from arrangement a
          where (select acting_partner()) is not null
            and (a.code = any (p_references) or a.id::text = any (p_references))
        $$;

      alter table partner enable row level security;
      alter table partner force row level security;
      create policy engine_reads on partner for select to slt_engine using (true);
      create policy background_all on partner to slt_background using (true) with check (true);
      create policy service_reads on partner for select to slt_service using (
        id = (select acting_partner()) or (select acting_manages('partners'))
        or id in (select acting_peers()));
      create policy service_admits on partner for insert to slt_service
        with check ((select acting_manages('partners')));
      create policy service_changes on partner for update to slt_service
        using ((select acting_manages('partners'))) with check ((select acting_manages('partners')));

      alter table arrangement enable row level security;
      alter table arrangement force row level security;
      create policy engine_reads on arrangement for select to slt_engine using (true);
      create policy background_reads on arrangement for select to slt_background using (true);
      create policy service_reads on arrangement for select to slt_service using (
        (select acting_manages('arrangements')) or id in (select acting_arrangements()));
      create policy service_creates on arrangement for insert to slt_service
        with check ((select acting_manages('arrangements')));
      create policy service_changes on arrangement for update to slt_service
        using ((select acting_manages('arrangements'))) with check ((select acting_manages('arrangements')));

      alter table membership enable row level security;
      alter table membership force row level security;
      create policy engine_reads on membership for select to slt_engine using (true);
      create policy background_all on membership to slt_background using (true) with check (true);
      create policy service_reads on membership for select to slt_service using (
        (select acting_manages('arrangements')) or partner_id = (select acting_partner())
        or arrangement_id in (select acting_arrangements()));
      create policy service_creates on membership for insert to slt_service
        with check ((select acting_manages('arrangements')));
      create policy service_changes on membership for update to slt_service
        using ((select acting_manages('arrangements'))) with check ((select acting_manages('arrangements')));

      alter table reader enable row level security;
      alter table reader force row level security;
      create policy engine_reads on reader for select to slt_engine using (true);
      create policy background_all on reader to slt_background using (true) with check (true);
      create policy service_reads on reader for select to slt_service using (
        partner_id = (select acting_partner()) or (select acting_manages('partners')));
      create policy service_creates on reader for insert to slt_service
        with check ((select acting_manages('partners')));
      create policy service_changes on reader for update to slt_service
        using ((select acting_manages('partners'))) with check ((select acting_manages('partners')));

      alter table client enable row level security;
      alter table client force row level security;
      create policy background_all on client to slt_background using (true) with check (true);
      create policy service_reads on client for select to slt_service using (
        partner_id = (select acting_partner()) or (select acting_manages('partners')));
      create policy service_creates on client for insert to slt_service
        with check ((select acting_manages('partners')));
      create policy service_changes on client for update to slt_service
        using ((select acting_manages('partners'))) with check ((select acting_manages('partners')));

      grant select, insert on partner, arrangement, membership, reader, client to slt_service;
      grant select, insert on partner, reader, client to slt_background;
      grant select, update (state) on membership to slt_background;
      -- Whose they are and of what kind never changes: what may change is what the triggers of the rule watch.
      grant update (name, country, status, ceiling_tlp, ceiling_classification, version, updated_at)
        on partner to slt_service;
      grant update (name, countries, level, version, updated_at) on arrangement to slt_service;
      grant update (ends_at, state, ceiling_tlp, ceiling_classification) on membership to slt_service;
      grant update (is_open, ceiling_tlp, ceiling_classification, arrangement_ids)
        on reader to slt_service, slt_background;
      grant update (name, scopes, secret_hash, previous_secret_hash, previous_secret_expires_at, jwks, allowed_networks,
        expires_at, revoked_at) on client to slt_service, slt_background;
      grant select on arrangement to slt_background;
      grant select on partner, arrangement, membership, reader to slt_engine;
    `);
    await runner.query(ENGINE_OWNS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop policy service_reads on partner; drop policy service_reads on arrangement;
      drop policy service_reads on membership;
      drop function named_arrangements(text[]); drop function named_partners(text[]);
      drop function acting_peers(); drop function acting_arrangements();
      drop table client; drop table reader; drop table membership; drop table arrangement; drop table partner;
    `);
  }
}

const ENGINE_OWNS = `
  grant create on schema public to slt_engine;
  alter function acting_arrangements() owner to slt_engine;
  alter function acting_peers() owner to slt_engine;
  alter function named_partners(text[]) owner to slt_engine;
  alter function named_arrangements(text[]) owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function acting_arrangements(), acting_peers(), named_partners(text[]), named_arrangements(text[])
    from public;
  grant execute on function acting_arrangements(), acting_peers() to slt_service, slt_background;
  grant execute on function named_partners(text[]), named_arrangements(text[]) to slt_service;
`;
