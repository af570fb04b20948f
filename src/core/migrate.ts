import { DataSource } from 'typeorm';
import { Context1767225600001 } from '../../migrations/1767225600001-context.js';
import { Partners1767225600002 } from '../../migrations/1767225600002-partners.js';
import { Sharing1767225600003 } from '../../migrations/1767225600003-sharing.js';
import { SharingRule1767225600004 } from '../../migrations/1767225600004-sharing-rule.js';
import { Alerts1767225600005 } from '../../migrations/1767225600005-alerts.js';
import { Identity1767225600006 } from '../../migrations/1767225600006-identity.js';

const MIGRATIONS = [
  Context1767225600001,
  Partners1767225600002,
  Sharing1767225600003,
  SharingRule1767225600004,
  Alerts1767225600005,
  Identity1767225600006,
];

/** Brings the database up to date as its owner; processes that start together take turns. */
export async function migrate(ownerUrl: string): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url: ownerUrl,
    applicationName: 'slt-migrate',
    poolSize: 2,
    migrations: MIGRATIONS,
    migrationsTableName: 'schema_migration',
  });
  await source.initialize();
  const runner = source.createQueryRunner();
  try {
    await runner.query(`select pg_advisory_lock(hashtextextended('slt migrations', 0))`);
    await source.runMigrations({ transaction: 'each' });
  } finally {
    await runner
      .query(`select pg_advisory_unlock(hashtextextended('slt migrations', 0))`)
      .catch(() => undefined);
    await runner.release();
    await source.destroy();
  }
}
