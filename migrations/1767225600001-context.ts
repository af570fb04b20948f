import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Who is acting: set by the service as the first statement of every transaction; absent means nobody. */
export class Context1767225600001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      revoke create on schema public from public;
      grant usage on schema public to slt_service, slt_background, slt_engine;

      create function acting_partner() returns uuid language sql stable parallel safe
        as $$ select nullif(current_setting('slt.partner', true), '')::uuid $$;

      create function acting_reader() returns uuid language sql stable parallel safe
        as $$ select nullif(current_setting('slt.reader', true), '')::uuid $$;

      -- The partner whose own objects may be seen whole; a narrowed client sees its partner's objects by grant only.
      create function acting_owner() returns uuid language sql stable parallel safe
        as $$ select case when acting_reader() = acting_partner() then acting_partner() end $$;

      create function acting_manages(subject text) returns boolean language sql stable parallel safe
        as $$ select subject = any (string_to_array(coalesce(current_setting('slt.manages', true), ''), ' ')) $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function acting_manages(text); drop function acting_owner(); drop function acting_reader();
      drop function acting_partner();
    `);
  }
}
