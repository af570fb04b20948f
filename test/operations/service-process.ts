import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { postgresAccount, reaches, STATE_DIR } from '../../src/core/embedded-postgres-place.js';
import { runningSince } from '../../src/core/embedded-postgres-process.js';

const MAIN = join(process.cwd(), 'dist', 'src', 'main.js');

/** A folder that PostgreSQL can reach, also when the tests run as root. */
export function scratchFolder(): string {
  const root = reaches(postgresAccount(), tmpdir()) ? tmpdir() : STATE_DIR;
  const folder = mkdtempSync(join(root, 'slt-operations-'));
  chmodSync(folder, 0o755);
  return folder;
}

export const removeFolder = (folder: string): void =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });

/** The service as the operator runs it: the built program in a process of its own. */
export class ServiceProcess {
  stdout = '';
  stderr = '';
  private readonly child: ChildProcess;
  private readonly exit: Promise<number | string>;

  /** @param underShell has a shell in between, as npm does it, which gets the signals and passes none on */
  constructor(settings: Record<string, string>, { underShell = false } = {}) {
    if (!existsSync(MAIN)) throw new Error('Not built: npm run build');
    const command = [process.execPath, '--enable-source-maps', MAIN];
    const [program = '', ...args] = underShell
      ? ['/bin/sh', '-c', `${command.map((part) => `'${part}'`).join(' ')}; true`]
      : command;
    const { PATH } = process.env;
    this.child = spawn(program, args, {
      env: { PATH, NODE_NO_WARNINGS: '1', ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.exit = once(this.child, 'close').then(
      ([code, signal]) => (code as number | null) ?? (signal as string),
    );
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Waits for the welcome. @returns the address in it */
  async url(): Promise<string> {
    await this.until(() => this.stdout.includes('Stop with Ctrl-C'), 'the welcome');
    return /API {2,}(\S+)/.exec(this.stdout)?.[1] ?? '';
  }

  /** What is to be pasted into a second terminal. */
  get command(): string {
    return /^API=[\s\S]*?^curl .*$/m.exec(this.stdout)?.[0] ?? '';
  }

  get secret(): string {
    return /Client secret +(slt_\S+)/.exec(this.stdout)?.[1] ?? '';
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    for (let waited = 0; !condition(); waited += 20) {
      if (waited > 45_000 || this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`no ${what}\n${this.stdout}\n${this.stderr}`);
      }
      await sleep(20);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** @returns exit code, or the signal that ended it */
  ended(): Promise<number | string> {
    return this.exit;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> {
    this.signal(signal);
    return this.exit;
  }
}

export function bash(
  command: string,
  env: Record<string, string> = {},
): { status: number | null; stdout: string } {
  const { PATH } = process.env;
  const { status, stdout } = spawnSync('bash', ['-c', command], {
    encoding: 'utf8',
    env: { PATH, ...env },
    timeout: 30_000,
  });
  return { status, stdout };
}

export function postmasterPid(dataDir: string): number {
  const file = join(dataDir, 'pg', 'postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0;
}

export const isAlive = (pid: number): boolean => runningSince(pid) !== undefined;

/** Whether nobody listens there. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
