import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Receipts of organisations: what they fetched, acknowledged and purged, by the hour. Written and read through functions
 * alone, which let an originator see those of its own and everybody else none.
 */
export class Receipts1767225600013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(FETCHES);
    await runner.query(ACKNOWLEDGE);
    await runner.query(LOSSES);
    await runner.query(CONFIRM);
    await runner.query(LISTS);
    await runner.query(EXPLANATION);
    await runner.query(PRIVILEGES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function share_explanation_others(uuid); drop function share_explanation(uuid);
      drop function share_addressed(uuid); drop function share_known_partners(); drop function share_asked(uuid);
      drop function share_explained(uuid, text);
      drop function share_admits_acting(uuid);
      drop function share_recalls(uuid, uuid, integer, boolean);
      drop function share_receipts(uuid, uuid, integer, boolean);
      drop function share_confirm_purge(uuid, text, text); drop function share_losses(uuid, uuid);
      drop function share_acknowledge(uuid, text, text); drop function record_fetches(uuid[], uuid[], integer[]);
      drop table purge_confirmation; drop table acknowledgement; drop table fetch_receipt;
      drop index alert_rendition_acknowledgement_idx; alter table alert_rendition drop column acknowledgement;
    `);
  }
}

const TABLES = `
  -- Whether readers are asked to acknowledge; null when they are not.
  alter table alert_rendition add column acknowledgement text
    constraint alert_rendition_acknowledgement_check check (acknowledgement in ('requested', 'required'));
  create index alert_rendition_acknowledgement_idx on alert_rendition (rendition_id)
    where acknowledgement is not null;

  create table fetch_receipt (
    shareable_id uuid not null constraint fetch_receipt_shareable_fkey references shareable (id),
    partner_id uuid not null constraint fetch_receipt_partner_fkey references partner (id),
    -- That of the organisation's own change log.
    version integer not null,
    -- No finer times are kept: they would show when somebody is at work.
    fetched_at timestamptz not null,
    constraint fetch_receipt_pkey primary key (shareable_id, partner_id, version),
    constraint fetch_receipt_hour_check check (fetched_at = date_trunc('hour', fetched_at, 'UTC'))
  );

  create table acknowledgement (
    shareable_id uuid not null constraint acknowledgement_shareable_fkey references shareable (id),
    partner_id uuid not null constraint acknowledgement_partner_fkey references partner (id),
    -- The latest version that the organisation had fetched when it acknowledged.
    version integer not null,
    acknowledged_at timestamptz not null,
    note text,
    constraint acknowledgement_pkey primary key (shareable_id, partner_id),
    constraint acknowledgement_hour_check check (acknowledged_at = date_trunc('hour', acknowledged_at, 'UTC'))
  );

  create table purge_confirmation (
    shareable_id uuid not null constraint purge_confirmation_shareable_fkey references shareable (id),
    partner_id uuid not null constraint purge_confirmation_partner_fkey references partner (id),
    -- Of the entry in the organisation's change log by which it lost what it had.
    version integer not null,
    confirmed_at timestamptz not null,
    note text,
    constraint purge_confirmation_pkey primary key (shareable_id, partner_id, version),
    constraint purge_confirmation_hour_check check (confirmed_at = date_trunc('hour', confirmed_at, 'UTC'))
  );

  alter table fetch_receipt enable row level security;
  alter table fetch_receipt force row level security;
  create policy engine_all on fetch_receipt to slt_engine using (true) with check (true);
  alter table acknowledgement enable row level security;
  alter table acknowledgement force row level security;
  create policy engine_all on acknowledgement to slt_engine using (true) with check (true);
  -- One's own, as long as one may know of what was acknowledged.
  create policy service_reads on acknowledgement for select to slt_service using (
    partner_id = (select acting_partner())
    and exists (select from share_grant g where g.shareable_id = acknowledgement.shareable_id
                and g.reader_id = (select acting_reader())));
  alter table purge_confirmation enable row level security;
  alter table purge_confirmation force row level security;
  create policy engine_all on purge_confirmation to slt_engine using (true) with check (true);

  grant select, insert on fetch_receipt to slt_engine;
  grant select, insert, update on acknowledgement, purge_confirmation to slt_engine;
  grant select on acknowledgement to slt_service;
`;

/**
 * Of readers that were given these versions, on behalf of their organisations; of an originator's own, none. A narrowed
 * client counts for the version that its organisation has then.
 */
const FETCHES = `
  create function record_fetches(p_readers uuid[], p_shareables uuid[], p_versions integer[]) returns void
  language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
    insert into fetch_receipt (shareable_id, partner_id, version, fetched_at)
    select f.shareable_id, rd.partner_id, own.version, date_trunc('hour', now(), 'UTC')
    from unnest(p_readers, p_shareables, p_versions) as f (reader_id, shareable_id, version)
    join reader rd on rd.id = f.reader_id
    join shareable s on s.id = f.shareable_id and s.originator_id <> rd.partner_id
    join change_entry given on given.shareable_id = f.shareable_id and given.reader_id = f.reader_id
      and given.version = f.version and given.rendition_id is not null
    cross join lateral (
      select max(e.version) as version from change_entry e
      where e.shareable_id = f.shareable_id and e.reader_id = rd.partner_id and e.rendition_id is not null
        and (rd.id <> rd.partner_id or e.version = f.version)
    ) own
    where own.version is not null
    -- In one order, or two processes could wait for each other.
    order by f.shareable_id, rd.partner_id, own.version
    on conflict (shareable_id, partner_id, version) do nothing
  $$;
`;

/** No row when there is nothing that the acting reader could acknowledge. */
const ACKNOWLEDGE = `
  create function share_acknowledge(p_shareable uuid, p_type text, p_note text)
    returns table (is_own boolean, acknowledged_at timestamptz, note text)
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  #variable_conflict use_column
  begin
    -- Whoever takes it away meanwhile waits, or has done so before.
    perform from share_grant
      where reader_id = acting_reader() and shareable_id = p_shareable and type = p_type for key share;
    if not found then return; end if;
    if exists (select from shareable where id = p_shareable and originator_id = acting_partner()) then
      return query select true, null::timestamptz, null::text;
      return;
    end if;
    return query
      insert into acknowledgement as k (shareable_id, partner_id, version, acknowledged_at, note)
      select p_shareable, acting_partner(),
        coalesce((select max(version) from fetch_receipt
                  where shareable_id = p_shareable and partner_id = acting_partner()),
                 (select max(version) from change_entry
                  where shareable_id = p_shareable and reader_id = acting_partner()), 1),
        date_trunc('hour', now(), 'UTC'), p_note
      on conflict (shareable_id, partner_id) do update set
        note = coalesce(excluded.note, k.note),
        version = excluded.version,
        acknowledged_at = case when k.version = excluded.version then k.acknowledged_at
                               else excluded.acknowledged_at end
      returning false, k.acknowledged_at, k.note;
  end $$;
`;

/**
 * For each reader of a shareable, or for one, the latest entry of its log by which it lost what it has not been given
 * again since: a tombstone, a text at a lower handling, or another text at the same handling that was there before.
 */
const LOSSES = `
  create function share_losses(p_shareable uuid, p_reader uuid)
    returns table (reader_id uuid, version integer, at timestamptz, kind text)
  language sql stable set search_path = pg_catalog, public, pg_temp as $$
    with told as (
      select e.reader_id, e.version, e.at, e.rendition_id, r.created_at,
        case when r.id is null then -1 else r.tlp * 10 + r.classification end as level
      from change_entry e left join rendition r on r.id = e.rendition_id
      where e.shareable_id = p_shareable and (p_reader is null or e.reader_id = p_reader)
    ), moved as (
      select t.*, lag(t.level) over w as had_level, lag(t.rendition_id) over w as had_id
      from told t window w as (partition by t.reader_id order by t.version)
    ), fell as (
      select m.* from moved m
      where m.had_id is not null
        and (m.level < m.had_level
          or (m.level = m.had_level and m.rendition_id <> m.had_id and m.created_at < m.at))
    )
    select distinct on (f.reader_id) f.reader_id, f.version, f.at,
      case when f.rendition_id is null then 'withdrawn' else 'replaced_by_lower' end
    from fell f
    where not exists (
      select from told t
      where t.reader_id = f.reader_id and t.version > f.version
        and (t.level > f.had_level
          or (t.level = f.had_level and (f.level < f.had_level or t.rendition_id = f.had_id))))
    order by f.reader_id, f.version desc
  $$;
`;

/** No row when the acting reader has lost nothing of it; whatever gives it back meanwhile waits, or came before. */
const CONFIRM = `
  create function share_confirm_purge(p_shareable uuid, p_type text, p_note text)
    returns table (is_own boolean, is_narrowed boolean, confirmed_at timestamptz, note text)
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  #variable_conflict use_column
  declare
    v_originator uuid;
    v_version integer;
  begin
    select originator_id into v_originator from shareable where id = p_shareable and type = p_type;
    perform from change_head where reader_id = acting_reader() for share;
    select version into v_version from share_losses(p_shareable, acting_reader());
    if v_originator is null or v_version is null then return; end if;
    if v_originator = acting_partner() or acting_owner() is null then
      return query
        select v_originator = acting_partner(), acting_owner() is null, null::timestamptz, null::text;
      return;
    end if;
    return query
      insert into purge_confirmation as c (shareable_id, partner_id, version, confirmed_at, note)
      values (p_shareable, acting_partner(), v_version, date_trunc('hour', now(), 'UTC'), p_note)
      on conflict (shareable_id, partner_id, version) do update set note = coalesce(excluded.note, c.note)
      returning false, false, c.confirmed_at, c.note;
  end $$;
`;

/** For the originator alone, one row for each organisation, in order of id. */
const LISTS = `
  create function share_receipts(p_shareable uuid, p_after uuid, p_limit integer, p_unacknowledged boolean)
    returns table (partner_id uuid, code text, name text, kind text, sent_at timestamptz, has_it boolean,
      fetched_at timestamptz, acknowledged_at timestamptz, note text, is_latest boolean)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    with latest as (
      select distinct on (e.reader_id) e.shareable_id, e.reader_id, e.version, e.rendition_id
      from shareable s
      join change_entry e on e.shareable_id = s.id and e.rendition_id is not null
      join reader rd on rd.id = e.reader_id and rd.partner_id = rd.id
      where s.id = p_shareable and s.originator_id = acting_owner() and not s.in_custody
        and e.reader_id <> s.originator_id
        and (p_after is null or e.reader_id > p_after)
      order by e.reader_id, e.version desc
    ), sent as (
      -- Versions that told of the same text again, that it has expired say, are one with the first.
      select l.*, coalesce((
        select max(e.version) from change_entry e
        where e.shareable_id = l.shareable_id and e.reader_id = l.reader_id and e.version < l.version
          and e.rendition_id is distinct from l.rendition_id), 0) as after
      from latest l
    )
    select p.id, p.code, p.name, p.kind, date_trunc('hour', first.at, 'UTC'), g.reader_id is not null,
      fetched.at, k.acknowledged_at, k.note, k.version > sent.after
    from sent
    join change_entry first on first.shareable_id = sent.shareable_id and first.reader_id = sent.reader_id
      and first.version = sent.after + 1
    join partner p on p.id = sent.reader_id
    left join share_grant g on g.reader_id = p.id and g.shareable_id = sent.shareable_id
    cross join lateral (
      select min(f.fetched_at) as at from fetch_receipt f
      where f.shareable_id = sent.shareable_id and f.partner_id = p.id and f.version > sent.after
    ) fetched
    left join acknowledgement k on k.shareable_id = sent.shareable_id and k.partner_id = p.id
    where not p_unacknowledged or (k.partner_id is null and g.reader_id is not null)
    order by p.id limit p_limit
  $$;

  create function share_recalls(p_shareable uuid, p_after uuid, p_limit integer, p_unconfirmed boolean)
    returns table (partner_id uuid, code text, name text, kind text, loss text, lost_at timestamptz,
      confirmed_at timestamptz, note text)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select p.id, p.code, p.name, p.kind, l.kind, date_trunc('hour', l.at, 'UTC'), c.confirmed_at, c.note
    from shareable s
    cross join lateral share_losses(s.id, null) l
    join reader rd on rd.id = l.reader_id and rd.partner_id = rd.id
    join partner p on p.id = rd.partner_id
    left join purge_confirmation c on c.shareable_id = s.id and c.partner_id = p.id and c.version = l.version
    where s.id = p_shareable and s.originator_id = acting_owner() and not s.in_custody and p.id <> s.originator_id
      and (p_after is null or p.id > p_after) and (not p_unconfirmed or c.partner_id is null)
    order by p.id limit p_limit
  $$;
`;

/**
 * The rule's own answer, one row for each organisation of an audience, to the originator and to whoever manages partners;
 * a narrowed client has explained only what it made itself in this very transaction. Who receives is read from the view
 * \`admission\`; the reasons why others do not are said beside it and must leave nobody out.
 *
 * To address is not to read who is there: an originator sees organisations that it may look up, of the UN it sees all. Of
 * the rest it sees what it addressed to them by name, and counts of what reaches them otherwise. Neither naming one of
 * them nor excepting it changes these counts, or they would tell of which arrangements it is a member.
 */
const EXPLANATION = `
  create function share_explained(p_shareable uuid, p_type text) returns text
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select state from shareable
    where id = p_shareable and type = p_type and not in_custody
      and (originator_id = acting_owner()
        or (acting_manages('partners') and state not in ('draft', 'pending_release')))
  $$;

  create function share_admits_acting(p_shareable uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select exists (select from admission where shareable_id = p_shareable and reader_id = acting_reader())
  $$;

  -- No row for whoever may not have it explained.
  create function share_asked(p_shareable uuid) returns table (is_own boolean)
  language sql stable set search_path = pg_catalog, public, pg_temp as $$
    select found.is_own from (
      select coalesce(s.originator_id = acting_owner()
        or (s.originator_id = acting_partner() and s.xmin = pg_current_xact_id_if_assigned()::xid), false) as is_own
      from shareable s
      where s.id = p_shareable and not s.in_custody and s.state not in ('draft', 'pending_release', 'withdrawn')
    ) found
    where found.is_own or acting_manages('partners')
  $$;

  -- Organisations whose names the acting partner may see in any audience.
  create function share_known_partners() returns setof uuid
  language sql stable set search_path = pg_catalog, public, pg_temp as $$
    select p.id from partner p
    where p.id = acting_partner() or acting_manages('partners') or p.id in (select acting_peers())
      or exists (select from partner me where me.id = acting_owner() and me.kind in ('un_entity', 'unsms_mou'))
  $$;

  -- Every way in which a text is addressed to an organisation, with all that keeps it from being reached by it.
  create function share_addressed(p_shareable uuid)
    returns table (ordinal smallint, partner_id uuid, way text, via uuid, reasons text[])
  language sql stable set search_path = pg_catalog, public, pg_temp as $$
    with current as (
      select r.* from rendition r where r.shareable_id = p_shareable and r.is_current
    ), addressed as (
      select r.id as rendition_id, p.id as partner_id, 'named' as way, null::uuid as via, null::text as state,
        null::smallint as ceiling_tlp, null::smallint as ceiling_classification
      from current r join partner p on p.id = any (r.audience_partners)
      union all
      -- Whoever only applied, or has left the exchange, is of no kind that is addressed.
      select r.id, p.id, 'kind', null, null, null, null
      from current r join partner p on p.kind = any (r.audience_kinds) and p.status in ('active', 'suspended')
      union all
      select r.id, m.partner_id, 'arrangement', m.arrangement_id, m.state, m.ceiling_tlp, m.ceiling_classification
      from current r
      cross join lateral (
        select distinct on (m.arrangement_id, m.partner_id) m.* from membership m
        where m.arrangement_id = any (r.audience_arrangements)
        order by m.arrangement_id, m.partner_id, m.state = 'current' desc, m.state = 'future' desc, m.starts_at desc
      ) m
      join partner p on p.id = m.partner_id and p.status in ('active', 'suspended')
    )
    select r.ordinal, d.partner_id, d.way, d.via, array(
      select f.reason from (values
        ('excluded', p.id = any (r.audience_except)),
        ('suspended', p.status = 'suspended'),
        ('not_active', p.status not in ('active', 'suspended') or not rd.is_open),
        ('ceiling_tlp', r.tlp > least(p.ceiling_tlp, rd.ceiling_tlp)),
        ('ceiling_classification', r.classification > least(p.ceiling_classification, rd.ceiling_classification)),
        ('membership_not_current', d.state <> 'current'),
        ('membership_ceiling', d.state = 'current'
          and (r.tlp > d.ceiling_tlp or r.classification > d.ceiling_classification)),
        ('kind_not_reached_by_arrangement', d.way = 'arrangement' and p.kind in ('private_sector', 'donor'))
      ) f (reason, holds) where f.holds)
    from addressed d
    join current r on r.id = d.rendition_id
    join partner p on p.id = d.partner_id
    join reader rd on rd.id = p.id
  $$;

  create function share_explanation(p_shareable uuid)
    returns table (partner_id uuid, code text, name text, kind text, ordinal smallint, tlp smallint,
      classification smallint, rules jsonb, refusals jsonb)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    with known as materialized (
      select id from share_known_partners() id
    ), ways as (
      -- To others than itself the originator is who it is to be seen as: one of the audience, or nobody.
      select a.reader_id, a.rendition_id, a.ordinal, a.tlp, a.classification, a.way, a.via
      from share_asked(p_shareable) k join admission a on a.shareable_id = p_shareable
      join reader rd on rd.id = a.reader_id and rd.partner_id = rd.id
      where a.way <> 'source' and (a.way <> 'originator' or k.is_own)
        and (a.way in ('named', 'release') or a.reader_id in (select id from known))
    ), best as (
      select distinct on (w.reader_id) w.reader_id, w.rendition_id, w.ordinal, w.tlp, w.classification from ways w
      order by w.reader_id, w.tlp desc, w.classification desc, w.ordinal
    ), receiving as (
      select b.reader_id, b.ordinal, b.tlp, b.classification,
        jsonb_agg(distinct jsonb_strip_nulls(jsonb_build_object(
          'rule', w.way, 'arrangementId', a.id, 'arrangementCode', a.code))) as rules
      from best b
      join ways w on w.reader_id = b.reader_id and w.rendition_id = b.rendition_id
      left join arrangement a on a.id = w.via
      group by b.reader_id, b.ordinal, b.tlp, b.classification
    ), addressed as (
      select d.* from share_asked(p_shareable), share_addressed(p_shareable) d
      where d.way = 'named' or d.partner_id in (select id from known)
    ), refused as (
      select d.partner_id, jsonb_agg(distinct jsonb_strip_nulls(jsonb_build_object(
        'rendition', d.ordinal, 'reason', reason, 'arrangementId', a.id, 'arrangementCode', a.code))) as refusals
      from addressed d
      cross join lateral unnest(d.reasons) reason
      left join arrangement a on a.id = d.via
        and reason in ('membership_not_current', 'membership_ceiling', 'kind_not_reached_by_arrangement')
      group by d.partner_id
    ), audience as (
      select b.reader_id as partner_id from receiving b union select d.partner_id from addressed d
    )
    select p.id, p.code, p.name, p.kind, b.ordinal, b.tlp, b.classification, b.rules,
      case when b.reader_id is null then x.refusals end
    from audience u
    join partner p on p.id = u.partner_id
    left join receiving b on b.reader_id = u.partner_id
    left join refused x on x.partner_id = u.partner_id
    order by p.code
  $$;

  create function share_explanation_others(p_shareable uuid) returns table (receives integer, not_reached integer)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select count(*) filter (where o.is_reached)::integer, count(*) filter (where not o.is_reached)::integer
    from (
      select d.partner_id, bool_or(d.reasons <@ array['excluded']) as is_reached
      from share_asked(p_shareable), share_addressed(p_shareable) d
      where d.way in ('kind', 'arrangement') and d.partner_id not in (select share_known_partners())
      group by d.partner_id
    ) o
  $$;
`;

const PRIVILEGES = `
  grant create on schema public to slt_engine;
  alter function record_fetches(uuid[], uuid[], integer[]) owner to slt_engine;
  alter function share_acknowledge(uuid, text, text) owner to slt_engine;
  alter function share_losses(uuid, uuid) owner to slt_engine;
  alter function share_confirm_purge(uuid, text, text) owner to slt_engine;
  alter function share_receipts(uuid, uuid, integer, boolean) owner to slt_engine;
  alter function share_recalls(uuid, uuid, integer, boolean) owner to slt_engine;
  alter function share_explained(uuid, text) owner to slt_engine;
  alter function share_admits_acting(uuid) owner to slt_engine;
  alter function share_asked(uuid) owner to slt_engine;
  alter function share_known_partners() owner to slt_engine;
  alter function share_addressed(uuid) owner to slt_engine;
  alter function share_explanation(uuid) owner to slt_engine;
  alter function share_explanation_others(uuid) owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function record_fetches(uuid[], uuid[], integer[]), share_acknowledge(uuid, text, text),
    share_losses(uuid, uuid), share_confirm_purge(uuid, text, text), share_receipts(uuid, uuid, integer, boolean),
    share_recalls(uuid, uuid, integer, boolean), share_explained(uuid, text), share_admits_acting(uuid),
    share_asked(uuid), share_known_partners(), share_addressed(uuid), share_explanation(uuid),
    share_explanation_others(uuid) from public;
  grant execute on function share_acknowledge(uuid, text, text), share_confirm_purge(uuid, text, text),
    share_receipts(uuid, uuid, integer, boolean), share_recalls(uuid, uuid, integer, boolean),
    share_explained(uuid, text), share_admits_acting(uuid), share_explanation(uuid), share_explanation_others(uuid)
    to slt_service;
  grant execute on function record_fetches(uuid[], uuid[], integer[]) to slt_background;
`;
