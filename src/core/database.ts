import { types } from 'node:util';
import { type OnApplicationShutdown } from '@nestjs/common';
import {
  DataSource,
  type DataSourceOptions,
  type EntityManager,
  QueryFailedError,
  type QueryRunner,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
} from 'typeorm';
import { type ClientBase, type Pool, type QueryResultRow } from 'pg';
import { type Acting } from './acting.js';
import { isId } from './ids.js';
import { patiently } from './patience.js';
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
  write: { size: 6, statementTimeout: 15_000, turnTimeout: 5000 },
  read: { size: 10, statementTimeout: 10_000, turnTimeout: 5000 },
  /** A file takes as long as its sender's line does. */
  upload: { size: 4, statementTimeout: 15_000, turnTimeout: 5000 },
  background: { size: 4, statementTimeout: 60_000, turnTimeout: 5000 },
  /**
   * A change of standing decides again over everything that a partner has; cutting somebody off must not time out, nor
   * be refused because two others are at it.
   */
  standing: { size: 2, statementTimeout: 900_000, turnTimeout: 30_000 },
  /** The same where time brings it about, or a mailed link: others of the background look up every token. */
  ending: { size: 3, statementTimeout: 900_000, turnTimeout: 30_000 },
};

/** TypeORM returns a connection as sound unless told otherwise, and its types do not show how to tell it. */
type ReturningRunner = QueryRunner & { releasePostgresConnection(failure?: Error): Promise<void> };

/** The only way to the tables: always as somebody, inside a transaction, under row-level security. */
export class Database implements OnApplicationShutdown {
  private readonly write: DataSource;
  private readonly read: DataSource;
  private readonly upload: DataSource;
  private readonly background: DataSource;
  private readonly standing: DataSource;
  private readonly ending: DataSource;
  private readonly afterwards = new WeakMap<Tx, (() => void)[]>();

  private constructor({ serviceUrl, backgroundUrl, entities }: DatabaseOptions) {
    const source = (url: string, name: keyof typeof POOLS): DataSource =>
      createDataSource(url, name, entities);
    this.write = source(serviceUrl, 'write');
    this.read = source(serviceUrl, 'read');
    this.upload = source(serviceUrl, 'upload');
    this.background = source(backgroundUrl, 'background');
    this.standing = source(serviceUrl, 'standing');
    this.ending = source(backgroundUrl, 'ending');
  }

  /** @throws Error for a server that acknowledges before it writes, or a role that row-level security does not bind */
  static async connect(options: DatabaseOptions): Promise<Database> {
    const database = new Database(options);
    try {
      await Promise.all(database.sources.map((source) => patiently(() => source.initialize(), isSlow)));
      await database.assertDurable();
      await database.assertBound();
    } catch (error) {
      await database.onApplicationShutdown();
      throw error;
    }
    return database;
  }

  async onApplicationShutdown(): Promise<void> {
    const open = this.sources.filter((source) => source.isInitialized);
    await Promise.all(open.map((source) => source.destroy()));
  }

  private get sources(): DataSource[] {
    return [this.write, this.read, this.upload, this.background, this.standing, this.ending];
  }

  /** Connections of each pool, and requests that wait for one. */
  poolStates(): Record<string, { active: number; idle: number; waiting: number }> {
    const { write, read, upload, background, standing, ending } = this;
    const sources = { write, read, upload, background, standing, ending };
    return Object.fromEntries(
      Object.entries(sources).map(([name, { driver }]) => {
        const { totalCount, idleCount, waitingCount } = (driver as unknown as { master: Pool }).master;
        return [name, { active: totalCount - idleCount, idle: idleCount, waiting: waitingCount }];
      }),
    );
  }

  /** Reads and writes as the actor; commits when `work` is done, undoes everything when it throws. */
  as<T>(acting: Acting, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction(this.write, `begin; ${actingStatement(acting)}`, work);
  }

  /** Does as the actor what is never to have happened: whatever it wrote is undone, and only what it found remains. */
  rehearseAs<T>(acting: Acting, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction(this.write, `begin; ${actingStatement(acting)}`, work, 'rollback');
  }

  /** The same for changes of membership, ceiling and standing, which may take as long as they take. */
  asPatiently<T>(acting: Acting, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction(this.standing, `begin; ${actingStatement(acting)}`, work);
  }

  /** The same for what arrives over the network meanwhile: it keeps its connection from nobody else. */
  asUploading<T>(acting: Acting, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction(this.upload, `begin; ${actingStatement(acting)}`, work);
  }

