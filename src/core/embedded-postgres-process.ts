import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Cluster {
  /** The cluster's own folder. */
  cluster: string;
  binaries: { pg_ctl: string };
  log: (line: string) => void;
}

/** When a process started, in the system's own words; undefined when there is no such process (or only its corpse). */
export function runningSince(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  try {
    if (process.platform === 'linux') {
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
      if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
      return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}:${fields[19]}`;
    }
    process.kill(pid, 0);
    if (process.platform === 'win32') return 'running';
    const [state, ...start] = processFields(pid, 'stat=', 'lstart=').split(/\s+/);
    return state?.startsWith('Z') ? undefined : start.join(' ');
  } catch {
    return undefined;
  }
}

/** What `ps` says about a process, for the systems without /proc. */
function processFields(pid: number, ...fields: string[]): string {
  return execFileSync('ps', ['-ww', '-p', String(pid), ...fields.flatMap((field) => ['-o', field])], {
    encoding: 'utf8',
    env: { PATH: '/bin:/usr/bin', LC_ALL: 'C' },
  }).trim();
}

/** Stops a server whose service was killed. Answers a process number in its pid file that is now something else's. */
export async function stopOrphan(place: Cluster): Promise<number | undefined> {
  const pid = Number(pidFile(place.cluster)[0]);
  const since = runningSince(pid);
  if (!since) return undefined;
  if (!isServerOf(pid, place)) return pid;
  place.log(`Stopping PostgreSQL (process ${pid}), which a killed service left behind`);
  await end(pid, () => runningSince(pid) !== since, place);
  return undefined;
}

/** Fast shutdown, then immediate (recovered at the next start), then by force. */
export async function end(pid: number | undefined, hasGone: () => boolean, place: Cluster): Promise<void> {
  for (const [signal, patience] of [
    ['INT', 10_000],
    ['QUIT', 7_000],
    ['KILL', 2_000],
  ] as const) {
    if (!pid || hasGone()) return;
    send(pid, signal, place);
    for (let waited = 0; waited < patience && !hasGone(); waited += 20) await sleep(20);
  }
  if (pid && !hasGone()) throw new Error(`PostgreSQL (process ${pid}) could not be stopped`);
}

function send(pid: number, signal: 'INT' | 'QUIT' | 'KILL', place: Cluster): void {
  try {
    // On Windows Node can only kill, while pg_ctl speaks the server's own protocol.
    if (process.platform === 'win32') execFileSync(place.binaries.pg_ctl, ['kill', signal, String(pid)]);
    else process.kill(pid, `SIG${signal}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The working folder tells even when the data folder was moved, the command line where /proc hides the former. */
function isServerOf(pid: number, { cluster, binaries }: Cluster): boolean {
  try {
    if (process.platform === 'win32') return !!execFileSync(binaries.pg_ctl, ['status', '-D', cluster]);
    if (process.platform !== 'linux') return processFields(pid, 'command=').includes(`-D ${cluster} `);
    const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    if (basename(program) !== 'postgres') return false;
    return args[args.indexOf('-D') + 1] === cluster || realpathSync(`/proc/${pid}/cwd`) === cluster;
  } catch {
    return false;
  }
}

/** The lines of postmaster.pid: process number first, state eighth; none when no server runs. */
export function pidFile(cluster: string): string[] {
  try {
    return readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
