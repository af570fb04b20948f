import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { changesOf, eventually, EVERYWHERE, visibleBy } from '../alerts/channels.js';
import { mutationsOf, omissionsOf, rowCounts, sendAll, unnamed } from '../alerts/mutations.js';
import { requestToken, startApp, type TestApp } from '../support/app.js';
import {
  alert,
  alertInput,
  arrangement,
  client,
  leave,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Http, type Problem } from '../support/http.js';

interface View {
  clientId: string;
  clientSecret?: string;
  revokedAt?: string;
}

let app: TestApp;
let un: TestPartner;
let member: TestPartner;
let here: TestArrangement;
let there: TestArrangement;

beforeAll(async () => {
  app = await startApp();
  [un, member] = await Promise.all([partner(app, { kind: 'un_entity' }), partner(app)]);
  [here, there] = (await Promise.all([1, 2].map(() => arrangement(app, { members: [un, member] })))) as [
    TestArrangement,
    TestArrangement,
  ];
});
afterAll(() => app.close());

const clientsOf = ({ partner: { id } }: TestPartner): string => `/v1/partners/${id}/clients`;
const input = (overrides: Record<string, unknown> = {}) => ({
  name: 'Feed',
  scopes: ['alerts:read'],
  ...overrides,
});
const make = (overrides: Record<string, unknown> = {}, of = member) =>
  app.steward.post<View>(clientsOf(of), input(overrides));
const tokenStatus = async (one: View): Promise<number> =>
  (await requestToken(app.anonymous, { clientId: one.clientId, clientSecret: one.clientSecret ?? '' }))
    .status;

const publish = (to: TestArrangement[], overrides: Parameters<typeof renditionInput>[0] = {}) =>
  alert(un.http, {
    renditions: [renditionInput({ ...overrides, audience: { arrangements: to.map(({ code }) => code) } })],
  });

