import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource, type MigrationInterface } from 'typeorm';
import { ENTITIES } from '../src/app.entities.js';
import { migrate } from '../src/core/migrate.js';
import { query, testDatabase, type TestDatabase } from './support/database.js';

const FILES = readdirSync('migrations')
  .filter((name) => name.endsWith('.ts'))
  .sort();

/** Left alone by entities: TypeORM's own list of what has run. */
const LEDGER = 'schema_migration';

describe('migrations', () => {
  const databases: TestDatabase[] = [];
  const database = async (options?: { migrated: boolean }): Promise<TestDatabase> => {
    const made = await testDatabase(options);
    databases.push(made);
    return made;
  };
  afterAll(() => Promise.all(databases.map((made) => made.drop())));

  it('leave nothing for the entities to add or change', async () => {
    const { ownerUrl } = await database();
    const source = await entities(ownerUrl).initialize();
    try {
      const { upQueries } = await source.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query: sql }) => sql)).toEqual([]);
    } finally {
      await source.destroy();
    }
  });

  it('make the very tables, constraints and indexes that the entities describe', async () => {
    const [migrated, described] = [await database(), await database({ migrated: false })];
    const source = await entities(described.ownerUrl).initialize();
    const beyondTypeOrm = source.entityMetadatas
      .flatMap(({ indices }) => indices)
      .filter((index) => !index.synchronize)
      .map(({ name }) => name);
    try {
      await source.synchronize();
    } finally {
      await source.destroy();
    }
    const isComparable = (line: string): boolean =>
      !line.startsWith(`${LEDGER} `) && !beyondTypeOrm.some((name) => line.includes(` ${name} `));
    const expected = await tables(described.ownerUrl);
    expect((await tables(migrated.ownerUrl)).filter(isComparable)).toEqual(expected);
    expect(beyondTypeOrm).toEqual(['shareable_originator_idx']);
  });

  it('are all on the list that runs at start', async () => {
    const { ownerUrl } = await database();
    const ran = await query<{ name: string }>(ownerUrl, `select name from ${LEDGER} order by timestamp`);
    const classes = await Promise.all(FILES.map(migrationIn));
    expect(ran.map(({ name }) => name)).toEqual(classes.map(({ name }) => name));
  });

  it('take back what was granted for some hours when they go down, and give scopes anew when they go up', async () => {
    const { ownerUrl, superuserUrl } = await database();
    await undoBefore(ownerUrl, 'AccessReview1767225600039');
    await query(superuserUrl, RAISED);
    const scopes = `select scopes from client where id = 'steward'`;
    await migrate(ownerUrl);
    expect(await query(superuserUrl, scopes)).toEqual([{ scopes: ['partners:manage', 'clients:attest'] }]);

    await undoBefore(ownerUrl, 'BreakGlass1767225600035');
    expect(await query(superuserUrl, scopes)).toEqual([{ scopes: ['partners:manage'] }]);
    expect(
      await query(
        superuserUrl,
        `select ceiling_tlp, ceiling_classification from reader where id = '${NARROW}'`,
      ),
    ).toEqual([{ ceiling_tlp: 1, ceiling_classification: 0 }]);
    await migrate(ownerUrl);
  });

  it('go down one by one until nothing is left, and up again to the same', async () => {
    const { ownerUrl } = await database();
    const before = await everything(ownerUrl);
    await goDown(ownerUrl, FILES.length);
    const left = await everything(ownerUrl);
    expect(left.filter((line) => !line.includes(LEDGER))).toEqual([]);

    await migrate(ownerUrl);
    expect(await everything(ownerUrl)).toEqual(before);
  });

  it('go down with organisations that are registered under others, which then have left', async () => {
    const { ownerUrl, superuserUrl } = await database();
    const [sponsor, local] = [randomUUID(), randomUUID()];
    const insert = `insert into partner (id, code, name, kind, status, ceiling_tlp, ceiling_classification, sponsor_id)
      values ($1, $2, 'An organisation', $3, 'active', 2, 1, $4)`;
    await query(superuserUrl, insert, [sponsor, 'SPONSOR', 'ingo', null]);
    await query(superuserUrl, insert, [local, 'LOCAL', 'national_ngo', sponsor]);
    await query(
      superuserUrl,
      `insert into reader (id, partner_id, ceiling_tlp, ceiling_classification)
       select id, id, 4, 2 from partner`,
    );
    await goDown(ownerUrl, FILES.filter((name) => name >= '1767225600034').length);
    const rows = await query(superuserUrl, `select status from partner where id = $1`, [local]);
    expect(rows).toEqual([{ status: 'withdrawn' }]);
  });

  it('go down past presences with a membership that rests', async () => {
    const { ownerUrl, superuserUrl } = await database();
    const id = randomUUID();
    await query(
      superuserUrl,
      `insert into partner (id, code, name, kind, status, ceiling_tlp, ceiling_classification)
         values ('${id}', 'ONE', 'One', 'ingo', 'active', 4, 2);
       insert into reader values ('${id}', '${id}', true, 4, 2, null);
       insert into arrangement (id, code, name, countries, level) values ('${id}', 'AA', 'A', '{SD}', 'regular');
       insert into membership values ('${id}', '${id}', '${id}', now(), null, 'current', 4, 2);
       insert into partner_presence (id, partner_id, country, status, starts_at, state)
         values ('${id}', '${id}', 'SD', 'closed', now(), 'current');`,
    );
    const states = (): Promise<unknown[]> => query(superuserUrl, `select state from membership`);
    expect(await states()).toEqual([{ state: 'suspended' }]);
    await goDown(ownerUrl, FILES.filter((name) => name >= '1767225600042').length);
    expect(await states()).toEqual([{ state: 'ended' }]);
  });

  it('go down with clients whose tokens must be bound to a key, which nobody can use any more', async () => {
    const { ownerUrl, superuserUrl } = await database();
    const id = randomUUID();
    await query(
      superuserUrl,
      `insert into partner (id, code, name, kind, status, ceiling_tlp, ceiling_classification)
         values ('${id}', 'ONE', 'One', 'ingo', 'active', 4, 2);
       insert into reader values ('${id}', '${id}', true, 4, 2, null);
       insert into client (id, partner_id, reader_id, name, scopes, authentication, secret_hash, requires_dpop)
         values ('bound', '${id}', '${id}', 'C', '{}', 'client_secret', 'x', true),
           ('free', '${id}', '${id}', 'C', '{}', 'client_secret', 'x', false);`,
    );
    await undoBefore(ownerUrl, 'Dpop1767225600043');
    expect(
      await query(superuserUrl, `select id, revoked_at is not null as revoked from client order by id`),
    ).toEqual([
      { id: 'bound', revoked: true },
      { id: 'free', revoked: false },
    ]);
  });

  it('run once when several processes start together', async () => {
    const { ownerUrl } = await database({ migrated: false });
    await Promise.all([migrate(ownerUrl), migrate(ownerUrl), migrate(ownerUrl)]);
    const [row] = await query<{ count: string }>(ownerUrl, `select count(*) from ${LEDGER}`);
    expect(Number(row?.count)).toBe(FILES.length);
  });
});

