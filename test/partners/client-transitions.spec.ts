import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../sharing/gate.js';
import { type ClientCredentials, startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { client, partner, type TestPartner } from '../support/factories.js';
import { type Answer, expectStatus, type Http } from '../support/http.js';
import { type Outcomes, outcomes } from '../support/transitions.js';

/** Of the owner: a key that reads, one that says what is needed, one for sub-partners; and the same of somebody else. */
type Who = 'anonymous' | 'owner' | 'attester' | 'sponsoring' | 'stranger' | 'steward' | 'second';

let app: TestApp;
let owner: TestPartner;
let stranger: TestPartner;
let keys: Record<Who, Http>;

beforeAll(async () => {
  app = await startApp();
  owner = await partner(app, { scopes: ['partners:read', 'alerts:read'] });
  const scopes = ['partners:read', 'clients:attest', 'sub-partners:manage'];
  stranger = await partner(app, { scopes });
  const of = async (partnerId: string, scopes: string[]): Promise<Http> =>
    app.as(await client(app, partnerId, { scopes }));
  const exchange = expectStatus(await app.steward.get<{ partner: { id: string } }>('/v1/me'), 200).partner.id;
  keys = {
    anonymous: app.anonymous,
    owner: owner.http,
    attester: await of(owner.partner.id, ['clients:attest']),
    sponsoring: await of(owner.partner.id, ['sub-partners:manage', 'partners:read']),
    stranger: stranger.http,
    steward: app.steward,
    second: await of(exchange, ['partners:manage']),
  };
});
afterAll(() => app.close());

const at = (more = ''): string => `/v1/partners/${owner.partner.id}${more}`;
const superuser = (sql: string, params: unknown[]) => query(app.database.superuserUrl, sql, params);

describe('a client', () => {
  type State = 'active' | 'expired' | 'unattested' | 'revoked';
  type Act = 'change' | 'rotate' | 'attest' | 'grant' | 'revoke';

  async function inState(state: State): Promise<ClientCredentials> {
    const made = await client(app, owner.partner.id, { scopes: ['alerts:read'], ceiling: { tlp: 'GREEN' } });
    const past = `now() - interval '1 second'`;
    if (state === 'expired')
      await superuser(`update client set expires_at = ${past} where id = $1`, [made.clientId]);
    if (state === 'unattested') {
      await superuser(`update client set attest_by = ${past} where id = $1`, [made.clientId]);
    }
    if (state === 'revoked') expectStatus(await app.steward.delete(at(`/clients/${made.clientId}`)), 204);
    return made;
  }

  const ACTS: Record<Act, (by: Http, path: string) => Promise<Answer>> = {
    change: (by, path) => by.patch(path, { name: 'Renamed' }),
    rotate: (by, path) => by.post(`${path}/rotation`, {}),
    attest: (by, path) => by.post(`${path}/attestations`, { outcome: 'kept', note: 'It fills our map.' }),
    grant: (by, path) =>
      by.post(`${path}/break-glass`, {
        ceiling: { tlp: 'AMBER' },
        reason: 'The watch room is cut off.',
        minutes: 5,
      }),
    revoke: (by, path) => by.delete(path),
  };

  /** Who manages sub-partners manages the keys of no other partner, its own organisation included. */
  const NOBODY = { anonymous: 401, owner: 403, attester: 403, sponsoring: 404, stranger: 404 };
  const MANAGED = { ...NOBODY, sponsoring: 403, stranger: 403 };
  const SPOKEN = { anonymous: 401, owner: 403, sponsoring: 403, stranger: 404 };
  const TABLE: [Act, State, Outcomes<Who>][] = [
    ['change', 'active', { ...NOBODY, steward: 200 }],
    ['change', 'expired', { ...NOBODY, steward: 200 }],
    ['change', 'unattested', { ...NOBODY, steward: 200 }],
    ['change', 'revoked', { ...NOBODY, steward: 409 }],
    ['rotate', 'active', { ...NOBODY, steward: 200 }],
    ['rotate', 'expired', { ...NOBODY, steward: 200 }],
    ['rotate', 'unattested', { ...NOBODY, steward: 200 }],
    ['rotate', 'revoked', { ...NOBODY, steward: 409 }],
    ['attest', 'active', { ...SPOKEN, attester: 201, steward: 201 }],
    ['attest', 'expired', { ...SPOKEN, attester: 201, steward: 201 }],
    ['attest', 'unattested', { ...SPOKEN, attester: 201, steward: 201 }],
    ['attest', 'revoked', { ...SPOKEN, attester: 409, steward: 409 }],
    ['grant', 'active', { ...MANAGED, steward: 201 }],
    ['grant', 'expired', { ...MANAGED, steward: 201 }],
    ['grant', 'unattested', { ...MANAGED, steward: 201 }],
    ['grant', 'revoked', { ...MANAGED, steward: 409 }],
    ['revoke', 'active', { ...NOBODY, steward: 204 }],
    ['revoke', 'expired', { ...NOBODY, steward: 204 }],
    ['revoke', 'unattested', { ...NOBODY, steward: 204 }],
    // What is asked for is so.
    ['revoke', 'revoked', { ...NOBODY, steward: 204 }],
  ];

  it.each(TABLE)('%s, when it is %s: %j', async (act, state, expected) => {
    const { clientId } = await inState(state);
    const tried = (who: Who): Promise<Answer> => ACTS[act](keys[who], at(`/clients/${clientId}`));
    expect(await outcomes(expected, tried)).toEqual(expected);
  });

  it('is asked about again by the steward alone', async () => {
    const body = { attestBy: '2099-01-01T00:00:00Z', reason: 'The yearly review.' };
    const expected = {
      anonymous: 401,
      owner: 403,
      attester: 403,
      sponsoring: 403,
      stranger: 403,
      steward: 200,
    };
    expect(await outcomes<Who>(expected, (who) => keys[who].post(at('/access-review'), body))).toEqual(
      expected,
    );
  });

  it('is made by the steward alone, and by a sponsor for those that are registered under it', async () => {
    const body = { name: 'A system', scopes: ['alerts:read'] };
    const expected = {
      anonymous: 401,
      owner: 403,
      attester: 403,
      sponsoring: 403,
      stranger: 404,
      steward: 201,
    };
    expect(await outcomes<Who>(expected, (who) => keys[who].post(at('/clients'), body))).toEqual(expected);
  });
});

describe('a grant for some hours', () => {
  type State = 'open' | 'ended' | 'over' | 'reviewed';

  async function inState(state: State): Promise<string> {
    const { clientId } = await client(app, owner.partner.id, { scopes: ['alerts:read'] });
    const { id } = expectStatus(
      await app.steward.post<{ id: string }>(at(`/clients/${clientId}/break-glass`), {
        ...{ scopes: ['reports:submit'], reason: 'The watch room is cut off.', minutes: 5 },
      }),
      201,
    );
    if (state === 'over') {
      await superuser(
        `update break_glass set created_at = now() - interval '1 hour', until = now() - interval '1 second' where id = $1`,
        [id],
      );
      await until(async () => {
        const { items } = (
          await app.steward.get<{ items: { id: string; state: string }[] }>(at('/break-glass'))
        ).body;
        return items.find((one) => one.id === id)?.state === 'ended';
      });
    }
    if (state === 'ended' || state === 'reviewed') expectStatus(await act('end', id, 'steward'), 200);
    if (state === 'reviewed') expectStatus(await act('review', id, 'second'), 200);
    return id;
  }

  const act = (what: 'end' | 'review', id: string, who: Who): Promise<Answer> =>
    keys[who].post(
      at(`/break-glass/${id}/${what}`),
      what === 'review' ? { outcome: 'justified', note: 'Right.' } : undefined,
    );

  const NOBODY = { anonymous: 401, owner: 403, attester: 403, sponsoring: 403, stranger: 403 };
  it.each<['end' | 'review', State, Outcomes<Who>]>([
    ['end', 'open', { ...NOBODY, steward: 200 }],
    ['end', 'open', { second: 200 }],
    ['end', 'ended', { ...NOBODY, steward: 409 }],
    ['end', 'over', { ...NOBODY, steward: 409 }],
    ['end', 'reviewed', { ...NOBODY, steward: 409 }],
    // The client that granted it does not judge it.
    ['review', 'open', { ...NOBODY, steward: 403, second: 409 }],
    ['review', 'ended', { ...NOBODY, steward: 403, second: 200 }],
    ['review', 'over', { ...NOBODY, steward: 403, second: 200 }],
    ['review', 'reviewed', { ...NOBODY, steward: 403, second: 409 }],
  ])('%s, when it is %s: %j', async (what, state, expected) => {
    const id = await inState(state);
    expect(await outcomes(expected, (who) => act(what, id, who))).toEqual(expected);
  });
});
