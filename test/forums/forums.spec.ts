import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
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

interface Forum {
  id: string;
  closed: boolean;
  convenor?: { code: string };
}
interface Meeting {
  id: string;
  startsAt: string;
  startsAtLocal: string;
  chathamHouse: boolean;
  minutes?: { text: string; speaker?: string }[];
  actions: { text: string; owner?: string; dueAt?: string; done: boolean }[];
}

const SCOPES = ['arrangements:read', 'forums:manage', 'partners:read', 'audit:read'];
const SPEAKER = 'Amina of Lantern Relief';

let app: TestApp;
let convenor: TestPartner;
let member: TestPartner;
let stranger: TestPartner;
let here: TestArrangement;
let forum: Forum;

beforeAll(async () => {
  app = await startApp();
  [convenor, member, stranger] = await Promise.all([
    partner(app, { scopes: SCOPES }),
    partner(app, { scopes: SCOPES }),
    partner(app, { scopes: SCOPES }),
  ]);
  here = await arrangement(app, { members: [convenor, member] });
  forum = await open();
});
afterAll(() => app.close());

const open = async (): Promise<Forum> =>
  expectStatus(
    await convenor.http.post<Forum>(`/v1/arrangements/${here.id}/forums`, {
      name: 'Focal points',
      timeZone: 'Europe/Oslo',
      schedule: 'Every Tuesday at 10:00',
    }),
    201,
  );
const meetingInput = (overrides: Record<string, unknown> = {}) => ({
  title: 'This week',
  startsAt: '2026-03-29T10:00:00+02:00',
  agenda: ['The bridge'],
  handling: { tlp: 'AMBER', classification: 'UNCLASSIFIED' },
  chathamHouse: false,
  ...overrides,
});
const call = async (overrides: Record<string, unknown> = {}): Promise<Meeting> =>
  expectStatus(
    await convenor.http.post<Meeting>(`/v1/forums/${forum.id}/meetings`, meetingInput(overrides)),
    201,
  );
const said = {
  minutes: [{ text: 'The road is closed.', speaker: SPEAKER }],
  actions: [{ text: 'Ask the drivers', owner: SPEAKER, dueAt: '2026-04-01T00:00:00.000Z', done: false }],
};
const at = ({ id }: { id: string }, more = ''): string => `/v1/forums/${forum.id}/meetings/${id}${more}`;
const record = (meeting: { id: string }, by = convenor.http) =>
  by.put<Meeting>(at(meeting, '/minutes'), said);

