import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { SharingRule1767225600004 } from './1767225600004-sharing-rule.js';

/**
 * Drills in a log of their own, expiry, custody for sources, onward release, quiet changes; and the rule with them.
 * The view `admission` is the rule, whole.
 */
export class SharingInFull1767225600008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(COLUMNS);
    await runner.query(MOVE_DRILLS);
    await runner.query(CUSTODY);
    await runner.query(ONWARD_RELEASE);
    await runner.query(ADMISSION);
    await runner.query(RECORD);
    await runner.query(ENTRY_POINTS);
    await runner.query(POLICIES);
    await runner.query(PRIVILEGES);
  }

  async down(runner: QueryRunner): Promise<void> {
    const before = SharingRule1767225600004.statements();
    await runner.query(DOWN_POLICIES);
    await runner.query(`drop view admission;`);
    await runner.query(before.admission);
    await runner.query(`grant select on admission to slt_engine; grant create on schema public to slt_engine;
      alter view admission owner to slt_engine; revoke create on schema public from slt_engine;`);
    await runner.query(before.record);
    await runner.query(before.publish);
    await runner.query(DOWN_COLUMNS);
  }
}

/**
 * A drill is whatever is not meant for action. It has a log of its own, so that neither shows in the numbers of the
 * other.
 */
const COLUMNS = `
  alter table shareable add column is_drill boolean not null default false,
    add column in_custody boolean not null default false, add column expires_at timestamptz;
  alter table shareable drop constraint shareable_type_check, drop constraint shareable_state_check;
  alter table shareable
    add constraint shareable_type_check check (type in ('alert', 'report')),
    add constraint shareable_state_check check (state in ('draft', 'pending_release', 'published', 'expired',
      'cancelled', 'withdrawn'));
  create index shareable_expiring_idx on shareable (expires_at) where state = 'published';

  -- The text that this one replaces with nothing but another language added: no alarm for who had that.
  alter table rendition add column quiet_after uuid
    constraint rendition_quiet_after_fkey references rendition (id);

  alter table share_grant add column is_drill boolean not null default false,
    add column is_expired boolean not null default false;
  drop index share_grant_feed_key;
  create unique index share_grant_feed_key on share_grant (reader_id, type, is_drill, position);

  alter table change_head add column is_drill boolean not null default false;
  alter table change_head drop constraint change_head_pkey;
  alter table change_head add constraint change_head_pkey primary key (reader_id, is_drill);

  alter table change_entry add column is_drill boolean not null default false,
    add column alarm boolean not null default true;
  alter table change_entry drop constraint change_entry_pkey;
  alter table change_entry add constraint change_entry_pkey primary key (reader_id, is_drill, position);
  alter table change_entry drop constraint change_entry_change_check;
  alter table change_entry add constraint change_entry_change_check
    check (change in ('published', 'updated', 'cancelled', 'expired', 'withdrawn'));
`;

/** What was published before: expiry times, and drills out of the log of what is meant for action, as it says itself. */
const MOVE_DRILLS = `
  alter table shareable no force row level security;
  alter table rendition no force row level security;
  alter table alert_rendition no force row level security;
  update shareable s set
    is_drill = exists (select from alert_rendition a where a.alert_id = s.id and a.status <> 'actual'),
    expires_at = (select min(a.expires_at) from rendition r join alert_rendition a on a.rendition_id = r.id
                  where r.shareable_id = s.id and r.is_current)
  where s.type = 'alert';

  create temporary table moving as
    select g.reader_id, g.shareable_id, g.type, g.version, g.rendition_id,
      h.position as head, row_number() over (partition by g.reader_id order by g.position) as place
    from share_grant g join shareable s on s.id = g.shareable_id and s.is_drill
    join change_head h on h.reader_id = g.reader_id;
  insert into change_entry (reader_id, position, change, type, shareable_id, version, rendition_id, at)
    select reader_id, head + place, 'withdrawn', type, shareable_id, version + 1, null, now() from moving;
  update change_head h set position = m.last
    from (select reader_id, max(head + place) as last from moving group by reader_id) m
    where h.reader_id = m.reader_id;
  insert into change_head (reader_id, position, is_drill)
    select reader_id, max(place), true from moving group by reader_id;
  insert into change_entry (reader_id, position, change, type, shareable_id, version, rendition_id, at, is_drill, alarm)
    select reader_id, place, 'published', type, shareable_id, version + 2, rendition_id, now(), true, false from moving;
  update share_grant g set is_drill = true, position = m.place, version = m.version + 2, changed_at = now()
    from moving m where g.reader_id = m.reader_id and g.shareable_id = m.shareable_id;
  drop table moving;

  alter table shareable force row level security;
  alter table rendition force row level security;
  alter table alert_rendition force row level security;
`;