const entities = (url: string): DataSource => new DataSource({ type: 'postgres', url, entities: ENTITIES });

const STEWARD = '00000000-0000-7000-8000-000000000011';
const NARROW = '00000000-0000-7000-8000-000000000012';
/** A partner with a steward's client, and one that reads more than it does otherwise. */
const RAISED = `
  insert into partner (id, code, name, kind, status, ceiling_tlp, ceiling_classification)
    values ('${STEWARD}', 'STEWARD', 'S', 'un_entity', 'active', 4, 2);
  insert into reader (id, partner_id, ceiling_tlp, ceiling_classification)
    values ('${STEWARD}', '${STEWARD}', 4, 2), ('${NARROW}', '${STEWARD}', 4, 2);
  insert into client (id, partner_id, reader_id, name, scopes, authentication, secret_hash)
    values ('steward', '${STEWARD}', '${STEWARD}', 'C', '{partners:manage}', 'client_secret', 'x'),
      ('narrow', '${STEWARD}', '${NARROW}', 'C', '{alerts:read}', 'client_secret', 'x');
  insert into break_glass (id, partner_id, client_id, scopes, ceiling_tlp, ceiling_classification, former_tlp,
    former_classification, reason, granted_by, until)
    values (gen_random_uuid(), '${STEWARD}', 'narrow', '{}', 4, 2, 1, 0, 'R', 'x', now() + interval '1 hour');
`;

