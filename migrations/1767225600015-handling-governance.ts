import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Challenges of a handling, and how each originator handles: counted for itself and for the steward. */
export class HandlingGovernance1767225600015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CHALLENGES);
    await runner.query(KNOWN);
    await runner.query(STATISTICS);
    await runner.query(PRIVILEGES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index rendition_review_idx; drop function handling_statistics(uuid, timestamptz, timestamptz, uuid, integer);
      drop function alert_originators(uuid[]); drop table alert_known; drop table alert_challenge;
      drop function acting_hears(uuid, timestamptz);
      revoke select (status) on alert_rendition from slt_engine;
    `);
  }
}

const CHALLENGES = `
  create table alert_challenge (
    id uuid constraint alert_challenge_pkey primary key,
    alert_id uuid not null constraint alert_challenge_alert_fkey references shareable (id),
    rendition_id uuid not null constraint alert_challenge_rendition_fkey references rendition (id),
    challenger_id uuid not null constraint alert_challenge_challenger_fkey references partner (id),
    reader_id uuid not null constraint alert_challenge_reader_fkey references reader (id),
    -- As they were called then: the originator may not be able to look them up.
    challenger_code text not null,
    challenger_name text not null,
    -- Of the text that is challenged.
    tlp smallint not null,
    classification smallint not null,
    proposed_tlp smallint,
    proposed_classification smallint,
    reason text not null,
    made_at timestamptz not null default now(),
    answer_by timestamptz not null,
    decision text,
    answer text,
    answered_at timestamptz,
    constraint alert_challenge_proposed_check check (
      proposed_tlp between 0 and 4 or proposed_classification between 0 and 2),
    constraint alert_challenge_decision_check check (decision in ('upheld', 'lowered', 'raised', 'withdrawn')),
    constraint alert_challenge_answer_check check (
      (decision is null) = (answered_at is null) and (answer is null) = (answered_at is null))
  );
  create unique index alert_challenge_open_key on alert_challenge (challenger_id, rendition_id)
    where answered_at is null;
  create index alert_challenge_alert_idx on alert_challenge (alert_id);

  -- Whether an answer of that time is for the acting reader: it holds the alert, held it then, or the alert was withdrawn
  -- while it held it.
  create function acting_hears(p_alert uuid, p_answered_at timestamptz) returns boolean
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$
      select exists (select from share_grant g where g.shareable_id = p_alert and g.reader_id = acting_reader())
        or exists (
          select from shareable s
          join (select max(e.at) as at from change_entry e where e.shareable_id = p_alert
                  and e.reader_id = acting_reader() and e.rendition_id is null) lost on true
          where s.id = p_alert
            and (p_answered_at < lost.at or (s.state = 'withdrawn' and s.updated_at <= lost.at)))
    $$;

  alter table alert_challenge enable row level security;
  alter table alert_challenge force row level security;
  create policy engine_reads on alert_challenge for select to slt_engine using (true);
  -- The two parties, the challenger as far as it may still have texts of that handling and hear of that alert, and the
  -- steward.
  create policy service_reads on alert_challenge for select to slt_service using (
    (challenger_id = (select acting_partner())
      and ((select acting_owner()) is not null or reader_id = (select acting_reader()))
      and exists (select from reader rd join partner p on p.id = rd.partner_id
                  where rd.id = (select acting_reader()) and p.status = 'active'
                    and least(rd.ceiling_tlp, p.ceiling_tlp) >= alert_challenge.tlp
                    and least(rd.ceiling_classification, p.ceiling_classification)
                      >= alert_challenge.classification)
      and (answered_at is null or acting_hears(alert_id, answered_at)))
    or ((select acting_is_active()) and exists (select from shareable s where s.id = alert_challenge.alert_id
                                                and s.originator_id = (select acting_owner())))
    or (select acting_manages('partners')));
  create policy service_challenges on alert_challenge for insert to slt_service with check (
    challenger_id = (select acting_partner()) and reader_id = (select acting_reader())
    and answered_at is null and not originates(alert_id)
    and exists (select from share_grant g join rendition r on r.id = g.rendition_id
                where g.reader_id = (select acting_reader()) and g.shareable_id = alert_challenge.alert_id
                  and r.id = alert_challenge.rendition_id and r.tlp = alert_challenge.tlp
                  and r.classification = alert_challenge.classification));
  create policy service_answers on alert_challenge for update to slt_service
    using (answered_at is null and (select acting_is_active())
      and exists (select from shareable s where s.id = alert_challenge.alert_id
                  and s.originator_id = (select acting_owner())))
    with check (exists (select from shareable s where s.id = alert_challenge.alert_id
                        and s.originator_id = (select acting_owner())));
  grant select, insert on alert_challenge to slt_service;
  grant update (decision, answer, answered_at) on alert_challenge to slt_service;
  grant select on alert_challenge to slt_engine;

  -- Whose alerts they are, for the steward, who reads none of them.
  create function alert_originators(p_alerts uuid[]) returns table (alert_id uuid, code text, name text)
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$
      select s.id, p.code, p.name from shareable s join partner p on p.id = s.originator_id
      where s.id = any (p_alerts) and acting_manages('partners')
    $$;
`;

const KNOWN = `
  -- When the originator learned of it: in no text, since it could tell where it came from.
  create table alert_known (
    alert_id uuid constraint alert_known_pkey primary key
      constraint alert_known_alert_fkey references shareable (id),
    known_at timestamptz not null
  );
  alter table alert_known enable row level security;
  alter table alert_known force row level security;
  create policy engine_reads on alert_known for select to slt_engine using (true);
  create policy service_reads on alert_known for select to slt_service using (
    exists (select from shareable s where s.id = alert_known.alert_id
            and s.originator_id = (select acting_owner())));
  create policy service_states on alert_known for insert to slt_service with check (originates(alert_id));
  create policy service_changes on alert_known for update to slt_service
    using (exists (select from shareable s where s.id = alert_known.alert_id
                   and s.originator_id = (select acting_owner())))
    with check (originates(alert_id));
  grant select, insert, update (known_at) on alert_known to slt_service;
  grant select on alert_known to slt_engine;
  grant select (status) on alert_rendition to slt_engine;
`;

/**
 * One row for each originator, in order of id: the acting one for itself, all for the steward. Alerts count once, at
 * their highest handling, when they were first published within the time and are meant for action. Latencies are
 * [how many, half within, nine in ten within]; the steward learns those of organisations from three upwards, and no
 * reason.
 */
const STATISTICS = `
  create index rendition_review_idx on rendition (review_at) where is_current and review_at is not null;

  create function handling_statistics(
    p_originator uuid, p_from timestamptz, p_until timestamptz, p_after uuid, p_limit integer)
    returns table (id uuid, code text, name text, tlp int[], classification int[], reasons jsonb,
      reviews_overdue int, oldest_review date, lower_missing int, challenges int[], known int[], delivered int[], acknowledged int[])
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$
      with originator as (
        select p.id, p.code, p.name, coalesce(p.id = acting_owner(), false) as is_own
        from partner p
        where ((p.id = acting_owner() and p.status = 'active') or acting_manages('partners'))
          and (p_originator is null or p.id = p_originator) and (p_after is null or p.id > p_after)
          and (p.id = p_originator or exists (
            select from shareable s where s.originator_id = p.id and s.type = 'alert' 
              and s.state not in ('draft', 'pending_release')))
        order by p.id limit p_limit
      ), alert as (
        select s.id, s.originator_id, first.at as published_at
        from originator o
        join shareable s on s.originator_id = o.id and s.type = 'alert'
          and s.created_at < p_until and s.updated_at >= p_from
        cross join lateral (select min(e.at) as at from change_entry e
                            where e.shareable_id = s.id and e.rendition_id is not null) first
        where first.at >= p_from and first.at < p_until
          and exists (select from alert_rendition a where a.alert_id = s.id and a.status = 'actual')
      ), handled as (
        select a.id, a.originator_id, max(r.tlp) as tlp, max(r.classification) as classification,
          min(r.tlp) as lowest
        from alert a join rendition r on r.shareable_id = a.id and r.is_current
        group by a.id, a.originator_id
      ), overdue as (
        -- Of all that stands today: what was published long ago has waited longest.
        select s.originator_id, count(distinct s.id)::int as alerts, min(r.review_at) as oldest
        from originator o
        join shareable s on s.originator_id = o.id and s.type = 'alert'
          and s.state in ('published', 'expired', 'cancelled')
        join rendition r on r.shareable_id = s.id and r.is_current and r.classification > 0
          and r.review_at < current_date
        where exists (select from alert_rendition a where a.alert_id = s.id and a.status = 'actual')
        group by s.originator_id
      ), waited as (
        select a.originator_id, 'known' as what,
          greatest(floor(extract(epoch from a.published_at - k.known_at) / 60), 0)::int as time, a.originator_id as by
        from alert a join alert_known k on k.alert_id = a.id
        union all
        select a.originator_id, 'delivered', hours.passed, f.partner_id
        from alert a
        join (select f.shareable_id, f.partner_id, min(f.fetched_at) as at from fetch_receipt f
              where f.shareable_id in (select alert.id from alert) group by 1, 2) f on f.shareable_id = a.id
        cross join lateral (select (extract(epoch from f.at - date_trunc('hour', a.published_at, 'UTC')) / 3600)::int
                            as passed) hours
        union all
        select a.originator_id, 'acknowledged', hours.passed, k.partner_id
        from alert a join acknowledgement k on k.shareable_id = a.id
        cross join lateral (select (extract(epoch from
            k.acknowledged_at - date_trunc('hour', a.published_at, 'UTC')) / 3600)::int as passed) hours
      ), latency as (
        select w.originator_id, w.what, count(*)::int as n, count(distinct w.by) as organisations,
          percentile_disc(array[0.5, 0.9]) within group (order by w.time) as within
        from waited w group by 1, 2
      )
      select o.id, o.code, o.name,
        array(select count(h.id)::int from generate_series(0, 4) rank
              left join handled h on h.originator_id = o.id and h.tlp = rank group by rank order by rank),
        array(select count(h.id)::int from generate_series(0, 2) rank
              left join handled h on h.originator_id = o.id and h.classification = rank group by rank order by rank),
        case when o.is_own then (
          select coalesce(jsonb_agg(jsonb_build_object('reason', g.reason, 'alerts', g.n) order by g.n desc, g.reason), '[]')
          from (select r.classification_reason as reason, count(distinct a.id)::int as n
                from alert a join rendition r on r.shareable_id = a.id and r.is_current
                where a.originator_id = o.id and r.classification > 0
                group by 1 order by 2 desc, 1 limit 50) g) end,
        coalesce((select d.alerts from overdue d where d.originator_id = o.id), 0),
        (select d.oldest from overdue d where d.originator_id = o.id),
        (select count(*)::int from handled h where h.originator_id = o.id and h.lowest > 1),
        (select array[count(*) filter (where c.answered_at is null and c.answer_by >= now()),
            count(*) filter (where c.answered_at is null and c.answer_by < now()),
            count(*) filter (where c.decision = 'upheld'), count(*) filter (where c.decision = 'lowered'),
            count(*) filter (where c.decision = 'raised'), count(*) filter (where c.decision = 'withdrawn')]::int[]
         from alert_challenge c join shareable s on s.id = c.alert_id
         where s.originator_id = o.id and c.made_at >= p_from and c.made_at < p_until),
        (select array[l.n] || l.within from latency l where l.originator_id = o.id and l.what = 'known'),
        (select array[l.n] || l.within from latency l
         where l.originator_id = o.id and l.what = 'delivered' and (o.is_own or l.organisations >= 3)),
        (select array[l.n] || l.within from latency l
         where l.originator_id = o.id and l.what = 'acknowledged' and (o.is_own or l.organisations >= 3))
      from originator o order by o.id
    $$;
`;

const PRIVILEGES = `
  grant create on schema public to slt_engine;
  alter function acting_hears(uuid, timestamptz) owner to slt_engine;
  alter function alert_originators(uuid[]) owner to slt_engine;
  alter function handling_statistics(uuid, timestamptz, timestamptz, uuid, integer) owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function acting_hears(uuid, timestamptz), alert_originators(uuid[]),
    handling_statistics(uuid, timestamptz, timestamptz, uuid, integer) from public;
  grant execute on function acting_hears(uuid, timestamptz), alert_originators(uuid[]),
    handling_statistics(uuid, timestamptz, timestamptz, uuid, integer) to slt_service;
`;
