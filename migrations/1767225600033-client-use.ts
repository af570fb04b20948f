import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** When a client was last used, how much it may ask, and a scope of its own for answering alerts. */
export class ClientUse1767225600033 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table client
        -- No finer times are kept: they would show when somebody is at work.
        add column last_used_at timestamptz,
        -- Null: as much as others.
        add column requests_per_minute integer,
        add column version integer not null default 1,
        add constraint client_last_used_check check (last_used_at = date_trunc('hour', last_used_at, 'UTC')),
        add constraint client_requests_check check (requests_per_minute between 10 and 10000);
      grant update (last_used_at) on client to slt_background;
      grant update (requests_per_minute, version) on client to slt_service;
    `);
    // Until now whoever read could answer. Keys that do nothing but read were meant to do nothing else.
    await runner.query(`
      alter table client no force row level security;
      update client set scopes = array_append(scopes, 'alerts:respond')
      where 'alerts:read' = any (scopes) and not 'alerts:respond' = any (scopes)
        and exists (select from unnest(scopes) scope where scope not like '%:read');
      alter table client force row level security;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table client no force row level security;
      update client set scopes = array_remove(scopes, 'alerts:respond');
      alter table client force row level security;
      alter table client drop column version, drop column requests_per_minute, drop column last_used_at;
    `);
  }
}
