import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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

/** A member that convenes, one that does not, a key of the convenor that reads, one that shares nothing. */
type Who = 'anonymous' | 'reader' | 'member' | 'stranger' | 'steward' | 'manager' | 'convenor';
type ForumState = 'open' | 'closed';
type MeetingState = 'called' | 'recorded' | 'cancelled' | 'unattributed';

const SCOPES = ['arrangements:read', 'forums:manage'];
const SAID = {
  minutes: [{ text: 'The road is closed.', speaker: 'Somebody' }],
  actions: [{ text: 'Ask the drivers', owner: 'Somebody', done: false }],
};
const MEETING = {
  title: 'This week',
  startsAt: '2026-03-29T10:00:00+02:00',
  agenda: ['The bridge'],
  handling: { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
  chathamHouse: false,
};

let app: TestApp;
let here: TestArrangement;
let keys: Record<Who, Http>;

beforeAll(async () => {
  app = await startApp();
  const [convenor, member, stranger] = [
    await partner(app, { scopes: SCOPES }),
    await partner(app, { scopes: SCOPES }),
    await partner(app, { scopes: SCOPES }),
  ] as [TestPartner, TestPartner, TestPartner];
  // Who manages arrangements and is a member stands in for a convenor that is gone.
  const manager = await partner(app, { scopes: [...SCOPES, 'arrangements:manage'] });
  here = await arrangement(app, { members: [convenor, member, manager] });
  const reading = await client(app, convenor.partner.id, { scopes: ['arrangements:read'] });
  keys = {
    anonymous: app.anonymous,
    reader: await app.as(reading),
    member: member.http,
    stranger: stranger.http,
    steward: app.steward,
    manager: manager.http,
    convenor: convenor.http,
  };
});
afterAll(() => app.close());

async function forumIn(state: ForumState): Promise<string> {
  const { id } = expectStatus(
    await keys.convenor.post<{ id: string }>(`/v1/arrangements/${here.id}/forums`, {
      name: 'Weekly',
      timeZone: 'UTC',
    }),
    201,
  );
  const path = `/v1/forums/${id}`;
  if (state === 'closed') expectStatus(await keys.convenor.patch(path, { closed: true }), 200);
  return path;
}

async function meetingIn(state: MeetingState): Promise<string> {
  const forum = await forumIn('open');
  const { id } = expectStatus(await keys.convenor.post<{ id: string }>(`${forum}/meetings`, MEETING), 201);
  const path = `${forum}/meetings/${id}`;
  if (state !== 'called') expectStatus(await keys.convenor.put(`${path}/minutes`, SAID), 200);
  if (state === 'cancelled') expectStatus(await keys.convenor.patch(path, { cancelled: true }), 200);
  if (state === 'unattributed') expectStatus(await keys.convenor.patch(path, { chathamHouse: true }), 200);
  return path;
}

const NOBODY = { anonymous: 401, reader: 403, member: 403, stranger: 404, steward: 404 };

describe('a forum', () => {
  it('is opened by members alone', async () => {
    const body = { name: 'Weekly', timeZone: 'UTC' };
    const expected = { anonymous: 401, reader: 403, stranger: 404, steward: 404, member: 201, convenor: 201 };
    const open = (who: Who): Promise<Answer> => keys[who].post(`/v1/arrangements/${here.id}/forums`, body);
    expect(await outcomes<Who>(expected, open)).toEqual(expected);
  });

  const ACTS = {
    close: (by: Http, path: string): Promise<Answer> => by.patch(path, { closed: true }),
    reopen: (by: Http, path: string): Promise<Answer> => by.patch(path, { closed: false }),
    call: (by: Http, path: string): Promise<Answer> => by.post(`${path}/meetings`, MEETING),
  };
  it.each<[keyof typeof ACTS, ForumState, Outcomes<Who>, ForumState]>([
    ['close', 'open', { ...NOBODY, manager: 200, convenor: 200 }, 'closed'],
    ['close', 'closed', { ...NOBODY, manager: 200, convenor: 200 }, 'closed'],
    ['reopen', 'closed', { ...NOBODY, manager: 200, convenor: 200 }, 'open'],
    ['call', 'open', { ...NOBODY, manager: 201, convenor: 201 }, 'open'],
    ['call', 'closed', { ...NOBODY, manager: 409, convenor: 409 }, 'closed'],
  ])('%s, when it is %s: %j, and it is %s', async (act, state, expected, to) => {
    const path = await forumIn(state);
    expect(await outcomes(expected, (who) => ACTS[act](keys[who], path))).toEqual(expected);
    expect((await keys.member.get<{ closed: boolean }>(path)).body.closed).toBe(to === 'closed');
  });
});

describe('a meeting', () => {
  const ACTS = {
    change: (by: Http, path: string): Promise<Answer> => by.patch(path, { title: 'Next week' }),
    cancel: (by: Http, path: string): Promise<Answer> => by.patch(path, { cancelled: true }),
    hold: (by: Http, path: string): Promise<Answer> => by.patch(path, { cancelled: false }),
    record: (by: Http, path: string): Promise<Answer> => by.put(`${path}/minutes`, SAID),
    conclude: (by: Http, path: string): Promise<Answer> =>
      by.put(`${path}/minutes`, { ...SAID, actions: [{ ...SAID.actions[0], done: true }] }),
    promise: (by: Http, path: string): Promise<Answer> => by.patch(path, { chathamHouse: true }),
    breakPromise: (by: Http, path: string): Promise<Answer> => by.patch(path, { chathamHouse: false }),
  };
  const BOTH = { ...NOBODY, manager: 200, convenor: 200 };
  const NEITHER = { ...NOBODY, manager: 409, convenor: 409 };
  it.each<[keyof typeof ACTS, MeetingState, Outcomes<Who>, object]>([
    ['change', 'called', BOTH, { title: 'Next week' }],
    ['change', 'recorded', BOTH, { title: 'Next week' }],
    ['cancel', 'called', BOTH, { cancelled: true }],
    ['cancel', 'recorded', BOTH, { cancelled: true, ...SAID }],
    ['hold', 'cancelled', NEITHER, { cancelled: true, ...SAID }],
    ['hold', 'recorded', BOTH, { cancelled: false, ...SAID }],
    ['cancel', 'cancelled', BOTH, { cancelled: true, ...SAID }],
    ['record', 'called', BOTH, SAID],
    ['record', 'recorded', BOTH, SAID],
    ['record', 'cancelled', NEITHER, { cancelled: true }],
    ['conclude', 'recorded', BOTH, { actions: [{ ...SAID.actions[0], done: true }] }],
    ['conclude', 'cancelled', NEITHER, SAID],
    ['promise', 'recorded', BOTH, { chathamHouse: true, minutes: [{ text: 'The road is closed.' }] }],
    ['promise', 'unattributed', BOTH, { chathamHouse: true }],
    ['breakPromise', 'recorded', BOTH, { chathamHouse: false, ...SAID }],
    ['breakPromise', 'unattributed', NEITHER, { chathamHouse: true }],
    ['record', 'unattributed', BOTH, { actions: [{ text: 'Ask the drivers', done: false }] }],
  ])('%s, when it is %s: %j', async (act, state, expected, then) => {
    const path = await meetingIn(state);
    expect(await outcomes(expected, (who) => ACTS[act](keys[who], path))).toEqual(expected);
    expect((await keys.member.get(path)).body).toMatchObject(then);
  });
});
