import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { changesOf, eventually, EVERYWHERE, visibleBy } from '../alerts/channels.js';
import { mutationsOf, omissionsOf, rowCounts, sendAll, unnamed } from '../alerts/mutations.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  arrangement,
  client,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
  uniqueCode,
} from '../support/factories.js';
import { expectStatus, type Http, type Problem } from '../support/http.js';

interface View {
  id: string;
  code: string;
  name: string;
  kind: string;
  status: string;
  country?: string;
  ceiling?: { tlp: string; classification: string };
}
interface Page {
  items: View[];
  nextCursor: string | null;
}

let app: TestApp;
let un: TestPartner;
let peer: TestPartner;
let stranger: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  app = await startApp();
  [un, peer, stranger] = await Promise.all([partner(app, { kind: 'un_entity' }), partner(app), partner(app)]);
  here = await arrangement(app, { members: [un, peer] });
});
afterAll(() => app.close());

const input = (overrides: Record<string, unknown> = {}) => ({
  code: uniqueCode('N'),
  name: 'New Partner',
  kind: 'ingo',
  country: 'CH',
  ceiling: { tlp: 'AMBER', classification: 'CONFIDENTIAL' },
  ...overrides,
});

const publish = (to: TestArrangement, overrides: Parameters<typeof renditionInput>[0] = {}) =>
  alert(un.http, { renditions: [renditionInput({ ...overrides, audience: { arrangements: [to.code] } })] });

const stand = (id: string, change: string) => app.steward.post<View>(`/v1/partners/${id}/${change}`);

