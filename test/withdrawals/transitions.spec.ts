import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WITHDRAWING, type WithdrawalState } from '../../src/withdrawals/withdrawal.rules.js';
import { ContributionsService } from '../../src/withdrawals/contributions.service.js';
import { SPONSORING, subPartner } from '../partners/sponsoring.js';
import { until } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  arrangement,
  client,
  partner,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { type Answer, expectStatus, type Http } from '../support/http.js';
import { type Outcomes, outcomes } from '../support/transitions.js';

/** Itself with a key that reads, one narrowed, and the one for it; a fellow member, one that shares nothing, its sponsor. */
type Who = 'anonymous' | 'reader' | 'fellow' | 'stranger' | 'sponsor' | 'steward' | 'itself';

const SCOPES = [...SPONSORING, 'partnership:end'];

let app: TestApp;
let twin: TestApp;
let fellow: TestPartner;
let stranger: TestPartner;
let sponsor: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  app = await startApp();
  twin = await startApp({ database: app.database, settings: { SLT_PUBLIC_URL: app.url } });
  [fellow, stranger, sponsor] = [
    await partner(app, { scopes: SCOPES }),
    await partner(app, { scopes: SCOPES }),
    await partner(app, { scopes: SCOPES }),
  ];
  here = await arrangement(app, { members: [fellow, sponsor] });
});
afterAll(async () => {
  await twin.close();
  await app.close();
});

async function made(sponsored: boolean): Promise<{ one: TestPartner; as: (who: Who) => Http }> {
  const one = sponsored ? await subPartner(app, sponsor) : await partner(app, { scopes: SCOPES });
  expectStatus(
    await app.steward.post(`/v1/arrangements/${here.id}/members`, { partnerId: one.partner.id }),
    201,
  );
  const reader = await app.as(await client(app, one.partner.id, { scopes: ['partners:read'] }));
  const keys: Record<Who, Http> = {
    anonymous: app.anonymous,
    reader,
    fellow: fellow.http,
    stranger: stranger.http,
    sponsor: sponsor.http,
    steward: app.steward,
    itself: one.http,
  };
  return { one, as: (who) => keys[who] };
}

const withdraw = (by: Http, one: TestPartner, choice?: string): Promise<Answer<{ contributions?: string }>> =>
  by.post(`/v1/partners/${one.partner.id}/withdrawal`, choice === undefined ? {} : { choice });
const stateOf = async (one: TestPartner): Promise<string> => {
  const answer = await app.steward.get<{ state: string }>(`/v1/partners/${one.partner.id}/withdrawal`);
  return answer.status === 404 ? 'none' : expectStatus(answer, 200).state;
};

const NOBODY = { anonymous: 401, reader: 403, fellow: 403, stranger: 404 };

/** To others nothing is returned, whether or not there is such a partner. */
const KEPT = { ...NOBODY, stranger: 403, sponsor: 403, steward: 403 };

describe('a withdrawal', () => {
  it.each<[string | undefined, boolean, Outcomes<Who>, string]>([
    ['return', false, { ...KEPT, itself: 200 }, WITHDRAWING.ask_return.to],
    ['deletion', false, { ...NOBODY, sponsor: 403, itself: 200 }, WITHDRAWING.finish.to],
    ['deletion', false, { ...NOBODY, sponsor: 403, steward: 200 }, WITHDRAWING.finish.to],
    ['return', true, { ...KEPT, itself: 403 }, 'none'],
    ['deletion', true, { ...NOBODY, itself: 403, sponsor: 200 }, WITHDRAWING.finish.to],
    ['deletion', true, { ...NOBODY, itself: 403, steward: 200 }, WITHDRAWING.finish.to],
    // Whoever leaves chooses; others need not.
    [undefined, false, { ...NOBODY, sponsor: 403, itself: 400, steward: 200 }, 'none'],
    [undefined, true, { ...NOBODY, itself: 403, sponsor: 200 }, 'none'],
  ])(
    'is asked for with %s, of a sub-partner %s: %j, and then it is %s',
    async (choice, sponsored, expected, to) => {
      const { one, as } = await made(sponsored);
      expect(await outcomes(expected, (who) => withdraw(as(who), one, choice))).toEqual(expected);
      await until(async () => (await stateOf(one)) === to);
    },
  );

  /** What is not there is answered to everybody alike, whoever has the address. */
  it.each<[WithdrawalState, number, WithdrawalState]>([
    ['returning', 200, 'done'],
    ['withdrawing', 404, 'done'],
    ['done', 404, 'done'],
  ])('that is %s is taken over by the private link: %d, and ends as %s', async (state, status, to) => {
    const { one } = await made(false);
    const { contributions = '' } = expectStatus(await withdraw(one.http, one, 'return'), 200);
    if (state === 'done') {
      expectStatus(await app.anonymous.post(`${contributions}/receipt`), 200);
      await until(async () => (await stateOf(one)) === 'done');
    }
    if (state === 'withdrawing') await over(one);
    for (const made of [`/v1/contributions/leave_${'a'.repeat(43)}`, `${contributions.slice(0, -1)}-`]) {
      expect((await app.anonymous.post(`${made}/receipt`)).status).toBe(404);
    }
    for (const by of [fellow.http, stranger.http, app.anonymous]) {
      const answer = await by.post(`${contributions}/receipt`);
      expect(answer.status).toBe(by === fellow.http ? status : 404);
    }
    await until(async () => (await stateOf(one)) === to);
  });

  const over = (one: TestPartner): Promise<unknown> =>
    query(
      app.database.superuserUrl,
      `update partner_withdrawal set fetch_until = now() where partner_id = $1`,
      [one.partner.id],
    );

  it('lapses after its days by itself, and finishes once, in one of two processes', async () => {
    const { one } = await made(false);
    expectStatus(await withdraw(one.http, one, 'return'), 200);
    const services = [app, twin].map(({ nest }) => nest.get(ContributionsService, { strict: false }));
    const goOn = (): Promise<unknown> =>
      Promise.all(services.flatMap((one) => [one.goOnAsSystem(), one.goOnAsSystem()]));
    await goOn();
    expect(await stateOf(one)).toBe('returning');
    await over(one);
    await goOn();
    await until(async () => (await stateOf(one)) === 'done');
    const [{ finished } = { finished: null }] = await finishedAt(one);
    await goOn();
    expect(await finishedAt(one)).toEqual([{ finished }]);
  });

  const finishedAt = (one: TestPartner): Promise<{ finished: Date | null }[]> =>
    query<{ finished: Date | null }>(
      app.database.superuserUrl,
      `select finished_at as finished from partner_withdrawal where partner_id = $1`,
      [one.partner.id],
    );
});
