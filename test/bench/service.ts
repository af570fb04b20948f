import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const secret = 'the-secret-of-the-benchmark-steward';

export interface Service {
  url: string;
  process: ChildProcess;
  /** The steward's `Authorization`. */
  steward: string;
}

/** The service as it is deployed, in a process of its own. */
export async function startService(
  urls: { serviceUrl: string; backgroundUrl: string },
  started: ChildProcess[],
): Promise<Service> {
  const port = 20_000 + (process.pid % 10_000) + started.length;
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../src/main.js', import.meta.url))], {
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      SLT_PUBLIC_URL: url,
      DATABASE_URL: urls.serviceUrl,
      BACKGROUND_DATABASE_URL: urls.backgroundUrl,
      SLT_STEWARD_CLIENT_SECRET: secret,
      SLT_REQUESTS_PER_MINUTE: '1000000000',
      SLT_ANONYMOUS_REQUESTS_PER_MINUTE: '1000000000',
      SLT_LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  started.push(child);
  for (let tries = 0; tries < 200; tries += 1) {
    const ready = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (ready?.ok) return { url, process: child, steward: await token(url, 'steward', secret) };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the service did not start');
}

export async function token(url: string, clientId: string, clientSecret: string): Promise<string> {
  const response = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  const { access_token } = (await response.json()) as { access_token: string };
  return `Bearer ${access_token}`;
}

/** Posts. @throws Error what the service answered instead of what it should */
export async function post<T>(url: string, authorization: string, body: object): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as T;
}