describe('a forum', () => {
  it('is opened by a member, which convenes it, and read by the others', async () => {
    expect(forum).toMatchObject({ closed: false, convenor: { code: convenor.partner.code } });
    expect((await member.http.get(`/v1/forums/${forum.id}`)).body).toEqual(forum);
    const list = await member.http.get<{ items: Forum[] }>(`/v1/arrangements/${here.id}/forums`);
    expect(list.body.items).toContainEqual(forum);
  });

  it('is changed and written by its convenor alone', async () => {
    const meeting = await call();
    for (const [method, path, body] of [
      ['PATCH', `/v1/forums/${forum.id}`, { name: 'Mine now' }],
      ['POST', `/v1/forums/${forum.id}/meetings`, meetingInput()],
      ['PATCH', at(meeting), { title: 'Mine now' }],
      ['PUT', at(meeting, '/minutes'), said],
    ] as const) {
      expect([path, (await member.http.send(method, path, body)).status]).toEqual([path, 403]);
    }
    expect((await member.http.get(at(meeting))).body).toEqual(meeting);
  });

  it('meets no more once it is closed', async () => {
    const other = await open();
    expectStatus(await convenor.http.patch(`/v1/forums/${other.id}`, { closed: true }), 200);
    const answer = await convenor.http.post(`/v1/forums/${other.id}/meetings`, meetingInput());
    expect(answer.status).toBe(409);
  });

  it('is one of twenty at most that one member convenes, and others can open theirs', async () => {
    const place = await arrangement(app, { members: [convenor, member] });
    const path = `/v1/arrangements/${place.id}/forums`;
    const body = { name: 'One more', timeZone: 'UTC' };
    const ids: string[] = [];
    for (let made = 0; made < 20; made++) {
      ids.push(expectStatus(await convenor.http.post<Forum>(path, body), 201).id);
    }
    expect((await convenor.http.post(path, body)).status).toBe(409);
    expectStatus(await member.http.post(path, body), 201);
    expectStatus(await convenor.http.patch(`/v1/forums/${ids[0]}`, { closed: true }), 200);
    expectStatus(await convenor.http.post(path, body), 201);
    expect((await convenor.http.patch(`/v1/forums/${ids[0]}`, { closed: false })).status).toBe(409);
  });

  it('is one of two hundred at most, with those that are closed', async () => {
    const place = await arrangement(app, { members: [convenor, member] });
    const path = `/v1/arrangements/${place.id}/forums`;
    const body = { name: 'One more', timeZone: 'UTC' };
    await query(
      app.database.superuserUrl,
      `insert into forum (id, arrangement_id, convenor_id, name, time_zone, is_closed)
       select gen_random_uuid(), $1, $2, 'Made before', 'UTC', true from generate_series(1, 199)`,
      [place.id, convenor.partner.id],
    );
    const { id } = expectStatus(await convenor.http.post<Forum>(path, body), 201);
    expectStatus(await convenor.http.patch(`/v1/forums/${id}`, { closed: true }), 200);
    expect((await convenor.http.post(path, body)).status).toBe(409);
    expectStatus(await member.http.post(path, body), 201);
    expectStatus(await convenor.http.patch(`/v1/forums/${id}`, { closed: false }), 200);
  });

  it('is opened once for one key', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const body = { name: 'Once', timeZone: 'UTC' };
    const path = `/v1/arrangements/${here.id}/forums`;
    const twins = await Promise.all([1, 2].map(() => convenor.http.post<Forum>(path, body, { headers })));
    expect(new Set(twins.map((one) => expectStatus(one, 201).id)).size).toBe(1);
  });

  it('takes no time zone that knows nothing of summer time', async () => {
    for (const timeZone of ['CET', '+02:00', 'Europe/Nowhere', '']) {
      const path = `/v1/arrangements/${here.id}/forums`;
      const answer = await convenor.http.post<Problem>(path, { name: 'Focal points', timeZone });
      expect([timeZone, answer.status]).toEqual([timeZone, 400]);
    }
  });
});

describe('a meeting', () => {
  it('says when it begins by the clocks of its forum, also on the day they change', async () => {
    const [before, after] = [
      await call({ startsAt: '2026-03-28T10:00:00+01:00' }),
      await call({ startsAt: '2026-03-29T10:00:00+02:00' }),
    ];
    expect([before.startsAt, before.startsAtLocal]).toEqual(['2026-03-28T09:00:00.000Z', '2026-03-28T10:00']);
    expect([after.startsAt, after.startsAtLocal]).toEqual(['2026-03-29T08:00:00.000Z', '2026-03-29T10:00']);
  });

  it('refuses an end before its beginning, what is RED, and what its convenor may not receive itself', async () => {
    for (const [body, pointer] of [
      [{ endsAt: '2026-03-29T07:00:00Z' }, '#/endsAt'],
      [{ handling: { tlp: 'RED', classification: 'UNCLASSIFIED' } }, '#/handling/tlp'],
    ] as const) {
      const path = `/v1/forums/${forum.id}/meetings`;
      const answer = await convenor.http.post<Problem>(path, meetingInput(body));
      expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, pointer]);
    }
    const low = await partner(app, { scopes: SCOPES, ceiling: { tlp: 'GREEN' } });
    await join(app, here, low);
    const own = await low.http.post<Forum>(`/v1/arrangements/${here.id}/forums`, {
      name: 'Low',
      timeZone: 'UTC',
    });
    const path = `/v1/forums/${expectStatus(own, 201).id}/meetings`;
    const answer = await low.http.post<Problem>(path, meetingInput());
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, '#/handling']);
  });

  it('has minutes and actions with owner and due date, which can be corrected until it is cancelled', async () => {
    const meeting = await call();
    expect(meeting).not.toHaveProperty('minutes');
    expect(expectStatus(await record(meeting), 200)).toEqual({ ...meeting, ...said, version: 2 });
    const done = { ...said, actions: [{ ...said.actions[0], done: true }] };
    expectStatus(await convenor.http.put(at(meeting, '/minutes'), done), 200);
    expect((await member.http.get(at(meeting))).body).toEqual({ ...meeting, ...done, version: 3 });
    expectStatus(await convenor.http.patch(at(meeting), { cancelled: true }), 200);
    expect((await record(meeting)).status).toBe(409);
  });

  it('is not there for whose ceiling does not reach it, in lists neither', async () => {
    const meeting = await call();
    const green = await call({ handling: { tlp: 'GREEN', classification: 'UNCLASSIFIED' } });
    const confidential = await call({ handling: { tlp: 'AMBER', classification: 'CONFIDENTIAL' } });
    const low = await partner(app, { scopes: SCOPES });
    await join(app, here, low, { ceiling: { tlp: 'GREEN' } });
    const narrow = await app.as(
      await client(app, member.partner.id, { scopes: SCOPES, ceiling: { tlp: 'GREEN' } }),
    );
    for (const by of [low.http, narrow]) {
      for (const hidden of [meeting, confidential]) {
        const answer = await by.get(at(hidden));
        expect([answer.status, answer.text]).toEqual([404, (await by.get(at({ id: randomUUID() }))).text]);
      }
      const list = await by.get<{ items: Meeting[] }>(`/v1/forums/${forum.id}/meetings`);
      const ids = list.body.items.map(({ id }) => id);
      expect([ids.includes(green.id), ids.includes(meeting.id), ids.includes(confidential.id)]).toEqual([
        true,
        false,
        false,
      ]);
    }
  });
});

