import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/core/embedded-postgres.js';
import { createDatabase } from '../../src/core/database-roles.js';
import { migrate } from '../../src/core/migrate.js';
import { DatabaseProxy } from '../operations/database-proxy.js';
import {
  freePort,
  postmasterPid,
  removeFolder,
  scratchFolder,
  ServiceProcess,
} from '../operations/service-process.js';
import { type ClientCredentials, requestToken } from '../support/app.js';
import { type TestDatabase } from '../support/database.js';
import { Http, type Answer } from '../support/http.js';

export const STEWARD = { clientId: 'steward', clientSecret: 'secret-of-the-steward-in-tests' };

/** A PostgreSQL of its own that can be stopped, or killed, and comes back at the same address with what it had. */
export class FaultyDatabase {
  private constructor(
    private readonly folder: string,
    private server: EmbeddedPostgres,
    private readonly target: TestDatabase,
    private readonly proxy: DatabaseProxy,
  ) {}

  static async start(): Promise<FaultyDatabase> {
    const folder = scratchFolder();
    const server = await launch(folder);
    const urls = await createDatabase(server.superuserUrl, 'slt_faults');
    await migrate(urls.ownerUrl);
    const superuserUrl = Object.assign(new URL(server.superuserUrl), { pathname: '/slt_faults' }).toString();
    const drop = (): Promise<void> => Promise.resolve();
    const target: TestDatabase = { name: 'slt_faults', ...urls, superuserUrl, drop };
    const proxy = new DatabaseProxy(target);
    await proxy.up();
    return new FaultyDatabase(folder, server, target, proxy);
  }

  /** As the service reaches it, whatever port the server has this time. */
  get urls(): TestDatabase {
    return this.proxy.database;
  }

  /** Straight to the server that runs now. */
  get superuserUrl(): string {
    return this.target.superuserUrl;
  }

  /** @param crash without a word to anybody, so that it has to recover from its log */
  async bounce(crash: boolean): Promise<void> {
    if (crash) process.kill(postmasterPid(this.folder), 'SIGKILL');
    await this.proxy.down();
    await this.server.stop();
    this.server = await launch(this.folder);
    const { port } = new URL(this.server.superuserUrl);
    for (const name of ['serviceUrl', 'backgroundUrl', 'ownerUrl', 'superuserUrl'] as const) {
      this.target[name] = Object.assign(new URL(this.target[name]), { port }).toString();
    }
    await this.proxy.up();
  }

  async stop(): Promise<void> {
    await this.proxy.down();
    await this.server.stop();
    removeFolder(this.folder);
  }
}

const launch = (dataDir: string): Promise<EmbeddedPostgres> =>
  startEmbeddedPostgres({ dataDir, log: () => undefined, settings: { max_connections: '150' } });

/** One of the processes of the service, which is killed and started again at the same address. */
export class MortalService {
  private running: ServiceProcess | undefined;
  url = '';

  private constructor(private readonly settings: Record<string, string>) {}

  static async start(database: TestDatabase, settings: Record<string, string>): Promise<MortalService> {
    const port = await freePort();
    const service = new MortalService({
      PORT: String(port),
      DATABASE_URL: database.serviceUrl,
      BACKGROUND_DATABASE_URL: database.backgroundUrl,
      SLT_STEWARD_CLIENT_ID: STEWARD.clientId,
      SLT_STEWARD_CLIENT_SECRET: STEWARD.clientSecret,
      SLT_LOG_LEVEL: 'silent',
      SLT_REQUESTS_PER_MINUTE: '1000000',
      SLT_ANONYMOUS_REQUESTS_PER_MINUTE: '1000000',
      SLT_WEBHOOKS_ALLOW_LOOPBACK: 'true',
      ...settings,
    });
    service.url = `http://127.0.0.1:${port}`;
    await service.begin();
    return service;
  }

  async begin(): Promise<void> {
    this.running = new ServiceProcess(this.settings);
    await this.running.url();
  }

  async kill(): Promise<void> {
    await this.running?.stop('SIGKILL');
  }
}

/** A client that goes on to whichever process answers, and repeats itself until one does. */
export class PatientClient {
  private token = '';
  private turn = 0;

  constructor(
    private readonly services: readonly MortalService[],
    private readonly credentials: ClientCredentials,
    private readonly isOver: () => boolean,
  ) {}

  /** Any answer that is not about the moment: neither a lost connection, nor 5xx, nor a token that has run out. */
  async insist<T>(ask: (http: Http) => Promise<Answer<T>>): Promise<Answer<T>> {
    for (;;) {
      const answer = await this.attempt(ask);
      if (answer !== undefined) return answer;
      if (this.isOver()) throw new Error('nobody answered to the end');
      this.turn++;
      await sleep(50);
    }
  }

  /** Where to go next, and with what. */
  async door(): Promise<{ url: string; token: string } | undefined> {
    const url = this.services[this.turn++ % this.services.length]?.url ?? '';
    if (this.token === '') await this.attempt(undefined);
    return this.token === '' ? undefined : { url, token: this.token };
  }

  forget(): void {
    this.token = '';
  }

  private async attempt<T>(
    ask: ((http: Http) => Promise<Answer<T>>) | undefined,
  ): Promise<Answer<T> | undefined> {
    const http = new Http(this.services[this.turn % this.services.length]?.url ?? '').impatient();
    try {
      if (this.token === '') {
        const issued = await requestToken(http, this.credentials);
        if (issued.status !== 200) return undefined;
        this.token = issued.body.access_token;
      }
      if (ask === undefined) return undefined;
      const answer = await ask(http.with({ Authorization: `Bearer ${this.token}` }));
      if (answer.status === 401) this.token = '';
      return answer.status >= 500 || answer.status === 401 || answer.status === 429 ? undefined : answer;
    } catch {
      return undefined;
    }
  }
}

/** An endpoint of a partner; every other request it forgets to answer, as real ones do. */
export class Receiver {
  readonly received: { webhookId: string; body: Record<string, unknown> }[] = [];
  private count = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
        receiver.received.push({ webhookId: String(request.headers['webhook-id']), body });
        response.statusCode = receiver.count++ % 20 === 7 ? 500 : 204;
        response.end();
      });
      request.on('error', () => undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
