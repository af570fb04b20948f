import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * The rule of who sees what, in its one place: the view `admission`. Everything else here applies it: publishing a
 * shareable, re-evaluating after a change of membership, ceiling or status, and writing the outcome down.
 */
export class SharingRule1767225600004 implements MigrationInterface {
  /** To which a later migration goes back. */
  static readonly statements = () => ({ admission: ADMISSION, record: SHARE_RECORD, publish: SHARE_PUBLISH });

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ADMISSION);
    await runner.query(LOCKS);
    await runner.query(DIFFERENCES);
    await runner.query(SHARE_RECORD);
    await runner.query(SHARE_PUBLISH);
    await runner.query(ENTRY_POINTS);
    await runner.query(PRIVILEGES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop trigger reader_changed on reader; drop trigger reader_opened on reader;
      drop trigger partner_changed on partner; drop trigger membership_changed on membership;
      drop trigger membership_opened on membership;
      drop function share_after_reader_change(); drop function share_after_partner_change();
      drop function share_after_membership_change(); drop function share_publish(uuid); drop function share_record(share_difference[]);
      drop function share_differences_of_shareable(uuid); drop function share_differences_of_readers(uuid[], uuid);
      drop function share_lock(boolean, uuid[], text[], uuid[]);
      drop type share_difference; drop view admission;
    `);
  }
}

/**
 * One row for each way in which a reader may have a rendition. Closed by default: no row, no access.
 * Membership of an array is said twice, once for each direction in which the planner may want to use an index; and what
 * stands is looked up by each branch anew, or every publication would read all renditions there are.
 */
const ADMISSION = `
  create view admission with (security_invoker = true) as
  with standing as not materialized (
    select r.id as rendition_id, r.shareable_id, r.ordinal, r.tlp, r.classification, s.originator_id,
      r.audience_arrangements, r.audience_kinds, r.audience_partners, r.audience_except
    from rendition r join shareable s on s.id = r.shareable_id
    where r.is_current and s.state in ('published', 'cancelled')
  )
  -- The originator sees all of its own; a narrowed client of it within what the client may see.
  select rd.id as reader_id, t.shareable_id, t.rendition_id, t.tlp, t.classification, t.ordinal
  from standing t
  join partner p on p.id = t.originator_id and p.status = 'active'
  join reader rd on rd.partner_id = p.id and rd.is_open
  where t.tlp <= rd.ceiling_tlp and t.classification <= rd.ceiling_classification
    and (rd.arrangement_ids is null or rd.arrangement_ids && t.audience_arrangements)
  union all
  -- Named.
  select rd.id, t.shareable_id, t.rendition_id, t.tlp, t.classification, t.ordinal
  from standing t
  join partner p on p.id = any (t.audience_partners) and t.audience_partners @> array[p.id] and p.status = 'active'
  join reader rd on rd.partner_id = p.id and rd.is_open
  where p.id <> all (t.audience_except)
    and t.tlp <= least(p.ceiling_tlp, rd.ceiling_tlp)
    and t.classification <= least(p.ceiling_classification, rd.ceiling_classification)
    and rd.arrangement_ids is null
  union all
  -- Of a named kind.
  select rd.id, t.shareable_id, t.rendition_id, t.tlp, t.classification, t.ordinal
  from standing t
  join partner p on p.kind = any (t.audience_kinds) and t.audience_kinds @> array[p.kind] and p.status = 'active'
  join reader rd on rd.partner_id = p.id and rd.is_open
  where p.id <> all (t.audience_except)
    and t.tlp <= least(p.ceiling_tlp, rd.ceiling_tlp)
    and t.classification <= least(p.ceiling_classification, rd.ceiling_classification)
    and rd.arrangement_ids is null
  union all
  -- Now a member of an arrangement of the audience; private sector and donors are never reached this way.
  select rd.id, t.shareable_id, t.rendition_id, t.tlp, t.classification, t.ordinal
  from standing t
  join membership m on m.arrangement_id = any (t.audience_arrangements)
    and t.audience_arrangements @> array[m.arrangement_id] and m.state = 'current'
  join partner p on p.id = m.partner_id and p.status = 'active' and p.kind not in ('private_sector', 'donor')
  join reader rd on rd.partner_id = p.id and rd.is_open
  where p.id <> all (t.audience_except)
    and t.tlp <= least(p.ceiling_tlp, rd.ceiling_tlp, m.ceiling_tlp)
    and t.classification <= least(p.ceiling_classification, rd.ceiling_classification, m.ceiling_classification)
    and (rd.arrangement_ids is null or m.arrangement_id = any (rd.arrangement_ids));
`;

/**
 * A publication shares, a change of standing excludes: neither can overlook the other's uncommitted rows.
 * Always partners, then kinds, then arrangements, each in order, so that no two can wait for each other.
 */
const LOCKS = `
  create function share_lock(p_exclusive boolean, p_partners uuid[], p_kinds text[], p_arrangements uuid[])
  returns void language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
  declare
    v_key bigint;
  begin
    for v_key in
      select hashtextextended(keys.name, 0) from (
        select distinct 1 as class, 'partner:' || id as name from unnest(p_partners) as id
        union select 2, 'kind:' || kind from unnest(p_kinds) as kind
        union select 3, 'arrangement:' || id from unnest(p_arrangements) as id
      ) keys order by keys.class, keys.name
    loop
      if p_exclusive then perform pg_advisory_xact_lock(v_key); else perform pg_advisory_xact_lock_shared(v_key); end if;
    end loop;
  end $$;
`;

/** What the rule says now against what was last written down. */
const DIFFERENCES = `
  create type share_difference as (
    reader_id uuid, shareable_id uuid, old_rendition_id uuid, new_rendition_id uuid
  );

  create function share_differences_of_shareable(p_shareable uuid) returns setof share_difference
  language sql stable set search_path = pg_catalog, public, pg_temp as $$
    with desired as (
      select distinct on (a.reader_id) a.reader_id, a.rendition_id from admission a
      where a.shareable_id = p_shareable
      order by a.reader_id, a.tlp desc, a.classification desc, a.ordinal
    ), held as (
      select g.reader_id, g.rendition_id from share_grant g where g.shareable_id = p_shareable
    )
    select reader_id, p_shareable, h.rendition_id, d.rendition_id
    from desired d full join held h using (reader_id)
    where d.rendition_id is distinct from h.rendition_id
  $$;

  -- Without an arrangement: everything these readers have or could have.
  create function share_differences_of_readers(p_readers uuid[], p_arrangement uuid) returns setof share_difference
  language sql stable set search_path = pg_catalog, public, pg_temp as $$
    with concerned as (
      select distinct r.shareable_id from rendition r
      where p_arrangement is not null and r.is_current and r.audience_arrangements @> array[p_arrangement]
    ), desired as (
      select distinct on (a.reader_id, a.shareable_id) a.reader_id, a.shareable_id, a.rendition_id from admission a
      where a.reader_id = any (p_readers)
        and (p_arrangement is null or a.shareable_id in (select shareable_id from concerned))
      order by a.reader_id, a.shareable_id, a.tlp desc, a.classification desc, a.ordinal
    ), held as (
      select g.reader_id, g.shareable_id, g.rendition_id from share_grant g
      where g.reader_id = any (p_readers)
        and (p_arrangement is null or g.shareable_id in (select shareable_id from concerned))
    )
    select reader_id, shareable_id, h.rendition_id, d.rendition_id
    from desired d full join held h using (reader_id, shareable_id)
    where d.rendition_id is distinct from h.rendition_id
  $$;
`;

/**
 * Writes grants and change log entries. The heads of the receiving readers are locked in reader order and advanced
 * last: positions follow commit order without gaps, and nobody paging by position can miss a late commit.
 */
const SHARE_RECORD = `
  create or replace function share_record(p_differences share_difference[]) returns void
  language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
  begin
    if cardinality(p_differences) = 0 then return; end if;

    insert into change_head (reader_id, position)
      select distinct reader_id, 0 from unnest(p_differences) order by reader_id
      on conflict (reader_id) do nothing;
    perform 1 from change_head
      where reader_id in (select reader_id from unnest(p_differences)) order by reader_id for update;

    with numbered as (
      select d.reader_id, d.shareable_id, d.new_rendition_id, s.type,
        h.position + row_number() over (partition by d.reader_id order by d.shareable_id) as position,
        case when d.new_rendition_id is null then 'withdrawn'
             when d.old_rendition_id is null then 'published'
             when s.state = 'cancelled' then 'cancelled'
             else 'updated' end as change,
        coalesce((select max(e.version) from change_entry e
                  where e.shareable_id = d.shareable_id and e.reader_id = d.reader_id), 0) + 1 as version
      from unnest(p_differences) d
      join change_head h on h.reader_id = d.reader_id
      join shareable s on s.id = d.shareable_id
    ), lost as (
      delete from share_grant g using numbered n
      where n.new_rendition_id is null and g.reader_id = n.reader_id and g.shareable_id = n.shareable_id
    ), given as (
      insert into share_grant (reader_id, shareable_id, rendition_id, type, version, position, changed_at)
      select reader_id, shareable_id, new_rendition_id, type, version, position, now() from numbered
      where new_rendition_id is not null
      on conflict (reader_id, shareable_id) do update
        set rendition_id = excluded.rendition_id, version = excluded.version, position = excluded.position,
          changed_at = excluded.changed_at
    ), logged as (
      insert into change_entry (reader_id, position, change, type, shareable_id, version, rendition_id, at)
      select reader_id, position, change, type, shareable_id, version, new_rendition_id, now() from numbered
    )
    update change_head h set position = n.last
    from (select reader_id, max(position) as last from numbered group by reader_id) n
    where h.reader_id = n.reader_id;
  end $$;
`;

const SHARE_PUBLISH = `
  create or replace function share_publish(p_shareable uuid) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  declare
    v_originator uuid;
  begin
    select originator_id into v_originator from shareable where id = p_shareable;
    if v_originator is null or v_originator is distinct from acting_partner() then
      raise exception 'only the originator shares' using errcode = 'insufficient_privilege';
    end if;
    -- Audiences past and present: whoever is being added under an audience that is being dropped must be seen.
    perform share_lock(false,
      array[v_originator] || array(select unnest(audience_partners || former_partners)
                                   from rendition where shareable_id = p_shareable),
      array(select unnest(audience_kinds || former_kinds) from rendition where shareable_id = p_shareable),
      array(select unnest(audience_arrangements || former_arrangements)
            from rendition where shareable_id = p_shareable));
    perform share_record(array(select share_differences_of_shareable(p_shareable)));
  end $$;
`;

const ENTRY_POINTS = `
  -- Whatever changes a decision re-evaluates it in the same transaction, at its very end, whoever made the change.
  create function share_after_membership_change() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    perform share_lock(true, array[new.partner_id], '{}', array[new.arrangement_id]);
    perform share_record(array(select share_differences_of_readers(
      array(select id from reader where partner_id = new.partner_id), new.arrangement_id)));
    return null;
  end $$;

  create function share_after_partner_change() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    perform share_lock(true, array[new.id], array[new.kind], '{}');
    perform share_lock(true, '{}', '{}',
      array(select distinct arrangement_id from membership where partner_id = new.id and state = 'current'));
    perform share_record(array(select share_differences_of_readers(
      array(select id from reader where partner_id = new.id), null)));
    return null;
  end $$;

  create function share_after_reader_change() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    perform share_lock(true, array[new.partner_id], array(select kind from partner where id = new.partner_id), '{}');
    perform share_lock(true, '{}', '{}',
      array(select distinct arrangement_id from membership where partner_id = new.partner_id and state = 'current'));
    perform share_record(array(select share_differences_of_readers(array[new.id], null)));
    return null;
  end $$;

  create constraint trigger membership_opened after insert on membership
    deferrable initially deferred for each row when (new.state = 'current')
    execute function share_after_membership_change();
  create constraint trigger membership_changed after update on membership
    deferrable initially deferred for each row
    when (old.state is distinct from new.state or old.ceiling_tlp is distinct from new.ceiling_tlp
      or old.ceiling_classification is distinct from new.ceiling_classification)
    execute function share_after_membership_change();
  create constraint trigger partner_changed after update on partner
    deferrable initially deferred for each row
    when (old.status is distinct from new.status or old.ceiling_tlp is distinct from new.ceiling_tlp
      or old.ceiling_classification is distinct from new.ceiling_classification)
    execute function share_after_partner_change();
  create constraint trigger reader_opened after insert on reader
    deferrable initially deferred for each row execute function share_after_reader_change();
  create constraint trigger reader_changed after update on reader
    deferrable initially deferred for each row when (old.* is distinct from new.*)
    execute function share_after_reader_change();
`;

const PRIVILEGES = `
  grant select on admission to slt_engine;
  grant create on schema public to slt_engine;
  alter view admission owner to slt_engine;
  alter function share_lock(boolean, uuid[], text[], uuid[]) owner to slt_engine;
  alter function share_differences_of_shareable(uuid) owner to slt_engine;
  alter function share_differences_of_readers(uuid[], uuid) owner to slt_engine;
  alter function share_record(share_difference[]) owner to slt_engine;
  alter function share_publish(uuid) owner to slt_engine;
  alter function share_after_membership_change() owner to slt_engine;
  alter function share_after_partner_change() owner to slt_engine;
  alter function share_after_reader_change() owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function share_lock(boolean, uuid[], text[], uuid[]), share_differences_of_shareable(uuid),
    share_differences_of_readers(uuid[], uuid), share_record(share_difference[]), share_publish(uuid),
    share_after_membership_change(), share_after_partner_change(), share_after_reader_change() from public;
  grant execute on function share_publish(uuid) to slt_service;
`;
