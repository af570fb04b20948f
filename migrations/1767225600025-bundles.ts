import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The keys that sign bundles; their private halves are sealed with a secret of the installation. */
export class Bundles1767225600025 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table bundle_key (
        kid text constraint bundle_key_pkey primary key,
        public_key bytea not null,
        sealed_key bytea not null,
        -- Published at once, signing from here on, published for as long as somebody may hold what it signed.
        signs_from timestamptz not null,
        signs_until timestamptz not null,
        published_until timestamptz not null,
        constraint bundle_key_times_check check (signs_from < signs_until and signs_until <= published_until)
      );
      alter table bundle_key enable row level security;
      alter table bundle_key force row level security;
      create policy background_all on bundle_key to slt_background using (true) with check (true);
      grant select, insert, delete on bundle_key to slt_background;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table bundle_key;`);
  }
}
