import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { type RuntimeUrls } from './database-roles.js';
import { assertMigrated } from './migrate.js';
import { type Shutdown } from './shutdown.js';

/** Milliseconds for each step of a look at the database, which has two: the answer is there within two seconds. */
const PATIENCE_MS = 900;
/** Anybody may ask, so an answer is good for all who ask within this time. */
const BELIEVED_MS = 1000;

/**
 * Whether requests should come here: both roles reach a database with the right schema, and this process is not ending.
 * Looks through connections of its own, so that busy pools do not count as a database that is away.
 */
export class Readiness implements OnApplicationShutdown {
  private readonly logger = new Logger(Readiness.name);
  private readonly probes: Probe[];
  private last: { at: number; ready: Promise<boolean> } | undefined;
  private wasReady = true;

  constructor(
    { serviceUrl, backgroundUrl }: RuntimeUrls,
    private readonly shutdown: Shutdown,
  ) {
    this.probes = [serviceUrl, backgroundUrl].map((url) => new Probe(url));
  }

  async isReady(): Promise<boolean> {
    if (this.shutdown.hasBegun) return false;
    const now = performance.now();
    if (this.last === undefined || now - this.last.at >= BELIEVED_MS) {
      this.last = { at: now, ready: this.look() };
    }
    return this.last.ready;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.probes.map((probe) => probe.close()));
  }

  private async look(): Promise<boolean> {
    const failures = (await Promise.all(this.probes.map((probe) => probe.look()))).filter(
      (failure) => failure !== undefined,
    );
    const ready = failures.length === 0;
    if (ready !== this.wasReady) {
      if (ready) this.logger.log('ready again');
      else this.logger.warn({ msg: 'not ready', reason: failures[0]?.message });
    }
    this.wasReady = ready;
    return ready;
  }
}

/** One connection, kept for the next look and given up at the first doubt. */
class Probe {
  private client: pg.Client | undefined;
  private looking: Promise<Error | undefined> | undefined;

  constructor(private readonly url: string) {}

  look(): Promise<Error | undefined> {
    this.looking ??= this.tryTo().finally(() => (this.looking = undefined));
    return this.looking;
  }

  async close(): Promise<void> {
    await this.looking;
    await this.client?.end().catch(() => undefined);
    this.client = undefined;
  }

  private async tryTo(): Promise<Error | undefined> {
    try {
      this.client ??= await this.connect();
      await assertMigrated(this.client);
      return undefined;
    } catch (error) {
      // Not waited for: a server that does not answer does not say goodbye either.
      this.client?.end().catch(() => undefined);
      this.client = undefined;
      return error as Error;
    }
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'slt-readiness',
      connectionTimeoutMillis: PATIENCE_MS,
      query_timeout: PATIENCE_MS,
      keepAlive: true,
    });
    // Between two looks the server may go away; the next look finds out.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }
}