describe('making a client', () => {
  it('shows its secret this once and never again', async () => {
    const made = expectStatus(
      await make({ allowedNetworks: ['127.0.0.0/8'], expiresAt: '2099-01-01T00:00:00Z' }),
      201,
    );
    const secret = made.clientSecret ?? '';
    expect(secret.length).toBeGreaterThan(40);
    const list = await app.steward.get(clientsOf(member));
    expect(list.text).toContain(made.clientId);
    const again = await app.steward.post(`${clientsOf(member)}/${made.clientId}/rotation`, {});
    for (const { text } of [
      list,
      again,
      await member.http.get(clientsOf(member)),
      await member.http.get('/v1/me'),
    ]) {
      expect(text).not.toContain(secret);
      expect(text).not.toMatch(/hash|reader/i);
    }
  });

  it('refuses any wrong value, missing or unknown name in any place, and then leaves nothing', async () => {
    const before = await rowCounts(app);
    const body = input({
      ceiling: { tlp: 'AMBER', classification: 'CONFIDENTIAL' },
      arrangements: [here.code],
      allowedNetworks: ['127.0.0.0/8', '::1/128'],
      expiresAt: '2099-01-01T00:00:00Z',
      authentication: 'client_secret',
      requireDpop: true,
    });
    const harmless =
      /^#\/name (a word|not a number)$|^#\/allowedNetworks an empty list$|^#\/requireDpop true$/;
    const wrong = mutationsOf(body).filter(({ pointer, what }) => !harmless.test(`${pointer} ${what}`));
    const missing = omissionsOf(body).filter(({ pointer }) =>
      ['#/name', '#/scopes', '#/ceiling/tlp'].includes(pointer),
    );
    const all = [...wrong, ...missing];
    expect(unnamed(all, await sendAll(app.steward, clientsOf(member), all))).toEqual([]);
    expect(await rowCounts(app)).toEqual(before);
  });

  it('refuses keys that are none, private, or beside a secret', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const [secret, open] = [privateKey, publicKey].map((key) => key.export({ format: 'jwk' }));
    const before = await rowCounts(app);
    for (const [body, pointer] of [
      [{ authentication: 'private_key_jwt' }, '#/jwks'],
      [{ jwks: { keys: [open] } }, '#/jwks'],
      [{ authentication: 'private_key_jwt', jwks: {} }, '#/jwks/keys'],
      [{ authentication: 'private_key_jwt', jwks: { keys: [] } }, '#/jwks/keys'],
      [{ authentication: 'private_key_jwt', jwks: { keys: [secret] } }, '#/jwks/keys/0'],
      [{ authentication: 'private_key_jwt', jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }, '#/jwks/keys/0'],
      [{ authentication: 'private_key_jwt', jwks: { keys: [{ ...open, x: 'AAAA' }] } }, '#/jwks/keys/0'],
    ] as const) {
      const answer = await app.steward.post<Problem>(clientsOf(member), input(body));
      expect([answer.status, answer.body.errors?.map((fault) => fault.pointer)]).toEqual([400, [pointer]]);
    }
    const wrong = mutationsOf(input({ authentication: 'private_key_jwt', jwks: { keys: [open] } })).filter(
      ({ pointer }) =>
        // A set may say more than its keys (RFC 7517 §5).
        pointer.startsWith('#/jwks') && !/^#\/jwks\/(unknown|a~1b~0c)$/.test(pointer),
    );
    expect(unnamed(wrong, await sendAll(app.steward, clientsOf(member), wrong))).toEqual([]);
    expect(await rowCounts(app)).toEqual(before);
    const made = expectStatus(await make({ authentication: 'private_key_jwt', jwks: { keys: [open] } }), 201);
    expect(made.clientSecret).toBeUndefined();
  });

  it('refuses networks that are none, a past end, and arrangements that are not there', async () => {
    for (const [body, pointer] of [
      [{ allowedNetworks: ['127.0.0.1/33'] }, '#/allowedNetworks/0'],
      [{ allowedNetworks: ['::1/129'] }, '#/allowedNetworks/0'],
      [{ allowedNetworks: ['127.0.0.0/8', '127.0.0.0/8'] }, '#/allowedNetworks'],
      [{ expiresAt: '2020-01-01T00:00:00Z' }, '#/expiresAt'],
      [{ arrangements: [here.code, 'NOWHERE'] }, '#/arrangements/1'],
      [{ scopes: ['alerts:read', 'alerts:all'] }, '#/scopes'],
      [{ scopes: ['alerts:read', 'alerts:read'] }, '#/scopes'],
    ] as const) {
      const answer = await app.steward.post<Problem>(clientsOf(member), input(body));
      expect([answer.status, answer.body.errors?.map((fault) => fault.pointer)]).toEqual([400, [pointer]]);
    }
  });

  it('is for those who manage partners', async () => {
    const { clientId } = expectStatus(await make(), 201);
    for (const [method, path, body, status] of [
      ['POST', clientsOf(member), input(), 201],
      ['POST', `${clientsOf(member)}/${clientId}/rotation`, {}, 200],
      ['DELETE', `${clientsOf(member)}/${clientId}`, undefined, 204],
    ] as const) {
      expect((await app.anonymous.send(method, path, body)).status).toBe(401);
      expect((await member.http.send(method, path, body)).status).toBe(403);
      expect([path, (await app.steward.send(method, path, body)).status]).toEqual([path, status]);
    }
    for (const id of [randomUUID(), '%00', 'x'.repeat(65), "'", '%F0%9F%92%A5', un.client.clientId]) {
      expect([id, (await app.steward.delete(`${clientsOf(member)}/${id}`)).status]).toEqual([id, 404]);
      expect([id, (await app.steward.post(`${clientsOf(member)}/${id}/rotation`, {})).status]).toEqual([
        id,
        404,
      ]);
    }
    expect((await app.as(un.client)).url).toBe(app.url);
  });
});

