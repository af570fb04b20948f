import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createDatabase } from '../../src/core/database-roles.js';
import { postgresAccount, reaches, STATE_DIR } from '../../src/core/embedded-postgres-place.js';
import { startEmbeddedPostgres } from '../../src/core/embedded-postgres.js';
import { migrate } from '../../src/core/migrate.js';
import { type TestDatabases } from './database.js';

/**
 * The program behind global-setup.ts: a server, a migrated template, one line of addresses on standard output; then it
 * waits until its standard input ends and leaves nothing behind.
 */
async function main(): Promise<void> {
  let stopping = false;
  const stop = new Promise<void>((resolve) => {
    const end = (): void => {
      stopping = true;
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
    process.stdin.on('close', end).resume();
  });
  const external = process.env['SLT_TEST_DATABASE_URL'];
  const server = external ? await useServer(external) : await startServer();
  try {
    const databases = await server.prepare();
    if (stopping) return;
    process.stdout.write(`${JSON.stringify(databases)}\n`);
    await stop;
  } finally {
    await server.stop();
  }
}

interface Server {
  prepare(): Promise<TestDatabases>;
  stop(): Promise<void>;
}

async function startServer(): Promise<Server> {
  const root = reaches(postgresAccount(), tmpdir()) ? tmpdir() : STATE_DIR;
  const dataDir = join(root, `slt-test-${randomBytes(6).toString('hex')}`);
  const remove = (): void => rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 });
  const lines: string[] = [];
  try {
    const server = await startEmbeddedPostgres({
      dataDir,
      log: (line) => lines.push(line),
      // Durable as ever, for the service asks; but nothing here outlives the run, so no more than that.
      settings: {
        max_connections: '300',
        shared_buffers: '64MB',
        autovacuum_naptime: '10min',
        max_wal_size: '2GB',
        checkpoint_timeout: '1h',
      },
    });
    return {
      prepare: () => makeTemplate(server.superuserUrl, 'slt_template'),
      stop: async () => {
        await server.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    process.stderr.write(`${lines.join('\n')}\n`);
    throw error;
  }
}

/** A server of somebody's own: what this run makes carries its mark, and goes. */
async function useServer(superuserUrl: string): Promise<Server> {
  const prefix = `slt_test_${randomBytes(4).toString('hex')}`;
  const admin = new pg.Client({ connectionString: superuserUrl });
  await admin.connect();
  // Roles are the server's: two runs that make or drop them at once would trip over each other.
  const alone = async (work: () => Promise<void>): Promise<void> => {
    await admin.query(`select pg_advisory_lock(hashtextextended('slt tests', 0))`);
    await work().finally(() => admin.query(`select pg_advisory_unlock(hashtextextended('slt tests', 0))`));
  };
  const names = async (sql: string, ...params: string[]): Promise<string[]> =>
    (await admin.query<{ name: string }>(sql, params)).rows.map(({ name }) => name);
  const roles = `select rolname as name from pg_roles where rolname like 'slt\\_%'`;
  const databases = `select datname as name from pg_database where starts_with(datname, $1)`;

  return {
    prepare: async () => {
      let made: TestDatabases | undefined;
      await alone(async () => {
        const before = await names(roles);
        made = await makeTemplate(superuserUrl, `${prefix}_template`);
        for (const role of (await names(roles)).filter((name) => !before.includes(name))) {
          await admin.query(`comment on role ${pg.escapeIdentifier(role)} is 'made by the tests'`);
        }
      });
      if (!made) throw new Error('unreachable');
      return made;
    },
    stop: async () => {
      await alone(async () => {
        for (const name of await names(databases, prefix)) {
          await admin.query(`drop database ${pg.escapeIdentifier(name)} with (force)`);
        }
        if ((await names(databases, 'slt_test_')).length > 0) return;
        const ours = `select rolname as name from pg_roles
          where shobj_description(oid, 'pg_authid') = 'made by the tests' order by rolname = 'slt_engine'`;
        for (const role of await names(ours)) {
          // Kept when somebody has come to need it meanwhile.
          await admin.query(`drop role ${pg.escapeIdentifier(role)}`).catch(() => undefined);
        }
      });
      await admin.end();
    },
  };
}

async function makeTemplate(superuserUrl: string, template: string): Promise<TestDatabases> {
  const urls = await createDatabase(superuserUrl, template);
  await migrate(urls.ownerUrl);
  return { superuserUrl, template, ...urls };
}

main().catch(async (error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
  process.stdin.destroy();
  if (process.stderr.writableLength > 0) await once(process.stderr, 'drain');
});
