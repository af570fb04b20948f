import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type MailServer, startMailServer } from '../delivery/mail-server.js';
import { mailSettings } from '../delivery/subscribing.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { partner, uniqueCode } from '../support/factories.js';
import { type Answer, expectStatus, type Http } from '../support/http.js';
import { until } from '../sharing/gate.js';
import { type Outcomes, outcomes } from '../support/transitions.js';
import {
  applicant,
  type Applicant,
  apply,
  applyInput,
  mailedLink,
  supply,
  supplyAll,
  VET_SCOPES,
  type VettedView,
} from './applicant.js';
import { type Act, ACTS_BY_SIDE } from './machine.js';

/** Partners that read, manage without vetting, vet without managing; whoever follows another application; who vets; itself. */
type Who = 'anonymous' | 'peer' | 'manager' | 'onlyVets' | 'vetting' | 'otherApplicant' | 'applicant';

let app: TestApp;
let mails: MailServer;
let keys: Record<'anonymous' | 'peer' | 'manager' | 'onlyVets' | 'vetting', Http>;
let another: Applicant;

beforeAll(async () => {
  mails = await startMailServer();
  app = await startApp({ settings: mailSettings(mails) });
  const vetting = await partner(app, { kind: 'un_entity', scopes: VET_SCOPES });
  keys = {
    anonymous: app.anonymous,
    peer: (await partner(app)).http,
    manager: (await partner(app, { scopes: ['partners:manage', 'partners:read'] })).http,
    onlyVets: await app.as(vetting.client, 'partners:vet'),
    vetting: vetting.http,
  };
  another = await applicant(app, mails);
}, 120_000);
afterAll(async () => {
  await app.close();
  await mails.stop();
});

const of = ({ id }: { id: string }): string => `/v1/partner-applications/${id}`;
const stateOf = async (one: Applicant): Promise<string> =>
  expectStatus(await app.steward.get<VettedView>(of(one)), 200).state;

/** On the side of vetting by its id, on that of the applicant by its private link, which is all that counts there. */
const ACTS: Record<Act, (by: Http, one: Applicant) => Promise<Answer<unknown>>> = {
  take_up: (by, one) => by.post(`${of(one)}/vetting`),
  request_information: (by, one) => by.post(`${of(one)}/information-requests`, { text: 'Since when?' }),
  approve: (by, one) =>
    by.post(`${of(one)}/approval`, {
      ...{ code: uniqueCode('N'), ceiling: { tlp: 'GREEN' }, reason: 'All evidence is in order.' },
    }),
  reject: (by, one) => by.post(`${of(one)}/rejection`, { reason: 'No evidence.' }),
  answer: (by, one) => by.post(`${one.path}/answers`, { text: 'Since 2001.' }),
  supply: (by, one) => supply(by, one.path, 'other'),
  withdraw: (by, one) => by.post(`${one.path}/withdrawal`),
};
const BEFORE: Record<Act, Act[]> = {
  take_up: [],
  request_information: ['take_up'],
  approve: ['take_up'],
  reject: ['take_up'],
  answer: ['take_up', 'request_information'],
  supply: [],
  withdraw: [],
};

/** Ready for the act, with all evidence. */
async function readyFor(act: Act): Promise<Applicant> {
  const one = await applicant(app, mails);
  await supplyAll(app, one);
  for (const step of BEFORE[act]) await ACTS[step](keys.vetting, one);
  return one;
}

const VETTED: Outcomes<Who> = { anonymous: 401, peer: 403, manager: 403, onlyVets: 200, vetting: 409 };

