import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';

/** One channel with empty messages: PostgreSQL lets every role listen to every channel, so nothing is said there. */
const CHANNEL = 'slt_wake';
/** Twenty a second: at commit each NOTIFY holds a lock of the whole cluster, and wakes every listening process. */
const INTERVAL_MS = 50;
/** Nothing depends on a message that arrives: whoever listens here looks this often anyway. */
const POLL_MS = 1000;
/** How often a connection on which nothing happens is asked whether it still is one. */
const CHECK_MS = 15_000;
const PATIENCE_MS = 5000;
const RETRY_MS = { least: 200, most: 5000 };

/**
 * Tells whoever waits in any process that something may have been shared. What was shared stands in the tables; a
 * wake-up only says when to look, so a lost one makes late and never lost. Listens, and announces, on one connection
 * per process outside the pools.
 */
export class WakeUps implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(WakeUps.name);
  private readonly listeners = new Set<() => void>();
  private readonly wakeSoon = new Coalesced(() => this.wake());
  private readonly announceSoon = new Coalesced(() => this.notify());
  private readonly stopping = new AbortController();
  private client: pg.Client | undefined;
  private poll: NodeJS.Timeout | undefined;
  private living: Promise<void> | undefined;
  private notified: Promise<void> | undefined;

  /** @param url of the database itself: a pooler in transaction mode takes LISTEN and delivers nothing */
  constructor(private readonly url: string) {}

  /** Calls back at most 20 times a second, and at least once. @returns what ends it */
  onWake(listener: () => void): () => void {
    // Each its own, also where two are the same function.
    const own = (): void => listener();
    this.listeners.add(own);
    return () => this.listeners.delete(own);
  }

  /** To be called after the commit: whoever looks before it finds nothing. */
  announce(): void {
    this.wakeSoon.ask();
    this.announceSoon.ask();
  }

  onApplicationBootstrap(): void {
    this.pollLater();
    this.living = this.keepListening();
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.poll);
    this.wakeSoon.stop();
    this.announceSoon.finish();
    this.stopping.abort();
    // What the last requests shared is still told to the other processes.
    await this.notified;
    await this.client?.end().catch(() => undefined);
    await this.living;
  }

  /** Processes that began together need not ask together. */
  private pollLater(): void {
    this.poll = setTimeout(
      () => {
        this.wakeSoon.ask();
        this.pollLater();
      },
      POLL_MS * (0.75 + Math.random() / 4),
    ).unref();
  }

  private wake(): void {
    for (const listener of this.listeners) {
      try {
        listener();
      } catch (error) {
        this.logger.error({ msg: 'a listener failed', reason: (error as Error).message });
      }
    }
  }

  private notify(): void {
    // Without a connection the others find it by their poll.
    const { client } = this;
    this.notified = client?.query(`notify ${CHANNEL}`).then(
      () => undefined,
      () => void client.end(),
    );
  }

  private async keepListening(): Promise<void> {
    let pause = RETRY_MS.least;
    while (!this.stopping.signal.aborted) {
      try {
        await this.listen(() => (pause = RETRY_MS.least));
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        const reason = (error as Error).message;
        if (pause === RETRY_MS.least) this.logger.warn({ msg: 'wake-ups wait for the poll', reason });
      }
      await this.rest(pause * (0.5 + Math.random() / 2));
      pause = Math.min(pause * 2, RETRY_MS.most);
    }
  }

  /** Lasts as long as the connection does. @throws Error why it ended */
  private async listen(listening: () => void): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'slt-wake-ups',
      connectionTimeoutMillis: PATIENCE_MS,
      query_timeout: PATIENCE_MS,
      keepAlive: true,
    });
    const ended = new Promise<Error | undefined>((resolve) => {
      client.once('error', resolve);
      client.once('end', () => resolve(undefined));
    });
    // It may fail more than once on its way out.
    client.on('error', () => undefined);
    // The application's own wake-up has come already, without going round.
    const own = (): number | undefined => (client as { processID?: number }).processID;
    client.on('notification', ({ processId }) => processId !== own() && this.wakeSoon.ask());
    const check = setInterval(() => void client.query('').catch(() => client.end()), CHECK_MS);
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      if (this.stopping.signal.aborted) return;
      this.client = client;
      listening();
      // Something may have been said meanwhile.
      this.wakeSoon.ask();
      const error = await ended;
      if (error !== undefined) throw error;
    } finally {
      clearInterval(check);
      this.client = undefined;
      client.end().catch(() => undefined);
    }
  }

  private async rest(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.stopping.signal, ref: false }).catch(() => undefined);
  }
}

/** Does at once what is asked for the first time, and together what is asked for within the interval after it. */
class Coalesced {
  private timer: NodeJS.Timeout | undefined;
  private again = false;
  private stopped = false;

  constructor(private readonly act: () => void) {}

  ask(): void {
    this.again = !this.stopped;
    if (this.timer === undefined) this.next();
  }

  /** Does what was asked for, and nothing after it. */
  finish(): void {
    if (this.again) this.act();
    this.stop();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.stopped = true;
    this.again = false;
  }

  private next(): void {
    this.timer = undefined;
    if (!this.again) return;
    this.again = false;
    this.timer = setTimeout(() => this.next(), INTERVAL_MS);
    this.act();
  }
}