describe('the Chatham House Rule', () => {
  /** Everything that the database has of it, whoever asks. */
  const kept = async ({ id }: Meeting): Promise<string> =>
    JSON.stringify(
      await query(
        app.database.superuserUrl,
        `select to_jsonb(m) as row from meeting m where id = $1
         union all select to_jsonb(a) from audit_entry a where object_id = $1`,
        [id],
      ),
    );

  it('keeps nothing of who said something or took it on, for nobody, in no place', async () => {
    const meeting = await call({ chathamHouse: true });
    const answer = expectStatus(await record(meeting), 200);
    expect(answer.minutes).toEqual([{ text: 'The road is closed.' }]);
    expect(answer.actions).toEqual([
      { text: 'Ask the drivers', dueAt: '2026-04-01T00:00:00.000Z', done: false },
    ]);
    for (const by of [convenor.http, member.http]) {
      expect((await by.get(at(meeting))).text).not.toContain(SPEAKER);
      expect((await by.get(`/v1/forums/${forum.id}/meetings`)).text).toContain(meeting.id);
      expect((await by.get('/v1/audit', { query: { object: meeting.id } })).text).not.toContain(SPEAKER);
    }
    const audit = await app.steward.get('/v1/audit', { query: { object: meeting.id, of: 'exchange' } });
    expect(audit.text).toContain('meeting.minutes_recorded');
    expect(audit.text).not.toContain(SPEAKER);
    expect(await kept(meeting)).not.toContain(SPEAKER);
  });

  it('deletes what was attributed when it is given afterwards, and stays', async () => {
    const meeting = await call();
    expect(expectStatus(await record(meeting), 200).minutes?.[0]?.speaker).toBe(SPEAKER);
    const under = expectStatus(await convenor.http.patch<Meeting>(at(meeting), { chathamHouse: true }), 200);
    expect([under.chathamHouse, JSON.stringify(under).includes(SPEAKER)]).toEqual([true, false]);
    expect(await kept(meeting)).not.toContain(SPEAKER);
    expect((await convenor.http.patch(at(meeting), { chathamHouse: false })).status).toBe(409);
    expect(expectStatus(await record(meeting), 200).minutes).toEqual([{ text: 'The road is closed.' }]);
  });

  it('is kept by the database itself', async () => {
    const meeting = await call({ chathamHouse: true });
    const minutes = query(app.database.superuserUrl, `update meeting set minutes = $2 where id = $1`, [
      meeting.id,
      JSON.stringify(said.minutes),
    ]);
    await expect(minutes).rejects.toThrow('meeting_attribution_check');
    const actions = query(app.database.superuserUrl, `update meeting set actions = $2 where id = $1`, [
      meeting.id,
      JSON.stringify(said.actions),
    ]);
    await expect(actions).rejects.toThrow('meeting_attribution_check');
  });
});