/** What is held for somebody who is not to be named: in the tables its originator is the custodian. */
const CUSTODY = `
  create table custodian (
    is_only boolean constraint custodian_pkey primary key default true,
    partner_id uuid not null constraint custodian_partner_fkey references partner (id),
    constraint custodian_only_check check (is_only)
  );
  create table custody (
    shareable_id uuid constraint custody_pkey primary key
      constraint custody_shareable_fkey references shareable (id),
    source_id uuid not null constraint custody_source_fkey references partner (id),
    -- Not even the custodian sees whose it is.
    is_protected boolean not null
  );
  create index custody_source_idx on custody (source_id, shareable_id);

  alter table custodian enable row level security;
  alter table custodian force row level security;
  create policy engine_reads on custodian for select to slt_engine using (true);
  create policy background_all on custodian to slt_background using (true) with check (true);
  create policy service_reads on custodian for select to slt_service using (
    exists (select from partner p where p.id = acting_partner()));
  grant select on custodian to slt_service, slt_engine;
  grant select, insert on custodian to slt_background;

  alter table custody enable row level security;
  alter table custody force row level security;
  create policy engine_all on custody to slt_engine using (true) with check (true);
  create policy service_reads on custody for select to slt_service using (
    source_id = (select acting_owner())
    or (not is_protected and (select acting_owner()) = (select partner_id from custodian)));
  create policy service_changes on custody for update to slt_service
    using (source_id = (select acting_owner())) with check (source_id = (select acting_owner()));
  grant select on custody to slt_service;
  grant update (is_protected) on custody to slt_service;
  grant select, insert on custody to slt_engine;
`;

/** One text to one named receiver until a date, granted by the originator; the rule does the rest. */
const ONWARD_RELEASE = `
  create table onward_release (
    id uuid constraint onward_release_pkey primary key,
    rendition_id uuid not null constraint onward_release_rendition_fkey references rendition (id),
    shareable_id uuid not null constraint onward_release_shareable_fkey references shareable (id),
    partner_id uuid not null constraint onward_release_partner_fkey references partner (id),
    until timestamptz not null,
    -- What the sharing rule reads; time only ever ends it.
    state text not null,
    created_at timestamptz not null default now(),
    constraint onward_release_state_check check (state in ('current', 'ended'))
  );
  create unique index onward_release_current_key on onward_release (rendition_id, partner_id) where state = 'current';
  create index onward_release_shareable_idx on onward_release (shareable_id);
  create index onward_release_partner_idx on onward_release (partner_id) where state = 'current';
  create index onward_release_ending_idx on onward_release (until) where state = 'current';

  alter table onward_release enable row level security;
  alter table onward_release force row level security;
  create policy engine_reads on onward_release for select to slt_engine using (true);
  create policy background_all on onward_release to slt_background using (true) with check (true);
  create policy service_reads on onward_release for select to slt_service using (
    partner_id = (select acting_owner())
    or exists (select from shareable s where s.id = onward_release.shareable_id
               and s.originator_id = (select acting_owner()) and not s.in_custody));
  create policy service_grants on onward_release for insert to slt_service with check (
    (select acting_owner()) is not null and originates(shareable_id)
    and exists (select from rendition r where r.id = rendition_id and r.shareable_id = onward_release.shareable_id));
  create policy service_ends on onward_release for update to slt_service
    using ((select acting_owner()) is not null and originates(shareable_id)) with check (originates(shareable_id));
  grant select, insert on onward_release to slt_service;
  grant update (state, until) on onward_release to slt_service;
  grant select, update (state) on onward_release to slt_background;
  grant select on onward_release to slt_engine;
`;