  /** Reads as the actor, in one consistent view of the database. */
  readAs<T>(acting: Acting, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction(
      this.read,
      `begin isolation level repeatable read read only; ${actingStatement(acting)}`,
      work,
    );
  }

  /** Reads as one after the other, each named by the statement itself; as nobody until then. */
  readAsEach<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction(this.read, 'begin isolation level repeatable read read only', work);
  }

  /** Work that no partner asked for, under the background role and its own policies. */
  asSystem<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction(this.background, 'begin', work);
  }

  /** The same for what changes rights by itself: it may take as long as it takes, and keeps no other background work waiting. */
  asSystemPatiently<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction(this.ending, 'begin', work);
  }

  /** Has something done once the transaction is durable, and not at all when it is undone. It must not throw. */
  afterCommit(tx: Tx, callback: () => void): void {
    this.afterwards.set(tx, [...(this.afterwards.get(tx) ?? []), callback]);
  }

  private async transaction<T>(
    source: DataSource,
    begin: string,
    work: (tx: Tx) => Promise<T>,
    end: 'commit' | 'rollback' = 'commit',
  ): Promise<T> {
    const runner = source.createQueryRunner() as ReturningRunner;
    let broken: Error | undefined;
    try {
      await runner.query(begin);
      const result = await work(runner.manager);
      await runner.query(end);
      if (end === 'commit') this.afterwards.get(runner.manager)?.forEach((callback) => callback());
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

  /** Policies bind nobody who owns the tables, bypasses them, can become the rule's role, or is both roles at once. */
  private async assertBound(): Promise<void> {
    for (const source of [this.write, this.background]) {
      const [role]: { name: string; free: boolean }[] = await source.query(
        `select current_user as name, exists (select from pg_roles r where pg_has_role(current_user, r.oid, 'member')
             and (r.rolsuper or r.rolbypassrls or r.rolname = 'slt_engine'
               or exists (select from pg_class c where c.relowner = r.oid and c.relnamespace = 'public'::regnamespace)))
           or (pg_has_role(current_user, 'slt_service', 'member')
             and pg_has_role(current_user, 'slt_background', 'member')) as free`,
      );
      if (role?.free !== false) {
        throw new Error(
          `The service must not connect as ${role?.name}, whom row-level security does not bind: give it a role of its own`,
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
  const { size, statementTimeout, turnTimeout } = POOLS[name];
  return new DataSource({
    type: 'postgres',
    url,
    applicationName: `slt-${name}`,
    poolSize: size,
    connectTimeoutMS: turnTimeout,
    entities,
    synchronize: false,
    migrationsRun: false,
    extra: {
      keepAlive: true,
      // Of the client, for a server that does not even answer that it gave up.
      query_timeout: statementTimeout + 5000,
      statement_timeout: statementTimeout,
      lock_timeout:
        name === 'standing' || name === 'ending' ? statementTimeout : Math.min(statementTimeout, 10_000),
      idle_in_transaction_session_timeout: 10_000,
    },
  });
}

/**
 * Runs a statement that the connection keeps planned under its name: for the few that are asked all the time, whose
 * planning under row-level security takes longer than they do.
 */
export async function prepared<Row extends QueryResultRow>(
  tx: Tx,
  name: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = (await tx.queryRunner?.connect()) as ClientBase;
  const { rows } = await client.query<Row>({ name, text, values });
  return rows;
}

const UNAVAILABLE_CODES =
  /^(08...|57P0[123]|53300|53400|40001|40P01|55P03|57014|25P03|ECONN\w*|EPIPE|ETIMEDOUT)$/;

/** A lost connection, also at COMMIT, means "unknown": the caller repeats with its idempotency key. */
export function isUnavailable(error: unknown): boolean {
  // TypeORM lets go of a connection that is lost between two statements.
  if (error instanceof QueryRunnerAlreadyReleasedError) return true;
  if (error instanceof QueryRunnerProviderAlreadyReleasedError) return true;
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (!types.isNativeError(cause)) return false;
  const code = (cause as { code?: unknown }).code;
  if (typeof code === 'string' && UNAVAILABLE_CODES.test(code)) return true;
  return /connection (terminated|timeout|ended)|query read timeout|timeout exceeded when trying to connect|client was closed|not queryable/i.test(
    cause.message,
  );
}

/** A server that answers late may answer yet; one that is not there is not waited for. */
const isSlow = (error: unknown): boolean =>
  types.isNativeError(error) && /connection timeout|timeout exceeded/i.test(error.message);

/** Whether the database refused with this SQLSTATE. */
export const hasCode = (error: unknown, code: string): boolean =>
  error instanceof QueryFailedError && (error.driverError as { code?: string }).code === code;