describe('whoever is no member now', () => {
  const everything = async (by: Http, ids: { arrangement: string; forum: string; meeting: string }) => {
    const meeting = `/v1/forums/${ids.forum}/meetings/${ids.meeting}`;
    const answers = [
      await by.get(`/v1/arrangements/${ids.arrangement}/forums`),
      await by.post(`/v1/arrangements/${ids.arrangement}/forums`, { name: 'Mine', timeZone: 'UTC' }),
      await by.get(`/v1/forums/${ids.forum}`),
      await by.patch(`/v1/forums/${ids.forum}`, { name: 'Mine' }),
      await by.get(`/v1/forums/${ids.forum}/meetings`),
      await by.post(`/v1/forums/${ids.forum}/meetings`, meetingInput()),
      await by.get(meeting),
      await by.patch(meeting, { title: 'Mine' }),
      await by.put(`${meeting}/minutes`, said),
    ];
    return answers.map(({ status, text }) => [status, text]);
  };
  const nothing = () => ({ arrangement: randomUUID(), forum: randomUUID(), meeting: randomUUID() });
  const ids = async () => ({ arrangement: here.id, forum: forum.id, meeting: (await call()).id });

  const findsNothing = async (by: Http): Promise<void> => {
    const found = await everything(by, await ids());
    expect(found).toEqual(await everything(by, nothing()));
    expect(found.filter(([status]) => status !== 404)).toEqual([]);
  };

  it('finds nothing: a stranger, and the steward', async () => {
    await findsNothing(stranger.http);
    await findsNothing(app.steward);
  });

  it('finds nothing: a member whose membership ended, is to come, or that was suspended', async () => {
    const [past, coming, suspended] = await Promise.all(
      [1, 2, 3].map(() => partner(app, { scopes: SCOPES })),
    );
    await join(app, here, past as TestPartner);
    expect((await past?.http.get(`/v1/forums/${forum.id}`))?.status).toBe(200);
    await leave(app, here, past as TestPartner);
    await findsNothing((past as TestPartner).http);
    await join(app, here, coming as TestPartner, { from: '2099-01-01T00:00:00Z' });
    await findsNothing((coming as TestPartner).http);
    await join(app, here, suspended as TestPartner);
    expectStatus(await app.steward.post(`/v1/partners/${suspended?.partner.id}/suspension`), 200);
    const answer = await suspended?.http.get(`/v1/forums/${forum.id}`);
    expect([403, 404]).toContain(answer?.status);
  });

  it('finds nothing: the convenor itself, once it has left', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => partner(app, { scopes: SCOPES })));
    const place = await arrangement(app, { members: [one as TestPartner, other as TestPartner] });
    const body = { name: 'Short', timeZone: 'UTC' };
    const made = await one?.http.post<Forum>(`/v1/arrangements/${place.id}/forums`, body);
    const { id } = made?.body as Forum;
    await leave(app, place, one as TestPartner);
    expect((await one?.http.get(`/v1/forums/${id}`))?.status).toBe(404);
    expect((await other?.http.get<Forum>(`/v1/forums/${id}`))?.body).not.toHaveProperty('convenor');
  });

  it('finds nothing: a client narrowed to another arrangement, unlike one narrowed to this', async () => {
    const elsewhere = await arrangement(app, { members: [convenor] });
    const narrowed = async (code: string): Promise<Http> =>
      app.as(await client(app, convenor.partner.id, { scopes: SCOPES, arrangements: [code] }));
    await findsNothing(await narrowed(elsewhere.code));
    const inside = await narrowed(here.code);
    const meeting = await call();
    expect((await inside.get(at(meeting))).status).toBe(200);
    expectStatus(await record(meeting, inside), 200);
  });
});

describe('every route', () => {
  it('asks for a token and its scope', async () => {
    const meeting = await call();
    const reader = await app.as(await client(app, convenor.partner.id, { scopes: ['arrangements:read'] }));
    const writer = await app.as(await client(app, convenor.partner.id, { scopes: ['forums:manage'] }));
    for (const [method, path, body, refused] of [
      ['POST', `/v1/arrangements/${here.id}/forums`, { name: 'Mine', timeZone: 'UTC' }, reader],
      ['GET', `/v1/arrangements/${here.id}/forums`, undefined, writer],
      ['GET', `/v1/forums/${forum.id}`, undefined, writer],
      ['PATCH', `/v1/forums/${forum.id}`, {}, reader],
      ['POST', `/v1/forums/${forum.id}/meetings`, meetingInput(), reader],
      ['GET', `/v1/forums/${forum.id}/meetings`, undefined, writer],
      ['GET', at(meeting), undefined, writer],
      ['PATCH', at(meeting), {}, reader],
      ['PUT', at(meeting, '/minutes'), said, reader],
    ] as const) {
      expect([path, (await app.anonymous.send(method, path, body)).status]).toEqual([path, 401]);
      expect([path, (await refused.send(method, path, body)).status]).toEqual([path, 403]);
    }
  });
});
