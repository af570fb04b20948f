import { Client } from 'pg';
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { findBinaries } from '../../src/core/embedded-postgres-binaries.js';
import { postgresAccount, reaches, STATE_DIR } from '../../src/core/embedded-postgres-place.js';
import { runningSince } from '../../src/core/embedded-postgres-process.js';
import { launch } from '../../src/core/embedded-postgres-server.js';
import { defaultDataDir, startEmbeddedPostgres } from '../../src/core/embedded-postgres.js';
import { pause, postmasterPid, reachableTmp, ScratchCheckout } from './embedded-postgres.scratch.js';

const isRoot = process.geteuid?.() === 0;
const asRoot = isRoot ? describe : describe.skip;
const nobody = { name: 'nobody', uid: 65534, gid: 65534 };
const itAsNobody = isRoot && reaches(nobody, process.execPath) ? it : it.skip;

async function query(url: string, text: string, values: unknown[] = []): Promise<unknown[][]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text, values, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

describe('the embedded PostgreSQL', () => {
  let parent: string;
  let dataDir: string;
  let logFile: string;
  let options: { dataDir: string; log: () => void };

  beforeAll(() => {
    parent = mkdtempSync(join(reachableTmp, 'slt-embedded-'));
    chmodSync(parent, 0o755);
    dataDir = join(parent, 'some/data');
    logFile = join(dataDir, 'postgresql.log');
    options = { dataDir, log: () => undefined };
  });
  afterAll(() => rmSync(parent, { recursive: true, force: true }));

  it('is alike on every machine, listens locally and asks for a password', async () => {
    const database = await startEmbeddedPostgres(options);
    try {
      const { superuserUrl: url } = database;
      expect(new URL(url)).toMatchObject({ hostname: '127.0.0.1', pathname: '/postgres' });
      expect(
        await query(
          url,
          `select pg_encoding_to_char(encoding), datlocprovider, datlocale, upper('é'), 'é' > 'z'
           from pg_database where datname = 'template1'`,
        ),
      ).toEqual([['UTF8', 'b', 'C.UTF-8', 'É', true]]);
      const settings = `select name, setting from pg_settings where name = any($1) order by name`;
      const expected = {
        data_checksums: 'on',
        listen_addresses: '127.0.0.1',
        password_encryption: 'scram-sha-256',
        synchronous_commit: 'on',
        unix_socket_directories: '',
      };
      expect(await query(url, settings, [Object.keys(expected)])).toEqual(Object.entries(expected));
      await expect(query(url.replace(/:[^:@]+@/, ':wrong@'), 'select 1')).rejects.toThrow('password');
      await query(url, 'create table kept as select 1 as value');
      for (const file of ['superuser-password', 'postgresql.log']) {
        expect(statSync(join(dataDir, file)).mode & 0o777).toBe(0o600);
      }
    } finally {
      await database.stop();
    }
  });

  it('keeps its data, takes settings, and leaves no process or pid file behind', async () => {
    const database = await startEmbeddedPostgres({ ...options, settings: { work_mem: '5MB' } });
    const pid = postmasterPid(dataDir) ?? 0;
    try {
      expect(
        await query(database.superuserUrl, `select value, current_setting('work_mem') from kept`),
      ).toEqual([[1, '5MB']]);
      expect(runningSince(pid)).toBeDefined();
    } finally {
      await Promise.all([database.stop(), database.stop()]);
    }
    await database.stop();
    expect(runningSince(pid)).toBeUndefined();
    expect(readdirSync(dataDir).sort()).toEqual(['pg', 'postgresql.log', 'superuser-password']);
    expect(existsSync(join(dataDir, 'pg/postmaster.pid'))).toBe(false);
  });

  it('writes no statement, parameter or row into its log, and bounds it', async () => {
    truncateSync(logFile, 11 * 1024 * 1024);
    const database = await startEmbeddedPostgres(options);
    const { superuserUrl: url } = database;
    try {
      await query(url, 'create table strict (name text primary key check (length(name) > 3), day date)');
      await expect(query(url, `insert into strict values ($1)`, ['oh1'])).rejects.toThrow('check constraint');
      await expect(query(url, `insert into strict values ('oh2')`)).rejects.toThrow('check constraint');
      await expect(query(url, `select $1::date`, ['oh3'])).rejects.toThrow('oh3');
      const victim = new Client({ connectionString: url });
      victim.on('error', () => undefined);
      await victim.connect();
      const asleep = expect(victim.query(`select 'oh4', pg_sleep(60)`)).rejects.toThrow('terminating');
      await query(
        url,
        `select pg_terminate_backend(pid, 5000) from pg_stat_activity where query like '%oh4%pg_sleep%'
        and pid <> pg_backend_pid()`,
      );
      await asleep;
    } finally {
      await database.stop();
    }
    const log = readFileSync(logFile, 'utf8');
    expect(log).toContain('ready to accept connections');
    expect(log).not.toMatch(/oh\d/);
    expect(log.length).toBeLessThan(100_000);
  });

  it('tries another port when the one it chose was taken meanwhile', async () => {
    const rival = createServer();
    await new Promise<void>((resolve) => rival.listen(0, '127.0.0.1', resolve));
    const taken = (rival.address() as AddressInfo).port;
    const freed = createServer();
    await new Promise<void>((resolve) => freed.listen(0, '127.0.0.1', resolve));
    const free = (freed.address() as AddressInfo).port;
    await new Promise((resolve) => freed.close(resolve));
    const ports = [taken, free];
    const account = postgresAccount(join(dataDir, 'pg'));
    const log = () => undefined;
    const server = await launch(
      { binaries: await findBinaries(account, log), account, cluster: join(dataDir, 'pg'), logFile, log },
      {},
      () => Promise.resolve(ports.shift() ?? 0),
    );
    await server.stop();
    rival.close();
    expect(server.port).toBe(free);
  });

  it('says in the words of PostgreSQL why it does not start, and can be started again', async () => {
    await expect(startEmbeddedPostgres({ ...options, settings: { shared_buffers: 'many' } })).rejects.toThrow(
      'shared_buffers',
    );
    await (await startEmbeddedPostgres(options)).stop();
  });
});

