import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { alertBody } from './alerts.js';
import { post, type Service, token } from './service.js';

interface Followed {
  connected: number;
  published: number;
  received: number;
  p50: number;
  p95: number;
  p99: number;
  kibPerConnection: number;
}

/** So many partners, each with a stream; each alert goes to all of them. */
export async function measureStreams(
  { url, steward, process: service }: Service,
  partners: number,
  publications: number,
): Promise<Followed> {
  const body = alertBody('');
  for (const rendition of body.renditions)
    rendition.audience = { arrangements: [], kinds: ['ingo'], partners: [], except: [] };
  const tokens = await inParallel(partners, (number) => admit(url, steward, number));
  const before = residentKib(service);
  const load = spawn(process.execPath, [fileURLToPath(new URL('./stream-load.js', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: load.stdout });
  load.stdin.write(`${JSON.stringify({ url, tokens })}\n`);
  await once(lines, 'line');
  const kibPerConnection = (residentKib(service) - before) / partners;
  for (let number = 0; number < publications; number++) {
    await post(`${url}/v1/alerts`, steward, body);
    await sleep(1000);
  }
  await sleep(5000);
  load.stdin.end();
  const [line] = (await once(lines, 'line')) as [string];
  return { ...(JSON.parse(line) as Followed), published: publications, kibPerConnection };
}

/** @returns the `Authorization` of a client of a new partner */
async function admit(url: string, steward: string, number: number): Promise<string> {
  const partner = await post<{ id: string }>(`${url}/v1/partners`, steward, {
    code: `S${String(number).padStart(5, '0')}`,
    name: `Partner ${number}`,
    kind: 'ingo',
    ceiling: { tlp: 'GREEN' },
  });
  const client = { name: 'bench', scopes: ['alerts:read'] };
  const { clientId, clientSecret } = await post<{ clientId: string; clientSecret: string }>(
    `${url}/v1/partners/${partner.id}/clients`,
    steward,
    client,
  );
  return token(url, clientId, clientSecret);
}

export const followed = (figures: Followed): string =>
  [
    `publish to ${figures.connected} partners, received on their streams`.padEnd(44),
    `${figures.received} of ${figures.published * figures.connected}`,
    `p50 ${figures.p50} ms  p95 ${figures.p95} ms  p99 ${figures.p99} ms (target 500)`,
    `${figures.kibPerConnection.toFixed(1)} KiB per connection (target 40)`,
  ].join('   ');

/** Linux tells; elsewhere there is no figure. */
function residentKib(child: ChildProcess): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]);
  } catch {
    return Number.NaN;
  }
}

async function inParallel<T>(times: number, make: (number: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (next < times) made.push(await make(next++));
    }),
  );
  return made;
}

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
