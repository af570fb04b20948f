import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Who calls whom when something happens, and whom they reached when it did; and whether all that is in place. */
export class ContactTree1767225600041 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(POLICIES);
    await runner.query(EVIDENCE);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function arrangement_evidence(uuid);
      drop policy engine_reads on meeting; revoke select (forum_id, starts_at, is_cancelled) on meeting from slt_engine;
      revoke select (confirmed_at) on focal_point from slt_engine;
      drop table contact_call; drop table contact_activation; drop table contact_tree_entry; drop table contact_tree;
    `);
  }
}

const TABLES = `
  create table contact_tree (
    arrangement_id uuid constraint contact_tree_pkey primary key
      constraint contact_tree_arrangement_fkey references arrangement (id),
    version integer not null default 0,
    updated_at timestamptz not null default now()
  );
  create table contact_tree_entry (
    arrangement_id uuid constraint contact_tree_entry_tree_fkey references contact_tree (arrangement_id),
    partner_id uuid constraint contact_tree_entry_partner_fkey references partner (id),
    -- Null: it begins.
    caller_id uuid constraint contact_tree_entry_caller_fkey references partner (id),
    -- Who calls when the caller does not.
    alternate_id uuid constraint contact_tree_entry_alternate_fkey references partner (id),
    constraint contact_tree_entry_pkey primary key (arrangement_id, partner_id),
    constraint contact_tree_entry_caller_check
      check (caller_id <> partner_id and alternate_id <> partner_id and alternate_id <> caller_id)
  );

  create table contact_activation (
    id uuid constraint contact_activation_pkey primary key,
    arrangement_id uuid not null constraint contact_activation_arrangement_fkey references arrangement (id),
    is_drill boolean not null,
    reason text not null,
    started_by uuid not null constraint contact_activation_partner_fkey references partner (id),
    started_at timestamptz not null default now(),
    closed_at timestamptz
  );
  create index contact_activation_arrangement_idx on contact_activation (arrangement_id, id);
  create unique index contact_activation_open_key on contact_activation (arrangement_id) where closed_at is null;

  -- As the tree was when it began.
  create table contact_call (
    activation_id uuid constraint contact_call_activation_fkey references contact_activation (id),
    partner_id uuid constraint contact_call_partner_fkey references partner (id),
    caller_id uuid constraint contact_call_caller_fkey references partner (id),
    alternate_id uuid constraint contact_call_alternate_fkey references partner (id),
    state text not null default 'pending',
    said_by uuid constraint contact_call_said_by_fkey references partner (id),
    said_at timestamptz,
    constraint contact_call_pkey primary key (activation_id, partner_id),
    constraint contact_call_state_check check (state in ('pending', 'reached', 'unreached')),
    constraint contact_call_said_check check (num_nulls(said_by, said_at) = case state when 'pending' then 2 else 0 end)
  );
`;

const protect = (table: string): string => `
  alter table ${table} enable row level security;
  alter table ${table} force row level security;