describe('the embedded PostgreSQL of a service that dies', () => {
  let checkout: ScratchCheckout;
  let dataDir: string;
  const bystanders: ChildProcess[] = [];

  beforeAll(() => {
    checkout = new ScratchCheckout({ withBinaries: true });
    dataDir = join(checkout.path, 'data');
  });

  afterAll(async () => {
    bystanders.forEach((bystander) => bystander.kill('SIGKILL'));
    await checkout.remove();
  });

  it('starts afresh after a kill during the creation of the database', async () => {
    const killed = checkout.run(dataDir);
    while (!existsSync(dataDir) || !readdirSync(dataDir).some((name) => name.startsWith('unfinished')))
      await pause(10);
    await pause(300);
    await killed.kill();
    expect(existsSync(join(dataDir, 'pg'))).toBe(false);
    const next = checkout.run(dataDir);
    await query(await next.url(), 'create table kept (value int)');
    await next.end();
    expect(readdirSync(dataDir).sort()).toEqual(['pg', 'postgresql.log', 'superuser-password']);
  });

  it('is stopped by the next start, which recovers what was acknowledged', async () => {
    const killed = checkout.run(dataDir);
    await query(await killed.url(), 'insert into kept values (1)');
    await killed.kill();
    const orphan = postmasterPid(dataDir) ?? 0;
    expect(runningSince(orphan)).toBeDefined();

    const next = checkout.run(dataDir);
    expect(await query(await next.url(), 'select value from kept')).toEqual([[1]]);
    expect(next.lines.join()).toContain(`Stopping PostgreSQL (process ${orphan})`);
    expect(runningSince(orphan)).toBeUndefined();
    await next.end();
  });

  it('recovers when everything was killed, and spares a process that got the old number', async () => {
    const killed = checkout.run(dataDir);
    await query(await killed.url(), 'insert into kept values (2)');
    const server = postmasterPid(dataDir) ?? 0;
    await killed.kill();
    process.kill(server, 'SIGKILL');

    const { uid, gid } = statSync(join(dataDir, 'pg'));
    const bystander = spawn('sleep', ['600'], { cwd: '/', stdio: 'ignore', ...(isRoot && { uid, gid }) });
    bystanders.push(bystander);
    const pidFile = join(dataDir, 'pg/postmaster.pid');
    writeFileSync(pidFile, readFileSync(pidFile, 'utf8').replace(/^\d+/, String(bystander.pid)));

    const next = checkout.run(dataDir);
    expect(await query(await next.url(), 'select value from kept order by 1')).toEqual([[1], [2]]);
    expect(runningSince(bystander.pid ?? 0)).toBeDefined();
    await next.end();
  });

  it('is not stopped by Ctrl-C before the service is done with it', async () => {
    const service = checkout.run(dataDir);
    const url = await service.url();
    process.kill(-service.pid, 'SIGINT');
    await service.said('interrupted');
    await pause(200);
    expect(await query(url, 'select 1')).toEqual([[1]]);
    await service.end();
    expect(postmasterPid(dataDir)).toBeUndefined();
  });

  it('is had by exactly one of several that start at once, even after a kill', async () => {
    const killed = checkout.run(dataDir);
    await killed.url();
    await killed.kill();
    const rivals = [1, 2, 3].map(() => checkout.run(dataDir));
    const answers = await Promise.all(rivals.map((rival) => rival.said('ready', 'refused')));
    const winner = rivals[answers.findIndex((answer) => answer.startsWith('ready'))];
    expect(answers.filter((answer) => answer.startsWith('ready'))).toHaveLength(1);
    for (const answer of answers.filter((answer) => !answer.startsWith('ready'))) {
      expect(answer).toContain(`process ${winner?.pid}`);
      expect(answer).toContain('SLT_DATA_DIR');
    }
    await winner?.end();
  });
});