describe('an application', () => {
  it.each<[Act, Outcomes<Who>]>([
    ['take_up', VETTED],
    ['request_information', VETTED],
    ['reject', VETTED],
    // Needs both scopes: what onlyVets may not is still to be done.
    ['approve', { anonymous: 401, peer: 403, manager: 403, onlyVets: 403, vetting: 200 }],
    // A case is known by its link alone: that of another one leads there and nowhere else.
    ['answer', { otherApplicant: 409, applicant: 200 }],
    ['supply', { otherApplicant: 201, applicant: 201 }],
    ['withdraw', { applicant: 200 }],
  ])('%s: %j', async (act, expected) => {
    const one = await readyFor(act);
    const before = await stateOf(one);
    const seen: string[] = [];
    const found = await outcomes(expected, async (who) => {
      const isApplicant = who === 'applicant' || who === 'otherApplicant';
      const answer = await ACTS[act](
        isApplicant ? app.anonymous : keys[who],
        who === 'otherApplicant' ? another : one,
      );
      seen.push(await stateOf(one));
      return answer;
    });
    expect(found).toEqual(expected);
    const first = Object.values(expected).findIndex((status) => status < 300);
    for (const state of seen.slice(0, first)) expect(state).toBe(before);
  });

  it('that was not confirmed is there for nobody, and begins by its link alone, once', async () => {
    const input = applyInput();
    const link = mailedLink(await apply(app, mails, input));
    const [{ id } = { id: '' }] = await query<{ id: string }>(
      app.database.superuserUrl,
      'select id from partner_application where contact_email = $1',
      [input.contact.email],
    );
    for (const act of Object.keys(ACTS) as Act[]) {
      if (ACTS_BY_SIDE[act] !== 'vetting') continue;
      expect([act, (await ACTS[act](app.steward, { input, path: '', id })).status]).toEqual([act, 404]);
    }
    const madeUp = `${link.slice(0, -2)}${link.endsWith('aa') ? 'bb' : 'aa'}`;
    expect((await app.anonymous.post(madeUp)).status).toBe(404);
    expect((await app.anonymous.post(link)).status).toBe(200);
    expect(await stateOf({ input, path: '', id })).toBe('submitted');
    expect((await app.anonymous.post(link)).status).toBe(404);
  });

  const BY_ITS_DATE = `update partner_application set decide_by = now() - make_interval(days => $2) where id = $1`;
  const BY_ITS_AGE = `update partner_application set decide_by = '2999-01-01',
    created_at = now() - make_interval(days => $2) where id = $1`;
  it.each<[string, Act, string, number, string, string]>([
    ['submitted', 'take_up', 'after its date', 181, BY_ITS_DATE, 'expired'],
    ['vetting', 'approve', 'after its date', 181, BY_ITS_DATE, 'expired'],
    ['information_requested', 'answer', 'after its date', 181, BY_ITS_DATE, 'expired'],
    ['vetting', 'approve', 'after its date', 179, BY_ITS_DATE, 'vetting'],
    ['vetting', 'approve', 'after it was made', 366, BY_ITS_AGE, 'expired'],
    ['vetting', 'approve', 'after it was made', 364, BY_ITS_AGE, 'vetting'],
  ])('that is %s, before %s, long %s (%d days): case %#', async (_, act, _since, days, aged, state) => {
    const one = await readyFor(act);
    await query(app.database.superuserUrl, aged, [one.id, days]);
    if (state === 'expired') await until(async () => (await stateOf(one)) === state);
    // Longer than the clock sleeps.
    else await new Promise((resolve) => setTimeout(resolve, 6000));
    expect(await stateOf(one)).toBe(state);
  });

  it.each(['submitted', 'vetting', 'approved', 'rejected', 'withdrawn'])(
    'that is %s does not lapse, whatever its dates say',
    async (state) => {
      const one = await readyFor('approve');
      const act = { approved: 'approve', rejected: 'reject', withdrawn: 'withdraw' }[state] as
        Act | undefined;
      if (act) await ACTS[act](keys.vetting, one);
      const shown = state === 'submitted' ? await readyFor('take_up') : one;
      const past = `update partner_application set decide_by = now() - interval '1 day' where id = $1`;
      await query(app.database.superuserUrl, past, [shown.id]);
      await new Promise((resolve) => setTimeout(resolve, 2500));
      expect(await stateOf(shown)).toBe(state);
    },
  );
});
