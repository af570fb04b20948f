import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../alerts/channels.js';
import { startApp, type TestApp } from '../support/app.js';
import { arrangement, client, type TestPartner } from '../support/factories.js';
import { type Answer, expectStatus, type Http } from '../support/http.js';
import { type Outcomes, outcomes } from '../support/transitions.js';
import {
  accept,
  acceptanceInput,
  at,
  COMMITTING,
  committing,
  endsIn,
  inForce,
  inSeconds,
  lapsesIn,
  publishedLongAgo,
  statusOf,
  textInput,
} from './committing.js';

/** Its own keys: one that reads, one that is narrowed; counterparts in the country; one that shares nothing. */
type Who = 'anonymous' | 'reader' | 'narrowed' | 'counterpart' | 'stranger' | 'steward' | 'itself';

let app: TestApp;
let counterpart: TestPartner;
let stranger: TestPartner;

beforeAll(async () => {
  app = await startApp();
  await publishedLongAgo(app);
  [counterpart, stranger] = [await committing(app, { kind: 'un_entity' }), await committing(app)];
});
afterAll(() => app.close());

async function made(): Promise<{ one: TestPartner; as: (who: Who) => Http }> {
  const one = await committing(app);
  await arrangement(app, { countries: ['SD'], members: [one, counterpart] });
  const of = async (options: Parameters<typeof client>[2]): Promise<Http> =>
    app.as(await client(app, one.partner.id, options));
  const keys: Record<Who, Http> = {
    anonymous: app.anonymous,
    reader: await of({ scopes: ['commitments:read'] }),
    narrowed: await of({ scopes: COMMITTING, ceiling: { tlp: 'RED' } }),
    counterpart: counterpart.http,
    stranger: stranger.http,
    steward: app.steward,
    itself: one.http,
  };
  return { one, as: (who) => keys[who] };
}

describe('the acceptance of a partner', () => {
  const NOBODY = {
    anonymous: 401,
    reader: 403,
    narrowed: 404,
    counterpart: 404,
    stranger: 404,
    steward: 404,
  };

  it.each(['never_accepted', 'accepted', 'renewal_due', 'lapsed'])(
    'that is %s is signed by itself alone, whole, and is accepted then',
    async (state) => {
      const { one, as } = await made();
      if (state !== 'never_accepted') await accept(one, { signedAt: inSeconds(-86_400) });
      if (state === 'renewal_due') await endsIn(app, one, '10 days');
      if (state === 'lapsed') await lapsesIn(app, one, '-1 second');
      expect((await statusOf(one)).state).toBe(state);
      const { id } = await inForce(one.http);
      const expected: Outcomes<Who> = { ...NOBODY, itself: 201 };
      const sign = (who: Who): Promise<Answer> => as(who).post(at(one, 'acceptances'), acceptanceInput(id));
      expect(await outcomes(expected, sign)).toEqual(expected);
      expect(await statusOf(one)).toMatchObject({ state: 'accepted', readOnly: false });
    },
  );

  it('goes on by its dates alone: due, then lapsed to reading, and back by a new signature', async () => {
    const { one } = await made();
    await accept(one, { signedAt: inSeconds(-86_400) });
    const assess = (): Promise<Answer> =>
      one.http.post(at(one, 'assessments'), {
        country: 'SD',
        commitment: 'training',
        rating: 'met',
        text: 'So.',
      });
    await endsIn(app, one, '29 days');
    expect([(await statusOf(one)).state, (await assess()).status]).toEqual(['renewal_due', 201]);
    await endsIn(app, one, '-1 day');
    expect([(await statusOf(one)).state, (await assess()).status]).toEqual(['renewal_due', 201]);
    await lapsesIn(app, one, '-1 second');
    expect((await statusOf(one)).state).toBe('lapsed');
    await eventually(async () => (await assess()).status === 403);
    await accept(one);
    await eventually(async () => (await assess()).status === 201);
  });
});