describe('without the embedded PostgreSQL installed', () => {
  it('names DATABASE_URL', async () => {
    const checkout = new ScratchCheckout({ withBinaries: false });
    expect(await checkout.run(join(checkout.path, 'data')).said('refused')).toContain('Set DATABASE_URL');
    await checkout.remove();
  });
});

asRoot('the embedded PostgreSQL as root (skipped for other users)', () => {
  let checkout: ScratchCheckout;
  const copies = () =>
    existsSync(STATE_DIR) ? readdirSync(STATE_DIR).filter((name) => name.startsWith('postgresql-')) : [];
  const before = copies();
  const hadStateDir = existsSync(STATE_DIR);
  let dataDir = '';

  beforeAll(() => {
    checkout = new ScratchCheckout({ withBinaries: true });
    chmodSync(checkout.path, 0o700);
  });
  afterAll(async () => {
    await checkout.remove();
    if (dataDir.startsWith(STATE_DIR)) rmSync(dataDir, { recursive: true, force: true });
    for (const name of copies().filter((name) => !before.includes(name))) {
      rmSync(join(STATE_DIR, name), { recursive: true });
    }
    if (!hadStateDir && readdirSync(STATE_DIR).length === 0) rmSync(STATE_DIR, { recursive: true });
  });

  it('works in a checkout that other users cannot enter', async () => {
    dataDir = defaultDataDir(checkout.path);
    expect(dataDir).toMatch(/^\/var\/lib\/slt-exchange\/[0-9a-f]{12}$/);
    const services = [checkout.run(), checkout.run(join(dataDir, 'other'))];
    for (const service of services) expect(await query(await service.url(), 'select 1')).toEqual([[1]]);
    expect(statSync(join(dataDir, 'pg')).uid).toBe(postgresAccount()?.uid);
    await Promise.all(services.map((service) => service.end()));

    expect(copies().filter((name) => !name.includes('.new-')).length).toBeGreaterThan(0);
    for (const copy of copies()) {
      for (const name of ['.', 'bin', 'bin/postgres', 'share/postgresql']) {
        expect(statSync(join(STATE_DIR, copy, name))).toHaveProperty('uid', 0);
        expect(statSync(join(STATE_DIR, copy, name)).mode & 0o777).toBe(0o755);
      }
    }
  });

  it('finds its data again after the checkout was opened', () => {
    chmodSync(checkout.path, 0o755);
    expect(defaultDataDir(checkout.path)).toBe(dataDir);
    chmodSync(checkout.path, 0o700);
  });

  it('says what to do about a data folder that the unprivileged user cannot reach', async () => {
    const closed = join(checkout.path, 'closed/data');
    mkdirSync(join(checkout.path, 'closed'), { mode: 0o755 });
    await expect(startEmbeddedPostgres({ dataDir: closed, log: () => undefined })).rejects.toThrow(
      `chmod o+x ${checkout.path}`,
    );
    expect(existsSync(closed)).toBe(false);
  });

  itAsNobody('runs for an unprivileged user too, and then for root as that user', async () => {
    const own = new ScratchCheckout({ withBinaries: true });
    own.give(nobody);
    const service = own.run(join(own.path, 'data'), nobody);
    await query(await service.url(), 'create table kept as select 1 as value');
    await service.end();
    const root = own.run(join(own.path, 'data'));
    expect(await query(await root.url(), 'select value from kept')).toEqual([[1]]);
    await root.end();
    await own.remove();
  });
});