/**
 * One row for each way in which a reader may have a rendition. Closed by default: no row, no access.
 * Membership of an array is said twice, once for each direction in which the planner may want to use an index; and what
 * stands is looked up by each branch anew, or every publication would read all renditions there are.
 */
const ADMISSION = `
  create or replace view admission with (security_invoker = true) as
  with standing as not materialized (
    select r.id as rendition_id, r.shareable_id, s.type, r.ordinal, r.tlp, r.classification, s.originator_id,
      r.audience_arrangements, r.audience_kinds, r.audience_partners, r.audience_except
    from rendition r join shareable s on s.id = r.shareable_id
    where r.is_current and s.state in ('published', 'expired', 'cancelled')
  )
  -- The originator sees all of its own; a narrowed client of it within what the client may see.
  select rd.id as reader_id, t.shareable_id, t.rendition_id, t.tlp, t.classification, t.ordinal,
    'originator' as way, null::uuid as via
  from standing t
  join partner p on p.id = t.originator_id and p.status = 'active'
  join reader rd on rd.partner_id = p.id and rd.is_open
  where t.tlp <= rd.ceiling_tlp and t.classification <= rd.ceiling_classification
    and (rd.arrangement_ids is null or rd.arrangement_ids && t.audience_arrangements)
  union all
  -- The source sees what is held in custody for it.
  select p.id, t.shareable_id, t.rendition_id, t.tlp, t.classification, t.ordinal, 'source', null
  from standing t
  join custody c on c.shareable_id = t.shareable_id
  join partner p on p.id = c.source_id and p.status = 'active'
  union all
  -- Named.
  select rd.id, t.shareable_id, t.rendition_id, t.tlp, t.classification, t.ordinal, 'named', null
  from standing t
  join partner p on p.id = any (t.audience_partners) and t.audience_partners @> array[p.id] and p.status = 'active'
  join reader rd on rd.partner_id = p.id and rd.is_open
  where p.id <> all (t.audience_except)
    and t.tlp <= least(p.ceiling_tlp, rd.ceiling_tlp)
    and t.classification <= least(p.ceiling_classification, rd.ceiling_classification)
    and rd.arrangement_ids is null
  union all
  -- Of a named kind.
  select rd.id, t.shareable_id, t.rendition_id, t.tlp, t.classification, t.ordinal, 'kind', null
  from standing t
  join partner p on p.kind = any (t.audience_kinds) and t.audience_kinds @> array[p.kind] and p.status = 'active'
  join reader rd on rd.partner_id = p.id and rd.is_open
  where p.id <> all (t.audience_except)
    and t.tlp <= least(p.ceiling_tlp, rd.ceiling_tlp)
    and t.classification <= least(p.ceiling_classification, rd.ceiling_classification)
    and rd.arrangement_ids is null
  union all
  -- Now a member of an arrangement of the audience; private sector and donors are never reached this way.
  select rd.id, t.shareable_id, t.rendition_id, t.tlp, t.classification, t.ordinal, 'arrangement', m.arrangement_id
  from standing t
  join membership m on m.arrangement_id = any (t.audience_arrangements)
    and t.audience_arrangements @> array[m.arrangement_id] and m.state = 'current'
  join partner p on p.id = m.partner_id and p.status = 'active' and p.kind not in ('private_sector', 'donor')
  join reader rd on rd.partner_id = p.id and rd.is_open
  where p.id <> all (t.audience_except)
    and t.tlp <= least(p.ceiling_tlp, rd.ceiling_tlp, m.ceiling_tlp)
    and t.classification <= least(p.ceiling_classification, rd.ceiling_classification, m.ceiling_classification)
    and (rd.arrangement_ids is null or m.arrangement_id = any (rd.arrangement_ids))
  union all
  -- This one text was released to it by the originator, for the time being.
  select rd.id, t.shareable_id, t.rendition_id, t.tlp, t.classification, t.ordinal, 'release', null
  from standing t
  join onward_release o on o.rendition_id = t.rendition_id and o.state = 'current'
    -- The clock ends it, with a word to whoever had it; until then nothing new is given by it.
    and o.until > now()
  join partner p on p.id = o.partner_id and p.status = 'active'
  join reader rd on rd.partner_id = p.id and rd.is_open
  where p.id <> all (t.audience_except)
    and t.tlp <= least(p.ceiling_tlp, rd.ceiling_tlp)
    and t.classification <= least(p.ceiling_classification, rd.ceiling_classification)
    and rd.arrangement_ids is null
  union all
  -- The public, which is of no partner, has what an originator says to everybody in an alert, and nothing else.
  select rd.id, t.shareable_id, t.rendition_id, t.tlp, t.classification, t.ordinal, 'public', null
  from standing t
  join reader rd on rd.partner_id is null and rd.is_open
  where t.type = 'alert' and t.audience_kinds @> '{public}' and t.tlp = 0 and t.classification = 0;
`;

