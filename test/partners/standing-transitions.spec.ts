import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StandingService } from '../../src/partners/standing.service.js';
import { STANDING } from '../../src/partners/partner.rules.js';
import { until } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { arrangement, partner, type TestArrangement, type TestPartner } from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';
import { type Outcomes, outcomes } from '../support/transitions.js';
import { registered, SPONSORING, stand, subPartner } from './sponsoring.js';

const SCOPES = [...SPONSORING, 'partnership:end'];

type Act = 'suspend' | 'reinstate' | 'withdraw';
type State = 'active' | 'suspended' | 'expired' | 'withdrawn';
/** A member of the same arrangement without and with scopes, one that shares nothing, the sponsor of another, itself. */
type Who = 'anonymous' | 'reader' | 'fellow' | 'stranger' | 'itself' | 'sponsor' | 'steward';

const ROUTES = { suspend: 'suspension', reinstate: 'reinstatement', withdraw: 'withdrawal' } as const;

let app: TestApp;
let twin: TestApp;
let reader: TestPartner;
let fellow: TestPartner;
let stranger: TestPartner;
let sponsor: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  app = await startApp();
  twin = await startApp({ database: app.database });
  [reader, fellow, stranger, sponsor] = [
    await partner(app),
    await partner(app, { scopes: SCOPES }),
    await partner(app, { scopes: SCOPES }),
    await partner(app, { scopes: SCOPES }),
  ];
  here = await arrangement(app, { members: [reader, fellow, sponsor] });
});
afterAll(async () => {
  await twin.close();
  await app.close();
});

const superuser = (sql: string, params: unknown[] = []) => query(app.database.superuserUrl, sql, params);

