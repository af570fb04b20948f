import { execFile } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';
import { writeBundle } from '../../../src/delivery/bundles/bundle-file.js';
import { joinParts, signedBytes } from '../../../src/delivery/bundles/verify/bundle-format.js';
import { BundleRefused, checkBundle } from '../../../src/delivery/bundles/verify/check-bundle.js';
import { sign } from 'node:crypto';

const NOW = new Date();
const HOUR = 3_600_000;
const KID = 'the-key';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const jwk = (key: KeyObject, kid = KID) => ({ ...key.export({ format: 'jwk' }), kid, kty: 'OKP' });
const KEYS = { keys: [jwk(publicKey)] };

const alert = (overrides: object = {}) => ({
  id: '019b2f00-0000-7000-8000-000000000001',
  version: 1,
  changedAt: NOW.toISOString(),
  kind: 'advisory',
  status: 'actual',
  state: 'published',
  event: 'Armed clashes',
  severity: 'severe',
  urgency: 'immediate',
  certainty: 'observed',
  handling: { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
  originator: { code: 'UNDSS', name: 'United Nations Department of Safety and Security' },
  text: { language: 'en', headline: 'Avoid the market', description: 'Shots were heard.\nStay inside.' },
  areas: [{ description: 'Town market' }],
  attachments: [],
  verification: [],
  ...overrides,
});

const content = (overrides: object = {}) => ({
  for: { partner: 'RIVERAID', id: '019b2f00-0000-7000-8000-000000000002' },
  arrangement: { id: '019b2f00-0000-7000-8000-000000000003', code: 'SDN', name: 'Sudan' },
  madeAt: NOW.toISOString(),
  expiresAt: new Date(NOW.getTime() + 24 * HOUR).toISOString(),
  startsAt: new Date(NOW.getTime() - 24 * HOUR).toISOString(),
  cursor: 'the-cursor',
  complete: true,
  notice: 'Decisions remain with the recipient.',
  drill: false,
  alerts: [alert()],
  gone: ['019b2f00-0000-7000-8000-00000000000f'],
  ...overrides,
});

const bundle = (overrides: object = {}, key = privateKey, kid = KID): Promise<Buffer> =>
  writeBundle(content(overrides), { kid, privateKey: key });

const outcome = (file: Uint8Array, options: { now?: Date; anyTime?: boolean } = {}, keys = KEYS): string => {
  try {
    checkBundle(file, keys, { now: NOW, ...options });
    return 'good';
  } catch (error) {
    if (error instanceof BundleRefused) return error.reason;
    throw error;
  }
};
const later = (hours: number): Date => new Date(NOW.getTime() + hours * HOUR);

describe('checking a bundle', () => {
  it('takes what was signed, and says what it says', async () => {
    expect(checkBundle(await bundle(), KEYS, { now: NOW })).toEqual(content());
  });

  it('refuses it with any byte changed, left out or added', async () => {
    const file = await bundle();
    const taken: number[] = [];
    for (let place = 0; place < file.length; place++) {
      for (const bit of [0x01, 0x80]) {
        const changed = Buffer.from(file);
        changed[place] = (changed[place] ?? 0) ^ bit;
        if (outcome(changed) === 'good') taken.push(place);
      }
      const shorter = Buffer.concat([file.subarray(0, place), file.subarray(place + 1)]);
      if (outcome(shorter) === 'good') taken.push(place);
    }
    expect(taken).toEqual([]);
    expect(outcome(Buffer.concat([file, Buffer.from([0])]))).toBe('wrong-signature');
    expect(outcome(file.subarray(0, -1))).toBe('wrong-signature');
  });

  it('refuses one signature written in another way', async () => {
    const text = (await bundle()).toString('latin1');
    const [line = '', ...rest] = text.split('\n');
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (const last of alphabet) {
      if (line.endsWith(last)) continue;
      const other = Buffer.from([`${line.slice(0, -1)}${last}`, ...rest].join('\n'), 'latin1');
      expect(outcome(other)).toBe('wrong-signature');
    }
  });

  it('refuses what another key signed, under its own name or under that of a published one', async () => {
    const other = generateKeyPairSync('ed25519');
    expect(outcome(await bundle({}, other.privateKey, 'their-key'))).toBe('unknown-key');
    expect(outcome(await bundle({}, other.privateKey))).toBe('wrong-signature');
    expect(outcome(await bundle(), {}, { keys: [jwk(createPublicKey(other.privateKey))] })).toBe(
      'wrong-signature',
    );
    expect(outcome(await bundle(), {}, { keys: [] })).toBe('unknown-key');
  });

  it('refuses a version that it does not know, and what is no bundle', async () => {
    const text = (await bundle()).toString('latin1');
    const next = Buffer.from(text.replace('slt-bundle/1', 'slt-bundle/2'), 'latin1');
    expect(outcome(next)).toBe('unknown-version');
    for (const file of ['', '\n', 'slt-bundle/1', 'PK\u0003\u0004', text.slice(20), `${'x'.repeat(300)}\n`]) {
      expect(outcome(Buffer.from(file, 'latin1'))).toBe('not-a-bundle');
    }
  });

  it('refuses what is old or not yet made by its clock, and says so; both can be looked at all the same', async () => {
    const file = await bundle();
    expect(outcome(file, { now: later(23.9) })).toBe('good');
    expect(outcome(file, { now: later(24.5) })).toBe('old');
    expect(outcome(file, { now: later(-1) })).toBe('from-the-future');
    expect(outcome(file, { now: later(240), anyTime: true })).toBe('good');
    expect(() => checkBundle(file, KEYS, { now: later(30) })).toThrow(/old: made at .*good until/);
    expect(outcome(await bundle({ expiresAt: 'never' }))).toBe('old');
  });

  it('does not unpack without end, however well it is signed', () => {
    const packed = gzipSync(Buffer.alloc(80 * 1024 * 1024, ' '));
    const signature = sign(null, signedBytes(KID, packed), privateKey).toString('base64url');
    expect(outcome(joinParts(KID, signature, packed))).toBe('unreadable');
  });
});

describe('the verifier, alone in a folder', () => {
  let folder: string;
  const file = (name: string): string => join(folder, name);
  const run = (...parameters: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const options = { cwd: folder, env: {} };
      execFile(
        process.execPath,
        [file('verify-bundle.js'), ...parameters],
        options,
        (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slt-bundle-'));
    const sources = 'src/delivery/bundles/verify';
    for (const name of await readdir(sources)) {
      const { outputText } = ts.transpileModule(await readFile(join(sources, name), 'utf8'), {
        compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
      });
      await writeFile(file(name.replace(/\.ts$/, '.js')), outputText);
    }
    await writeFile(file('package.json'), '{ "type": "module" }');
    await writeFile(file('keys.json'), JSON.stringify(KEYS));
    await writeFile(file('good.slt'), await bundle());
    await cp(file('good.slt'), file('changed.slt'));
    const changed = await bundle();
    changed[changed.length - 20] = (changed[changed.length - 20] ?? 0) ^ 1;
    await writeFile(file('changed.slt'), changed);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('prints what people read, with the label first', async () => {
    const { code, stdout, stderr } = await run('good.slt', '--key', 'keys.json');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')[0]).toBe('[TLP:GREEN] SLT Exchange, arrangement SDN (Sudan)');
    expect(stdout).toContain('\n[TLP:GREEN] UNCLASSIFIED Avoid the market\n');
    expect(stdout).toContain('\n    Shots were heard.\n    Stay inside.\n');
    expect(stdout).toContain('For RIVERAID alone.');
    expect(stdout).toContain('GONE: delete what you hold of\n  019b2f00-0000-7000-8000-00000000000f\n');
    expect(stdout).toContain('Cursor: the-cursor\n');
    expect(stdout).not.toMatch(/OLD|MORE|EXERCISE/);
  });

  it('prints it for programs', async () => {
    const { code, stdout } = await run('good.slt', '--key', 'keys.json', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([0, content()]);
  });

  it('prints nothing of what it refuses, and says why', async () => {
    const { code, stdout, stderr } = await run('changed.slt', '--key', 'keys.json');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^REFUSED \(wrong-signature\): /);
  });

  it('calls what is old by its name, and shows it only when asked to', async () => {
    const times = { madeAt: later(-72).toISOString(), expiresAt: later(-48).toISOString() };
    await writeFile(file('old.slt'), await bundle(times));
    const refused = await run('old.slt', '--key', 'keys.json');
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toMatch(/^REFUSED \(old\): /);
    const shown = await run('old.slt', '--key', 'keys.json', '--any-time');
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('THIS BUNDLE IS OLD');
  });

  it('marks exercises, what has expired and what is missing', async () => {
    const alerts = [
      alert({
        status: 'exercise',
        state: 'cancelled',
        handling: { tlp: 'AMBER', classification: 'CONFIDENTIAL' },
      }),
      alert({ expiresAt: later(-1).toISOString(), originator: undefined }),
    ];
    await writeFile(file('marked.slt'), await bundle({ alerts, drill: true, complete: false }));
    const { stdout } = await run('marked.slt', '--key', 'keys.json');
    expect(stdout).toMatch(/^\[TLP:AMBER\] EXERCISE, not for action: /);
    expect(stdout).toContain('\n[TLP:AMBER] CONFIDENTIAL EXERCISE CANCELLED Avoid the market\n');
    expect(stdout).toContain('\n[TLP:GREEN] UNCLASSIFIED EXPIRED Avoid the market\n');
    expect(stdout).toContain('THERE IS MORE');
    expect(stdout).toContain('From: an originator that stays unnamed');
  });

  it('lets no text command the terminal, or look like a line of its own', async () => {
    const text = {
      language: 'en',
      headline: 'One\n[TLP:CLEAR] UNCLASSIFIED Two',
      description: '\u001b[2JGone\u202e\r\n[TLP:CLEAR] Three\u2028GONE: all',
    };
    await writeFile(file('hostile.slt'), await bundle({ alerts: [alert({ text })] }));
    const { stdout } = await run('hostile.slt', '--key', 'keys.json');
    expect(stdout).toContain('[2JGone');
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(stdout.split('\n').filter((one) => /^(\[TLP:CLEAR\]|GONE: all)/.test(one))).toEqual([]);
  });

  it('says how it is called', async () => {
    expect((await run('--help')).stdout).toMatch(/^usage: /);
    for (const parameters of [[], ['good.slt'], ['good.slt', '--key', 'nowhere.json'], ['--what']]) {
      const { code, stdout, stderr } = await run(...parameters);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain('usage: ');
    }
  });
});
