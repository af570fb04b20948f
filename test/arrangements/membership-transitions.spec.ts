import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ArrangementsService } from '../../src/arrangements/arrangements.service.js';
import { SPONSORING, subPartner } from '../partners/sponsoring.js';
import { until } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { arrangement, join, partner, type TestArrangement, type TestPartner } from '../support/factories.js';
import { type Answer, expectStatus, type Http } from '../support/http.js';
import { type Outcomes, outcomes } from '../support/transitions.js';

type State = 'none' | 'future' | 'current' | 'suspended' | 'ended';
/** A member without and with the scope of sponsors, one that shares nothing, the sponsor of whose membership it is, itself. */
type Who = 'anonymous' | 'reader' | 'fellow' | 'stranger' | 'itself' | 'sponsor' | 'steward';
interface Member {
  partnerId: string;
  state: string;
}

let app: TestApp;
let twin: TestApp;
let reader: TestPartner;
let fellow: TestPartner;
let stranger: TestPartner;
let sponsor: TestPartner;

beforeAll(async () => {
  app = await startApp();
  twin = await startApp({ database: app.database });
  [reader, fellow, stranger, sponsor] = [
    await partner(app),
    await partner(app, { scopes: SPONSORING }),
    await partner(app, { scopes: SPONSORING }),
    await partner(app, { scopes: SPONSORING }),
  ];
});
afterAll(async () => {
  await twin.close();
  await app.close();
});

const superuser = (sql: string, params: unknown[] = []) => query(app.database.superuserUrl, sql, params);
const stateIn = async (
  here: TestArrangement,
  { partner: { id } }: TestPartner,
): Promise<string | undefined> => {
  const sql = `select state from membership where arrangement_id = $1 and partner_id = $2 order by starts_at desc, id desc`;
  return (await superuser(sql, [here.id, id]))[0]?.['state'] as string | undefined;
};

/** One that is in that state in an arrangement of its own, with the others around it. */
async function inState(
  state: State,
  sponsored: boolean,
): Promise<{ one: TestPartner; here: TestArrangement }> {
  const here = await arrangement(app, { countries: ['SD'], members: [reader, fellow, sponsor] });
  const one = sponsored ? await subPartner(app, sponsor) : await partner(app, { scopes: SPONSORING });
  if (state === 'none') return { one, here };
  await join(app, here, one, state === 'future' ? { from: '2099-01-01T00:00:00Z' } : {});
  if (state === 'suspended') {
    const path = `/v1/partners/${one.partner.id}/presences`;
    expectStatus(await app.steward.post(path, { country: 'SD', status: 'suspended' }), 201);
    await until(async () => (await stateIn(here, one)) === 'suspended');
  }
  if (state === 'ended') {
    expectStatus(await app.steward.delete(`/v1/arrangements/${here.id}/members/${one.partner.id}`), 204);
  }
  return { one, here };
}

const as = (who: Who, one: TestPartner): Http =>
  ({
    anonymous: app.anonymous,
    reader: reader.http,
    fellow: fellow.http,
    stranger: stranger.http,
    itself: one.http,
    sponsor: sponsor.http,
    steward: app.steward,
  })[who];

const ACTS = {
  add: (by: Http, here: TestArrangement, one: TestPartner): Promise<Answer> =>
    by.post(`/v1/arrangements/${here.id}/members`, { partnerId: one.partner.id }),
  end: (by: Http, here: TestArrangement, one: TestPartner): Promise<Answer> =>
    by.delete(`/v1/arrangements/${here.id}/members/${one.partner.id}`),
};

/** Whom one does not see is no known partner (400), or no member (404), as where nobody is. */
const NOBODY = { anonymous: 401, reader: 403, stranger: 404 };
const TABLE: [keyof typeof ACTS, State, Outcomes<Who>, State][] = [
  ['add', 'none', { ...NOBODY, fellow: 400, itself: 404, steward: 201 }, 'current'],
  ['add', 'future', { ...NOBODY, fellow: 400, itself: 404, steward: 409 }, 'future'],
  ['add', 'current', { ...NOBODY, fellow: 403, itself: 403, steward: 409 }, 'current'],
  ['add', 'suspended', { ...NOBODY, fellow: 400, itself: 404, steward: 409 }, 'suspended'],
  ['add', 'ended', { ...NOBODY, fellow: 400, itself: 404, steward: 201 }, 'current'],
  ['end', 'none', { ...NOBODY, fellow: 404, itself: 404, steward: 404 }, 'none'],
  ['end', 'future', { ...NOBODY, fellow: 404, itself: 404, steward: 204 }, 'ended'],
  ['end', 'current', { ...NOBODY, fellow: 404, itself: 404, steward: 204 }, 'ended'],
  ['end', 'suspended', { ...NOBODY, fellow: 404, itself: 404, steward: 204 }, 'ended'],
  ['end', 'ended', { ...NOBODY, fellow: 404, itself: 404, steward: 404 }, 'ended'],
];
const SPONSORED: typeof TABLE = [
  ['add', 'none', { itself: 403, sponsor: 201 }, 'current'],
  ['add', 'future', { itself: 403, sponsor: 409 }, 'future'],
  ['add', 'current', { itself: 403, sponsor: 409 }, 'current'],
  ['add', 'suspended', { itself: 403, sponsor: 409 }, 'suspended'],
  ['add', 'ended', { itself: 403, sponsor: 201 }, 'current'],
  ['end', 'none', { itself: 403, sponsor: 404 }, 'none'],
  ['end', 'future', { itself: 403, sponsor: 204 }, 'ended'],
  ['end', 'current', { itself: 403, sponsor: 204 }, 'ended'],
  ['end', 'suspended', { itself: 403, sponsor: 204 }, 'ended'],
  ['end', 'ended', { itself: 403, sponsor: 404 }, 'ended'],
];

