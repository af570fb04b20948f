import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The sensitivity matrix of a country's information-sharing protocol, and which of its lines a text falls under. */
export class Sensitivity1767225600040 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(MATRICES);
    await runner.query(MATCHES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      revoke select (incident_types, countries) on alert_rendition from slt_engine;
      revoke select (list, code, parent) on reference_entry from slt_engine;
      drop policy engine_reads on reference_entry;
      drop function sensitivity_matches(uuid);
      drop function sensitivity_asked(text[], text[], smallint, uuid[]);
      drop function sensitivity_asks(uuid, text[], text[], smallint, uuid[]); drop function sensitivity_version(uuid);
      drop function incident_acts_above(text[]);
      drop table sensitivity_line; drop table sensitivity_matrix;
    `);
  }
}

const MANAGES = `(select acting_manages('arrangements'))`;
const SEES = `(${MANAGES} or arrangement_id in (select acting_arrangements()))`;

const MATRICES = `
  create table sensitivity_matrix (
    arrangement_id uuid constraint sensitivity_matrix_arrangement_fkey references arrangement (id),
    version integer,
    -- From then on, in the place of the one before.
    effective_from timestamptz not null,
    protocol text not null,
    created_at timestamptz not null default now(),
    constraint sensitivity_matrix_pkey primary key (arrangement_id, version)
  );
  create table sensitivity_line (
    arrangement_id uuid,
    version integer,
    code text,
    title text not null,
    -- None: every text.
    incident_types text[] not null,
    -- What falls under it is to have this TLP at least.
    lowest_tlp smallint not null,
    effect text not null,
    reason text not null,
    constraint sensitivity_line_pkey primary key (arrangement_id, version, code),
    constraint sensitivity_line_matrix_fkey foreign key (arrangement_id, version)
      references sensitivity_matrix (arrangement_id, version),
    constraint sensitivity_line_tlp_check check (lowest_tlp between 1 and 4),
    constraint sensitivity_line_effect_check check (effect in ('warn', 'block'))
  );

  alter table sensitivity_matrix enable row level security;
  alter table sensitivity_matrix force row level security;
  alter table sensitivity_line enable row level security;
  alter table sensitivity_line force row level security;
  create policy engine_reads on sensitivity_matrix for select to slt_engine using (true);
  create policy engine_reads on sensitivity_line for select to slt_engine using (true);
  create policy service_reads on sensitivity_matrix for select to slt_service using (${SEES});
  create policy service_reads on sensitivity_line for select to slt_service using (${SEES});
  create policy service_adds on sensitivity_matrix for insert to slt_service with check (${MANAGES});
  create policy service_adds on sensitivity_line for insert to slt_service with check (${MANAGES});
  grant select, insert on sensitivity_matrix, sensitivity_line to slt_service;
  grant select on sensitivity_matrix, sensitivity_line to slt_engine;
`;

const MATCHES = `
  -- Which matrix of an arrangement holds now; null for none.
  create function sensitivity_version(p_arrangement uuid) returns integer
  language sql stable set search_path = pg_catalog, public, pg_temp as $$
    select max(version) from sensitivity_matrix where arrangement_id = p_arrangement and effective_from <= now()
  $$;

  -- These acts, and what each of them is a kind of.
  create function incident_acts_above(p_codes text[]) returns text[]
  language sql stable set search_path = pg_catalog, public, pg_temp as $$
    with recursive above (code) as (
      select unnest(p_codes)
      union
      select e.parent from reference_entry e join above a on e.code = a.code
      where e.list = 'incident-acts' and e.parent is not null
    )
    select array_agg(code) from above
  $$;

  -- A protocol binds what is addressed to its arrangement, and what a member says of its countries to whomever. Whoever
  -- may not read it learns how to mark what it writes, and not why.
  create function sensitivity_asks(p_author uuid, p_acts text[], p_countries text[], p_tlp smallint, p_arrangements uuid[])
    returns table (arrangement text, code text, title text, lowest_tlp smallint, effect text, reason text)
  language sql stable set search_path = pg_catalog, public, pg_temp as $$
    select a.code, l.code, case when reads.it then l.title end, l.lowest_tlp, l.effect,
      case when reads.it then l.reason end
    from sensitivity_line l
    join arrangement a on a.id = l.arrangement_id
    cross join lateral (
      select acting_manages('arrangements') or a.id in (select acting_arrangements()) as it) reads
    where p_tlp < l.lowest_tlp and (l.incident_types = '{}' or l.incident_types && incident_acts_above(p_acts))
      and l.version = sensitivity_version(l.arrangement_id)
      and (a.id = any (p_arrangements)
        or a.countries && p_countries
          and exists (select from membership m where m.arrangement_id = a.id and m.partner_id = p_author
            and m.state = 'current'))
  $$;

  -- Of an alert of one's own, as it is written.
  create function sensitivity_matches(p_shareable uuid)
    returns table (ordinal smallint, arrangement text, code text, title text, lowest_tlp smallint, effect text, reason text)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select r.ordinal, l.arrangement, l.code, l.title, l.lowest_tlp, l.effect, l.reason
    from rendition r
    join shareable s on s.id = r.shareable_id
    join alert_rendition t on t.rendition_id = r.id
    cross join lateral sensitivity_asks(s.originator_id, t.incident_types, t.countries, r.tlp, r.audience_arrangements) l
    where originates(p_shareable) and r.shareable_id = p_shareable and r.is_current
    order by r.ordinal, l.arrangement, l.code
  $$;

  -- Of what the acting partner is about to say itself: of a report nothing says here whose it is.
  create function sensitivity_asked(p_acts text[], p_countries text[], p_tlp smallint, p_arrangements uuid[])
    returns table (arrangement text, code text, title text, lowest_tlp smallint, effect text, reason text)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select l.* from sensitivity_asks(acting_owner(), p_acts, p_countries, p_tlp, p_arrangements) l
    where acting_owner() is not null order by l.arrangement, l.code
  $$;

  create policy engine_reads on reference_entry for select to slt_engine using (true);
  grant select (list, code, parent) on reference_entry to slt_engine;
  grant select (incident_types, countries) on alert_rendition to slt_engine;
  grant create on schema public to slt_engine;
  alter function sensitivity_matches(uuid) owner to slt_engine;
  alter function sensitivity_asked(text[], text[], smallint, uuid[]) owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function sensitivity_matches(uuid), sensitivity_version(uuid) from public;
  revoke execute on function incident_acts_above(text[]), sensitivity_asks(uuid, text[], text[], smallint, uuid[]),
    sensitivity_asked(text[], text[], smallint, uuid[]) from public;
  grant execute on function incident_acts_above(text[]), sensitivity_asks(uuid, text[], text[], smallint, uuid[])
    to slt_engine;
  grant execute on function sensitivity_version(uuid) to slt_service, slt_engine;
  grant execute on function sensitivity_matches(uuid), sensitivity_asked(text[], text[], smallint, uuid[]) to slt_service;
`;
