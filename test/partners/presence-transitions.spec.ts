import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PresencesService } from '../../src/partners/presences.service.js';
import { until } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { arrangement, partner, type TestPartner, USUAL_SCOPES } from '../support/factories.js';
import { type Answer, expectStatus, type Http } from '../support/http.js';
import { type Outcomes, outcomes } from '../support/transitions.js';

type State = 'proposed' | 'refused' | 'planned' | 'current' | 'past';
type Who = 'anonymous' | 'reader' | 'itself' | 'fellow' | 'stranger' | 'steward';
interface View {
  id: string;
  state: string;
}

let app: TestApp;
let twin: TestApp;
let keys: Record<Who, Http>;
let itself: TestPartner;

beforeAll(async () => {
  app = await startApp();
  twin = await startApp({ database: app.database });
  const scopes = [...USUAL_SCOPES, 'presences:propose'];
  const [reader, fellow, stranger] = [
    await partner(app),
    await partner(app, { scopes }),
    await partner(app, { scopes }),
  ];
  itself = await partner(app, { scopes });
  await arrangement(app, { members: [reader, fellow, itself] });
  keys = {
    anonymous: app.anonymous,
    reader: reader.http,
    itself: itself.http,
    fellow: fellow.http,
    stranger: stranger.http,
    steward: app.steward,
  };
});
afterAll(async () => {
  await twin.close();
  await app.close();
});

let last = 0;
/** A country for each, so that they do not follow each other. */
const nextCountry = (): string => {
  last += 1;
  return String.fromCharCode(65 + Math.floor(last / 26), 65 + (last % 26));
};
const path = (more = ''): string => `/v1/partners/${itself.partner.id}/presences${more}`;
const stateOf = async (id: string): Promise<string | undefined> =>
  expectStatus(await app.steward.get<{ items: View[] }>(path()), 200).items.find((one) => one.id === id)
    ?.state;
const state = (by: Http, country: string, more: object = {}): Promise<Answer<View>> =>
  by.post<View>(path(), { country, status: 'suspended', ...more });

async function inState(state_: State): Promise<string> {
  const country = nextCountry();
  const by = state_ === 'proposed' || state_ === 'refused' ? keys.itself : app.steward;
  const from = state_ === 'planned' ? { from: '2099-01-01T00:00:00Z' } : {};
  const { id } = expectStatus(await state(by, country, from), 201);
  if (state_ === 'refused') expectStatus(await app.steward.post(path(`/${id}/refusal`)), 200);
  if (state_ === 'current' || state_ === 'past') await until(async () => (await stateOf(id)) === 'current');
  if (state_ === 'past') {
    expectStatus(await state(app.steward, country, { status: 'active' }), 201);
    await until(async () => (await stateOf(id)) === 'past');
  }
  return id;
}

describe('where a partner works', () => {
  it.each<[string, Outcomes<Who>]>([
    ['is said', { anonymous: 401, reader: 403, fellow: 403, stranger: 404, itself: 201, steward: 201 }],
  ])('%s: %j', async (_, expected) => {
    const from = { from: '2099-01-01T00:00:00Z' };
    expect(await outcomes(expected, (who) => state(keys[who], nextCountry(), from))).toEqual(expected);
  });

  const NOBODY = { anonymous: 401, reader: 403, fellow: 403, stranger: 403, itself: 403 };
  it.each<['confirmation' | 'refusal', State, number, State]>([
    ['confirmation', 'proposed', 200, 'current'],
    ['confirmation', 'refused', 409, 'refused'],
    ['confirmation', 'planned', 409, 'planned'],
    ['confirmation', 'current', 409, 'current'],
    ['confirmation', 'past', 409, 'past'],
    ['refusal', 'proposed', 200, 'refused'],
    ['refusal', 'refused', 409, 'refused'],
    ['refusal', 'planned', 409, 'planned'],
    ['refusal', 'current', 409, 'current'],
    ['refusal', 'past', 409, 'past'],
  ])('%s of what is %s: the steward alone is answered %d, and it is %s', async (act, from, status, to) => {
    const id = await inState(from);
    const expected = { ...NOBODY, steward: status };
    expect(await outcomes<Who>(expected, (who) => keys[who].post(path(`/${id}/${act}`)))).toEqual(expected);
    await until(async () => (await stateOf(id)) === to);
  });

  it('changes with time once, in one of two processes, and only what is planned', async () => {
    const ids = {
      proposed: await inState('proposed'),
      refused: await inState('refused'),
      planned: await inState('planned'),
      past: await inState('past'),
    };
    await query(
      app.database.superuserUrl,
      `update partner_presence set starts_at = now() where id = any ($1)`,
      [Object.values(ids)],
    );
    const services = [app, twin].map(({ nest }) => nest.get(PresencesService, { strict: false }));
    await Promise.all(services.flatMap((one) => [one.advanceAsSystem(), one.advanceAsSystem()]));
    await until(async () => (await stateOf(ids.planned)) === 'current');
    expect([await stateOf(ids.proposed), await stateOf(ids.refused), await stateOf(ids.past)]).toEqual([
      ...['proposed', 'refused', 'past'],
    ]);
  });
});