/**
 * Writes grants and change log entries. The heads of the receiving readers are locked in reader order and advanced
 * last: positions follow commit order without gaps, and nobody paging by position can miss a late commit.
 * A difference between a rendition and itself tells its reader that something about it has changed.
 */
const RECORD = `
  create or replace function share_record(p_differences share_difference[]) returns void
  language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
  begin
    if cardinality(p_differences) = 0 then return; end if;

    insert into change_head (reader_id, is_drill, position)
      select distinct d.reader_id, s.is_drill, 0 from unnest(p_differences) d join shareable s on s.id = d.shareable_id
      order by d.reader_id, s.is_drill
      on conflict (reader_id, is_drill) do nothing;
    perform 1 from change_head
      where (reader_id, is_drill) in (select d.reader_id, s.is_drill from unnest(p_differences) d
                                      join shareable s on s.id = d.shareable_id)
      order by reader_id, is_drill for update;

    with numbered as (
      select d.reader_id, d.shareable_id, d.new_rendition_id, s.type, s.is_drill, s.state = 'expired' as is_expired,
        h.position + row_number() over (partition by d.reader_id, s.is_drill order by d.shareable_id) as position,
        case when d.new_rendition_id is null then 'withdrawn'
             when d.old_rendition_id is null then 'published'
             when s.state = 'cancelled' then 'cancelled'
             when d.old_rendition_id = d.new_rendition_id and s.state = 'expired' then 'expired'
             else 'updated' end as change,
        case when d.new_rendition_id is null or s.state = 'cancelled' then true
             -- What is over wakes nobody, also whoever gets it only now.
             when d.old_rendition_id is null or d.old_rendition_id = d.new_rendition_id then s.state <> 'expired'
             else coalesce((select r.quiet_after is distinct from d.old_rendition_id from rendition r
                            where r.id = d.new_rendition_id), true) end as alarm,
        coalesce((select max(e.version) from change_entry e
                  where e.shareable_id = d.shareable_id and e.reader_id = d.reader_id), 0) + 1 as version
      from unnest(p_differences) d
      join shareable s on s.id = d.shareable_id
      join change_head h on h.reader_id = d.reader_id and h.is_drill = s.is_drill
    ), lost as (
      delete from share_grant g using numbered n
      where n.new_rendition_id is null and g.reader_id = n.reader_id and g.shareable_id = n.shareable_id
    ), given as (
      insert into share_grant (reader_id, shareable_id, rendition_id, type, is_drill, is_expired, version, position,
        changed_at)
      select reader_id, shareable_id, new_rendition_id, type, is_drill, is_expired, version, position, now()
      from numbered where new_rendition_id is not null
      on conflict (reader_id, shareable_id) do update
        set rendition_id = excluded.rendition_id, is_expired = excluded.is_expired, version = excluded.version,
          position = excluded.position, changed_at = excluded.changed_at
    ), logged as (
      insert into change_entry (reader_id, is_drill, position, change, alarm, type, shareable_id, version,
        rendition_id, at)
      select reader_id, is_drill, position, change, alarm, type, shareable_id, version, new_rendition_id, now()
      from numbered
    )
    update change_head h set position = n.last
    from (select reader_id, is_drill, max(position) as last from numbered group by reader_id, is_drill) n
    where h.reader_id = n.reader_id and h.is_drill = n.is_drill;
  end $$;
`;

