import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

declare global {
  var databaseServer: ChildProcess | undefined;
}

/**
 * Starts the database server of this run in a process of its own, which ends when this one does, however it does: its
 * standard input is the line between them. Workers find the addresses in SLT_TEST_DATABASES.
 */
export default async function globalSetup(): Promise<void> {
  const support = join(process.cwd(), 'test', 'support');
  const child = spawn(
    process.execPath,
    ['--no-warnings', '--import', './test/support/typescript.mjs', join(support, 'database-server.ts')],
    // Detached: Ctrl-C reaches Jest only, and the server then stops in its own time.
    { stdio: ['pipe', 'pipe', 'inherit'], detached: true, windowsHide: true, env: withoutNodeOptions() },
  );
  globalThis.databaseServer = child;
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The database server of the tests did not start (exit code ${String(code)}).`);
  });
  const ready = once(createInterface(child.stdout), 'line').then(([line]) => String(line));
  process.env['SLT_TEST_DATABASES'] = await Promise.race([ready, ended]);
  ended.catch(() => undefined);
}

/** Whatever Jest was started with, an inspector port above all, is not for this process. */
function withoutNodeOptions(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...environment } = process.env;
  return environment;
}