describe('a secret', () => {
  it('is replaced at once, or goes on for as long as it is said', async () => {
    const made = expectStatus(await make(), 201);
    const rotate = async (body: unknown) =>
      expectStatus(await app.steward.post<View>(`${clientsOf(member)}/${made.clientId}/rotation`, body), 200);
    const second = await rotate({});
    expect([await tokenStatus(made), await tokenStatus(second)]).toEqual([401, 200]);
    const third = await rotate({ overlapSeconds: 3600 });
    expect([await tokenStatus(second), await tokenStatus(third)]).toEqual([200, 200]);
    const fourth = await rotate({ overlapSeconds: 1 });
    expect([await tokenStatus(second), await tokenStatus(fourth)]).toEqual([401, 200]);
    await eventually(async () => (await tokenStatus(third)) === 401);
    expect(new Set([made, second, third, fourth].map((one) => one.clientSecret)).size).toBe(4);
    const wrong = mutationsOf({ overlapSeconds: 10 });
    const path = `${clientsOf(member)}/${made.clientId}/rotation`;
    expect(unnamed(wrong, await sendAll(app.steward, path, wrong))).toEqual([]);
    for (const overlapSeconds of [-1, 0.5, 7 * 24 * 3600 + 1]) {
      expect((await app.steward.post(path, { overlapSeconds })).status).toBe(400);
    }
  });

  it('opens nothing once its client is revoked, nor do the tokens it gave', async () => {
    const made = expectStatus(await make(), 201);
    const http = await app.as({ clientId: made.clientId, clientSecret: made.clientSecret ?? '' });
    const path = `${clientsOf(member)}/${made.clientId}`;
    for (let time = 0; time < 2; time += 1) expect((await app.steward.delete(path)).status).toBe(204);
    await eventually(async () => (await http.get('/v1/me')).status === 401);
    expect(await tokenStatus(made)).toBe(401);
    expect((await app.steward.post(`${path}/rotation`, {})).status).toBe(409);
    const { items } = (await app.steward.get<{ items: View[] }>(clientsOf(member))).body;
    expect(items.find(({ clientId }) => clientId === made.clientId)?.revokedAt).toBeDefined();
    expect((await member.http.get('/v1/me')).status).toBe(200);
  });

  it('opens nothing after its end, nor from elsewhere than its networks', async () => {
    const soon = expectStatus(await make({ expiresAt: new Date(Date.now() + 6000).toISOString() }), 201);
    const http = await app.as({ clientId: soon.clientId, clientSecret: soon.clientSecret ?? '' });
    await eventually(async () => (await http.get('/v1/me')).status === 401);
    expect(await tokenStatus(soon)).toBe(401);
    const away = expectStatus(await make({ allowedNetworks: ['192.0.2.0/24', '2001:db8::/32'] }), 201);
    expect(await tokenStatus(away)).not.toBe(200);
    const near = expectStatus(await make({ allowedNetworks: ['127.0.0.0/8'] }), 201);
    expect(await tokenStatus(near)).toBe(200);
  });
});

