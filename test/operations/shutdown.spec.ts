import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { requestToken, startApp } from '../support/app.js';
import { expectStatus, Http } from '../support/http.js';
import { isAlive, postmasterPid, removeFolder, scratchFolder, ServiceProcess } from './service-process.js';

/** Holds up whoever reads partners. */
async function holdUp(
  superuserUrl: string,
): Promise<{ waiting(): Promise<number>; release(): Promise<void> }> {
  const [holder, observer] = [superuserUrl, superuserUrl].map(
    (url) => new pg.Client({ connectionString: url }),
  );
  if (!holder || !observer) throw new Error('unreachable');
  for (const client of [holder, observer]) {
    client.on('error', () => undefined);
    await client.connect();
  }
  await holder.query('begin; lock table partner in access exclusive mode');
  const sql = `select count(*)::int as n from pg_locks where not granted and relation = 'partner'::regclass`;
  return {
    waiting: async () => (await observer.query<{ n: number }>(sql)).rows[0]?.n ?? 0,
    release: async () => {
      await holder.end();
      await observer.end();
    },
  };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(25);
}

describe('closing the application', () => {
  it('lets a request finish that is under way, and takes no other', async () => {
    const app = await startApp();
    const hold = await holdUp(app.database.superuserUrl);
    const slow = app.steward.get('/v1/partners');
    await until(async () => (await hold.waiting()) > 0);

    let closed = false;
    const closing = app.close().then(() => (closed = true));
    await until(() =>
      app.anonymous.get('/health/live').then(
        () => false,
        () => true,
      ),
    );
    await sleep(200);
    expect(closed).toBe(false);
    await hold.release();
    const answer = await slow;
    expect(answer.status).toBe(200);
    await closing;
  });

  it('does not wait for connections on which nothing happens', async () => {
    const app = await startApp();
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    const started = performance.now();
    await app.close();
    expect(performance.now() - started).toBeLessThan(9000);
    socket.destroy();
  });

  it('does not wait for connections that were opened and never used', async () => {
    const app = await startApp();
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    await once(socket, 'connect');
    expectStatus(await app.anonymous.get('/health/live'), 200);
    const started = performance.now();
    await app.close();
    expect(performance.now() - started).toBeLessThan(9000);
    socket.destroy();
  });

  it('is not ready for a while first, where a load balancer is to notice', async () => {
    const app = await startApp({ settings: { SLT_SHUTDOWN_DELAY_SECONDS: '2' } });
    const closing = app.close();
    await sleep(200);
    const ready = await app.anonymous.impatient().get('/health/ready');
    expect([ready.status, ready.headers.get('connection')]).toEqual([503, 'close']);
    const read = await app.steward.get('/v1/me');
    expect([read.status, read.headers.get('connection')]).toEqual([200, 'close']);
    await closing;
  });
});

describe('a signal', () => {
  let folder: string;
  let dataDir: string;
  let service: ServiceProcess;
  let steward: Http;
  let superuserUrl: string;

  beforeEach(async () => {
    folder = scratchFolder();
    dataDir = join(folder, 'data');
    service = new ServiceProcess({ SLT_DATA_DIR: dataDir });
    const anonymous = new Http(await service.url());
    const client = { clientId: 'steward', clientSecret: service.secret };
    const { access_token } = expectStatus(await requestToken(anonymous, client), 200);
    steward = anonymous.with({ Authorization: `Bearer ${access_token}` });
    const password = readFileSync(join(dataDir, 'superuser-password'), 'utf8').trim();
    const port = readFileSync(join(dataDir, 'pg', 'postmaster.pid'), 'utf8').split('\n')[3];
    superuserUrl = `postgresql://postgres:${password}@127.0.0.1:${port}/slt`;
  });
  afterEach(async () => {
    await service.stop('SIGKILL');
    const pid = postmasterPid(dataDir);
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    removeFolder(folder);
  });

  it('ends the process after the last answer, the database last of all', async () => {
    const hold = await holdUp(superuserUrl);
    const slow = steward.get('/v1/partners');
    await until(async () => (await hold.waiting()) > 0);
    service.signal('SIGTERM');
    await service.until(() => service.stderr.includes('"stopping"'), 'stopping');
    await sleep(300);
    const database = postmasterPid(dataDir);
    expect(isAlive(database)).toBe(true);
    await hold.release();
    expect((await slow).status).toBe(200);
    expect(await service.ended()).toBe(0);
    expect(isAlive(database)).toBe(false);
  });

  it('that comes again later is taken for impatience: the end is at once, for the database too', async () => {
    const hold = await holdUp(superuserUrl);
    const slow = steward.get('/v1/partners').then(
      () => 'answered',
      () => 'cut',
    );
    await until(async () => (await hold.waiting()) > 0);
    const database = postmasterPid(dataDir);
    service.signal('SIGTERM');
    await sleep(1300);
    const started = performance.now();
    expect(await service.stop('SIGTERM')).toBe(1);
    expect(performance.now() - started).toBeLessThan(9000);
    expect(isAlive(database)).toBe(false);
    await slow;
    await hold.release();
  });
});
