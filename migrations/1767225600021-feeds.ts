import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What feeds need of the database: a time of the last change that can be compared. */
export class Feeds1767225600021 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(LAST_CHANGE);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop trigger change_head_moved on change_head; drop function change_head_keep_time();
      alter table change_head drop column changed_at;
    `);
  }
}

/**
 * `Last-Modified` has whole seconds, entries the time at which their transaction began. So every advance of a head has
 * a second of its own, later than the one before: the head is locked, and whoever holds an equal time has seen all.
 */
const LAST_CHANGE = `
  alter table change_head add column changed_at timestamptz not null default now();
  create function change_head_keep_time() returns trigger language plpgsql
    set search_path = pg_catalog, public, pg_temp as $$
    begin
      new.changed_at := greatest(old.changed_at + interval '1 second',
        date_trunc('second', clock_timestamp()) + interval '1 second');
      return new;
    end $$;
  revoke execute on function change_head_keep_time() from public;
  create trigger change_head_moved before update of position on change_head
    for each row execute function change_head_keep_time();
`;
