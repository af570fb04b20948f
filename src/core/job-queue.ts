import { Logger } from '@nestjs/common';
import {
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import PgBoss from 'pg-boss';
import { type ClientBase } from 'pg';
import { type Tx } from './database.js';
import { describeError } from './logging.js';

/** For looking after jobs; what is done for a job uses the pools of the service. */
const CONNECTIONS = 3;
const POLL_MS = 1000;
/** How often somebody looks for jobs whose process has ended; how long they may take says each queue. */
const SUPERVISION_SECONDS = 5;
/** What is under way at the end may take so long before it is told to stop. */
const PATIENCE_MS = 5000;

/** @param signal aborted when the process cannot wait any longer */
type Run = (id: string, signal: AbortSignal) => Promise<void>;

/**
 * Jobs of pg-boss: each known by the id of what it is about, so that there is one for each at most, at a time that can
 * be changed. A job is there until whoever does it settles it anew or drops it; if its process ends before, another one
 * takes it up once its time is over.
 */
export class JobQueue implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger(JobQueue.name);
  private readonly boss: PgBoss;
  private readonly workers = new Map<string, Worker>();
  private poll: NodeJS.Timeout | undefined;

  constructor(url: string) {
    this.boss = new PgBoss({
      connectionString: url,
      application_name: 'slt-jobs',
      max: CONNECTIONS,
      migrate: false,
      schedule: false,
      maintenanceIntervalSeconds: SUPERVISION_SECONDS,
      // Passed on to the pool. A queue that could not be started cannot be started again: it waits for a busy database.
      ...{
        connectionTimeoutMillis: 15_000,
        statement_timeout: 15_000,
        query_timeout: 20_000,
        keepAlive: true,
      },
    });
    this.boss.on('error', (error) =>
      this.logger.warn({ msg: 'the queue of jobs has failed', error: describeError(error) }),
    );
  }

  /** The one job of this id, from then on, instead of what there was; in the transaction that makes it necessary. */
  async settle(tx: Tx, queue: string, id: string, inSeconds: number): Promise<void> {
    const db = on(tx);
    await this.boss.deleteJob(queue, id, { db });
    await this.boss.send(queue, {}, { id, db, ...(inSeconds > 0 && { startAfter: inSeconds }) });
  }

  async drop(tx: Tx, queue: string, id: string): Promise<void> {
    await this.boss.deleteJob(queue, id, { db: on(tx) });
  }

  /** @param atOnce jobs that this process does at the same time */
  work(queue: string, atOnce: number, run: Run): void {
    this.workers.set(queue, new Worker(this.boss, queue, atOnce, run));
  }

  /** There may be something to do: the poll would find it too. */
  look(): void {
    for (const worker of this.workers.values()) worker.look();
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.boss.start();
    this.poll = setInterval(() => this.look(), POLL_MS).unref();
    this.look();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.poll);
    await Promise.all([...this.workers.values()].map((worker) => worker.stop()));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.boss.stop({ graceful: false });
  }
}

/** Takes no more jobs than it has room for, and the next one as soon as one is done. */
class Worker {
  private readonly logger = new Logger(JobQueue.name);
  private readonly running = new Set<Promise<void>>();
  private readonly ending = new AbortController();
  private fetching: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  constructor(
    private readonly boss: PgBoss,
    private readonly queue: string,
    private readonly atOnce: number,
    private readonly run: Run,
  ) {}

  look(): void {
    this.again = true;
    this.fetching ??= this.fetchAll()
      .catch((error: unknown) =>
        this.logger.warn({ msg: 'jobs could not be fetched', error: describeError(error) }),
      )
      .finally(() => (this.fetching = undefined));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.fetching;
    const timer = setTimeout(() => this.ending.abort(), PATIENCE_MS);
    await Promise.all(this.running);
    clearTimeout(timer);
  }

  private async fetchAll(): Promise<void> {
    while (this.again && !this.stopped && this.running.size < this.atOnce) {
      this.again = false;
      const room = this.atOnce - this.running.size;
      const jobs = await this.boss.fetch(this.queue, { batchSize: room });
      this.again ||= jobs.length === room;
      for (const { id } of jobs) this.start(id);
    }
  }

  private start(id: string): void {
    const job = this.run(id, this.ending.signal)
      .catch((error: unknown) =>
        this.logger.warn({
          msg: 'a job could not be done',
          queue: this.queue,
          id,
          error: describeError(error),
        }),
      )
      .finally(() => {
        this.running.delete(job);
        this.look();
      });
    this.running.add(job);
  }
}

const on = (tx: Tx): PgBoss.Db => ({
  executeSql: async (text, values) => {
    const client = (await tx.queryRunner?.connect()) as ClientBase;
    return client.query(text, values);
  },
});
