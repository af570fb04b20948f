import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { changesOf, eventually, EVERYWHERE, visibleBy } from '../alerts/channels.js';
import { mutationsOf, omissionsOf, rowCounts, sendAll, unnamed } from '../alerts/mutations.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  arrangement,
  join,
  leave,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
  uniqueCode,
} from '../support/factories.js';
import { query } from '../support/database.js';
import { expectStatus, type Http, type Problem } from '../support/http.js';

interface View {
  id: string;
  code: string;
  level: string;
}
interface Page {
  items: View[];
  nextCursor: string | null;
}
interface Member {
  partnerId: string;
  from: string;
  until?: string;
  state: string;
  ceiling?: { tlp: string; classification: string };
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
  code: uniqueCode('A'),
  name: 'New Arrangement',
  countries: ['SD', 'SS'],
  level: 'enhanced',
  ...overrides,
});

const membersOf = ({ id }: { id: string }, by = app.steward) =>
  by.get<{ items: Member[] }>(`/v1/arrangements/${id}/members`);
const add = (to: { id: string }, body: unknown) =>
  app.steward.post<Member>(`/v1/arrangements/${to.id}/members`, body);
const publish = (to: TestArrangement, overrides: Parameters<typeof renditionInput>[0] = {}) =>
  alert(un.http, { renditions: [renditionInput({ ...overrides, audience: { arrangements: [to.code] } })] });
const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();

