import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  arrangement,
  client,
  join,
  leave,
  partner,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { type Answer, expectStatus, type Http, type Problem } from '../support/http.js';
import { type Outcomes, outcomes } from '../support/transitions.js';

type Who = 'anonymous' | 'reader' | 'stranger' | 'heir' | 'convenor' | 'steward';

const SCOPES = ['arrangements:read', 'forums:manage', 'partners:read', 'audit:read'];
const SAID = { minutes: [{ text: 'The road is closed.' }], actions: [] };

let app: TestApp;
let convenor: TestPartner;
let heir: TestPartner;
let keys: Record<Who, Http>;
let here: TestArrangement;
let path: string;

beforeAll(async () => {
  app = await startApp();
  const stranger = await partner(app, { scopes: SCOPES });
  [convenor, heir] = [await partner(app, { scopes: SCOPES }), await partner(app, { scopes: SCOPES })];
  keys = {
    anonymous: app.anonymous,
    reader: await app.as(await client(app, heir.partner.id, { scopes: ['arrangements:read'] })),
    stranger: stranger.http,
    heir: heir.http,
    convenor: convenor.http,
    steward: app.steward,
  };
});
afterAll(() => app.close());
beforeEach(async () => {
  here = await arrangement(app, { members: [convenor, heir] });
  const opened = await convenor.http.post<{ id: string }>(`/v1/arrangements/${here.id}/forums`, {
    name: 'Weekly',
    timeZone: 'UTC',
  });
  path = `/v1/forums/${expectStatus(opened, 201).id}`;
});

const handOver = (by: Http, to: TestPartner): Promise<Answer<Problem>> =>
  by.put<Problem>(`${path}/convenor`, { partnerId: to.partner.id });
const convenorOf = async (): Promise<string | undefined> =>
  (await heir.http.get<{ convenor?: { code: string } }>(path)).body.convenor?.code;

const NOBODY = { anonymous: 401, reader: 403, stranger: 404, heir: 403 };

describe('a forum is handed over', () => {
  it.each<[string, boolean, Outcomes<Who>]>([
    ['by its convenor', true, { ...NOBODY, convenor: 204 }],
    ['by whoever manages arrangements', true, { ...NOBODY, steward: 204 }],
    [
      'by whoever manages arrangements, once its convenor is gone',
      false,
      { ...NOBODY, convenor: 404, steward: 204 },
    ],
  ])('%s', async (_, isThere, expected) => {
    if (!isThere) await leave(app, here, convenor);
    expect(await outcomes(expected, (who) => handOver(keys[who], heir))).toEqual(expected);
    expect(await convenorOf()).toBe(heir.partner.code);
  });

  it('whole: the new convenor corrects what was written and closes it, and the old one does not', async () => {
    const meeting = await convenor.http.post<{ id: string }>(`${path}/meetings`, {
      title: 'This week',
      startsAt: '2026-03-29T10:00:00Z',
      agenda: [],
      handling: { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
      chathamHouse: false,
    });
    const minutes = `${path}/meetings/${expectStatus(meeting, 201).id}/minutes`;
    await leave(app, here, convenor);
    expect((await heir.http.put(minutes, SAID)).status).toBe(403);
    expect((await app.steward.get(path)).status).toBe(404);
    expectStatus(await handOver(app.steward, heir), 204);
    expectStatus(await heir.http.put(minutes, SAID), 200);
    await join(app, here, convenor);
    expect((await convenor.http.put(minutes, SAID)).status).toBe(403);
    expectStatus(await heir.http.patch(path, { closed: true }), 200);
    // The steward hands over, and still reads nothing.
    expect((await app.steward.get(path)).status).toBe(404);
  });

  it('to a current member that forums are for, and to nobody else', async () => {
    const [stranger, donor, gone] = [
      await partner(app),
      await partner(app, { kind: 'donor' }),
      await partner(app),
    ];
    for (const one of [donor, gone]) await join(app, here, one);
    await leave(app, here, gone);
    for (const by of [app.steward, convenor.http]) {
      for (const to of [stranger, donor, gone]) {
        const { status, body } = await handOver(by, to);
        expect([status, body.errors?.map(({ pointer }) => pointer)]).toEqual([400, ['#/partnerId']]);
      }
    }
    expect(await convenorOf()).toBe(convenor.partner.code);
  });

  it('to whoever has room for it, as if it opened one', async () => {
    const fill = (open: number, closed: number): Promise<unknown> =>
      query(
        app.database.superuserUrl,
        `insert into forum (id, arrangement_id, convenor_id, name, time_zone, is_closed)
         select gen_random_uuid(), $1, $2, 'Made before', 'UTC', place > $3::int
         from generate_series(1, $3::int + $4::int) place`,
        [here.id, heir.partner.id, open, closed],
      );
    await fill(20, 0);
    for (const by of [convenor.http, app.steward]) expect((await handOver(by, heir)).status).toBe(409);
    expect(await convenorOf()).toBe(convenor.partner.code);
    // One that is closed asks for no room among those that are open.
    expectStatus(await convenor.http.patch(path, { closed: true }), 200);
    expectStatus(await handOver(convenor.http, heir), 204);
    expect((await heir.http.patch(path, { closed: false })).status).toBe(409);
    // To itself it can always be handed.
    expectStatus(await handOver(heir.http, heir), 204);
    const another = await convenor.http.post<{ id: string }>(`/v1/arrangements/${here.id}/forums`, {
      name: 'One more',
      timeZone: 'UTC',
    });
    path = `/v1/forums/${expectStatus(another, 201).id}`;
    expectStatus(await convenor.http.patch(path, { closed: true }), 200);
    await fill(0, 179);
    expect((await handOver(convenor.http, heir)).status).toBe(409);
  });

  it('so that both sides find it in their audit', async () => {
    expectStatus(await handOver(app.steward, heir), 204);
    const object = path.split('/').at(-1) ?? '';
    for (const by of [heir, convenor]) {
      const { items } = expectStatus(
        await by.http.get<{ items: { action: string; details: unknown }[] }>('/v1/audit', {
          query: { object },
        }),
        200,
      );
      expect(items[0]).toMatchObject({
        action: 'forum.handed_over',
        details: { to: heir.partner.id, from: convenor.partner.id },
      });
    }
  });
});
