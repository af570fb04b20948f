import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import {
  arrangement,
  client,
  partner,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { type Answer, expectStatus, type Http } from '../support/http.js';
import { type Outcomes, outcomes } from '../support/transitions.js';

/** Who begins, is to be called, calls it, calls it instead; a member beside, a key that reads, no member, the steward. */
type Who = 'anonymous' | 'reader' | 'stranger' | 'beside' | 'steward' | 'itself' | 'caller' | 'alternate';
type Call = 'pending' | 'unreached' | 'reached' | 'over';

const SCOPES = ['arrangements:read', 'contact-tree:call'];

let app: TestApp;
let members: Record<'alternate' | 'caller' | 'itself' | 'beside', TestPartner>;
let keys: Record<Who, Http>;
let here: TestArrangement;

beforeAll(async () => {
  app = await startApp();
  const make = () => partner(app, { scopes: SCOPES });
  members = { alternate: await make(), caller: await make(), itself: await make(), beside: await make() };
  const { alternate, caller, itself, beside } = members;
  keys = {
    anonymous: app.anonymous,
    reader: await app.as(await client(app, caller.partner.id, { scopes: ['arrangements:read'] })),
    stranger: (await make()).http,
    beside: beside.http,
    steward: app.steward,
    itself: itself.http,
    caller: caller.http,
    alternate: alternate.http,
  };
});
afterAll(() => app.close());
beforeEach(async () => {
  here = await arrangement(app, { members: Object.values(members) });
  const [alternate, caller, itself] = [members.alternate, members.caller, members.itself].map(
    (one) => one.partner.code,
  );
  const entries = [
    { organisation: alternate },
    { organisation: caller, caller: alternate },
    { organisation: itself, caller, alternate },
  ];
  expectStatus(await app.steward.put(path(), { entries }), 200);
});

const path = (more = ''): string => `/v1/arrangements/${here.id}/contact-tree${more}`;
const begin = (by: Http, drill = true): Promise<Answer<{ id: string }>> =>
  by.post<{ id: string }>(path('/activations'), { drill, reason: 'As every month.' });
const say = (by: Http, id: string, outcome: 'reached' | 'unreached'): Promise<Answer> =>
  by.post(path(`/activations/${id}/calls/${members.itself.partner.id}`), { outcome });
const close = (by: Http, id: string): Promise<Answer> => by.post(path(`/activations/${id}/closure`));

async function inState(state: Call): Promise<string> {
  const { id } = expectStatus(await begin(keys.alternate), 201);
  if (state === 'reached' || state === 'unreached') expectStatus(await say(keys.caller, id, state), 200);
  if (state === 'over') expectStatus(await close(keys.alternate, id), 200);
  return id;
}
const stateOf = async (id: string): Promise<string | undefined> => {
  const { calls } = expectStatus(
    await keys.beside.get<{ calls: { organisationId: string; state: string }[] }>(path(`/activations/${id}`)),
    200,
  );
  return calls.find((call) => call.organisationId === members.itself.partner.id)?.state;
};

const NOBODY = { anonymous: 401, reader: 403, stranger: 404, beside: 403 };

describe('a call', () => {
  /** The steward is no side of it; what is said again by somebody else is as it is. */
  it.each<['reached' | 'unreached', Call, Outcomes<Who>, string]>([
    ['reached', 'pending', { ...NOBODY, steward: 403, itself: 200 }, 'reached'],
    ['reached', 'pending', { ...NOBODY, steward: 403, caller: 200 }, 'reached'],
    ['reached', 'pending', { ...NOBODY, steward: 403, alternate: 200 }, 'reached'],
    ['unreached', 'pending', { ...NOBODY, steward: 403, itself: 403, caller: 200 }, 'unreached'],
    ['unreached', 'pending', { ...NOBODY, steward: 403, itself: 403, alternate: 200 }, 'unreached'],
    ['reached', 'unreached', { ...NOBODY, steward: 403, itself: 200 }, 'reached'],
    ['reached', 'unreached', { ...NOBODY, steward: 403, caller: 200, alternate: 200 }, 'reached'],
    [
      'unreached',
      'unreached',
      { ...NOBODY, steward: 403, itself: 403, caller: 200, alternate: 200 },
      'unreached',
    ],
    ['reached', 'reached', { ...NOBODY, steward: 403, itself: 200, caller: 200, alternate: 200 }, 'reached'],
    [
      'unreached',
      'reached',
      { ...NOBODY, steward: 403, itself: 403, caller: 409, alternate: 409 },
      'reached',
    ],
    ['reached', 'over', { ...NOBODY, steward: 403, itself: 409, caller: 409, alternate: 409 }, 'pending'],
    ['unreached', 'over', { ...NOBODY, steward: 403, itself: 403, caller: 409, alternate: 409 }, 'pending'],
  ])('%s, when it is %s: %j, and it is %s', async (outcome, state, expected, to) => {
    const id = await inState(state);
    expect(await outcomes(expected, (who) => say(keys[who], id, outcome))).toEqual(expected);
    expect(await stateOf(id)).toBe(to);
  });
});

describe('calling the tree', () => {
  it.each<[string, boolean, Call | undefined, Outcomes<Who>]>([
    [
      'as a drill, when nobody calls',
      true,
      undefined,
      { ...NOBODY, itself: 403, caller: 403, alternate: 201 },
    ],
    ['as a drill, when nobody calls', true, undefined, { steward: 201 }],
    [
      'as a drill, during a drill',
      true,
      'pending',
      { ...NOBODY, itself: 403, caller: 403, steward: 409, alternate: 409 },
    ],
    ['as a drill, when it is over', true, 'over', { ...NOBODY, alternate: 201 }],
    [
      'in earnest, during a drill',
      false,
      'pending',
      { ...NOBODY, itself: 403, caller: 403, alternate: 201, steward: 409 },
    ],
    ['in earnest, when it is over', false, 'over', { ...NOBODY, steward: 201 }],
  ])('begins %s', async (_, drill, before, expected) => {
    if (before !== undefined) await inState(before);
    expect(await outcomes(expected, (who) => begin(keys[who], drill))).toEqual(expected);
  });

  it.each<[Call, Outcomes<Who>]>([
    ['pending', { ...NOBODY, itself: 403, caller: 403, alternate: 200 }],
    ['pending', { ...NOBODY, itself: 403, caller: 403, steward: 200 }],
    ['over', { ...NOBODY, itself: 403, caller: 403, alternate: 409, steward: 409 }],
  ])('ends, when it is %s: %j', async (state, expected) => {
    const id = await inState(state);
    expect(await outcomes(expected, (who) => close(keys[who], id))).toEqual(expected);
  });
});
