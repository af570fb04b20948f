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
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      revoke delete on change_entry from slt_engine;
      drop function change_log_trim(timestamptz);
      alter table change_head drop column examined_at, drop column examined, drop column trimmed;
    `);
  }
}
