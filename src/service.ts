import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { createApplication } from './application.js';
import { type Config } from './core/config.js';
import { defaultDataDir } from './core/embedded-postgres.js';
import { type Log } from './core/logging.js';
import { openDatabase } from './core/open-database.js';
import { localUrl, reservePort } from './core/port.js';
import { type Run } from './core/run.js';

export interface Service {
  app: NestExpressApplication;
  /** Where this machine reaches it, whatever its public address is. */
  url: string;
  /** Of the embedded PostgreSQL; undefined with a database of the operator's own. */
  dataDir: string | undefined;
}

/** Starts all of it; the run ends it again. Undefined when the end was asked for meanwhile. */
export async function startService(config: Config, log: Log, run: Run): Promise<Service | undefined> {
  const port = await reservePort(config.host, config.port);
  let given = false;
  run.defer(() => Promise.resolve(given || port.release()));
  const dataDir =
    config.databaseUrl === undefined ? (config.dataDir ?? defaultDataDir(checkout())) : undefined;
  const urls = await openDatabase(config, dataDir, log, run);
  if (run.isStopping) return undefined;

  const url = localUrl(config.host, port.port);
  const app = await createApplication(config, urls, config.publicUrl ?? url, log);
  run.defer(() => app.close());
  if (run.isStopping) return undefined;
  await port.give(app.getHttpServer());
  given = true;
  log.info({ address: url }, 'listening');
  return { app, url, dataDir };
}

/** The folder of package.json, seen from the sources as well as from what is built of them. */
function checkout(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
