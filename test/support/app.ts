import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { createApplication } from '../../src/application.js';
import { readConfig } from '../../src/core/config.js';
import { createLog } from '../../src/core/logging.js';
import { testDatabase, type TestDatabase } from './database.js';
import { expectStatus, Http } from './http.js';

export interface ClientCredentials {
  clientId: string;
  clientSecret: string;
}

export interface AppOptions {
  /** Environment variables, as the operator would set them. */
  settings?: Record<string, string>;
  /** Takes every line of the log, down to the finest; silent when absent. */
  log?: (line: string) => void;
  /** A further process on the database of another application, which keeps it when this one closes. */
  database?: TestDatabase;
}

export interface TestApp {
  url: string;
  nest: NestExpressApplication;
  database: TestDatabase;
  /** Nobody: without a token. */
  anonymous: Http;
  /** The steward of the exchange, with every scope. */
  steward: Http;
  stewardClient: ClientCredentials;
  /** With a fresh token of this client, for all of its scopes or for those asked for. */
  as(client: ClientCredentials, scope?: string): Promise<Http>;
  close(): Promise<void>;
}

const STEWARD = { clientId: 'steward', clientSecret: 'secret-of-the-steward-in-tests' };

/** The real application, on a database of its own and a free port. */
export async function startApp(options: AppOptions = {}): Promise<TestApp> {
  const database = options.database ?? (await testDatabase());
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = readConfig({
    PORT: String(port),
    SLT_PUBLIC_URL: url,
    DATABASE_URL: database.serviceUrl,
    BACKGROUND_DATABASE_URL: database.backgroundUrl,
    SLT_STEWARD_CLIENT_ID: STEWARD.clientId,
    SLT_STEWARD_CLIENT_SECRET: STEWARD.clientSecret,
    SLT_LOG_LEVEL: 'silent',
    SLT_REQUESTS_PER_MINUTE: '1000000',
    SLT_ANONYMOUS_REQUESTS_PER_MINUTE: '1000000',
    SLT_APPLICATIONS_PER_HOUR: '1000000',
    SLT_APPLICATIONS_PER_DAY: '1000000',
    ...options.settings,
  });
  const keepsDatabase = options.database !== undefined;
  const opened: NestExpressApplication[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((nest) => nest.close()));
    if (!keepsDatabase) await database.drop();
  };
  try {
    const log = options.log && createLog('debug', { write: options.log });
    const nest = await createApplication(config, database, undefined, log);
    opened.push(nest);
    await nest.listen(port, '127.0.0.1');
    const anonymous = new Http(url);
    const as = (client: ClientCredentials, scope?: string): Promise<Http> =>
      withToken(anonymous, client, scope);
    const steward = await as(STEWARD);
    return { url, nest, database, anonymous, steward, stewardClient: STEWARD, as, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The token request by itself, for tests of what it answers. */
export function requestToken(
  http: Http,
  { clientId, clientSecret }: ClientCredentials,
  scope?: string,
): ReturnType<typeof http.post<{ access_token: string; expires_in: number; scope?: string }>> {
  const userinfo = [clientId, clientSecret].map(encodeURIComponent).join(':');
  return http.post(
    '/oauth/token',
    new URLSearchParams({ grant_type: 'client_credentials', ...(scope && { scope }) }).toString(),
    {
      headers: {
        Authorization: `Basic ${Buffer.from(userinfo).toString('base64')}`,
        'Content-Type': 'application/x-www-form-urlencoded',
      },
    },
  );
}

async function withToken(http: Http, client: ClientCredentials, scope?: string): Promise<Http> {
  const { access_token } = expectStatus(await requestToken(http, client, scope), 200);
  return http.with({ Authorization: `Bearer ${access_token}` });
}

/** Below the ports that systems hand out by themselves, so that nothing else gets it before we listen on it. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + (randomBytes(2).readUInt16BE() % 20_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    const { port: got } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return got;
  }
}
