import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Clients whose tokens must be bound to a key. */
export class Dpop1767225600043 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table client add column requires_dpop boolean not null default false;
      grant update (requires_dpop) on client to slt_service;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    // Before there were such tokens, whoever had one could use it: nobody said that these clients may be used like that.
    await runner.query(`
      alter table client no force row level security;
      update client set revoked_at = coalesce(revoked_at, now()) where requires_dpop;
      alter table client force row level security;
      alter table client drop column requires_dpop;
    `);
  }
}