/** The latest so many. */
async function goDown(url: string, steps: number): Promise<void> {
  const source = await new DataSource({
    type: 'postgres',
    url,
    migrations: await Promise.all(FILES.map(migrationIn)),
    migrationsTableName: LEDGER,
  }).initialize();
  try {
    for (let step = 0; step < steps; step++) await source.undoLastMigration({ transaction: 'each' });
  } finally {
    await source.destroy();
  }
}

/** This one and all after it. */
async function undoBefore(url: string, name: string): Promise<void> {
  const [row] = await query<{ count: string }>(
    url,
    `select count(*) from ${LEDGER} where timestamp >= (select timestamp from ${LEDGER} where name = $1)`,
    [name],
  );
  await goDown(url, Number(row?.count));
}

async function migrationIn(file: string): Promise<new () => MigrationInterface> {
  const path = join('..', 'migrations', file.replace(/ts$/, 'js'));
  const module = (await import(path)) as Record<string, new () => MigrationInterface>;
  const [migration, ...more] = Object.values(module);
  if (!migration || more.length > 0) throw new Error(`${file} must export one migration`);
  return migration;
}

async function lines(url: string, sql: string): Promise<string[]> {
  const rows = await query<{ line: string }>(url, sql);
  return rows.map(({ line }) => line.replaceAll(/\s+/g, ' ')).sort();
}

/** One line for each column, constraint and index of the public schema; their order in the table does not count. */
const tables = (url: string): Promise<string[]> =>
  lines(
    url,
    `select concat_ws(' ', c.relname, 'column', a.attname, format_type(a.atttypid, a.atttypmod),
        case when a.attnotnull then 'not null' end, pg_get_expr(d.adbin, d.adrelid)) as line
      from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    union all
    select concat_ws(' ', conrelid::regclass, 'constraint', conname, pg_get_constraintdef(oid))
      from pg_constraint
      where connamespace = 'public'::regnamespace and contype in ('p', 'u', 'f', 'c', 'x') and conrelid <> 0
    union all
    select concat_ws(' ', tablename, 'index', indexname, indexdef) from pg_indexes where schemaname = 'public'`,
  );

/** Tables as above, with views, functions, types, policies, owners and privileges. */
const everything = async (url: string): Promise<string[]> => [
  ...(await tables(url)),
  ...(await lines(
    url,
    `select concat_ws(' ', relname, relkind, relrowsecurity, relforcerowsecurity, relowner::regrole,
        reloptions::text, relacl::text, case when relkind = 'v' then pg_get_viewdef(oid) end) as line
      from pg_class where relnamespace = 'public'::regnamespace and relkind <> 'i'
    union all
    select concat_ws(' ', tablename, policyname, permissive, roles, cmd, qual, with_check) from pg_policies
    union all
    select concat_ws(' ', proowner::regrole, proacl::text, pg_get_functiondef(oid))
      from pg_proc where pronamespace = 'public'::regnamespace
    union all
    select concat_ws(' ', c.relname, attname, attacl::text)
      from pg_attribute join pg_class c on c.oid = attrelid
      where attacl is not null and c.relnamespace = 'public'::regnamespace`,
  )),
];
