import pg from 'pg';
import { type Config } from './config.js';
import { createDatabase, prepareRoles, type RuntimeUrls } from './database-roles.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { type Log } from './logging.js';
import { assertMigrated, migrate } from './migrate.js';
import { type Run } from './run.js';

const EMBEDDED_NAME = 'slt';

/**
 * A database that is up to date: of our own server, or of the operator's. Where the owner's address is not given,
 * the schema is only looked at.
 * @param dataDir where our own server keeps its data; undefined with the operator's
 */
export async function openDatabase(
  config: Config,
  dataDir: string | undefined,
  log: Log,
  run: Run,
): Promise<RuntimeUrls> {
  const { databaseUrl, backgroundDatabaseUrl, migrationDatabaseUrl } = config;
  if (dataDir !== undefined) return openEmbedded(dataDir, log, run);
  if (databaseUrl === undefined) throw new Error('DATABASE_URL is needed.');
  if (migrationDatabaseUrl !== undefined) {
    const urls = await prepareRoles(migrationDatabaseUrl, databaseUrl, backgroundDatabaseUrl);
    await migrate(migrationDatabaseUrl);
    return urls;
  }
  if (backgroundDatabaseUrl === undefined) throw new Error('BACKGROUND_DATABASE_URL is needed.');
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  await assertMigrated(client).finally(() => client.end());
  return { serviceUrl: databaseUrl, backgroundUrl: backgroundDatabaseUrl };
}

async function openEmbedded(dataDir: string, log: Log, run: Run): Promise<RuntimeUrls> {
  const server = await startEmbeddedPostgres({ dataDir, log: (line) => log.info(line) });
  run.defer(() => server.stop(), { vital: true });
  const { ownerUrl, ...urls } = await createDatabase(server.superuserUrl, EMBEDDED_NAME);
  await migrate(ownerUrl);
  return urls;
}
