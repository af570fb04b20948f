import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Where root keeps what the unprivileged user must reach when the checkout is closed to it. */
export const STATE_DIR = '/var/lib/slt-exchange';

/** The user as which PostgreSQL runs when the service runs as root. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/** Default data folder; a folder that already holds a database is kept, whatever became of the permissions since. */
export function defaultDataDir(checkout: string): string {
  const own = join(resolve(checkout), 'data');
  if (process.geteuid?.() !== 0 || existsSync(join(own, 'pg'))) return own;
  const kept = join(
    STATE_DIR,
    createHash('sha256').update(realpathSync(checkout)).digest('hex').slice(0, 12),
  );
  return existsSync(join(kept, 'pg')) || !reaches(postgresAccount(), checkout) ? kept : own;
}

/** Undefined unless we are root; then the owner of an existing cluster, else `postgres`, else `nobody`. */
export function postgresAccount(cluster?: string): Account | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  const owner = cluster && lstatSync(cluster, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { name: `with number ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = ['postgres', '_postgres', 'nobody']
    .map((name) => users.find((user) => user[0] === name))
    .find(Boolean);
  if (!user) {
    throw new Error(
      'PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody to run it as. ' +
        'Start the service as another user, or set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
  return { name: user[0] ?? '', uid: Number(user[2]), gid: Number(user[3]) };
}

/** Whether the account may enter a folder or run a file; asks the system, as mode bits tell nothing of access lists. */
export function reaches(account: Account | undefined, path: string): boolean {
  if (!account) return true;
  const asked = spawnSync('/bin/sh', ['-c', '[ -x "$0" ]', path], {
    uid: account.uid,
    gid: account.gid,
    cwd: '/',
    stdio: 'ignore',
  });
  if (asked.error) {
    throw new Error(
      `PostgreSQL refuses to run as root, and no process can be started as the user ${account.name} instead. ` +
        'Start the service as another user, or set DATABASE_URL to a PostgreSQL of your own.',
      { cause: asked.error },
    );
  }
  return asked.status === 0;
}

/** Makes the data folder, reachable for the account, and answers its real path. */
export function prepareDataDir(dataDir: string, account: Account | undefined): string {
  const path = resolve(dataDir);
  let existing = path;
  while (!existsSync(existing)) existing = dirname(existing);
  refuseUnreachable(realpathSync(existing), account);
  try {
    makeFolder(path, account ? 0o711 : 0o700);
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new Error(
      `The data folder ${path} cannot be written to. ` +
        'Start the service as the user whom it belongs to, or set SLT_DATA_DIR to another folder.',
      { cause },
    );
  }
  return realpathSync(path);
}

/** `mkdir -p` with exact modes: a strict umask must not close to the account what was made for it. */
export function makeFolder(path: string, mode: number): void {
  const first = mkdirSync(path, { recursive: true, mode });
  for (let made = path; first && made.length >= first.length; made = dirname(made)) chmodSync(made, mode);
}

function refuseUnreachable(path: string, account: Account | undefined): void {
  if (reaches(account, path)) return;
  const parents = [path];
  while (parents[0] && dirname(parents[0]) !== parents[0]) parents.unshift(dirname(parents[0]));
  const closed = parents.find((parent) => !reaches(account, parent)) ?? path;
  throw new Error(
    `PostgreSQL refuses to run as root and so runs as the user ${account?.name}, who cannot enter ${closed}. ` +
      `Set SLT_DATA_DIR to a folder that this user can reach, such as ${STATE_DIR}/data, ` +
      `or open that one (chmod o+x ${closed}), or start the service as another user.`,
  );
}
