import PgBoss from 'pg-boss';
import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Of what pg-boss 10.4 makes; a release that makes another one needs a migration of its own. */
const VERSION = 24;

/** The tables of pg-boss, made by the owner: the runtime works them and owns none. */
export class JobQueue1767225600022 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const plan = PgBoss.getConstructionPlans('pgboss');
    if (!plan.includes(`version(version) VALUES ('${VERSION}')`)) {
      throw new Error(`This migration makes version ${VERSION} of the tables of pg-boss.`);
    }
    // It brings a transaction of its own; here it has ours.
    await runner.query(plan.replace(/\bBEGIN;/, '').replace(/\bCOMMIT;\s*$/, ''));
    await runner.query(`
      revoke execute on function pgboss.create_queue(text, json), pgboss.delete_queue(text) from public;
      grant usage on schema pgboss to slt_background;
      grant select on pgboss.version, pgboss.queue, pgboss.archive to slt_background;
      grant update (maintained_on) on pgboss.version to slt_background;
      grant select, insert, update, delete on pgboss.job to slt_background;
      grant insert, delete on pgboss.archive to slt_background;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema pgboss cascade;');
  }
}
