import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import {
  bash,
  freePort,
  isAlive,
  isFree,
  postmasterPid,
  removeFolder,
  scratchFolder,
  ServiceProcess,
} from './service-process.js';

let folder: string;
let dataDir: string;
const processes: ServiceProcess[] = [];

const start = (settings: Record<string, string> = {}): ServiceProcess => {
  const service = new ServiceProcess({ SLT_DATA_DIR: dataDir, ...settings });
  processes.push(service);
  return service;
};
const portOf = (url: string): number => Number(new URL(url).port);
const alertIn = (text: string): { id?: string; status?: string } =>
  JSON.parse(text) as { id?: string; status?: string };

beforeAll(() => {
  folder = scratchFolder();
  dataDir = join(folder, 'data');
});
afterAll(async () => {
  for (const service of processes) await service.stop('SIGKILL');
  // What was killed may have left its database server behind; the next start ends it, and so do we.
  for (const name of ['data', 'second']) {
    const pid = postmasterPid(join(folder, name));
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  }
  removeFolder(folder);
});

describe('npm start', () => {
  let secret: string;
  let firstAlert: string | undefined;

  it('prints addresses, credentials and a command that posts and reads an alert', async () => {
    const service = start();
    const url = await service.url();
    expect(service.stdout).toContain(`${url}/docs`);
    expect(service.stdout).toMatch(/Client id +steward/);
    secret = service.secret;
    expect(secret).toMatch(/^slt_[\w-]{43}$/);

    const { status, stdout } = bash(service.command);
    expect(status).toBe(0);
    const alert = alertIn(stdout);
    expect(alert).toMatchObject({ status: 'test', state: 'published' });
    firstAlert = alert.id;
    for (const line of service.stderr.split('\n').filter((line) => line.startsWith('{'))) {
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(String) as string });
    }
    expect(service.stderr).not.toContain(secret);

    const database = postmasterPid(dataDir);
    expect(isAlive(database)).toBe(true);
    expect(await service.stop('SIGTERM')).toBe(0);
    expect(isAlive(database)).toBe(false);
    expect(postmasterPid(dataDir)).toBe(0);
    expect(await isFree(portOf(url))).toBe(true);
  });

  it('keeps the data and the credentials, and does not show the secret again', async () => {
    const service = start();
    const url = await service.url();
    expect(service.secret).toBe('');
    expect(service.stdout).not.toContain(secret);
    expect(service.stdout).toContain('SLT_STEWARD_CLIENT_SECRET');
    expect(service.stdout).toContain(dataDir);

    const { stdout } = bash(service.command, { SLT_STEWARD_CLIENT_SECRET: secret });
    expect(alertIn(stdout)).toMatchObject({ status: 'test' });
    const read = bash(
      `${service.command.split('\n').slice(0, 2).join('\n')}\ncurl -sS -H "Authorization: Bearer $TOKEN" ${url}/v1/alerts/${firstAlert}`,
      { SLT_STEWARD_CLIENT_SECRET: secret },
    );
    expect(alertIn(read.stdout).id).toBe(firstAlert);

    expect(await service.stop('SIGINT')).toBe(0);
    expect(postmasterPid(dataDir)).toBe(0);
  });

  it('recovers by itself after it was killed', async () => {
    const killed = start();
    await killed.url();
    expect(await killed.stop('SIGKILL')).toBe('SIGKILL');
    const orphan = postmasterPid(dataDir);
    expect(isAlive(orphan)).toBe(true);

    const service = start();
    await service.url();
    expect(isAlive(orphan)).toBe(false);
    const { stdout } = bash(service.command, { SLT_STEWARD_CLIENT_SECRET: secret });
    expect(alertIn(stdout)).toMatchObject({ status: 'test' });
    expect(await service.stop()).toBe(0);
  });

  it('runs beside another copy, each with its own port and data, but not on the same data', async () => {
    const services = [start(), start({ SLT_DATA_DIR: join(folder, 'second') })];
    const urls = await Promise.all(services.map((service) => service.url()));
    expect(new Set(urls).size).toBe(2);

    const third = start();
    expect(await third.ended()).toBe(1);
    expect(third.stderr).toMatch(/^Not started\. Another service \(process \d+\) uses the data folder/m);
    expect(third.stdout).toBe('');

    expect(await Promise.all(services.map((service) => service.stop()))).toEqual([0, 0]);
  });

  it('does not mind that Ctrl-C arrives twice, from the terminal and from npm', async () => {
    const service = start();
    await service.url();
    service.signal('SIGINT');
    service.signal('SIGINT');
    expect(await service.ended()).toBe(0);
    expect(service.stderr).not.toContain('at once');
    expect(postmasterPid(dataDir)).toBe(0);
  });

  it('ends when npm does, whose shell keeps signals to itself', async () => {
    const service = new ServiceProcess(
      { SLT_DATA_DIR: dataDir, npm_lifecycle_event: 'start' },
      { underShell: true },
    );
    processes.push(service);
    const url = await service.url();
    const database = postmasterPid(dataDir);
    await service.stop('SIGTERM');
    expect(service.stderr).toContain('npm has gone');
    expect(isAlive(database)).toBe(false);
    expect(await isFree(portOf(url))).toBe(true);
  });

  it('leaves nothing behind when it is stopped while it starts', async () => {
    const service = start();
    await service.until(() => postmasterPid(dataDir) > 0, 'database server');
    const database = postmasterPid(dataDir);
    expect(await service.stop('SIGTERM')).toBe(0);
    expect(isAlive(database)).toBe(false);
    expect(service.stdout).toBe('');
  });
});

describe('a start that fails', () => {
  it('says so in one line for a port that is taken, and leaves no process', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const service = start({ PORT: String(port) });
    expect(await service.ended()).toBe(1);
    expect(service.stderr).toContain(`Not started. The port ${port} is taken`);
    expect(service.stderr).not.toMatch(/^ +at /m);
    expect(postmasterPid(dataDir)).toBe(0);
    taken.close();
  });

  it('names every setting that is wrong', async () => {
    const service = start({ PORT: 'eighty', SLT_METRICS_TOKEN: 'short' });
    expect(await service.ended()).toBe(1);
    expect(service.stderr).toMatch(/PORT must be a whole number[\s\S]*SLT_METRICS_TOKEN must have/);
  });

  it('says that the database of the operator cannot be reached', async () => {
    const url = `postgresql://slt_service:x@localhost:${await freePort()}/slt`;
    const service = start({ DATABASE_URL: url, BACKGROUND_DATABASE_URL: url });
    expect(await service.ended()).toBe(1);
    expect(service.stderr).toMatch(/^Not started\. .*ECONNREFUSED/m);
  });
});