describe('an assessment', () => {
  type State = 'shared' | 'kept' | 'replaced';
  const input = { country: 'SD', commitment: 'training', rating: 'met', text: 'As we said.' };

  it('is made by itself alone', async () => {
    const { one, as } = await made();
    const expected = {
      anonymous: 401,
      reader: 403,
      narrowed: 404,
      counterpart: 404,
      stranger: 404,
      steward: 404,
      itself: 201,
    };
    expect(await outcomes<Who>(expected, (who) => as(who).post(at(one, 'assessments'), input))).toEqual(
      expected,
    );
  });

  async function inState(one: TestPartner, state: State): Promise<string> {
    const body = { ...input, shared: state !== 'kept' };
    const { id } = expectStatus(await one.http.post<{ id: string }>(at(one, 'assessments'), body), 201);
    if (state === 'replaced') expectStatus(await one.http.post(at(one, 'assessments'), body), 201);
    return at(one, `assessments/${id}`);
  }

  it.each<[State, Outcomes<Who>]>([
    [
      'shared',
      {
        anonymous: 401,
        reader: 403,
        narrowed: 403,
        stranger: 404,
        steward: 403,
        itself: 403,
        counterpart: 201,
      },
    ],
    [
      'kept',
      {
        anonymous: 401,
        reader: 403,
        narrowed: 404,
        stranger: 404,
        steward: 403,
        itself: 403,
        counterpart: 404,
      },
    ],
    [
      'replaced',
      {
        anonymous: 401,
        reader: 403,
        narrowed: 404,
        stranger: 404,
        steward: 403,
        itself: 403,
        counterpart: 404,
      },
    ],
  ])('that is %s is commented on: %j', async (state, expected) => {
    const { one, as } = await made();
    const path = await inState(one, state);
    const comment = (who: Who): Promise<Answer> => as(who).post(`${path}/comments`, { text: 'We saw it.' });
    expect(await outcomes(expected, comment)).toEqual(expected);
  });

  it.each<['open' | 'answered', number]>([
    ['open', 200],
    ['answered', 409],
  ])('has comments, of which one that is %s is answered by itself alone: %d', async (state, status) => {
    const { one, as } = await made();
    const path = await inState(one, 'shared');
    const { id } = expectStatus(
      await counterpart.http.post<{ id: string }>(`${path}/comments`, { text: 'We saw it.' }),
      201,
    );
    const answer = (who: Who): Promise<Answer> =>
      as(who).post(`${path}/comments/${id}/answer`, { answer: 'Thank you.' });
    if (state === 'answered') expectStatus(await answer('itself'), 200);
    const expected: Outcomes<Who> = {
      ...{ anonymous: 401, reader: 403, narrowed: 403, stranger: 404, steward: 403, counterpart: 403 },
      itself: status,
    };
    expect(await outcomes(expected, answer)).toEqual(expected);
  });
});

describe('a text', () => {
  it('is published, and given a deadline, by the steward alone', async () => {
    const { as } = await made();
    const later = textInput({ effectiveAt: '2098-01-01T00:00:00Z' });
    const nobody = {
      anonymous: 401,
      reader: 403,
      narrowed: 403,
      counterpart: 403,
      stranger: 403,
      itself: 403,
    };
    const publishing: Outcomes<Who> = { ...nobody, steward: 201 };
    expect(await outcomes(publishing, (who) => as(who).post('/v1/commitments/texts', later))).toEqual(
      publishing,
    );
    const { id } = await inForce(app.steward);
    const setting: Outcomes<Who> = { ...nobody, steward: 200 };
    const body = { acceptBy: '2098-06-01T00:00:00Z' };
    const set = (who: Who): Promise<Answer> => as(who).put(`/v1/commitments/texts/${id}/deadline`, body);
    expect(await outcomes(setting, set)).toEqual(setting);
  });
});
