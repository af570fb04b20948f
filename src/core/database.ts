import { type OnApplicationShutdown } from '@nestjs/common';
import {
  DataSource,
  type DataSourceOptions,
  type EntityManager,
  QueryFailedError,
  type QueryRunner,
} from 'typeorm';
import { type Acting } from './acting.js';
import { isId } from './ids.js';
import { problems } from './problem.js';

/** The open transaction: first argument of whatever must happen inside it. */
export type Tx = EntityManager;

export interface DatabaseOptions {
  serviceUrl: string;
  backgroundUrl: string;
  entities: NonNullable<DataSourceOptions['entities']>;
}

/** Publishing, reading and background work wait for their own connections, so that none can starve another. */
const POOLS = {
  write: { size: 6, statementTimeout: 15_000 },
  read: { size: 10, statementTimeout: 10_000 },
  background: { size: 4, statementTimeout: 60_000 },
};

/** TypeORM returns a connection as sound unless told otherwise, and its types do not show how to tell it. */
type ReturningRunner = QueryRunner & { releasePostgresConnection(failure?: Error): Promise<void> };

/** The only way to the tables: always as somebody, inside a transaction, under row-level security. */
export class Database implements OnApplicationShutdown {
  private readonly write: DataSource;
  private readonly read: DataSource;
  private readonly background: DataSource;

  private constructor({ serviceUrl, backgroundUrl, entities }: DatabaseOptions) {
    const source = (url: string, name: keyof typeof POOLS): DataSource =>
      createDataSource(url, name, entities);
    this.write = source(serviceUrl, 'write');
    this.read = source(serviceUrl, 'read');
    this.background = source(backgroundUrl, 'background');
  }

  /** @throws Error when the server would acknowledge what it has not yet written to disk */
  static async connect(options: DatabaseOptions): Promise<Database> {
    const database = new Database(options);
    try {
      await Promise.all(
        [database.write, database.read, database.background].map((source) => source.initialize()),
      );
      await database.assertDurable();
    } catch (error) {
      await database.onApplicationShutdown();
      throw error;
    }
    return database;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(
      [this.write, this.read, this.background].map((source) => source.isInitialized && source.destroy()),
    );
  }

  /** Reads and writes as the actor; commits when `work` is done, undoes everything when it throws. */
  as<T>(acting: Acting, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction(this.write, `begin; ${actingStatement(acting)}`, work);
  }

  /** Reads as the actor, in one consistent view of the database. */
  readAs<T>(acting: Acting, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction(this.read, `begin read only; ${actingStatement(acting)}`, work);
  }

  /** Work that no partner asked for, under the background role and its own policies. */
  asSystem<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction(this.background, 'begin', work);
  }

  private async transaction<T>(source: DataSource, begin: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    const runner = source.createQueryRunner() as ReturningRunner;
    let broken: Error | undefined;
    try {
      await runner.query(begin);
      const result = await work(runner.manager);
      await runner.query('commit');
      return result;
    } catch (error) {
      await runner.query('rollback').catch((failure: Error) => {
        broken = failure;
      });
      throw isUnavailable(error) ? problems.unavailable() : error;
    } finally {
      await runner.releasePostgresConnection(broken);
    }
  }

  /** Acknowledged means on disk: a server that acknowledges earlier loses alerts in a crash. */
  private async assertDurable(): Promise<void> {
    for (const setting of ['synchronous_commit', 'fsync']) {
      const rows: { value: string }[] = await this.write.query(`select current_setting($1) as value`, [
        setting,
      ]);
      if (!['on', 'remote_write', 'remote_apply'].includes(rows[0]?.value ?? '')) {
        throw new Error(
          `PostgreSQL must run with ${setting} = on: acknowledged alerts would be lost in a crash`,
        );
      }
    }
  }
}

/** One simple-protocol text, so that BEGIN and the acting partner travel in one round trip. */
function actingStatement({ partnerId, readerId, manages }: Acting): string {
  if (!isId(partnerId) || !isId(readerId)) throw new Error('the acting partner must be known by its id');
  return `select set_config('slt.partner', '${partnerId}', true), set_config('slt.reader', '${readerId}', true), set_config('slt.manages', '${manages.join(' ')}', true)`;
}

function createDataSource(
  url: string,
  name: keyof typeof POOLS,
  entities: DatabaseOptions['entities'],
): DataSource {
  const { size, statementTimeout } = POOLS[name];
  return new DataSource({
    type: 'postgres',
    url,
    applicationName: `slt-${name}`,
    poolSize: size,
    connectTimeoutMS: 2000,
    entities,
    synchronize: false,
    migrationsRun: false,
    extra: {
      statement_timeout: statementTimeout,
      lock_timeout: Math.min(statementTimeout, 10_000),
      idle_in_transaction_session_timeout: 10_000,
    },
  });
}

const UNAVAILABLE_CODES =
  /^(08...|57P0[123]|53300|53400|40001|40P01|55P03|57014|25P03|ECONN\w*|EPIPE|ETIMEDOUT)$/;

/** A lost connection, also at COMMIT, means "unknown": the caller repeats with its idempotency key. */
export function isUnavailable(error: unknown): boolean {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (!(cause instanceof Error)) return false;
  const code = (cause as { code?: unknown }).code;
  if (typeof code === 'string' && UNAVAILABLE_CODES.test(code)) return true;
  return /connection (terminated|timeout|ended)|timeout exceeded when trying to connect|client was closed|not queryable/i.test(
    cause.message,
  );
}