describe('admitting a partner', () => {
  it('makes it, as it is read afterwards, by itself and in the list', async () => {
    const body = input();
    const answer = await app.steward.post<View>('/v1/partners', body);
    expect([answer.status, answer.body]).toEqual([
      201,
      {
        ...body,
        id: expect.any(String),
        status: 'active',
        createdAt: expect.any(String),
        updatedAt: expect.any(String),
      },
    ]);
    expect(answer.headers.get('etag')).toBe('"1"');
    const read = await app.steward.get<View>(`/v1/partners/${answer.body.id}`);
    expect([read.status, read.body]).toEqual([200, answer.body]);
    const kind = await app.steward.get<Page>('/v1/partners', { query: { kind: 'ingo', limit: 200 } });
    expect(kind.body.items).toContainEqual(answer.body);
    const donors = await app.steward.get<Page>('/v1/partners', { query: { kind: 'donor' } });
    expect(donors.body.items).toEqual([]);
  });

  it('gives a ceiling without classification the highest that its label admits', async () => {
    for (const [tlp, classification] of [
      ['CLEAR', 'UNCLASSIFIED'],
      ['GREEN', 'UNCLASSIFIED'],
      ['AMBER', 'CONFIDENTIAL'],
      ['AMBER+STRICT', 'STRICTLY_CONFIDENTIAL'],
      ['RED', 'STRICTLY_CONFIDENTIAL'],
    ]) {
      const made = expectStatus(
        await app.steward.post<View>('/v1/partners', input({ ceiling: { tlp } })),
        201,
      );
      expect(made.ceiling).toEqual({ tlp, classification });
    }
  });

  it('refuses any wrong value, missing or unknown name in any place, and then leaves nothing', async () => {
    const before = await rowCounts(app);
    const harmless = /^#\/name (a word|not a number)$/;
    const wrong = mutationsOf(input()).filter(({ pointer, what }) => !harmless.test(`${pointer} ${what}`));
    const missing = omissionsOf(input()).filter(({ pointer }) => !/country|classification/.test(pointer));
    const all = [...wrong, ...missing];
    expect(unnamed(all, await sendAll(app.steward, '/v1/partners', all))).toEqual([]);
    expect(await rowCounts(app)).toEqual(before);
  });

  it.each([
    ['code', 'a'],
    ['code', 'lower'],
    ['code', 'X'.repeat(33)],
    ['code', 'A B'],
    ['code', 'Ä-1'],
    ['code', 'AB\n'],
    ['country', 'ch'],
    ['country', 'CHE'],
    ['kind', 'government'],
    ['name', 'x'],
  ])('refuses the %s %j', async (name, value) => {
    const answer = await app.steward.post<Problem>('/v1/partners', input({ [name]: value }));
    expect([answer.status, answer.body.errors?.map(({ pointer }) => pointer)]).toEqual([400, [`#/${name}`]]);
  });

  it('refuses a code that is taken, once and for twins', async () => {
    const body = input();
    const answers = await Promise.all([1, 2, 3].map(() => app.steward.post<Problem>('/v1/partners', body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body.errors).toEqual([{ pointer: '#/code', detail: 'is taken' }]);
  });

  it('happens once for one key, also for twins', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const body = input();
    const twins = await Promise.all(
      [1, 2, 3, 4].map(() => app.steward.post<View>('/v1/partners', body, { headers })),
    );
    expect(twins.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(new Set(twins.map((one) => one.body.id)).size).toBe(1);
    expect((await app.steward.post('/v1/partners', { ...body, name: 'Another' }, { headers })).status).toBe(
      422,
    );
    // A key belongs to one address.
    expect((await app.steward.post('/v1/arrangements', body, { headers })).status).toBe(400);
    const there = { code: uniqueCode('A'), name: 'There', countries: ['SD'], level: 'regular' };
    expect((await app.steward.post('/v1/arrangements', there, { headers })).status).toBe(422);
  });
});

describe('every route', () => {
  const routes = (id: string): [string, string, string, unknown, number][] => [
    ['POST', '/v1/partners', 'partners:manage', input(), 201],
    ['GET', '/v1/partners', 'partners:read', undefined, 200],
    ['GET', `/v1/partners/${id}`, 'partners:read', undefined, 200],
    ['PATCH', `/v1/partners/${id}`, 'partners:manage', { name: 'Renamed' }, 200],
    ['POST', `/v1/partners/${id}/suspension`, 'partners:manage', undefined, 200],
    ['POST', `/v1/partners/${id}/reinstatement`, 'partners:manage', undefined, 200],
    ['POST', `/v1/partners/${id}/clients`, 'partners:manage', { name: 'x', scopes: ['alerts:read'] }, 201],
    ['GET', `/v1/partners/${id}/clients`, 'partners:read', undefined, 200],
    ['POST', `/v1/partners/${id}/withdrawal`, 'partners:manage', undefined, 200],
  ];

  it('asks for a token, then for its scope, and is then done', async () => {
    const { id } = expectStatus(await app.steward.post<View>('/v1/partners', input()), 201);
    const without = (scope: string): Promise<Http> =>
      app.as(
        app.stewardClient,
        ['partners:read', 'partners:manage', 'alerts:read'].filter((one) => one !== scope).join(' '),
      );
    const others = {
      'partners:read': await without('partners:read'),
      'partners:manage': await without('partners:manage'),
    };
    for (const [method, path, scope, body, status] of routes(id)) {
      const stranger = await app.anonymous.send(method, path, body);
      expect([method, path, stranger.status, stranger.headers.get('www-authenticate')]).toEqual([
        method,
        path,
        401,
        'Bearer',
      ]);
      const poor = await others[scope as keyof typeof others].send(method, path, body);
      expect([method, path, poor.status]).toEqual([method, path, 403]);
      expect(poor.headers.get('www-authenticate')).toMatch(`scope="${scope}"`);
      const done = await app.steward.send(method, path, body);
      expect([method, path, done.status, done.text]).toEqual([method, path, status, expect.anything()]);
    }
  });

  it('answers for an id that is not there, or none, with the same 404', async () => {
    const answers = await Promise.all(
      [randomUUID(), 'x', '%00'].flatMap((id) =>
        routes(id)
          .filter(([, path]) => path !== '/v1/partners')
          .map(([method, path, , body]) => app.steward.send(method, path, body)),
      ),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(404);
  });
});

describe('changing a partner', () => {
  it('changes what is named and nothing else, for the version it was made for', async () => {
    const { id } = expectStatus(await app.steward.post<View>('/v1/partners', input()), 201);
    const change = (body: unknown, etag?: string) =>
      app.steward.patch<View>(`/v1/partners/${id}`, body, { headers: etag ? { 'If-Match': etag } : {} });
    const first = await change({ name: 'Renamed' }, '"1"');
    expect([first.status, first.headers.get('etag'), first.body]).toMatchObject([
      200,
      '"2"',
      { name: 'Renamed', country: 'CH', ceiling: { tlp: 'AMBER' } },
    ]);
    expect((await change({ name: 'Lost' }, '"1"')).status).toBe(412);
    expect((await change({ name: 'Lost' }, 'W/"2"')).status).toBe(412);
    const twins = await Promise.all(['A', 'B'].map((one) => change({ name: `Twin ${one}` }, '"2"')));
    expect(twins.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect((await change({ ceiling: { tlp: 'GREEN' } })).body.ceiling).toEqual({
      tlp: 'GREEN',
      classification: 'UNCLASSIFIED',
    });
  });

  it('refuses what it cannot change, and any wrong value', async () => {
    const before = await rowCounts(app);
    const wrong = mutationsOf({ name: 'Any', country: 'CH', ceiling: { tlp: 'RED' } }).filter(
      ({ pointer, what }) => !(pointer === '#/name' && ['a word', 'not a number'].includes(what)),
    );
    const path = `/v1/partners/${peer.partner.id}`;
    expect(unnamed(wrong, await sendAll(app.steward, path, wrong, 'PATCH'))).toEqual([]);
    for (const name of ['id', 'code', 'kind', 'status', 'version', 'createdAt']) {
      const answer = await app.steward.patch<Problem>(path, { [name]: 'X' });
      expect([answer.status, answer.body.errors]).toEqual([
        400,
        [{ pointer: `#/${name}`, detail: 'is not a known name' }],
      ]);
    }
    expect(await rowCounts(app)).toEqual(before);
  });

  it('of its ceiling decides anew what it has, at once and on every channel', async () => {
    const reader = await partner(app, { ceiling: { tlp: 'AMBER' } });
    const there = await arrangement(app, { members: [un, reader] });
    const amber = await publish(there, {
      tlp: 'AMBER',
      classification: 'CONFIDENTIAL',
      classificationReason: 'why',
    });
    const green = await publish(there);
    const change = async (ceiling: object) =>
      expectStatus(await app.steward.patch(`/v1/partners/${reader.partner.id}`, { ceiling }), 200);
    await change({ tlp: 'AMBER', classification: 'UNCLASSIFIED' });
    expect(await visibleBy(reader.http, amber.id)).toEqual([]);
    expect(await visibleBy(reader.http, green.id)).toEqual(EVERYWHERE);
    await change({ tlp: 'CLEAR' });
    expect(await visibleBy(reader.http, green.id)).toEqual([]);
    await change({ tlp: 'RED' });
    for (const { id } of [amber, green]) {
      expect(await visibleBy(reader.http, id)).toEqual(EVERYWHERE);
      expect(await changesOf(reader.http, id)).toEqual([
        ['published', 1],
        ['withdrawn', 2],
        ['published', 3],
      ]);
    }
  });
});

describe('the standing of a partner', () => {
  it('suspended, it reads tombstones and publishes nothing, until it is reinstated', async () => {
    const member = await partner(app);
    const there = await arrangement(app, { members: [un, member] });
    const { id } = await publish(there);
    const own = await alert(member.http, {
      renditions: [
        renditionInput({ classification: undefined as never, audience: { arrangements: [there.code] } }),
      ],
    });
    expect((await stand(member.partner.id, 'suspension')).body.status).toBe('suspended');
    expect(await visibleBy(member.http, id)).toEqual([]);
    expect(await changesOf(member.http, id)).toEqual([
      ['published', 1],
      ['withdrawn', 2],
    ]);
    await eventually(async () => (await member.http.post('/v1/alerts', {})).status === 403);
    for (const path of [`/v1/alerts/${own.id}/withdrawal`, `/v1/alerts/${own.id}/cancellation`]) {
      expect((await member.http.post(path, {})).status).toBe(403);
    }
    expect((await member.http.get('/v1/changes')).status).toBe(200);
    const me = await member.http.get<{ partner: View; scopes: string[]; arrangements: unknown[] }>('/v1/me');
    expect([me.body.partner.status, me.body.scopes, me.body.arrangements]).toEqual([
      'suspended',
      ['alerts:read', 'alerts:respond', 'arrangements:read', 'partners:read'],
      [],
    ]);
    expect((await member.http.get<Page>('/v1/partners')).body.items.map((one) => one.id)).toEqual([
      member.partner.id,
    ]);
    expect((await stand(member.partner.id, 'suspension')).status).toBe(409);
    expect((await stand(member.partner.id, 'reinstatement')).body.status).toBe('active');
    expect(await visibleBy(member.http, id)).toEqual(EVERYWHERE);
    await eventually(async () => (await member.http.post('/v1/alerts', {})).status === 400);
    expect((await stand(member.partner.id, 'reinstatement')).status).toBe(409);
  });

  it('withdrawn, its tokens stop working and it gets no new ones', async () => {
    const member = await partner(app);
    const there = await arrangement(app, { members: [un, member] });
    const { id } = await publish(there);
    expect((await stand(member.partner.id, 'withdrawal')).body.status).toBe('withdrawn');
    await eventually(async () => (await member.http.get('/v1/me')).status === 401);
    expect((await member.http.get(`/v1/alerts/${id}`)).status).toBe(401);
    await expect(app.as(member.client)).rejects.toThrow('expected 200, got 401');
    for (const change of ['suspension', 'reinstatement', 'withdrawal']) {
      expect([change, (await stand(member.partner.id, change)).status]).toEqual([change, 409]);
    }
    // What it was given is no longer given to it, whoever looks.
    expect((await publish(there)).id).toBeDefined();
  });

  it('is not its own to change', async () => {
    const me = (await app.steward.get<{ partner: View }>('/v1/me')).body.partner;
    for (const change of ['suspension', 'withdrawal']) expect((await stand(me.id, change)).status).toBe(403);
    expect((await app.steward.get<View>(`/v1/partners/${me.id}`)).body.status).toBe('active');
  });
});

describe('what a partner sees of others', () => {
  it('is itself and those it shares an arrangement with, and no ceiling but its own', async () => {
    const { items } = (await peer.http.get<Page>('/v1/partners')).body;
    expect(items.map(({ id }) => id).sort()).toEqual([un.partner.id, peer.partner.id].sort());
    for (const item of items)
      expect([item.id, 'ceiling' in item]).toEqual([item.id, item.id === peer.partner.id]);
    const other = await peer.http.get<View>(`/v1/partners/${un.partner.id}`);
    expect([other.status, 'ceiling' in other.body]).toEqual([200, false]);
    const hidden = await peer.http.get(`/v1/partners/${stranger.partner.id}`);
    expect([hidden.status, hidden.text]).toEqual([
      404,
      (await peer.http.get(`/v1/partners/${randomUUID()}`)).text,
    ]);
    expect((await stranger.http.get<Page>('/v1/partners')).body.items.map(({ id }) => id)).toEqual([
      stranger.partner.id,
    ]);
  });

  it('has no clients of others in it', async () => {
    const own = await peer.http.get<{ items: { clientId: string }[] }>(
      `/v1/partners/${peer.partner.id}/clients`,
    );
    expect(own.body.items.map(({ clientId }) => clientId)).toEqual([peer.client.clientId]);
    const others = await peer.http.get(`/v1/partners/${un.partner.id}/clients`);
    expect(others.text).not.toContain(un.client.clientId);
    expect((await peer.http.get(`/v1/partners/${stranger.partner.id}/clients`)).status).toBe(404);
  });

  it('comes in pages that hold each of them once', async () => {
    const members = await Promise.all(Array.from({ length: 5 }, () => partner(app)));
    const there = await arrangement(app, { members });
    expect(there.id).toBeDefined();
    const [{ http }] = members as [TestPartner];
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Page = (
        await http.get<Page>('/v1/partners', { query: { limit: 2, ...(cursor && { cursor }) } })
      ).body;
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(members.map((one) => one.partner.id).sort());
    const { nextCursor } = (await http.get<Page>('/v1/partners', { query: { limit: 2 } })).body;
    for (const [name, value] of Object.entries({ kind: 'ingo', status: 'active' })) {
      expect(
        (await http.get('/v1/partners', { query: { [name]: value, cursor: nextCursor ?? '' } })).status,
      ).toBe(400);
    }
    expect((await peer.http.get('/v1/partners', { query: { cursor: nextCursor ?? '' } })).status).toBe(400);
    for (const query of ['limit=0', 'limit=201', 'kind=x', 'status=x', 'code=X', 'kind=ingo&kind=io']) {
      expect([query, (await http.get(`/v1/partners?${query}`)).status]).toEqual([query, 400]);
    }
  });
});

describe('GET /v1/me', () => {
  it('says who is calling, with which rights', async () => {
    const me = await peer.http.get('/v1/me');
    expect([me.status, me.body]).toEqual([
      200,
      {
        clientId: peer.client.clientId,
        partner: {
          id: peer.partner.id,
          code: peer.partner.code,
          name: `Partner ${peer.partner.code}`,
          kind: 'ingo',
          status: 'active',
        },
        scopes: ['alerts:publish', 'alerts:read', 'alerts:respond', 'arrangements:read', 'partners:read'],
        attestBy: expect.stringMatching(/^\d{4}-/),
        ceiling: { tlp: 'RED', classification: 'STRICTLY_CONFIDENTIAL' },
        arrangements: [
          {
            id: here.id,
            code: here.code,
            name: `Arrangement ${here.code}`,
            ceiling: { tlp: 'RED', classification: 'STRICTLY_CONFIDENTIAL' },
          },
        ],
        requestsPerMinute: 1_000_000,
      },
    ]);
    const reading = await app.as(peer.client, 'alerts:read');
    expect((await reading.get<{ scopes: string[] }>('/v1/me')).body.scopes).toEqual(['alerts:read']);
    const narrowed = await app.as(await client(app, peer.partner.id, { ceiling: { tlp: 'GREEN' } }));
    expect((await narrowed.get<{ ceiling: object }>('/v1/me')).body.ceiling).toEqual({
      tlp: 'GREEN',
      classification: 'UNCLASSIFIED',
    });
    expect((await app.anonymous.get('/v1/me')).status).toBe(401);
  });
});

it('waits for its turn where others change standings, however long that takes', async () => {
  const blocker = new pg.Client({ connectionString: app.database.superuserUrl });
  await blocker.connect();
  await blocker.query('begin; lock table partner in exclusive mode');
  const steward = app.steward.impatient();
  const changing = [1, 2, 3].map(() => {
    const code = uniqueCode('P');
    const input = { code, name: code, kind: 'ingo', ceiling: { tlp: 'GREEN' } };
    return steward.post('/v1/partners', input);
  });
  // Longer than a reader or a publisher would be kept waiting.
  await sleep(4000);
  await blocker.end();
  expect((await Promise.all(changing)).map(({ status }) => status)).toEqual([201, 201, 201]);
});
