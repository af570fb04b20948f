import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * How long a change log keeps everything. What an organisation was given stays on record for receipts, recalls and
 * references, and versions go on counting: only entries that told of the same text again go, those between the first
 * and the last that did. No cursor of less than 90 days ever meets a hole, and an older one is told of it.
 */
export class ChangeLogRetention1767225600020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table change_head
        -- The highest position that is gone: a cursor below it would meet a hole.
        add column trimmed bigint not null default '0',
        -- Up to where, and when, it was looked for what may go.
        add column examined bigint not null default '0',
        add column examined_at timestamptz not null default now();

      -- Of one log in each transaction, for two would be locked in another order than publications lock them; by one
      -- process at a time. Whether there was one to look at.
      create function change_log_trim(p_before timestamptz) returns boolean
      language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
      declare
        v_log record;
        v_old bigint;
        v_gone bigint;
      begin
        if p_before > now() - interval '90 days' then
          raise exception 'cursors are good for 90 days' using errcode = 'invalid_parameter_value';
        end if;
        if not pg_try_advisory_xact_lock(hashtextextended('change_log_trim', 0)) then return false; end if;
        select reader_id, is_drill, examined into v_log from change_head
          where examined_at < now() - interval '1 day' order by examined_at limit 1;
        if not found then return false; end if;
        select max(position) into v_old from change_entry
          where reader_id = v_log.reader_id and is_drill = v_log.is_drill and position > v_log.examined
            and at < p_before;
        -- Only where something has become old since the last time can there be more to go.
        with aged as (
          select distinct shareable_id from change_entry
          where reader_id = v_log.reader_id and is_drill = v_log.is_drill
            and position > v_log.examined and position <= v_old
        ), told as (
          select e.position, e.at, e.rendition_id,
            lag(e.rendition_id) over w as before, lead(e.rendition_id) over w as after
          from change_entry e
          where e.reader_id = v_log.reader_id and e.is_drill = v_log.is_drill
            and e.shareable_id in (select shareable_id from aged)
          window w as (partition by e.shareable_id order by e.version)
        ), gone as (
          delete from change_entry e using told t
          where e.reader_id = v_log.reader_id and e.is_drill = v_log.is_drill and e.position = t.position
            and t.at < p_before and t.before = t.rendition_id and t.after = t.rendition_id
          returning e.position
        )
        select max(position) into v_gone from gone;
        -- Last, for whoever publishes to this reader waits for it.
        update change_head set trimmed = greatest(trimmed, coalesce(v_gone, 0)),
          examined = coalesce(v_old, examined), examined_at = now()
          where reader_id = v_log.reader_id and is_drill = v_log.is_drill;
        return true;
      end $$;
      grant create on schema public to slt_engine;
      alter function change_log_trim(timestamptz) owner to slt_engine;
      revoke create on schema public from slt_engine;
      revoke execute on function change_log_trim(timestamptz) from public;
      grant execute on function change_log_trim(timestamptz) to slt_background;
      grant delete on change_entry to slt_engine;
    `);
    await runner.query(READING);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function change_log_parts(jsonb);
      revoke delete on change_entry from slt_engine;
      drop function change_log_trim(timestamptz);
      alter table change_head drop column examined_at, drop column examined, drop column trimmed;
    `);
  }
}

/**
 * For one or many readers, each as itself: it runs with the rights of whoever calls it, so row-level security decides
 * for each what there is. There is always a row, so that what is read and how far the log reached are of one moment; it
 * has no position where there is nothing to read. In PL/pgSQL, which keeps its statements planned.
 */
const READING = `
  create function change_log_parts(p_asked jsonb)
  returns table (place bigint, head bigint, trimmed bigint, "position" bigint, change text, alarm boolean, type text,
    shareable_id uuid, version integer, at timestamptz)
  language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
  #variable_conflict use_column
  declare
    v_asked record;
  begin
    for v_asked in
      select * from rows from (jsonb_to_recordset(p_asked) as ("partnerId" uuid, "readerId" uuid, "isDrill" boolean,
        after bigint, types text[], "limit" integer)) with ordinality
    loop
      perform set_config('slt.partner', v_asked."partnerId"::text, true),
        set_config('slt.reader', v_asked."readerId"::text, true), set_config('slt.manages', '', true);
      return query
        select v_asked.ordinality, coalesce(h.position, 0), coalesce(h.trimmed, 0),
          e.position, e.change, e.alarm, e.type, e.shareable_id, e.version, e.at
        from (select) as always
        left join change_head h on h.reader_id = acting_reader() and h.is_drill = v_asked."isDrill"
        left join lateral (
          select c.* from change_entry c
          where c.reader_id = acting_reader() and c.is_drill = v_asked."isDrill" and c.position > v_asked.after
            and (v_asked.types is null or c.type = any (v_asked.types))
          order by c.position limit v_asked."limit"
        ) e on true
        order by e.position;
    end loop;
  end $$;
  revoke execute on function change_log_parts(jsonb) from public;
  grant execute on function change_log_parts(jsonb) to slt_service;
`;
