import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UNDERTAKING_STATES, type UndertakingState } from '../../src/liaison/liaison.rules.js';
import { startApp, type TestApp } from '../support/app.js';
import { arrangement, client, partner, type TestArrangement } from '../support/factories.js';
import { type Answer, expectStatus, type Http } from '../support/http.js';
import { type Outcomes, outcomes } from '../support/transitions.js';

/** UN members that recorded it and that did not, a key that reads, a member of another kind, the UN elsewhere. */
type Who = 'anonymous' | 'reader' | 'ngo' | 'elsewhere' | 'steward' | 'other' | 'author';

const SCOPES = ['arrangements:read', 'liaison:read', 'liaison:manage'];

let app: TestApp;
let here: TestArrangement;
let keys: Record<Who, Http>;

beforeAll(async () => {
  app = await startApp();
  const un = (kind = 'un_entity') => partner(app, { kind, scopes: SCOPES });
  const [author, other, ngo, elsewhere] = [await un(), await un('unsms_mou'), await un('ingo'), await un()];
  here = await arrangement(app, { members: [author, other, ngo] });
  keys = {
    anonymous: app.anonymous,
    reader: await app.as(await client(app, author.partner.id, { scopes: ['liaison:read'] })),
    ngo: ngo.http,
    elsewhere: elsewhere.http,
    steward: app.steward,
    other: other.http,
    author: author.http,
  };
});
afterAll(() => app.close());

const at = (more = ''): string => `/v1/arrangements/${here.id}/liaison/undertakings${more}`;
const followUp = (by: Http, id: string, state: UndertakingState): Promise<Answer<{ state: string }>> =>
  by.post<{ state: string }>(at(`/${id}/follow-ups`), { note: 'They were asked.', state });

async function inState(state: UndertakingState): Promise<string> {
  const { id } = expectStatus(
    await keys.author.post<{ id: string }>(at(), { side: 'host', text: 'Open the bridge at six.' }),
    201,
  );
  if (state !== 'open') expectStatus(await followUp(keys.author, id, state), 201);
  return id;
}
const stateOf = async (id: string): Promise<string | undefined> =>
  (await keys.other.get<{ items: { id: string; state: string }[] }>(at())).body.items.find(
    (one) => one.id === id,
  )?.state;

const NOBODY = { anonymous: 401, reader: 403, ngo: 404, elsewhere: 404, steward: 404 };

describe('an undertaking', () => {
  it('is recorded by UN members alone', async () => {
    const body = { side: 'un', text: 'Send a list of drivers.' };
    const expected: Outcomes<Who> = { ...NOBODY, other: 201, author: 201 };
    expect(await outcomes(expected, (who) => keys[who].post(at(), body))).toEqual(expected);
  });

  it.each(UNDERTAKING_STATES.flatMap((from) => UNDERTAKING_STATES.map((to) => [from, to] as const)))(
    'that is %s becomes %s by a UN member, as long as it is open',
    async (from, to) => {
      const status = from === 'open' ? 201 : 409;
      for (const by of ['other', 'author'] as const) {
        const id = await inState(from);
        const expected: Outcomes<Who> = { ...NOBODY, [by]: status };
        expect(await outcomes(expected, (who) => followUp(keys[who], id, to))).toEqual(expected);
        expect(await stateOf(id)).toBe(from === 'open' ? to : from);
      }
    },
  );
});