const ENTRY_POINTS = `
  create or replace function originates(p_shareable uuid) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$
      select exists (select from shareable where id = p_shareable and originator_id = acting_partner() and not in_custody)
        or exists (select from custody where shareable_id = p_shareable and source_id = acting_partner())
    $$;

  -- What is done to shareables waits for what is being done to them, and for changes of standing of their audiences: of
  -- several together, since the keys of one class are all taken before those of the next.
  create function share_lock_shareables(p_shareables uuid[]) returns void
  language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
  declare
    v_id uuid;
  begin
    for v_id in select distinct id from unnest(p_shareables) as id order by id loop
      perform pg_advisory_xact_lock(hashtextextended('shareable:' || v_id, 0));
    end loop;
    -- Audiences past and present: whoever is being added under an audience that is being dropped must be seen.
    perform share_lock(false,
      array(select originator_id from shareable where id = any (p_shareables))
        || array(select source_id from custody where shareable_id = any (p_shareables))
        || array(select partner_id from onward_release where shareable_id = any (p_shareables))
        || array(select unnest(audience_partners || former_partners)
                 from rendition where shareable_id = any (p_shareables)),
      array(select unnest(audience_kinds || former_kinds) from rendition where shareable_id = any (p_shareables)),
      array(select unnest(audience_arrangements || former_arrangements)
            from rendition where shareable_id = any (p_shareables)));
  end $$;

  create or replace function share_publish(p_shareable uuid) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    if not originates(p_shareable) then
      raise exception 'only the originator shares' using errcode = 'insufficient_privilege';
    end if;
    perform share_lock_shareables(array[p_shareable]);
    perform share_record(array(select share_differences_of_shareable(p_shareable)));
  end $$;

  -- Its time is over: whoever has it is told, quietly, and keeps it as expired.
  create function share_expire(p_shareable uuid) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    update shareable set state = 'expired', version = version + 1, updated_at = now()
    where id = p_shareable and state = 'published' and expires_at <= now();
    if not found then return; end if;
    perform share_lock_shareables(array[p_shareable]);
    perform share_record(array(
      select row(g.reader_id, g.shareable_id, g.rendition_id, g.rendition_id)::share_difference
      from share_grant g where g.shareable_id = p_shareable));
  end $$;

  -- To the custodian it belongs, in the tables; whose it is stands in custody alone.
  create function share_open_custody(p_id uuid, p_type text, p_state text, p_is_drill boolean,
    p_is_protected boolean) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    if acting_owner() is null then
      raise exception 'nobody is acting' using errcode = 'insufficient_privilege';
    end if;
    insert into shareable (id, type, originator_id, state, is_drill, in_custody)
      select p_id, p_type, partner_id, p_state, p_is_drill, true from custodian;
    if not found then raise exception 'there is no custodian' using errcode = 'insufficient_privilege'; end if;
    insert into custody (shareable_id, source_id, is_protected) values (p_id, acting_owner(), p_is_protected);
  end $$;

  -- How many current members of the arrangements it is addressed to above GREEN get none of its texts, for their ceiling.
  create function share_unreached(p_shareable uuid) returns integer
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select count(distinct p.id)::integer
    from rendition r join shareable s on s.id = r.shareable_id
    join membership m on m.arrangement_id = any (r.audience_arrangements) and m.state = 'current'
    join partner p on p.id = m.partner_id and p.status = 'active' and p.kind not in ('private_sector', 'donor')
    where originates(p_shareable) and r.shareable_id = p_shareable and r.is_current
      and (r.tlp > 1 or r.classification > 0)
      and p.id <> all (r.audience_except)
      and not exists (select from admission a where a.shareable_id = p_shareable and a.reader_id = p.id)
  $$;

  -- A release begins and ends in a transaction in which nothing is shared: the locks of sharing, which are not exclusive,
  -- could not become those that this takes without two such transactions waiting for each other.
  create function share_after_release_change() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    perform pg_advisory_xact_lock(hashtextextended('shareable:' || new.shareable_id, 0));
    perform share_lock(true, array[new.partner_id], '{}', '{}');
    perform share_record(array(
      select d from share_differences_of_shareable(new.shareable_id) d
      where d.reader_id in (select id from reader where partner_id = new.partner_id)));
    return null;
  end $$;
  create constraint trigger release_granted after insert on onward_release
    deferrable initially deferred for each row when (new.state = 'current')
    execute function share_after_release_change();
  create constraint trigger release_changed after update on onward_release
    deferrable initially deferred for each row when (old.state is distinct from new.state)
    execute function share_after_release_change();
`;