describe('a client that was narrowed', () => {
  const narrowed = async (options: Parameters<typeof client>[2], of = member): Promise<Http> =>
    app.as(await client(app, of.partner.id, options));

  it('by a ceiling reads no higher, on any channel', async () => {
    const http = await narrowed({ ceiling: { tlp: 'GREEN' } });
    const amber = await publish([here], { tlp: 'AMBER' });
    const green = await publish([here]);
    expect(await visibleBy(http, amber.id)).toEqual([]);
    expect(await visibleBy(http, green.id)).toEqual(EVERYWHERE);
    for (const { id } of [amber, green]) expect(await visibleBy(member.http, id)).toEqual(EVERYWHERE);
  });

  it('to arrangements reads only what comes through them, and sees only them', async () => {
    const before = await publish([here]);
    const http = await narrowed({ arrangements: [here.code] });
    const through = [before, await publish([here]), await publish([here, there])];
    const beside = await publish([there]);
    const direct = await alert(un.http, { audience: { partners: [member.partner.code] } });
    const toKind = await alert(un.http, { audience: { kinds: ['ingo'] } });
    for (const { id } of through) expect(await visibleBy(http, id)).toEqual(EVERYWHERE);
    for (const { id } of [beside, direct, toKind]) {
      expect(await visibleBy(http, id)).toEqual([]);
      expect(await visibleBy(member.http, id)).toEqual(EVERYWHERE);
    }
    const { items } = (await http.get<{ items: { id: string }[] }>('/v1/arrangements')).body;
    expect(items.map(({ id }) => id)).toEqual([here.id]);
    expect((await http.get(`/v1/arrangements/${there.id}`)).status).toBe(404);
    expect((await http.get(`/v1/arrangements/${there.id}/members`)).status).toBe(404);
    expect((await http.get('/v1/alerts', { query: { arrangement: there.code } })).status).toBe(400);
    const me = (await http.get<{ arrangements: { id: string }[] }>('/v1/me')).body;
    expect(me.arrangements.map(({ id }) => id)).toEqual([here.id]);
  });

  it('lists itself alone, and not what other clients of its partner are limited to', async () => {
    const owner = await partner(app);
    const its = await client(app, owner.partner.id, { ceiling: { tlp: 'GREEN' } });
    const listed = async (http: Http): Promise<string[]> =>
      expectStatus(await http.get<{ items: View[] }>(clientsOf(owner)), 200).items.map((one) => one.clientId);
    expect(await listed(await app.as(its))).toEqual([its.clientId]);
    expect((await listed(owner.http)).sort()).toEqual([its.clientId, owner.client.clientId].sort());
  });

  it('loses what it read when its partner does, and when it is revoked', async () => {
    const reader = await partner(app);
    const where = await arrangement(app, { members: [un, reader] });
    const http = await narrowed({ ceiling: { tlp: 'GREEN' } }, reader);
    const { id } = await publish([where]);
    expect(await visibleBy(http, id)).toEqual(EVERYWHERE);
    await leave(app, where, reader);
    expect(await visibleBy(http, id)).toEqual([]);
    expect(await changesOf(http, id)).toEqual([
      ['published', 1],
      ['withdrawn', 2],
    ]);
  });

  it('shares nothing beyond its ceiling and arrangements, nor what it could not read back', async () => {
    const http = await narrowed({ ceiling: { tlp: 'GREEN' }, arrangements: [here.code] }, un);
    const before = await rowCounts(app);
    const post = (overrides: Parameters<typeof renditionInput>[0]) =>
      http.post<{ id: string }>('/v1/alerts', alertInput({ renditions: [renditionInput(overrides)] }));
    const audience = { arrangements: [here.code] };
    for (const overrides of [
      { tlp: 'AMBER' as const, audience },
      {
        tlp: 'AMBER' as const,
        classification: 'CONFIDENTIAL' as const,
        classificationReason: 'why',
        audience,
      },
      { audience: { ...audience, partners: [member.partner.code] } },
      { audience: { ...audience, kinds: ['ingo'] } },
      { audience: { kinds: ['ingo'] } },
      { audience: {} },
    ]) {
      expect([overrides, (await post(overrides)).status]).toEqual([overrides, 403]);
    }
    expect((await post({ audience: { arrangements: [here.code, there.code] } })).status).toBe(400);
    expect((await http.post('/v1/alerts', alertInput({ state: 'draft', audience }))).status).toBe(403);
    expect(await rowCounts(app)).toEqual(before);
    const { id } = expectStatus(await post({ audience }), 201);
    expect(await visibleBy(member.http, id)).toEqual(EVERYWHERE);
    expect(await visibleBy(http, id)).toEqual(EVERYWHERE);
    // What its partner published is not the client's to change.
    for (const [path, body] of [
      ['updates', alertInput({ audience })],
      ['cancellation', {}],
      ['withdrawal', undefined],
    ] as const) {
      expect([path, (await http.post(`/v1/alerts/${id}/${path}`, body)).status]).toEqual([path, 403]);
    }
    expect((await http.get(`/v1/alerts/${id}/renditions`)).status).toBe(403);
    expectStatus(await un.http.post(`/v1/alerts/${id}/withdrawal`), 204);
  });
});