describe.each([
  ['a membership', TABLE, false],
  ['the membership of a sub-partner', SPONSORED, true],
])('%s', (_, table, sponsored) => {
  it.each(table)('%s, when it is %s: %j, and it is %s', async (act, state, expected, to) => {
    const { one, here } = await inState(state, sponsored);
    expect(await outcomes(expected, (who) => ACTS[act](as(who, one), here, one))).toEqual(expected);
    expect((await stateIn(here, one)) ?? 'none').toBe(to);
  });
});

describe('the dates of a membership', () => {
  const advance = (): Promise<unknown> =>
    Promise.all(
      [app, twin].flatMap(({ nest }) => {
        const service = nest.get(ArrangementsService, { strict: false });
        return [service.advanceMembershipsAsSystem(), service.advanceMembershipsAsSystem()];
      }),
    );
  const [past, longPast] = [`now() - interval '1 minute'`, `now() - interval '1 hour'`];

  it.each<[State, string, string, State]>([
    ['future', past, 'null', 'current'],
    ['future', longPast, past, 'ended'],
    ['current', longPast, past, 'ended'],
    ['suspended', longPast, past, 'ended'],
    ['current', longPast, `now() + interval '1 hour'`, 'current'],
    ['future', `now() + interval '1 hour'`, 'null', 'future'],
    ['ended', longPast, past, 'ended'],
  ])('%s, from %s until %s: it is %s', async (state, from, end, to) => {
    const { one, here } = await inState(state, false);
    const dates = `update membership set starts_at = ${from}, ends_at = ${end} where arrangement_id = $1 and partner_id = $2`;
    await superuser(dates, [here.id, one.partner.id]);
    for (let round = 0; round < 5; round++) await advance();
    expect(await stateIn(here, one)).toBe(to);
  });

  it('let it rest from the beginning where its partner does not work', async () => {
    const { one, here } = await inState('future', false);
    const path = `/v1/partners/${one.partner.id}/presences`;
    expectStatus(await app.steward.post(path, { country: 'SD', status: 'closed' }), 201);
    await until(async () => (await app.steward.get(path)).text.includes('"current"'));
    await superuser(
      `update membership set starts_at = ${past} where arrangement_id = $1 and partner_id = $2`,
      [here.id, one.partner.id],
    );
    await until(async () => (await stateIn(here, one)) === 'suspended');
    expectStatus(await app.steward.post(path, { country: 'SD', status: 'active' }), 201);
    await until(async () => (await stateIn(here, one)) === 'current');
    const { items } = expectStatus(
      await app.steward.get<{ items: Member[] }>(`/v1/arrangements/${here.id}/members`),
      200,
    );
    expect(items.find(({ partnerId }) => partnerId === one.partner.id)?.state).toBe('current');
  });
});

describe('a level of an arrangement', () => {
  type Level = 'planned' | 'current' | 'past' | 'cancelled';
  const levels = (here: TestArrangement): string => `/v1/arrangements/${here.id}/levels`;

  async function inLevel(state: Level): Promise<{ here: TestArrangement; path: string }> {
    const here = await arrangement(app, { members: [reader, fellow] });
    const body = { level: 'enhanced', reason: 'It is as it is' };
    const from = '2099-01-01T00:00:00Z';
    const { id } = expectStatus(
      await app.steward.post<{ id: string }>(levels(here), {
        ...body,
        ...((state === 'planned' || state === 'cancelled') && { from }),
      }),
      201,
    );
    if (state === 'past')
      expectStatus(await app.steward.post(levels(here), { ...body, level: 'regular' }), 201);
    if (state === 'cancelled') expectStatus(await app.steward.delete(`${levels(here)}/${id}`), 204);
    return { here, path: `${levels(here)}/${id}` };
  }

  const NO_ONE = { anonymous: 401, reader: 403, fellow: 403, stranger: 403 };
  it.each<[Level, Outcomes<Who>, Level]>([
    ['planned', { ...NO_ONE, steward: 204 }, 'cancelled'],
    ['current', { ...NO_ONE, steward: 409 }, 'current'],
    ['past', { ...NO_ONE, steward: 409 }, 'past'],
    ['cancelled', { ...NO_ONE, steward: 409 }, 'cancelled'],
  ])('is cancelled when it is %s: %j, and then it is %s', async (state, expected, to) => {
    const { here, path } = await inLevel(state);
    expect(await outcomes(expected, (who) => as(who, reader).delete(path))).toEqual(expected);
    const { items } = (await app.steward.get<{ items: { id: string; state: string }[] }>(levels(here))).body;
    expect(items.find(({ id }) => path.endsWith(id))?.state).toBe(to);
  });

  it.each<[string, object, Outcomes<Who>]>([
    ['now', {}, { ...NO_ONE, steward: 201 }],
    ['to come', { from: '2099-01-01T00:00:00Z' }, { ...NO_ONE, steward: 201 }],
  ])('is set from %s on: %j %j', async (_, from, expected) => {
    const here = await arrangement(app, { members: [reader, fellow] });
    const body = { level: 'emergency', reason: 'It is as it is', ...from };
    expect(await outcomes(expected, (who) => as(who, reader).post(levels(here), body))).toEqual(expected);
  });
});