/** By its sponsor, where it has one: what the steward suspended, the steward alone reinstates. */
async function inState(state: State, sponsored: boolean): Promise<TestPartner> {
  const one = sponsored ? await subPartner(app, sponsor) : await partner(app, { scopes: SCOPES });
  expectStatus(
    await app.steward.post(`/v1/arrangements/${here.id}/members`, { partnerId: one.partner.id }),
    201,
  );
  const by = sponsored ? sponsor.http : app.steward;
  if (state === 'suspended' || state === 'withdrawn') {
    expectStatus(
      await stand(one.partner.id, ROUTES[state === 'suspended' ? 'suspend' : 'withdraw'], by),
      200,
    );
  }
  if (state === 'expired') {
    await superuser(`update partner set status = 'expired' where id = $1`, [one.partner.id]);
  }
  return one;
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

const choose = (act: Act): object => (act === 'withdraw' ? { choice: 'deletion' } : {});

/** Whoever shares an arrangement with it sees it, and is told that this is not for it to do; to others it is not there. */
const TABLE: [Act, State, Outcomes<Who>][] = [
  [
    'suspend',
    'active',
    { anonymous: 401, reader: 403, fellow: 403, stranger: 404, itself: 403, steward: 200 },
  ],
  [
    'suspend',
    'suspended',
    { anonymous: 401, reader: 403, fellow: 403, stranger: 404, itself: 403, steward: 409 },
  ],
  [
    'suspend',
    'expired',
    { anonymous: 401, reader: 403, fellow: 403, stranger: 404, itself: 401, steward: 409 },
  ],
  [
    'suspend',
    'withdrawn',
    { anonymous: 401, reader: 403, fellow: 404, stranger: 404, itself: 401, steward: 409 },
  ],
  [
    'reinstate',
    'active',
    { anonymous: 401, reader: 403, fellow: 403, stranger: 404, itself: 403, steward: 409 },
  ],
  [
    'reinstate',
    'suspended',
    { anonymous: 401, reader: 403, fellow: 403, stranger: 404, itself: 403, steward: 200 },
  ],
  [
    'reinstate',
    'expired',
    { anonymous: 401, reader: 403, fellow: 403, stranger: 404, itself: 401, steward: 200 },
  ],
  [
    'reinstate',
    'withdrawn',
    { anonymous: 401, reader: 403, fellow: 404, stranger: 404, itself: 401, steward: 409 },
  ],
  ['withdraw', 'active', { anonymous: 401, reader: 403, fellow: 403, stranger: 404, steward: 200 }],
  ['withdraw', 'active', { itself: 200 }],
  // A key of one that is suspended reads alone.
  [
    'withdraw',
    'suspended',
    { anonymous: 401, reader: 403, fellow: 403, stranger: 404, itself: 403, steward: 200 },
  ],
  [
    'withdraw',
    'expired',
    { anonymous: 401, reader: 403, fellow: 403, stranger: 404, itself: 401, steward: 200 },
  ],
  [
    'withdraw',
    'withdrawn',
    { anonymous: 401, reader: 403, fellow: 404, stranger: 404, itself: 401, steward: 409 },
  ],
];

describe('the standing of a partner', () => {
  it.each(TABLE)('%s, when it is %s: %j', async (act, state, expected) => {
    const one = await inState(state, false);
    await untilKnown(one, state);
    const path = `/v1/partners/${one.partner.id}/${ROUTES[act]}`;
    expect(await outcomes(expected, (who) => as(who, one).post(path, choose(act)))).toEqual(expected);
    const status = await statusOf(one);
    expect(status).toBe(Object.values(expected).includes(200) ? STANDING[act].to : state);
  });
});

/** What is known of a token is believed for a second. */
const untilKnown = (one: TestPartner, state: State): Promise<unknown> =>
  until(async () => {
    const { status, body } = await one.http.get<{ scopes: string[] }>('/v1/me');
    if (state === 'expired' || state === 'withdrawn') return status === 401;
    return state === 'active' || body.scopes.every((scope) => /:(read|respond)$/.test(scope));
  });
const statusOf = async ({ partner: { id } }: TestPartner): Promise<string> =>
  expectStatus(await app.steward.get<{ status: string }>(`/v1/partners/${id}`), 200).status;

/** Of what is registered under another, by its sponsor; everybody else as above. */
const SPONSORED: [Act, State, Outcomes<Who>][] = [
  ['suspend', 'active', { fellow: 403, stranger: 404, itself: 403, sponsor: 200 }],
  ['suspend', 'suspended', { fellow: 403, stranger: 404, itself: 403, sponsor: 409 }],
  ['suspend', 'expired', { fellow: 403, stranger: 404, itself: 401, sponsor: 409 }],
  ['suspend', 'withdrawn', { fellow: 404, stranger: 404, itself: 401, sponsor: 409 }],
  ['reinstate', 'active', { fellow: 403, stranger: 404, itself: 403, sponsor: 409 }],
  ['reinstate', 'suspended', { fellow: 403, stranger: 404, itself: 403, sponsor: 200 }],
  ['reinstate', 'expired', { fellow: 403, stranger: 404, itself: 401, sponsor: 200 }],
  ['reinstate', 'withdrawn', { fellow: 404, stranger: 404, itself: 401, sponsor: 409 }],
  ['withdraw', 'active', { fellow: 403, stranger: 404, itself: 403, sponsor: 200 }],
  ['withdraw', 'suspended', { fellow: 403, stranger: 404, itself: 403, sponsor: 200 }],
  ['withdraw', 'expired', { fellow: 403, stranger: 404, itself: 401, sponsor: 200 }],
  ['withdraw', 'withdrawn', { fellow: 404, stranger: 404, itself: 401, sponsor: 409 }],
];

describe('the standing of a sub-partner', () => {
  it.each(SPONSORED)('%s, when it is %s: %j', async (act, state, expected) => {
    const one = await inState(state, true);
    await untilKnown(one, state);
    const path = `/v1/partners/${one.partner.id}/${ROUTES[act]}`;
    expect(await outcomes(expected, (who) => as(who, one).post(path, choose(act)))).toEqual(expected);
    expect(await statusOf(one)).toBe(Object.values(expected).includes(200) ? STANDING[act].to : state);
  });

  it.each<[State, Outcomes<Who>]>([
    ['active', { anonymous: 401, reader: 403, fellow: 403, stranger: 404, steward: 201, itself: 201 }],
    ['suspended', { anonymous: 401, reader: 403, fellow: 403, stranger: 404, itself: 403, steward: 409 }],
    ['expired', { anonymous: 401, reader: 403, fellow: 403, stranger: 404, itself: 401, steward: 409 }],
    ['withdrawn', { anonymous: 401, reader: 403, fellow: 404, stranger: 404, itself: 401, steward: 409 }],
  ])('is begun under a sponsor that is %s: %j', async (state, expected) => {
    const one = await inState(state, false);
    await untilKnown(one, state);
    expect(await outcomes(expected, (who) => registered(as(who, one), one.partner.id))).toEqual(expected);
  });
});

describe('the end that was set beforehand', () => {
  const services = (): StandingService[] =>
    [app, twin].map(({ nest }) => nest.get(StandingService, { strict: false }));

  it.each<[State, State]>([
    ['active', 'expired'],
    ['suspended', 'expired'],
    ['expired', 'expired'],
    ['withdrawn', 'withdrawn'],
  ])('makes one that is %s %s, once, in one of two processes', async (state, to) => {
    const one = await inState(state, false);
    await superuser(`update partner set expires_at = now() where id = $1`, [one.partner.id]);
    await Promise.all(services().flatMap((one) => [one.expireDueAsSystem(), one.expireDueAsSystem()]));
    await until(async () => (await statusOf(one)) === to);
    const { items } = expectStatus(
      await app.steward.get<{ items: { action: string; details: { status?: string } }[] }>('/v1/audit', {
        query: { of: 'exchange', object: one.partner.id, limit: 200 },
      }),
      200,
    );
    const expired = items.filter(({ details }) => details.status === 'expired');
    expect(expired.length).toBe(state === 'active' || state === 'suspended' ? 1 : 0);
  });
});
