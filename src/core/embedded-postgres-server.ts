import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Binaries } from './embedded-postgres-binaries.js';
import { type Account } from './embedded-postgres-place.js';
import { end, pidFile, stopOrphan, type Cluster } from './embedded-postgres-process.js';

export interface Place extends Cluster {
  binaries: Binaries;
  account: Account | undefined;
  logFile: string;
}

export interface Server {
  port: number;
  stop(): Promise<void>;
}

const defaults = {
  shared_buffers: '128MB',
  max_connections: '100',
  fsync: 'on',
  synchronous_commit: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  log_statement: 'none',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  // The text of an error can quote a row or a value; the service gets it anyway and decides what to log.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

const maxLogBytes = 10 * 1024 * 1024;

/** Nothing of the service's own environment, which holds secrets; Windows cannot start programs without its own. */
export const environment =
  process.platform === 'win32' ? undefined : { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** Starts the server and waits until it takes connections; another port or moment is tried when it is in the way. */
export async function launch(
  place: Place,
  settings: Record<string, string> = {},
  choosePort: () => Promise<number> = freePort,
): Promise<Server> {
  const stalePid = await stopOrphan(place);
  for (let attempt = 1; ; attempt++) {
    const port = await choosePort();
    const before = boundLog(place.logFile);
    const child = start(place, { ...settings, port: String(port) }, stalePid);
    const ready = isReady(child, port, place).catch(async (error: unknown) => {
      await end(child.pid, () => hasEnded(child), place);
      throw error;
    });
    if (await ready) return { port, stop: watch(child, place) };

    const said = readFileSync(place.logFile).subarray(before).toString('utf8').trim();
    const passing = /could not create any TCP\/IP sockets|shared memory block .* is still in use/.test(said);
    if (!passing || attempt === 10) {
      const lines = said.split('\n').slice(-10).join('\n');
      throw new Error(`PostgreSQL did not start. The end of ${place.logFile}:\n${lines}`);
    }
    await sleep(200);
  }
}

function start(place: Place, settings: Record<string, string>, stalePid?: number): ChildProcess {
  const all = { ...defaults, ...settings, listen_addresses: '127.0.0.1', unix_socket_directories: '' };
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const logFd = openLog(place.logFile);
  try {
    return spawn(place.binaries.postgres, ['-D', place.cluster, ...options], {
      cwd: place.cluster,
      uid: place.account?.uid,
      gid: place.account?.gid,
      // A session of its own: Ctrl-C reaches the service only, which stops the database last.
      detached: true,
      windowsHide: true,
      stdio: ['ignore', logFd, logFd],
      // How pg_ctl tells the server of a process number that is not another server's; its other checks stay.
      env: environment && { ...environment, ...(stalePid && { PG_GRANDPARENT_PID: String(stalePid) }) },
    });
  } finally {
    closeSync(logFd);
  }
}

/** False when it ended instead. Recovery after a crash may take long, so time alone is no failure. */
async function isReady(child: ChildProcess, port: number, place: Place): Promise<boolean> {
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  for (let waited = 0; !hasEnded(child); waited += 20) {
    if (failure) throw failure;
    const [pid, , , itsPort, , , , state] = pidFile(place.cluster);
    if (Number(pid) === child.pid && Number(itsPort) === port && state?.trim() === 'ready') return true;
    if (waited > 0 && waited % 10_000 === 0) place.log('Waiting for PostgreSQL, which recovers its data');
    await sleep(20);
  }
  if (failure) throw failure;
  return false;
}

function watch(child: ChildProcess, place: Place): () => Promise<void> {
  let stopping: Promise<void> | undefined;
  child.once('exit', (code, signal) => {
    if (!stopping) place.log(`PostgreSQL ended by itself (${signal ?? code}); see ${place.logFile}`);
  });
  return () => (stopping ??= end(child.pid, () => hasEnded(child), place));
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Bounds the log, and answers how long it is now. */
function boundLog(path: string): number {
  const fd = openLog(path);
  if (fstatSync(fd).size > maxLogBytes) ftruncateSync(fd);
  const { size } = fstatSync(fd);
  closeSync(fd);
  return size;
}

function openLog(path: string): number {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW = 0 } = constants;
  return openSync(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
