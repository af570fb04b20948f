import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { startApp, type TestApp } from '../support/app.js';

let app: TestApp;
let folder: string;
beforeAll(async () => {
  app = await startApp();
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'slt-client-'));
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

/** @returns what it printed; its complaints are in the error when it fails */
async function run(program: string, ...args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)(process.execPath, [resolve(program), ...args], { cwd: folder })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}

describe('a TypeScript client that a public generator makes from the document', () => {
  it('compiles under strict, and does the main job', async () => {
    await run(
      'node_modules/@hey-api/openapi-ts/bin/run.js',
      ...['--input', resolve('openapi/openapi.json'), '--output', join(folder, 'generated')],
      ...['--client', '@hey-api/client-fetch', '--no-log-file', '--silent'],
    );
    // Not a source of ours: what it imports is only there once it is generated.
    copyFileSync('test/openapi/main-job.ts.txt', join(folder, 'main-job.ts'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    const compilerOptions = {
      ...{ strict: true, noUncheckedIndexedAccess: true, target: 'es2023', lib: ['es2024', 'dom', 'dom.iterable'] },
      ...{ module: 'nodenext', moduleResolution: 'nodenext', rootDir: '.', outDir: 'built' },
      ...{ types: ['node'], typeRoots: [resolve('node_modules/@types')] },
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['**/*.ts'] }));
    await run('node_modules/typescript/bin/tsc', '--project', folder);
    expect(readFileSync(join(folder, 'generated', 'sdk.gen.ts'), 'utf8')).toContain('export const publishAlert');

    const { clientId, clientSecret } = app.stewardClient;
    const told = JSON.parse(await run(join(folder, 'built', 'main-job.js'), app.url, clientId, clientSecret)) as {
      id: string;
    };
    expect(told).toEqual({
      id: expect.any(String) as string,
      location: `/v1/alerts/${told.id}`,
      headline: 'Armed clashes near the market',
      originator: 'UNDSS',
      list: [told.id],
      changes: [{ change: 'published', id: told.id }],
      hidden: { status: 404, title: 'Not found' },
      refused: ['#/event'],
      arrangements: ['ULN'],
    });
  });
});
