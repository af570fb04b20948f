import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import pg from 'pg';
import { createDatabase } from '../../src/core/database-roles.js';
import { startEmbeddedPostgres } from '../../src/core/embedded-postgres.js';
import { migrate } from '../../src/core/migrate.js';
import { alertBody, templateContent } from './alerts.js';
import { loadDataSet, pickReader } from './data-set.js';
import { report, type Load, type Row } from './report.js';
import { post, startService, token } from './service.js';
import { followed, measureStreams } from './streams.js';

/** `npm run bench [alerts] [seconds]`: every figure beside the bare server's in the same run; ratios are what counts. */
const size = { alerts: Number(process.argv[2] ?? 100_000), partners: 500, arrangements: 60 };
const seconds = Number(process.argv[3] ?? 5);
const rounds = 3;
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const started: ChildProcess[] = [];
const dataDir = mkdtempSync(join(tmpdir(), 'slt-bench-'));
// Started as root, PostgreSQL runs as somebody else, who must be able to pass through.
chmodSync(dataDir, 0o711);

const postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined });
try {
  const urls = await createDatabase(postgres.superuserUrl, 'bench');
  await migrate(urls.ownerUrl);
  const superuser = new URL(postgres.superuserUrl);
  superuser.pathname = '/bench';

  const service = await startService(urls, started);
  const { steward } = service;
  console.log(`loading ${size.alerts} alerts for ${size.partners} partners …`);
  await loadDataSet(superuser.toString(), templateContent(), size);
  const reader = await pickReader(superuser.toString());
  const client = await post<{ clientId: string; clientSecret: string }>(
    `${service.url}/v1/partners/${reader.partnerId}/clients`,
    steward,
    { name: 'bench', scopes: ['alerts:read'] },
  );
  const bearer = await token(service.url, client.clientId, client.clientSecret);
  const bare = await startBare(superuser.toString(), reader.partnerId);

  // Said everywhere, because fetch would add a language of its own, and the tag is that of the answer in a language.
  const headers = { authorization: bearer, 'accept-language': 'en' };
  const page = await fetch(`${service.url}/v1/alerts`, { headers });
  const etag = page.headers.get('etag') ?? '';
  const { items } = (await page.json()) as { items: { id: string }[] };
  const itemPaths = items.map(({ id }) => `/v1/alerts/${id}`);
  const targets = (base: string, paths: string[]): string[] => paths.map((path) => base + path);

  const bareFeed: Load[] = [];
  const bareItem: Load[] = [];
  const feed: Load[] = [];
  const item: Load[] = [];
  const poll: Load[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bareFeed.push(await load(targets(bare, ['/v1/alerts'])));
    feed.push(await load(targets(service.url, ['/v1/alerts']), headers));
    bareItem.push(await load(targets(bare, itemPaths)));
    item.push(await load(targets(service.url, itemPaths), headers));
    poll.push(await load(targets(service.url, ['/v1/alerts']), { ...headers, 'if-none-match': etag }));
  }
  const publish = [
    await load(
      targets(service.url, ['/v1/alerts']),
      { authorization: steward, 'content-type': 'application/json' },
      {
        method: 'POST',
        bodies: [JSON.stringify(alertBody('AR001'))],
      },
    ),
  ];
  const rows: Row[] = [
    { what: 'feed page of 50', loads: feed, against: bareFeed, target: 1.0 },
    { what: 'item read', loads: item, against: bareItem, target: 0.7 },
    { what: 'unchanged poll (304), against a full page', loads: poll, against: feed, target: 3 },
    { what: 'publish to 60 readers', loads: publish, target: 200, targetP95: 30 },
  ];
  console.log(report(rows, { ...size, readable: reader.alerts }));
  console.log(await statements(superuser.toString()));
  service.process.kill('SIGTERM');
  const others = await createDatabase(postgres.superuserUrl, 'bench_streams');
  await migrate(others.ownerUrl);
  console.log(followed(await measureStreams(await startService(others, started), 1000, 30)));
} finally {
  const running = started.filter((child) => child.exitCode === null);
  const ended = running.map((child) => new Promise((resolve) => child.once('exit', resolve)));
  for (const child of running) child.kill('SIGTERM');
  await Promise.all(ended);
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}

function startBare(databaseUrl: string, readerId: string): Promise<string> {
  const child = spawn(process.execPath, [here('./bare-server.js'), databaseUrl, readerId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  return new Promise((resolve) => {
    child.stdout.once('data', (port: Buffer) => resolve(`http://127.0.0.1:${port.toString().trim()}`));
  });
}

/** From another process, so that the load does not slow down what it measures more than it must. */
async function load(
  urls: string[],
  headers: Record<string, string> = {},
  more: { method?: string; bodies?: string[] } = {},
): Promise<Load> {
  const plan = { urls, headers, connections: 16, seconds, ...more };
  const child = spawn(process.execPath, [here('./load.js'), JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout) output += String(chunk);
  return JSON.parse(output) as Load;
}

/** What the database held during the run, for whoever wants to judge the figures. */
async function statements(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ line: string }>(
    `select relname || ': ' || n_live_tup || ' rows' as line from pg_stat_user_tables
     where relname in ('share_grant', 'change_entry', 'alert_rendition') order by relname`,
  );
  await client.end();
  return rows.map((row) => row.line).join('\n');
}
