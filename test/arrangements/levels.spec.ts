import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { eventually } from '../alerts/channels.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  arrangement,
  client,
  join,
  leave,
  partner,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Http, type Problem } from '../support/http.js';

interface Change {
  id: string;
  level: string;
  state: string;
  from: string;
  until?: string;
  issuer?: string;
  reason?: string;
}
interface Entry {
  action: string;
  details: Record<string, unknown>;
  partnerId?: string;
}

let app: TestApp;
let member: TestPartner;
let stranger: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  app = await startApp();
  [member, stranger] = await Promise.all([partner(app), partner(app)]);
});
beforeEach(async () => {
  here = await arrangement(app, { members: [member] });
});
afterAll(() => app.close());

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();
const set = <T = Change>(body: Record<string, unknown>, by = app.steward) =>
  by.post<T>(`/v1/arrangements/${here.id}/levels`, { reason: 'It is as it is', ...body });
const history = async (by = member.http): Promise<Change[]> =>
  expectStatus(await by.get<{ items: Change[] }>(`/v1/arrangements/${here.id}/levels`), 200).items;
const levelOf = async (): Promise<string> =>
  expectStatus(await app.steward.get<{ level: string }>(`/v1/arrangements/${here.id}`), 200).level;
const entries = async (): Promise<Entry[]> =>
  expectStatus(
    await app.steward.get<{ items: Entry[] }>('/v1/audit', { query: { object: here.id, of: 'exchange' } }),
    200,
  ).items;
/** Brings the time of what is planned about, as days would. */
const comes = (id: string, ago = '1 second') =>
  query(
    app.database.superuserUrl,
    `update arrangement_level set starts_at = now() - $2::interval where id = $1`,
    [id, ago],
  );
/** What planned levels replace holds since long ago. */
const settled = () =>
  query(
    app.database.superuserUrl,
    `update arrangement_level set starts_at = now() - interval '2 days' where arrangement_id = $1 and state = 'current'`,
    [here.id],
  );

describe('the level of an arrangement', () => {
  it('has a history from its first day, with issuer and reason', async () => {
    const answer = await set({ level: 'enhanced', issuer: 'Designated Official' });
    expect([answer.status, answer.body]).toEqual([
      201,
      {
        id: expect.any(String),
        level: 'enhanced',
        state: 'current',
        from: expect.any(String),
        issuer: 'Designated Official',
        reason: 'It is as it is',
        recordedAt: expect.any(String),
      },
    ]);
    const [now, before, ...more] = await history();
    expect([now, before, more]).toEqual([
      answer.body,
      expect.objectContaining({ level: 'regular', state: 'past', until: answer.body.from }),
      [],
    ]);
    expect(await levelOf()).toBe('enhanced');
    expect((await entries()).map(({ action }) => action)).toEqual(
      expect.arrayContaining(['arrangement.level_set']),
    );
  });

  it('is changed by PATCH as before, which history tells as well', async () => {
    expectStatus(await app.steward.patch(`/v1/arrangements/${here.id}`, { level: 'emergency' }), 200);
    expectStatus(await app.steward.patch(`/v1/arrangements/${here.id}`, { level: 'emergency' }), 200);
    expectStatus(await app.steward.patch(`/v1/arrangements/${here.id}`, { name: 'Another name' }), 200);
    expect((await history()).map(({ level, state }) => [level, state])).toEqual([
      ['emergency', 'current'],
      ['regular', 'past'],
    ]);
  });

  it('is for whoever manages arrangements to set, and for nobody else', async () => {
    const change = { level: 'emergency' };
    expect((await set(change, member.http)).status).toBe(403);
    expect((await set(change, app.anonymous)).status).toBe(401);
    const planned = expectStatus(await set({ ...change, from: inSeconds(3600) }), 201);
    const path = `/v1/arrangements/${here.id}/levels/${planned.id}`;
    expect((await member.http.delete(path)).status).toBe(403);
    expect(await levelOf()).toBe('regular');
  });

  it('refuses what lies before the level that holds, and a time that is taken', async () => {
    const past = await set<Problem>({ level: 'enhanced', from: inSeconds(-3600) });
    expect([past.status, past.body.errors?.[0]?.pointer]).toEqual([400, '#/from']);
    const from = inSeconds(3600);
    expectStatus(await set({ level: 'enhanced', from }), 201);
    expect((await set({ level: 'emergency', from })).status).toBe(409);
    expect((await history()).length).toBe(2);
  });

  it('may be told of after the fact', async () => {
    await settled();
    const from = inSeconds(-3600);
    expectStatus(await set({ level: 'enhanced', from }), 201);
    expect((await history()).map((one) => [one.level, one.state, one.until ?? one.from])).toEqual([
      ['enhanced', 'current', from],
      ['regular', 'past', from],
    ]);
  });

  it('happens once for one key', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const body = { level: 'enhanced', reason: 'Once' };
    const path = `/v1/arrangements/${here.id}/levels`;
    const twins = await Promise.all([1, 2, 3].map(() => app.steward.post<Change>(path, body, { headers })));
    expect(new Set(twins.map((one) => expectStatus(one, 201).id)).size).toBe(1);
    expect((await history()).length).toBe(2);
  });

  it('ends one level for each that is set at the same time', async () => {
    const answers = await Promise.all(
      ['enhanced', 'emergency', 'regular', 'enhanced'].map((level) => set({ level })),
    );
    expect(answers.filter(({ status }) => ![201, 400].includes(status))).toEqual([]);
    const states = (await history()).map(({ state }) => state);
    expect(states.filter((state) => state === 'current').length).toBe(1);
    expect((await history()).find(({ state }) => state === 'current')?.level).toBe(await levelOf());
  });
});