const POLICIES = `
  drop policy service_reads on shareable;
  create policy service_reads on shareable for select to slt_service using (
    originator_id = (select acting_owner())
    or exists (select from share_grant g where g.shareable_id = shareable.id
               and g.reader_id = (select acting_reader()))
    or exists (select from custody c where c.shareable_id = shareable.id and c.source_id = (select acting_owner())));
  drop policy service_originates on shareable;
  create policy service_originates on shareable for insert to slt_service
    with check (originator_id = (select acting_partner()) and not in_custody);
  drop policy service_changes on shareable;
  create policy service_changes on shareable for update to slt_service
    using ((originator_id = (select acting_owner()) and not in_custody)
      or exists (select from custody c where c.shareable_id = shareable.id and c.source_id = (select acting_owner())))
    with check ((originator_id = (select acting_owner()) and not in_custody)
      or exists (select from custody c where c.shareable_id = shareable.id and c.source_id = (select acting_owner())));

  drop policy service_reads on rendition;
  create policy service_reads on rendition for select to slt_service using (
    exists (select from share_grant g where g.rendition_id = rendition.id
            and g.reader_id = (select acting_reader()))
    or exists (select from shareable s where s.id = rendition.shareable_id
               and s.originator_id = (select acting_owner()))
    or exists (select from custody c where c.shareable_id = rendition.shareable_id
               and c.source_id = (select acting_owner())));
  drop policy service_changes on rendition;
  create policy service_changes on rendition for update to slt_service
    using ((select acting_owner()) is not null and originates(shareable_id))
    with check (originates(shareable_id));

  create policy engine_opens on shareable for insert to slt_engine with check (in_custody);
  create policy engine_expires on shareable for update to slt_engine using (true) with check (true);
`;

const PRIVILEGES = `
  grant insert (id, type, originator_id, state, is_drill, in_custody) on shareable to slt_engine;
  grant update (state, version, updated_at) on shareable to slt_engine;
  grant update (expires_at) on shareable to slt_service;
  grant create on schema public to slt_engine;
  alter function share_lock_shareables(uuid[]) owner to slt_engine;
  alter function share_expire(uuid) owner to slt_engine;
  alter function share_open_custody(uuid, text, text, boolean, boolean) owner to slt_engine;
  alter function share_unreached(uuid) owner to slt_engine;
  alter function share_after_release_change() owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function share_lock_shareables(uuid[]), share_expire(uuid),
    share_open_custody(uuid, text, text, boolean, boolean), share_unreached(uuid), share_after_release_change() from public;
  grant execute on function share_open_custody(uuid, text, text, boolean, boolean), share_unreached(uuid)
    to slt_service;
  grant execute on function share_expire(uuid) to slt_background;
`;

