import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabases {
  superuserUrl: string;
  /** Name of the migrated database that every test's own is a copy of. */
  template: string;
  ownerUrl: string;
  serviceUrl: string;
  backgroundUrl: string;
}

export interface TestDatabase {
  name: string;
  ownerUrl: string;
  serviceUrl: string;
  backgroundUrl: string;
  superuserUrl: string;
  drop(): Promise<void>;
}

const databases = (): TestDatabases => JSON.parse(process.env['SLT_TEST_DATABASES'] ?? '') as TestDatabases;

/** A database of the caller's own: migrated and empty, or not even migrated. */
export async function testDatabase(options: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const { superuserUrl, template, ...urls } = databases();
  const name = `${template.replace(/template$/, '')}${randomBytes(6).toString('hex')}`;
  const model = options.migrated === false ? 'template1' : template;
  const on = (url: string): string => Object.assign(new URL(url), { pathname: `/${name}` }).toString();
  await query(
    superuserUrl,
    `create database ${pg.escapeIdentifier(name)} template ${pg.escapeIdentifier(model)} owner slt_owner`,
  );
  return {
    name,
    ownerUrl: on(urls.ownerUrl),
    serviceUrl: on(urls.serviceUrl),
    backgroundUrl: on(urls.backgroundUrl),
    superuserUrl: on(superuserUrl),
    drop: async () => {
      await query(superuserUrl, `drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
    },
  };
}

/** One statement on a connection of its own. */
export async function query<Row extends pg.QueryResultRow = Record<string, unknown>>(
  url: string,
  sql: string,
  params: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, params)).rows;
  } finally {
    await client.end();
  }
}