describe('a level that is planned', () => {
  it('says its time in UTC, whatever the offset it was given in, and changes nothing yet', async () => {
    const planned = expectStatus(await set({ level: 'emergency', from: '2099-03-01T00:30:00+14:00' }), 201);
    expect([planned.state, planned.from]).toEqual(['planned', '2099-02-28T10:30:00.000Z']);
    expect(await levelOf()).toBe('regular');
    expect((await history())[0]).toEqual(planned);
  });

  it('begins by itself at its time, exactly once, though several processes look', async () => {
    const second = await startApp({ database: app.database });
    try {
      await settled();
      const from = new Date(Date.now() + 6000 + 5 * 3_600_000).toISOString().replace('Z', '+05:00');
      const planned = expectStatus(await set({ level: 'emergency', from }), 201);
      expect(planned.state).toBe('planned');
      await eventually(async () => (await levelOf()) === 'emergency');
      expect((await history()).map(({ level, state, until }) => [level, state, until])).toEqual([
        ['emergency', 'current', undefined],
        ['regular', 'past', planned.from],
      ]);
      const began = (await entries()).filter(({ action }) => action === 'arrangement.level_began');
      expect(began).toEqual([
        expect.objectContaining({ details: { level: 'emergency', from: planned.from } }),
      ]);
    } finally {
      await second.close();
    }
  });

  it('begins in the order of their times after a standstill', async () => {
    await settled();
    const later = expectStatus(await set({ level: 'regular', from: inSeconds(7200) }), 201);
    const sooner = expectStatus(await set({ level: 'emergency', from: inSeconds(3600) }), 201);
    await query(
      app.database.superuserUrl,
      `update arrangement_level set starts_at = now() - case when id = $1 then interval '1 hour' else interval '2 hours' end
       where id in ($1, $2)`,
      [later.id, sooner.id],
    );
    await eventually(async () => (await history()).find(({ id }) => id === later.id)?.state === 'current');
    expect((await history()).find(({ id }) => id === sooner.id)?.state).toBe('past');
    expect(await levelOf()).toBe('regular');
  });

  it('gives way to what was decided since, when its time passed unseen', async () => {
    const planned = expectStatus(await set({ level: 'regular', from: inSeconds(3600) }), 201);
    expectStatus(await set({ level: 'emergency' }), 201);
    await comes(planned.id, '1 hour');
    await eventually(async () => (await history()).find(({ id }) => id === planned.id)?.state !== 'planned');
    expect((await history()).find(({ id }) => id === planned.id)?.state).toBe('cancelled');
    expect(await levelOf()).toBe('emergency');
  });

  it('can be cancelled until it begins, and stays in the history', async () => {
    const planned = expectStatus(await set({ level: 'emergency', from: inSeconds(3600) }), 201);
    const path = `/v1/arrangements/${here.id}/levels/${planned.id}`;
    const elsewhere = await arrangement(app);
    expect((await app.steward.delete(path.replace(here.id, elsewhere.id))).status).toBe(404);
    expect((await app.steward.delete(path)).status).toBe(204);
    expect((await app.steward.delete(path)).status).toBe(409);
    const current = (await history()).find(({ state }) => state === 'current');
    expect((await app.steward.delete(`/v1/arrangements/${here.id}/levels/${current?.id}`)).status).toBe(409);
    expect((await history()).find(({ id }) => id === planned.id)?.state).toBe('cancelled');
  });
});

describe('who reads levels and readiness', () => {
  const paths = ['levels', 'level-settings', 'readiness'];
  const answers = (by: Http, id: string) =>
    Promise.all(paths.map(async (path) => (await by.get(`/v1/arrangements/${id}/${path}`)).text));

  it('hides them from strangers, former members and clients of other arrangements, like what is missing', async () => {
    const elsewhere = await arrangement(app, { members: [member] });
    const past = await partner(app);
    await join(app, here, past);
    expect((await past.http.get(`/v1/arrangements/${here.id}/levels`)).status).toBe(200);
    await leave(app, here, past);
    const narrow = await app.as(await client(app, member.partner.id, { arrangements: [elsewhere.code] }));
    const open = await app.as(await client(app, member.partner.id, { arrangements: [here.code] }));
    for (const by of [stranger.http, past.http, narrow]) {
      expect(await answers(by, here.id)).toEqual(await answers(by, randomUUID()));
      for (const path of paths) {
        expect((await by.get(`/v1/arrangements/${here.id}/${path}`)).status).toBe(404);
      }
    }
    for (const path of paths) {
      expect((await open.get(`/v1/arrangements/${here.id}/${path}`)).status).toBe(200);
    }
  });

  it('shows a page at a time', async () => {
    for (const level of ['enhanced', 'emergency', 'regular']) expectStatus(await set({ level }), 201);
    const path = `/v1/arrangements/${here.id}/levels`;
    interface Page {
      items: Change[];
      nextCursor: string | null;
    }
    const first = expectStatus(await member.http.get<Page>(path, { query: { limit: 3 } }), 200);
    const rest = await member.http.get<Page>(path, { query: { limit: 3, cursor: first.nextCursor ?? '' } });
    expect([...first.items, ...expectStatus(rest, 200).items]).toEqual(await history());
    expect(rest.body.nextCursor).toBeNull();
  });
});
