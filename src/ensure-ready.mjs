/**
 * Installs the dependencies and, with --build, compiles, if that is not done yet. Runs before anything is installed,
 * on whatever Node there is: so plain JavaScript, nothing but Node's own modules, and no syntax of recent years.
 */
import { spawn } from 'child_process';
import { createHash, randomBytes } from 'crypto';
import fs from 'fs';
import os from 'os';
import path from 'path';
import { fileURLToPath } from 'url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const at = (...names) => path.join(root, ...names);
const lockDir = at('.ensure-ready.lock');
const heartbeatMs = 2000;
const me = `${os.hostname()}\n${process.pid}`;

checkNodeVersion();
main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});

async function main() {
  const build = process.argv.includes('--build');
  const isReady = () => isInstalled() && (!build || isBuilt());
  if (isReady()) return;
  const release = await lock();
  try {
    if (!isInstalled()) await install();
    if (build && !isBuilt()) await compile();
  } finally {
    release();
  }
}

function checkNodeVersion() {
  const engines = JSON.parse(fs.readFileSync(at('package.json'), 'utf8')).engines.node;
  const have = process.versions.node.split('.').map(Number);
  const fits = engines.split('||').some((range) => {
    const wanted = range
      .trim()
      .replace(/^(\^|>=)/, '')
      .split('.')
      .map(Number);
    if (range.trim()[0] === '^' && wanted[0] !== have[0]) return false;
    const differs = [0, 1, 2].find((i) => have[i] !== (wanted[i] || 0));
    return differs === undefined || have[differs] > (wanted[differs] || 0);
  });
  if (fits) return;
  console.error(
    `This needs Node ${engines}, and here is Node ${process.versions.node}. See https://nodejs.org`,
  );
  process.exit(1);
}

/** True for an install by hand too, if npm's own record of it holds every package that the lock file asks for. */
function isInstalled() {
  const wanted = read('package-lock.json');
  const installed = read('node_modules', '.package-lock.json');
  if (!installed) return false;
  const stamp = hash([wanted, installed]);
  if (read('node_modules', '.slt-lock-hash') === stamp) return true;
  const there = JSON.parse(installed).packages;
  const complete = Object.entries(JSON.parse(wanted).packages).every(
    ([name, entry]) => !name || entry.optional || (there[name] && there[name].version === entry.version),
  );
  if (complete) writeStamp(at('node_modules', '.slt-lock-hash'), stamp);
  return complete;
}

async function install() {
  console.error('Installing the dependencies, which takes a minute the first time…');
  // Whatever NODE_ENV is, the build needs the development dependencies.
  const failure = await npm([
    'ci',
    '--include=dev',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--loglevel=error',
  ]);
  if (failure || !isInstalled()) {
    throw new Error(
      `The dependencies could not be installed (npm ci: ${failure || 'incomplete'}). ` +
        'If there is no network: connect once and run the command again; after that it works offline.',
    );
  }
}

function isBuilt() {
  return read('dist', '.build-hash') === inputsHash();
}

async function compile() {
  console.error('Building…');
  const inputs = inputsHash();
  fs.rmSync(at('dist', '.build-hash'), { force: true });
  const failure = await npm(['run', 'build', '--silent']);
  if (failure) throw new Error(`The build failed (npm run build: ${failure}).`);
  fs.mkdirSync(at('dist'), { recursive: true });
  fs.writeFileSync(at('dist', '.build-hash'), inputs);
}

function inputsHash() {
  const files = fs
    .readdirSync(root)
    .filter((name) => /^(tsconfig.*|nest-cli|package|package-lock)\.json$/.test(name));
  const walk = (folder) =>
    fs.readdirSync(at(folder), { withFileTypes: true }).forEach((entry) => {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(name);
      // The build writes this one itself.
      else if (name !== 'src/openapi-metadata.ts') files.push(name);
    });
  walk('src');
  if (fs.existsSync(at('migrations'))) walk('migrations');
  return hash(files.sort().reduce((all, name) => all.concat(name, fs.readFileSync(at(name))), []));
}

/** Runs npm to its end, also through Ctrl-C, which npm gets too. Answers what went wrong, if anything. */
function npm(args) {
  const own = process.env.npm_execpath;
  const viaNode = own && path.basename(own) === 'npm-cli.js';
  const command = viaNode ? process.execPath : 'npm';
  const options = { cwd: root, stdio: ['ignore', 2, 2], shell: !viaNode && process.platform === 'win32' };
  return new Promise((resolve) => {
    const child = spawn(command, viaNode ? [own].concat(args) : args, options);
    const pass = (signal) => child.kill(signal);
    const end = (failure) => {
      process.removeListener('SIGINT', pass).removeListener('SIGTERM', pass);
      resolve(failure);
    };
    process.on('SIGINT', pass).on('SIGTERM', pass);
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(signal || (code ? `exit code ${code}` : '')));
  });
}

/** One process at a time; a folder is made by one only, and one whose owner is dead or silent counts no more. */
async function lock() {
  for (let told = false; ; told = true) {
    try {
      fs.mkdirSync(lockDir);
      fs.writeFileSync(path.join(lockDir, 'owner'), me);
      const beat = setInterval(
        () => fs.utimes(lockDir, new Date(), new Date(), () => undefined),
        heartbeatMs,
      );
      return () => {
        clearInterval(beat);
        if (read('.ensure-ready.lock', 'owner') === me) fs.rmSync(lockDir, { recursive: true, force: true });
      };
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!removeStaleLock()) {
      if (!told) console.error('Waiting for another process that installs or builds in this folder…');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Moved away before it is removed, since only one process can move it; put back if it was another one by then. */
function removeStaleLock() {
  const owner = read('.ensure-ready.lock', 'owner');
  if (!isStale(owner)) return false;
  const away = `${lockDir}.${randomBytes(6).toString('hex')}`;
  try {
    fs.renameSync(lockDir, away);
    if (read(path.basename(away), 'owner') === owner) fs.rmSync(away, { recursive: true, force: true });
    else fs.renameSync(away, lockDir);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  return true;
}

function isStale(owner) {
  const [host, pid] = (owner || '').split('\n');
  if (host === os.hostname() && !isRunning(Number(pid))) return true;
  const seen = fs.statSync(lockDir, { throwIfNoEntry: false });
  return !!seen && Date.now() - seen.mtimeMs > 15 * heartbeatMs;
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function read(...names) {
  try {
    return fs.readFileSync(at(...names), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A stamp only saves time: in a folder that cannot be written to, the next run checks in full again. */
function writeStamp(file, stamp) {
  try {
    fs.writeFileSync(file, stamp);
  } catch (error) {
    if (['EACCES', 'EROFS', 'EPERM'].indexOf(error.code) < 0) throw error;
  }
}

function hash(parts) {
  const sum = createHash('sha256');
  parts.forEach((part) => sum.update(String(part.length)).update('\n').update(part));
  return sum.digest('hex');
}