const DOWN_POLICIES = `
  drop policy engine_opens on shareable; drop policy engine_expires on shareable;
  revoke insert (id, type, originator_id, state, is_drill, in_custody), update (state, version, updated_at)
    on shareable from slt_engine;
  drop policy service_reads on shareable; drop policy service_originates on shareable;
  drop policy service_changes on shareable; drop policy service_reads on rendition;
  drop policy service_changes on rendition;
  create policy service_reads on shareable for select to slt_service using (
    originator_id = (select acting_owner())
    or exists (select from share_grant g where g.shareable_id = shareable.id
               and g.reader_id = (select acting_reader())));
  create policy service_originates on shareable for insert to slt_service
    with check (originator_id = (select acting_partner()));
  create policy service_changes on shareable for update to slt_service
    using (originator_id = (select acting_owner())) with check (originator_id = (select acting_owner()));
  create policy service_reads on rendition for select to slt_service using (
    exists (select from share_grant g where g.rendition_id = rendition.id
            and g.reader_id = (select acting_reader()))
    or exists (select from shareable s where s.id = rendition.shareable_id
               and s.originator_id = (select acting_owner())));
  create policy service_changes on rendition for update to slt_service
    using (exists (select from shareable s where s.id = rendition.shareable_id
                   and s.originator_id = (select acting_owner())))
    with check (originates(shareable_id));
`;

/** Positions of drills cannot go back into the one log; their entries go, and what stands of them with them. */
const DOWN_COLUMNS = `
  drop trigger release_granted on onward_release; drop trigger release_changed on onward_release;
  drop function share_after_release_change(); drop function share_unreached(uuid);
  drop function share_open_custody(uuid, text, text, boolean, boolean); drop function share_expire(uuid);
  drop function share_lock_shareables(uuid[]);
  create or replace function originates(p_shareable uuid) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from shareable where id = p_shareable and originator_id = acting_partner()) $$;
  drop table onward_release; drop table custody; drop table custodian;

  delete from share_grant where is_drill;
  delete from change_entry where is_drill;
  delete from change_head where is_drill;
  alter table change_entry drop constraint change_entry_change_check;
  update change_entry set change = 'updated' where change = 'expired';
  alter table change_entry add constraint change_entry_change_check
    check (change in ('published', 'updated', 'cancelled', 'withdrawn'));
  alter table change_entry drop constraint change_entry_pkey, drop column is_drill, drop column alarm;
  alter table change_entry add constraint change_entry_pkey primary key (reader_id, position);
  alter table change_head drop constraint change_head_pkey, drop column is_drill;
  alter table change_head add constraint change_head_pkey primary key (reader_id);
  drop index share_grant_feed_key;
  alter table share_grant drop column is_drill, drop column is_expired;
  create unique index share_grant_feed_key on share_grant (reader_id, type, position);
  alter table rendition drop column quiet_after;
  alter table shareable no force row level security;
  update shareable set state = 'published' where state = 'expired';
  update shareable set state = 'draft' where state = 'pending_release';
  alter table shareable force row level security;
  drop index shareable_expiring_idx;
  revoke update (expires_at) on shareable from slt_service;
  alter table shareable drop constraint shareable_type_check, drop constraint shareable_state_check,
    drop column is_drill, drop column in_custody, drop column expires_at;
  alter table shareable add constraint shareable_type_check check (type in ('alert')),
    add constraint shareable_state_check check (state in ('draft', 'published', 'cancelled', 'withdrawn'));
`;
