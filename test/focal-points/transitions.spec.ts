import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FOCAL_POINT_STATES, type FocalPointState } from '../../src/focal-points/focal-point.rules.js';
import { type MailServer, startMailServer } from '../delivery/mail-server.js';
import { mailSettings } from '../delivery/subscribing.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { arrangement, client, type TestArrangement, type TestPartner } from '../support/factories.js';
import { type Answer, expectStatus, type Http } from '../support/http.js';
import { type Outcomes, outcomes } from '../support/transitions.js';
import {
  confirm,
  confirmationLink,
  type FocalPoint,
  namer,
  NAMING_SCOPES,
  nominate,
  person,
  registerOf,
} from './naming.js';

/** Its own keys without the scope and narrowed; a fellow member, one that shares nothing, the steward, itself. */
type Who = 'anonymous' | 'reader' | 'narrowed' | 'fellow' | 'stranger' | 'steward' | 'itself';

let app: TestApp;
let mails: MailServer;
let owner: TestPartner;
let here: TestArrangement;
let keys: Record<Who, Http>;

beforeAll(async () => {
  mails = await startMailServer();
  app = await startApp({ settings: mailSettings(mails) });
  const [fellow, stranger] = [await namer(app), await namer(app)];
  owner = await namer(app);
  here = await arrangement(app, { members: [owner, fellow] });
  const of = async (options: Parameters<typeof client>[2]): Promise<Http> =>
    app.as(await client(app, owner.partner.id, options));
  keys = {
    anonymous: app.anonymous,
    reader: await of({ scopes: ['partners:read'] }),
    narrowed: await of({ scopes: NAMING_SCOPES, ceiling: { tlp: 'RED' } }),
    fellow: fellow.http,
    stranger: stranger.http,
    steward: app.steward,
    itself: owner.http,
  };
}, 120_000);
afterAll(async () => {
  await app.close();
  await mails.stop();
});

const at = ({ id }: { id: string }, more = ''): string => `${registerOf(owner)}/${id}${more}`;
const depart = (
  one: { id: string },
  body: object = {},
  by = owner.http,
): Promise<Answer<{ alsoDeparted: string[] }>> => by.post(at(one, '/departure'), body);
const stateOf = async (one: { id: string }): Promise<string> =>
  expectStatus(await owner.http.get<FocalPoint>(at(one)), 200).state;
/** As time, or somebody, brings it about. */
async function inState(state: FocalPointState, input = person()): Promise<FocalPoint> {
  const made = await nominate(owner, input);
  if (state === 'departed') expectStatus(await depart(made), 200);
  if (state === 'nominated' || state === 'departed') return made;
  const days = { confirmed: 0, due: 77, lapsed: 95, ended: 0 }[state];
  await query(
    app.database.superuserUrl,
    `update focal_point set state = $2, reminders = case when $3 = 0 then 1 when $3 < 90 then 2 else 4 end,
       awaited_since = now() - make_interval(hours => 24 * $3::int) where id = $1`,
    [made.id, state, days],
  );
  return made;
}

const NOBODY = { anonymous: 401, reader: 403, narrowed: 403, fellow: 404, stranger: 404 };

describe('a focal point', () => {
  it('is nominated by itself and the steward alone', async () => {
    const expected: Outcomes<Who> = { ...NOBODY, steward: 201, itself: 201 };
    expect(await outcomes(expected, (who) => keys[who].post(registerOf(owner), person()))).toEqual(expected);
  });

  it.each(FOCAL_POINT_STATES)(
    'that is %s is changed by itself alone, as long as it is there',
    async (state) => {
      const one = await inState(state);
      const isThere = state !== 'ended' && state !== 'departed';
      const expected: Outcomes<Who> = { ...NOBODY, steward: 403, itself: isThere ? 200 : 409 };
      const change = (who: Who): Promise<Answer> => keys[who].patch(at(one), { phones: ['+41225550199'] });
      expect(await outcomes(expected, change)).toEqual(expected);
    },
  );

  it.each(FOCAL_POINT_STATES)(
    'that is %s is confirmed by the link in its mail, as long as it is there',
    async (state) => {
      const input = person();
      const one = await inState('nominated', input);
      const link = confirmationLink((await mails.to(input.email))[0] as never);
      if (state === 'departed') expectStatus(await depart(one), 200);
      else
        await query(app.database.superuserUrl, `update focal_point set state = $2 where id = $1`, [
          one.id,
          state,
        ]);
      const isThere = state !== 'ended' && state !== 'departed';
      const madeUp = `${link.slice(0, -2)}${link.endsWith('aa') ? 'bb' : 'aa'}`;
      expect((await app.anonymous.post(madeUp)).status).toBe(404);
      expect((await app.anonymous.post(link)).status).toBe(isThere ? 200 : 404);
      expect(await stateOf(one)).toBe(isThere ? 'confirmed' : state);
    },
  );
});

describe('a hand-over', () => {
  type State = 'none' | 'without' | 'silent' | 'open' | 'acknowledged';
  async function handedOver(state: State): Promise<FocalPoint> {
    const leaver = await nominate(owner);
    if (state === 'none') return leaver;
    const successor = state === 'without' ? undefined : await nominate(owner);
    expectStatus(
      await depart(leaver, { ...(successor && { successorId: successor.id }), openMatters: ['The keys'] }),
      200,
    );
    if (successor && state !== 'silent') await confirm(owner, successor);
    if (state === 'acknowledged') {
      expectStatus(await owner.http.post(at(leaver, '/handover-acknowledgement')), 200);
    }
    return leaver;
  }

  /** What is open is not for the steward to see. */
  it.each<[State, number]>([
    ['none', 404],
    ['without', 409],
    ['silent', 409],
    ['open', 200],
    ['acknowledged', 409],
  ])('that is %s is acknowledged by itself alone: %d', async (state, status) => {
    const one = await handedOver(state);
    const expected: Outcomes<Who> = { ...NOBODY, steward: 404, itself: status };
    const acknowledge = (who: Who): Promise<Answer> => keys[who].post(at(one, '/handover-acknowledgement'));
    expect(await outcomes(expected, acknowledge)).toEqual(expected);
  });
});

describe('a person that speaks for its organisation in several places', () => {
  it('leaves all of them at once, whoever reports it, and nobody else does', async () => {
    for (const by of [owner.http, app.steward]) {
      const input = person();
      const one = await nominate(owner, input);
      const other = await nominate(owner, { ...input, role: 'alternate', email: input.email.toUpperCase() });
      const kept = [
        await nominate(owner, person({ name: input.name })),
        await nominate(owner, person({ email: input.email })),
        await nominate(owner, { ...input, name: undefined, role: 'duty_line' }),
      ];
      const { alsoDeparted } = expectStatus(await depart(one, {}, by), 200);
      expect(alsoDeparted).toEqual([other.id]);
      expect([await stateOf(one), await stateOf(other)]).toEqual(['departed', 'departed']);
      for (const each of kept) expect(await stateOf(each)).toBe('nominated');
      expect((await depart(other)).status).toBe(409);
    }
  });

  it('is not followed by itself, and leaves once when two places are reported together', async () => {
    const input = person({ role: 'country', arrangement: here.code });
    const one = await nominate(owner, input);
    const other = await nominate(owner, { ...input, role: 'alternate' });
    expect((await depart(one, { successorId: other.id })).status).toBe(400);
    expect(await stateOf(other)).toBe('nominated');
    const both = await Promise.all([depart(one), depart(other)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});