`;
const MANAGES = `(select acting_manages('arrangements'))`;
const HERE = `arrangement_id in (select acting_arrangements())`;
const SEES = `(${MANAGES} or ${HERE})`;
const STARTS = `started_by = (select acting_owner()) and ${SEES}`;
const OWN = `(select acting_owner())`;
/** What is in earnest does not wait for whoever began a drill. */
const CLOSES = `(${STARTS} or ${MANAGES} or is_drill and arrangement_id in (
  select e.arrangement_id from contact_tree_entry e where e.partner_id = ${OWN} and e.caller_id is null))`;

const POLICIES = `
  ${['contact_tree', 'contact_tree_entry', 'contact_activation', 'contact_call'].map(protect).join('')}
  create policy service_reads on contact_tree for select to slt_service using (${SEES});
  create policy service_adds on contact_tree for insert to slt_service with check (${MANAGES});
  create policy service_changes on contact_tree for update to slt_service using (${MANAGES}) with check (${MANAGES});
  create policy service_reads on contact_tree_entry for select to slt_service using (${SEES});
  create policy service_adds on contact_tree_entry for insert to slt_service with check (${MANAGES});
  create policy service_removes on contact_tree_entry for delete to slt_service using (${MANAGES});
  create policy service_reads on contact_activation for select to slt_service using (${SEES});
  create policy service_starts on contact_activation for insert to slt_service with check (${STARTS});
  create policy service_closes on contact_activation for update to slt_service using (${CLOSES}) with check (${CLOSES});
  create policy service_reads on contact_call for select to slt_service
    using (activation_id in (select id from contact_activation));
  create policy service_starts on contact_call for insert to slt_service
    with check (activation_id in (select id from contact_activation where started_by = ${OWN}) and state = 'pending');
  create policy service_says on contact_call for update to slt_service
    using (${OWN} in (partner_id, caller_id, alternate_id) and activation_id in (select id from contact_activation))
    with check (said_by = ${OWN});

  grant select, insert on contact_tree, contact_tree_entry, contact_activation, contact_call to slt_service;
  grant delete on contact_tree_entry to slt_service;
  grant update (version, updated_at) on contact_tree to slt_service;
  grant update (closed_at) on contact_activation to slt_service;
  grant update (state, said_by, said_at) on contact_call to slt_service;
`;

/**
 * What readiness can see for itself, as one word for whoever is a member or manages arrangements: nothing when it was
 * never there, false when it is so no more.
 */
const EVIDENCE = `
  create policy engine_reads on contact_tree_entry for select to slt_engine using (true);
  grant select on contact_tree_entry to slt_engine;
  create policy engine_reads on meeting for select to slt_engine using (true);
  grant select (forum_id, starts_at, is_cancelled) on meeting to slt_engine;
  grant select (confirmed_at) on focal_point to slt_engine;

  create function arrangement_evidence(p_arrangement uuid) returns table (code text, holds boolean)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    with members as (
      select p.id, coalesce(p.sponsor_id, p.id) as speaker from membership m join partner p on p.id = m.partner_id
      where m.arrangement_id = p_arrangement and m.state = 'current'
        and (acting_manages('arrangements') or p_arrangement in (select acting_arrangements()))
    ), speakers as (
      select s.kind in ('un_entity', 'unsms_mou') as is_un, count(f.id) > 0 as answered,
        coalesce(bool_or(f.state in ('confirmed', 'due')), false) as answers
      from (select distinct speaker from members) m
      -- Companies and donors are not reached through arrangements, and owe nobody an answer there.
      join partner s on s.id = m.speaker and s.kind not in ('private_sector', 'donor')
      left join focal_point f on f.partner_id = s.id and f.arrangement_id = p_arrangement
        and f.role in ('country', 'area', 'alternate') and f.confirmed_at is not null
        and f.state not in ('ended', 'departed')
      group by s.id, s.kind
    )
    select 'focal_points', bool_and(answers) from speakers
    having bool_and(answered) and bool_or(is_un) and bool_or(not is_un)
    union all
    -- Everybody stands in the tree, and whoever is to call them is still a member.
    select 'contact_list', bool_and(exists (
      select from contact_tree_entry e where e.arrangement_id = p_arrangement and e.partner_id = m.id
        and (e.caller_id is null or exists (select from members c where c.id in (e.caller_id, e.alternate_id)))))
    from members m
    where exists (select from contact_tree_entry e where e.arrangement_id = p_arrangement)
    having count(*) > 0
    union all
    -- To come, or not long ago.
    select 'scheduled_meetings', bool_or(g.starts_at > now() - make_interval(hours => 24 * 30))
    from meeting g join forum f on f.id = g.forum_id and not f.is_closed
    where f.arrangement_id = p_arrangement and not g.is_cancelled and exists (select from members)
    having count(*) > 0
  $$;
  grant create on schema public to slt_engine;
  alter function arrangement_evidence(uuid) owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function arrangement_evidence(uuid) from public;
  grant execute on function arrangement_evidence(uuid) to slt_service;
`;
