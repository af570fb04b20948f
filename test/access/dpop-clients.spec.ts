import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { EventStream } from '../delivery/event-stream.js';
import { type ClientCredentials, startApp, type TestApp } from '../support/app.js';
import { partner, type TestPartner, USUAL_SCOPES } from '../support/factories.js';
import { expectStatus, type Problem } from '../support/http.js';
import { accessToken, bearer, eventually, get, requestToken } from './issuing.js';
import { athOf, boundToken, ecHolder, proofOf } from './proofs.js';

let app: TestApp;
let other: TestApp;
let owner: TestPartner;
const SOON = 20_000;
beforeAll(async () => {
  app = await startApp();
  other = await startApp({ database: app.database, settings: { SLT_PUBLIC_URL: app.url } });
  owner = await partner(app);
});
afterAll(async () => {
  await other.close();
  await app.close();
});

type View = ClientCredentials & { requireDpop: boolean };
const clients = () => `/v1/partners/${owner.partner.id}/clients`;
const make = async (more: object = {}) =>
  expectStatus(
    await app.steward.post<View>(clients(), { name: 'Bound', scopes: USUAL_SCOPES, ...more }),
    201,
  );
const change = (clientId: string, requireDpop: unknown) =>
  app.steward.patch<View & Problem>(`${clients()}/${clientId}`, { requireDpop });
const status = async (at: TestApp, token: string) => (await get(at, '/v1/me', bearer(token))).status;
const holder = ecHolder();
const withProof = async (client: ClientCredentials) => {
  const token = await boundToken(app, client, holder);
  const DPoP = await proofOf(holder, 'GET', `${app.url}/v1/me`, { claims: { ath: athOf(token) } });
  return (await get(app, '/v1/me', { Authorization: `DPoP ${token}`, DPoP })).status;
};

describe('a client whose tokens must be bound', () => {
  it('gets no other token', async () => {
    const client = await make({ requireDpop: true });
    expect(client.requireDpop).toBe(true);
    const { status: refused, body } = await requestToken(app, client);
    expect([refused, body['error']]).toEqual([400, 'invalid_grant']);
    expect(await withProof(client)).toBe(200);
  });

  it('says so in the list, and others that they do not', async () => {
    const [bound, free] = [await make({ requireDpop: true }), await make()];
    expect(free.requireDpop).toBe(false);
    const { items } = expectStatus(await app.steward.get<{ items: View[] }>(clients()), 200);
    const found = (id: string) => items.find(({ clientId }) => clientId === id)?.requireDpop;
    expect([found(bound.clientId), found(free.clientId)]).toEqual([true, false]);
  });

  it('can come to be one: plain tokens and streams that it has end within seconds in every process', async () => {
    const client = await make();
    const [token, streaming] = [await accessToken(app, client), await accessToken(app, client)];
    const streams = await Promise.all(
      [app, other].map((at) => EventStream.open(at.anonymous.with(bearer(streaming)))),
    );
    expect([await status(app, token), await status(other, token)]).toEqual([200, 200]);
    expect(expectStatus(await change(client.clientId, true), 200).requireDpop).toBe(true);
    await eventually(
      SOON,
      async () => (await status(app, token)) === 401 && (await status(other, token)) === 401,
    );
    for (const stream of streams) await stream.until(({ ended }) => ended, SOON);
    expect((await requestToken(app, client)).status).toBe(400);
    expect(await withProof(client)).toBe(200);

    // Nothing else is changed by a change of something else.
    expectStatus(await app.steward.patch(`${clients()}/${client.clientId}`, { name: 'Renamed' }), 200);
    expect((await requestToken(app, client)).status).toBe(400);
    expect(expectStatus(await change(client.clientId, false), 200).requireDpop).toBe(false);
    expect((await requestToken(app, client)).status).toBe(200);
  });

  it('is found in the audit of its partner when it came or ceased to be one', async () => {
    const { clientId } = await make();
    expectStatus(await change(clientId, true), 200);
    const reader = await app.as(await make({ scopes: ['audit:read'] }));
    const query = { action: 'client.changed', object: owner.partner.id };
    const { items } = expectStatus(
      await reader.get<{ items: { details: object }[] }>('/v1/audit', { query }),
      200,
    );
    expect(items.map(({ details }) => details)).toContainEqual({ client: clientId, requireDpop: true });
  });

  it('is made by true and false alone', async () => {
    const { clientId } = await make();
    for (const value of ['true', 1, 'yes', {}]) {
      const answer = await change(clientId, value);
      expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, '#/requireDpop']);
    }
  });
});

it('the example in the README works when it is pasted', async () => {
  const readme = readFileSync('README.md', 'utf8');
  const [, program = ''] = /```js\n([^`]*?dpop\+jwt[\s\S]*?)```/.exec(readme) ?? [];
  expect(program).not.toBe('');
  const { clientId, clientSecret } = await make({ requireDpop: true });
  const env = { ...process.env, API: app.url, CLIENT: `${clientId}:${clientSecret}` };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    env,
  });
  expect(stdout).toContain(clientId);
  expect(stdout).toContain('200');
});
