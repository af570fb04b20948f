import { type ClientBase } from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';
import { Context1767225600001 } from '../../migrations/1767225600001-context.js';
import { Partners1767225600002 } from '../../migrations/1767225600002-partners.js';
import { Sharing1767225600003 } from '../../migrations/1767225600003-sharing.js';
import { SharingRule1767225600004 } from '../../migrations/1767225600004-sharing-rule.js';
import { Alerts1767225600005 } from '../../migrations/1767225600005-alerts.js';
import { Identity1767225600006 } from '../../migrations/1767225600006-identity.js';
import { Audit1767225600007 } from '../../migrations/1767225600007-audit.js';
import { SharingInFull1767225600008 } from '../../migrations/1767225600008-sharing-in-full.js';
import { Reference1767225600010 } from '../../migrations/1767225600010-reference.js';
import { Attachments1767225600011 } from '../../migrations/1767225600011-attachments.js';
import { AlertIndex1767225600012 } from '../../migrations/1767225600012-alert-index.js';
import { Receipts1767225600013 } from '../../migrations/1767225600013-receipts.js';
import { Feedback1767225600014 } from '../../migrations/1767225600014-feedback.js';
import { HandlingGovernance1767225600015 } from '../../migrations/1767225600015-handling-governance.js';
import { Reports1767225600016 } from '../../migrations/1767225600016-reports.js';
import { Onward1767225600017 } from '../../migrations/1767225600017-onward.js';
import { Release1767225600018 } from '../../migrations/1767225600018-release.js';
import { ChangeLogRetention1767225600020 } from '../../migrations/1767225600020-change-log-retention.js';
import { Feeds1767225600021 } from '../../migrations/1767225600021-feeds.js';
import { JobQueue1767225600022 } from '../../migrations/1767225600022-job-queue.js';
import { Following1767225600023 } from '../../migrations/1767225600023-following.js';
import { Subscriptions1767225600024 } from '../../migrations/1767225600024-subscriptions.js';
import { Bundles1767225600025 } from '../../migrations/1767225600025-bundles.js';
import { Webhooks1767225600027 } from '../../migrations/1767225600027-webhooks.js';
import { Applications1767225600028 } from '../../migrations/1767225600028-applications.js';
import { Commitments1767225600029 } from '../../migrations/1767225600029-commitments.js';
import { FocalPoints1767225600030 } from '../../migrations/1767225600030-focal-points.js';
import { ArrangementLevels1767225600031 } from '../../migrations/1767225600031-arrangement-levels.js';
import { Forums1767225600032 } from '../../migrations/1767225600032-forums.js';
import { ClientUse1767225600033 } from '../../migrations/1767225600033-client-use.js';
import { SubPartners1767225600034 } from '../../migrations/1767225600034-sub-partners.js';
import { BreakGlass1767225600035 } from '../../migrations/1767225600035-break-glass.js';
import { KeyAddress1767225600036 } from '../../migrations/1767225600036-key-address.js';
import { Liaison1767225600037 } from '../../migrations/1767225600037-liaison.js';
import { Withdrawals1767225600038 } from '../../migrations/1767225600038-withdrawals.js';
import { AccessReview1767225600039 } from '../../migrations/1767225600039-access-review.js';
import { Sensitivity1767225600040 } from '../../migrations/1767225600040-sensitivity.js';
import { ContactTree1767225600041 } from '../../migrations/1767225600041-contact-tree.js';
import { Presences1767225600042 } from '../../migrations/1767225600042-presences.js';
import { Dpop1767225600043 } from '../../migrations/1767225600043-dpop.js';
import { Leavers1767225600044 } from '../../migrations/1767225600044-leavers.js';

const MIGRATIONS = [
  Context1767225600001,
  Partners1767225600002,
  Sharing1767225600003,
  SharingRule1767225600004,
  Alerts1767225600005,
  Identity1767225600006,
  Audit1767225600007,
  SharingInFull1767225600008,
  Reference1767225600010,
  Attachments1767225600011,
  AlertIndex1767225600012,
  Receipts1767225600013,
  Feedback1767225600014,
  HandlingGovernance1767225600015,
  Reports1767225600016,
  Onward1767225600017,
  Release1767225600018,
  ChangeLogRetention1767225600020,
  Feeds1767225600021,
  JobQueue1767225600022,
  Following1767225600023,
  Subscriptions1767225600024,
  Bundles1767225600025,
  Webhooks1767225600027,
  Applications1767225600028,
  Commitments1767225600029,
  FocalPoints1767225600030,
  ArrangementLevels1767225600031,
  Forums1767225600032,
  ClientUse1767225600033,
  SubPartners1767225600034,
  BreakGlass1767225600035,
  KeyAddress1767225600036,
  Liaison1767225600037,
  Withdrawals1767225600038,
  AccessReview1767225600039,
  Sensitivity1767225600040,
  ContactTree1767225600041,
  Presences1767225600042,
  Dpop1767225600043,
  Leavers1767225600044,
];

const LEDGER = 'schema_migration';
/** TypeORM takes the digits at the end of a migration's name for its time. */
const NEEDED = Math.max(...MIGRATIONS.map(({ name }) => Number(name.slice(-13))));

/** Brings the database up to date as its owner; processes that start together take turns. */
export async function migrate(ownerUrl: string): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url: ownerUrl,
    applicationName: 'slt-migrate',
    poolSize: 2,
    migrations: MIGRATIONS,
    migrationsTableName: LEDGER,
  });
  await source.initialize();
  const runner = source.createQueryRunner();
  try {
    await runner.query(`select pg_advisory_lock(hashtextextended('slt migrations', 0))`);
    await source.runMigrations({ transaction: 'each' });
    await tellVersion(runner);
  } finally {
    await runner
      .query(`select pg_advisory_unlock(hashtextextended('slt migrations', 0))`)
      .catch(() => undefined);
    await runner.release();
    await source.destroy();
  }
}

/** The runtime's roles may not read the ledger, but everybody may read what a table is described as. */
async function tellVersion(runner: QueryRunner): Promise<void> {
  const rows = (await runner.query(`select max(timestamp) as latest from ${LEDGER}`)) as { latest: string }[];
  await runner.query(`comment on table ${LEDGER} is '${Number(rows[0]?.latest)}'`);
}

/**
 * A newer schema is as good, since old and new releases run beside each other while a deployment goes on.
 * @throws Error when the schema is older than this release needs, or not there
 */
export async function assertMigrated(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ version: string | null }>(
    `select obj_description(to_regclass($1), 'pg_class') as version`,
    [LEDGER],
  );
  if (Number(rows[0]?.version ?? 0) >= NEEDED) return;
  throw new Error('The database is not up to date: run the migrations (npm run migrate) as its owner first.');
}
