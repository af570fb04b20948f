import { createHash, randomBytes } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runningSince } from './embedded-postgres-process.js';

export interface ServiceLock {
  release(): void;
}

/**
 * Claims a data folder for this process until `release()` or its death, and throws while another live process has it.
 * A claim names a process by number and start time, so a number that was given out again does not keep it alive.
 */
export function lockDataDir(dataDir: string): ServiceLock {
  const path = join(dataDir, 'service.pid');
  const mine = `${process.pid} ${runningSince(process.pid)}\n`;
  const claim = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(claim, mine, { flag: 'wx', mode: 0o644 });
  try {
    take(path, claim, dataDir);
  } finally {
    rmSync(claim, { force: true });
  }
  removeDeadClaims(dataDir);
  return {
    release: () => {
      if (readIfThere(path) === mine) rmSync(path, { force: true });
    },
  };
}

/**
 * A dead holder's file is replaced only by whoever holds the file named after it, and only while it is still there:
 * so of several processes that find it dead, one wins, even if a winner dies half way.
 */
function take(path: string, claim: string, dataDir: string): void {
  for (;;) {
    if (linked(claim, path)) return;
    const holder = readIfThere(path);
    if (holder === undefined) continue;
    if (isAlive(holder)) {
      throw new Error(
        `Another service (process ${holder.split(' ')[0]}) uses the data folder ${dataDir}. ` +
          'Stop it, or set SLT_DATA_DIR to another folder.',
      );
    }
    const successor = join(dataDir, `service.pid.after-${createHash('sha256').update(holder).digest('hex')}`);
    take(successor, claim, dataDir);
    if (readIfThere(path) === holder) {
      renameSync(successor, path);
      return;
    }
    rmSync(successor, { force: true });
  }
}

function removeDeadClaims(dataDir: string): void {
  for (const name of readdirSync(dataDir).filter((name) => name.startsWith('service.pid.'))) {
    const holder = readIfThere(join(dataDir, name));
    if (holder && !isAlive(holder)) rmSync(join(dataDir, name), { force: true });
  }
}

function isAlive(holder: string): boolean {
  const [pid, ...since] = holder.trim().split(' ');
  return since.length > 0 && runningSince(Number(pid)) === since.join(' ');
}

function linked(claim: string, path: string): boolean {
  try {
    linkSync(claim, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