describe('establishing an arrangement', () => {
  it('makes it, as it is read afterwards', async () => {
    const body = input();
    const answer = await app.steward.post<View>('/v1/arrangements', body);
    expect([answer.status, answer.headers.get('etag'), answer.body]).toEqual([
      201,
      '"1"',
      { ...body, id: expect.any(String), createdAt: expect.any(String), updatedAt: expect.any(String) },
    ]);
    expect((await app.steward.get(`/v1/arrangements/${answer.body.id}`)).body).toEqual(answer.body);
    expect((await membersOf(answer.body)).body.items).toEqual([]);
  });

  it('refuses any wrong value, missing or unknown name in any place, and then leaves nothing', async () => {
    const before = await rowCounts(app);
    const harmless = /^#\/name (a word|not a number)$/;
    const wrong = mutationsOf(input()).filter(({ pointer, what }) => !harmless.test(`${pointer} ${what}`));
    const all = [...wrong, ...omissionsOf(input())];
    expect(unnamed(all, await sendAll(app.steward, '/v1/arrangements', all))).toEqual([]);
    const twice = await app.steward.post('/v1/arrangements', input({ countries: ['SD', 'SD'] }));
    expect(twice.status).toBe(400);
    expect(await rowCounts(app)).toEqual(before);
  });

  it('refuses a code that is taken, and happens once for one key, also for twins', async () => {
    const body = input();
    const answers = await Promise.all(
      [1, 2, 3].map(() => app.steward.post<Problem>('/v1/arrangements', body)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const headers = { 'Idempotency-Key': randomUUID() };
    const again = input();
    const twins = await Promise.all(
      [1, 2, 3].map(() => app.steward.post<View>('/v1/arrangements', again, { headers })),
    );
    expect(twins.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(twins.map((one) => one.body.id)).size).toBe(1);
  });
});

describe('every route', () => {
  const routes = (id: string): [string, string, string, unknown, number][] => [
    ['POST', '/v1/arrangements', 'arrangements:manage', input(), 201],
    ['GET', '/v1/arrangements', 'arrangements:read', undefined, 200],
    ['GET', `/v1/arrangements/${id}`, 'arrangements:read', undefined, 200],
    ['PATCH', `/v1/arrangements/${id}`, 'arrangements:manage', { level: 'emergency' }, 200],
    [
      'POST',
      `/v1/arrangements/${id}/members`,
      'arrangements:manage',
      { partnerId: stranger.partner.id },
      201,
    ],
    ['GET', `/v1/arrangements/${id}/members`, 'arrangements:read', undefined, 200],
    [
      'DELETE',
      `/v1/arrangements/${id}/members/${stranger.partner.id}`,
      'arrangements:manage',
      undefined,
      204,
    ],
  ];

  it('asks for a token, then for its scope, and is then done', async () => {
    const { id } = await arrangement(app);
    const without = (scope: string): Promise<Http> =>
      app.as(
        app.stewardClient,
        ['arrangements:read', 'arrangements:manage', 'partners:manage']
          .filter((one) => one !== scope)
          .join(' '),
      );
    const others = {
      'arrangements:read': await without('arrangements:read'),
      'arrangements:manage': await without('arrangements:manage'),
    };
    for (const [method, path, scope, body, status] of routes(id)) {
      expect([path, (await app.anonymous.send(method, path, body)).status]).toEqual([path, 401]);
      const poor = await others[scope as keyof typeof others].send(method, path, body);
      expect([method, path, poor.status, poor.headers.get('www-authenticate')]).toEqual([
        method,
        path,
        403,
        expect.stringContaining(`scope="${scope}"`),
      ]);
      expect([method, path, (await app.steward.send(method, path, body)).status]).toEqual([
        method,
        path,
        status,
      ]);
    }
  });

  it('answers for an id that is not there, or none, with the same 404', async () => {
    const answers = await Promise.all(
      [randomUUID(), 'x', '%00'].flatMap((id) =>
        routes(id)
          .filter(([, path]) => path !== '/v1/arrangements')
          .map(([method, path, , body]) => app.steward.send(method, path, body)),
      ),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(404);
    for (const id of [randomUUID(), 'x', '%00', stranger.partner.id]) {
      expect([id, (await app.steward.delete(`/v1/arrangements/${here.id}/members/${id}`)).status]).toEqual([
        id,
        404,
      ]);
    }
  });
});

describe('changing an arrangement', () => {
  it('changes what is named and nothing else, for the version it was made for', async () => {
    const { id } = expectStatus(await app.steward.post<View>('/v1/arrangements', input()), 201);
    const change = (body: unknown, etag?: string) =>
      app.steward.patch<View>(`/v1/arrangements/${id}`, body, { headers: etag ? { 'If-Match': etag } : {} });
    const first = await change({ level: 'emergency' }, '"1"');
    expect([first.status, first.headers.get('etag'), first.body]).toMatchObject([
      200,
      '"2"',
      { level: 'emergency', name: 'New Arrangement', countries: ['SD', 'SS'] },
    ]);
    expect((await change({ level: 'regular' }, '"1"')).status).toBe(412);
    const twins = await Promise.all(['A', 'B'].map((one) => change({ name: `Twin ${one}` }, '"2"')));
    expect(twins.map(({ status }) => status).sort()).toEqual([200, 412]);
    const wrong = mutationsOf({ name: 'Any', countries: ['SD'], level: 'regular' }).filter(
      ({ pointer, what }) => !(pointer === '#/name' && ['a word', 'not a number'].includes(what)),
    );
    expect(unnamed(wrong, await sendAll(app.steward, `/v1/arrangements/${id}`, wrong, 'PATCH'))).toEqual([]);
    expect((await change({ code: 'OTHER' })).status).toBe(400);
  });
});

describe('the chair', () => {
  it('is appointed once, and the audit says whom and in whose place', async () => {
    const [first, second] = [await partner(app), await partner(app)];
    const place = await arrangement(app, { members: [first, second] });
    const path = `/v1/arrangements/${place.id}`;
    for (const one of [first, first, second]) {
      expectStatus(await app.steward.put(`${path}/chair`, { partnerId: one.partner.id }), 200);
    }
    const audit = await app.steward.get<{ items: { action: string; details: object }[] }>('/v1/audit', {
      query: { object: place.id },
    });
    const appointed = audit.body.items.filter(({ action }) => action === 'arrangement.chair_appointed');
    expect(appointed.map(({ details }) => details)).toEqual([
      { chair: second.partner.id, before: first.partner.id },
      { chair: first.partner.id },
    ]);
  });
});

describe('what a partner sees of arrangements', () => {
  it('is those of which it is a member now, with their members but not their ceilings', async () => {
    const list = await peer.http.get<{ items: View[] }>('/v1/arrangements');
    expect(list.body.items.map(({ id }) => id)).toEqual([here.id]);
    const { items } = (await membersOf(here, peer.http)).body;
    expect(items.map(({ partnerId }) => partnerId).sort()).toEqual([un.partner.id, peer.partner.id].sort());
    for (const item of items) {
      expect([item.partnerId, 'ceiling' in item]).toEqual([
        item.partnerId,
        item.partnerId === peer.partner.id,
      ]);
    }
    const missing = await stranger.http.get(`/v1/arrangements/${randomUUID()}`);
    for (const path of [`/v1/arrangements/${here.id}`, `/v1/arrangements/${here.id}/members`]) {
      const hidden = await stranger.http.get(path);
      expect([path, hidden.status, hidden.text]).toEqual([path, 404, missing.text]);
    }
    expect((await stranger.http.get<{ items: View[] }>('/v1/arrangements')).body.items).toEqual([]);
  });

  it('ends with the membership, of both sides', async () => {
    const member = await partner(app);
    const there = await arrangement(app, { members: [un, member] });
    const sees = async (): Promise<unknown[]> => [
      (await member.http.get(`/v1/arrangements/${there.id}`)).status,
      (await member.http.get(`/v1/partners/${un.partner.id}`)).status,
      (await un.http.get(`/v1/partners/${member.partner.id}`)).status,
      (await membersOf(there, un.http)).body.items.length,
    ];
    expect(await sees()).toEqual([200, 200, 200, 2]);
    await leave(app, there, member);
    expect(await sees()).toEqual([404, 404, 404, 1]);
  });

  it('comes in pages that are its own', async () => {
    const member = await partner(app);
    const all = [];
    for (let index = 0; index < 5; index += 1) all.push(await arrangement(app, { members: [member] }));
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Page = expectStatus(
        await member.http.get<Page>('/v1/arrangements', { query: { limit: 2, ...(cursor && { cursor }) } }),
        200,
      );
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      if (cursor) expect((await peer.http.get('/v1/arrangements', { query: { cursor } })).status).toBe(400);
    }
    expect(seen).toEqual(all.map(({ id }) => id).sort());
    for (const query of ['limit=0', 'limit=201', 'code=X', 'limit=1&limit=2']) {
      expect([query, (await member.http.get(`/v1/arrangements?${query}`)).status]).toEqual([query, 400]);
    }
  });
});

describe('a membership', () => {
  it('refuses any wrong value, missing or unknown name in any place, and then leaves nothing', async () => {
    const before = await rowCounts(app);
    const body = {
      partnerId: stranger.partner.id,
      from: inSeconds(3600),
      until: '2099-01-01T00:00:00Z',
      ceiling: { tlp: 'AMBER', classification: 'CONFIDENTIAL' },
    };
    const wrong = [
      ...mutationsOf(body),
      ...omissionsOf(body).filter(({ pointer }) => ['#/partnerId', '#/ceiling/tlp'].includes(pointer)),
    ];
    const path = `/v1/arrangements/${here.id}/members`;
    expect(unnamed(wrong, await sendAll(app.steward, path, wrong))).toEqual([]);
    for (const [changes, pointer] of [
      [{ partnerId: randomUUID() }, '#/partnerId'],
      [{ until: body.from }, '#/until'],
      [{ from: undefined, until: '2020-01-01T00:00:00Z' }, '#/until'],
      [{ from: '2019-01-01T00:00:00Z', until: '2020-01-01T00:00:00Z' }, '#/until'],
      [{ from: '2026-02-30T00:00:00Z' }, '#/from'],
    ] as const) {
      const answer = await app.steward.post<Problem>(path, { ...body, ...changes });
      expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, pointer]);
    }
    expect(await rowCounts(app)).toEqual(before);
  });

  it('is one at a time, and may follow one that ended', async () => {
    const there = await arrangement(app);
    const body = { partnerId: stranger.partner.id };
    const twins = await Promise.all([1, 2, 3].map(() => add(there, body)));
    expect(twins.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    await leave(app, there, stranger);
    expect(
      (await app.steward.delete(`/v1/arrangements/${there.id}/members/${stranger.partner.id}`)).status,
    ).toBe(404);
    expect((await add(there, body)).status).toBe(201);
  });

  it.each(['withdrawn', 'expired', 'rejected'])('is not for a partner that is %s', async (status) => {
    const gone = await partner(app);
    const path = `/v1/partners/${gone.partner.id}`;
    if (status === 'withdrawn') expectStatus(await app.steward.post(`${path}/withdrawal`), 200);
    else
      await query(app.database.superuserUrl, `update partner set status = $1 where id = $2`, [
        status,
        gone.partner.id,
      ]);
    for (const more of [{}, { from: inSeconds(3600) }]) {
      const answer = await app.steward.post<Problem>(`/v1/arrangements/${here.id}/members`, {
        partnerId: gone.partner.id,
        ...more,
      });
      expect([answer.status, answer.body.detail]).toEqual([409, `The partner is ${status}.`]);
    }
  });

  it('brings what the arrangement was given, and takes it away again', async () => {
    const late = await partner(app);
    const { id } = await publish(here);
    expect(await visibleBy(late.http, id)).toEqual([]);
    await join(app, here, late);
    expect(await visibleBy(late.http, id)).toEqual(EVERYWHERE);
    await leave(app, here, late);
    expect(await visibleBy(late.http, id)).toEqual([]);
    await join(app, here, late);
    expect(await changesOf(late.http, id)).toEqual([
      ['published', 1],
      ['withdrawn', 2],
      ['published', 3],
    ]);
    await leave(app, here, late);
  });

  it('brings nothing above its own ceiling', async () => {
    const member = await partner(app);
    const there = await arrangement(app, { members: [un] });
    const [amber, green] = [await publish(there, { tlp: 'AMBER' }), await publish(there)];
    await join(app, there, member, { ceiling: { tlp: 'GREEN' } });
    expect(await visibleBy(member.http, amber.id)).toEqual([]);
    expect(await visibleBy(member.http, green.id)).toEqual(EVERYWHERE);
    const direct = await alert(un.http, {
      renditions: [renditionInput({ tlp: 'AMBER', audience: { partners: [member.partner.code] } })],
    });
    expect(await visibleBy(member.http, direct.id)).toEqual(EVERYWHERE);
  });

  it('begins and ends by itself, at its dates', async () => {
    const member = await partner(app);
    const there = await arrangement(app, { members: [un] });
    const { id } = await publish(there);
    const answer = await add(there, {
      partnerId: member.partner.id,
      from: inSeconds(2),
      until: inSeconds(7),
    });
    expect([answer.status, answer.body.state]).toEqual([201, 'future']);
    expect(await visibleBy(member.http, id)).toEqual([]);
    expect((await member.http.get(`/v1/arrangements/${there.id}`)).status).toBe(404);
    await eventually(async () => (await member.http.get(`/v1/alerts/${id}`)).status === 200);
    expect(
      (await membersOf(there)).body.items.find((one) => one.partnerId === member.partner.id)?.state,
    ).toBe('current');
    await eventually(async () => (await member.http.get(`/v1/alerts/${id}`)).status === 404);
    expect(await visibleBy(member.http, id)).toEqual([]);
    expect(await changesOf(member.http, id)).toEqual([
      ['published', 1],
      ['withdrawn', 2],
    ]);
    expect((await membersOf(there)).body.items.map(({ partnerId }) => partnerId)).toEqual([un.partner.id]);
  });

  it('that has not begun can be called off', async () => {
    const there = await arrangement(app);
    expectStatus(await add(there, { partnerId: stranger.partner.id, from: '2090-01-01T00:00:00Z' }), 201);
    await leave(app, there, stranger);
    expect((await membersOf(there)).body.items).toEqual([]);
  });

  it('takes an id in capitals for what it is', async () => {
    const there = await arrangement(app);
    expect((await add(there, { partnerId: stranger.partner.id.toUpperCase() })).status).toBe(201);
    expect(
      (
        await app.steward.delete(
          `/v1/arrangements/${there.id.toUpperCase()}/members/${stranger.partner.id.toUpperCase()}`,
        )
      ).status,
    ).toBe(204);
  });
});
