import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { mutationsOf, omissionsOf, sendAll, unnamed } from '../alerts/mutations.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  arrangement,
  client,
  join,
  leave,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Http, type Problem } from '../support/http.js';
import { at, COMMITTING, committing, inSeconds } from './committing.js';

interface Assessment {
  id: string;
  version: number;
  rating: string;
  shared: boolean;
  current: boolean;
  comments?: { id: string; partner?: string; text: string; answer?: string }[];
}

let app: TestApp;
let own: TestPartner;
let un: TestPartner;
let stranger: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  app = await startApp();
  [own, un, stranger] = await Promise.all([
    committing(app),
    committing(app, { kind: 'un_entity' }),
    committing(app),
  ]);
  here = await arrangement(app, { countries: ['SD'], members: [own, un] });
});
afterAll(() => app.close());

const input = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  country: 'SD',
  commitment: 'training',
  rating: 'partly_met',
  text: 'We opened two courses.',
  evidence: [{ title: 'Course plan', url: 'https://office.example/plan' }],
  shared: true,
  ...more,
});
const assess = async (more: Record<string, unknown> = {}, by = own): Promise<Assessment> =>
  expectStatus(await by.http.post<Assessment>(at(by, 'assessments'), input(more)), 201);
const get = (by: Http, id: string, of = own) => by.get<Assessment>(at(of, `assessments/${id}`));
const list = async (by: Http, query = {}): Promise<Assessment[]> => {
  const answer = await by.get<{ items: Assessment[] }>(at(own, 'assessments'), { query });
  return answer.status === 404 ? [] : expectStatus(answer, 200).items;
};
const sees = async (by: Http, id: string): Promise<boolean[]> => [
  (await get(by, id)).status === 200,
  (await list(by, { limit: 200, history: 'true' })).some((one) => one.id === id),
];
const comment = <T = { id: string }>(by: Http, id: string, text = 'We saw it.') =>
  by.post<T>(at(own, `assessments/${id}/comments`), { text });

describe('an assessment', () => {
  it('is dated, versioned, and replaced by the next', async () => {
    const first = await assess({ commitment: 'resources', assessedAt: inSeconds(-86_400) });
    const next = await assess({ commitment: 'resources', rating: 'met' });
    expect([first.version, next.version, next.current]).toEqual([1, 2, true]);
    expect((await list(own.http, { commitment: 'resources' })).map(({ id }) => id)).toEqual([next.id]);
    const history = await list(own.http, { commitment: 'resources', country: 'SD', history: 'true' });
    expect(history.map(({ id, current }) => [id, current])).toEqual([
      [next.id, true],
      [first.id, false],
    ]);
    expect(await list(own.http, { country: 'TD' })).toEqual([]);
  });

  it('has versions that follow each other, though several come at once', async () => {
    const body = { commitment: 'operations' };
    const all = await Promise.all([1, 2, 3, 4].map(() => assess(body)));
    expect(all.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4]);
    expect((await list(own.http, body)).map(({ version }) => version)).toEqual([4]);
    const headers = { 'Idempotency-Key': randomUUID() };
    const twins = await Promise.all(
      [1, 2].map(() => own.http.post<Assessment>(at(own, 'assessments'), input(body), { headers })),
    );
    expect(new Set(twins.map((one) => expectStatus(one, 201).version))).toEqual(new Set([5]));
  });

  it('refuses any wrong value, and the future', async () => {
    const body = input({ assessedAt: inSeconds(-60) });
    const harmless = /^#\/(text|evidence\/0\/title)$/;
    const right = ['#/evidence an empty list', '#/shared true'];
    const wrong = mutationsOf(body).filter(
      ({ pointer, what }) =>
        !right.includes(`${pointer} ${what}`) &&
        !(harmless.test(pointer) && /^(a word|not a number)$/.test(what)),
    );
    const optional = /^#\/(evidence|assessedAt|shared)$/;
    const all = [...wrong, ...omissionsOf(body).filter(({ pointer }) => !optional.test(pointer))];
    expect(unnamed(all, await sendAll(own.http, at(own, 'assessments'), all))).toEqual([]);
    for (const more of [
      { assessedAt: inSeconds(60) },
      { evidence: [{ title: 'x y', url: 'http://office.example' }] },
      { evidence: [{ title: 'x y', url: 'javascript:alert(1)' }] },
    ]) {
      expect((await own.http.post<Problem>(at(own, 'assessments'), input(more))).status).toBe(400);
    }
  });

  it('is for its own organisation to write', async () => {
    for (const by of [un.http, app.steward]) {
      expect((await by.post(at(own, 'assessments'), input())).status).toBe(404);
    }
  });
});

describe('what is shared', () => {
  it('is read by current members of an arrangement of the country, and by the steward', async () => {
    const { id } = await assess();
    expect(await sees(own.http, id)).toEqual([true, true]);
    expect(await sees(un.http, id)).toEqual([true, true]);
    expect(await sees(app.steward, id)).toEqual([true, true]);
    expect(await sees(stranger.http, id)).toEqual([false, false]);
    const hidden = await get(stranger.http, id);
    const nowhere = await get(stranger.http, randomUUID());
    expect(hidden.text).toBe(nowhere.text);
  });

  it('is not read by members of arrangements of other countries, nor after leaving', async () => {
    const { id } = await assess();
    const past = await committing(app);
    await join(app, here, past);
    expect(await sees(past.http, id)).toEqual([true, true]);
    await leave(app, here, past);
    expect(await sees(past.http, id)).toEqual([false, false]);
    const elsewhere = await arrangement(app, { countries: ['TD'], members: [own, stranger] });
    expect(await sees(stranger.http, id)).toEqual([false, false]);
    const { id: there } = await assess({ country: 'TD' });
    expect([await sees(stranger.http, there), await sees(un.http, there)]).toEqual([
      [true, true],
      [false, false],
    ]);
    await leave(app, elsewhere, stranger);
  });

  it.each(['private_sector', 'donor'])('is not read by a member of the kind %s', async (kind) => {
    const { id } = await assess();
    const other = await committing(app, { kind });
    await join(app, here, other);
    expect(await sees(other.http, id)).toEqual([false, false]);
    expect((await comment(other.http, id)).status).toBe(404);
  });

  it('is not what is not shared, nor what was replaced', async () => {
    const shared = await assess({ commitment: 'ground_rules' });
    expect(await sees(un.http, shared.id)).toEqual([true, true]);
    const kept = await assess({ commitment: 'ground_rules', shared: false });
    expect(await sees(un.http, shared.id)).toEqual([false, false]);
    expect(await sees(un.http, kept.id)).toEqual([false, false]);
    expect(await sees(own.http, shared.id)).toEqual([true, true]);
    expect(await sees(app.steward, kept.id)).toEqual([true, true]);
  });

  it('reaches a narrowed client through its arrangements alone', async () => {
    const { id } = await assess();
    const elsewhere = await arrangement(app, { countries: ['SS'], members: [un] });
    const narrowed = async (code: string): Promise<Http> =>
      app.as(await client(app, un.partner.id, { scopes: COMMITTING, arrangements: [code] }));
    expect(await sees(await narrowed(elsewhere.code), id)).toEqual([false, false]);
    expect(await sees(await narrowed(here.code), id)).toEqual([true, true]);
  });

  it('shows no row of others in the database', async () => {
    await assess({ commitment: 'information', shared: false });
    const rows = async (of: TestPartner, table: string): Promise<number> => {
      const database = new pg.Client({ connectionString: app.database.serviceUrl });
      await database.connect();
      try {
        await database.query('begin');
        for (const [name, value] of [
          ['slt.partner', of.partner.id],
          ['slt.reader', of.partner.id],
          ['slt.manages', 'arrangements reference'],
        ]) {
          await database.query('select set_config($1, $2, true)', [name, value]);
        }
        const { rowCount } = await database.query(`select from ${table} where partner_id = $1`, [
          own.partner.id,
        ]);
        return rowCount ?? 0;
      } finally {
        await database.end();
      }
    };
    const all = await rows(own, 'commitment_assessment');
    const seen = await rows(un, 'commitment_assessment');
    expect([seen > 0, seen < all, await rows(stranger, 'commitment_assessment')]).toEqual([true, true, 0]);
  });
});

describe('comments', () => {
  it('are made by counterparts, answered once, and read by whoever reads the assessment', async () => {
    const { id } = await assess();
    const said = expectStatus(await comment(un.http, id), 201);
    const path = at(own, `assessments/${id}/comments/${said.id}/answer`);
    expect((await un.http.post(path, { answer: 'Not mine' })).status).toBe(403);
    expect((await stranger.http.post(path, { answer: 'Not mine' })).status).toBe(404);
    expectStatus(await own.http.post(path, { answer: 'Thank you.' }), 200);
    expect((await own.http.post(path, { answer: 'Again' })).status).toBe(409);
    for (const by of [own.http, un.http, app.steward]) {
      expect((await get(by, id)).body.comments).toEqual([
        {
          id: said.id,
          partner: un.partner.code,
          text: 'We saw it.',
          at: expect.any(String),
          answer: 'Thank you.',
          answeredAt: expect.any(String),
        },
      ]);
    }
  });

  it('are not made by its own organisation, the steward, a stranger or a narrowed client', async () => {
    const { id } = await assess();
    const narrowed = await app.as(
      await client(app, un.partner.id, { scopes: COMMITTING, ceiling: { tlp: 'RED' } }),
    );
    expect((await comment(own.http, id)).status).toBe(403);
    expect((await comment(app.steward, id)).status).toBe(403);
    expect((await comment(stranger.http, id)).status).toBe(404);
    expect((await comment(narrowed, id)).status).toBe(403);
    expect((await get(own.http, id)).body.comments).toEqual([]);
  });

  it('of one counterpart hide none of the others, however many there are', async () => {
    const { id } = await assess();
    for (let made = 0; made < 20; made++) expectStatus(await comment(un.http, id), 201);
    const twins = await Promise.all([comment(un.http, id), comment(un.http, id)]);
    expect(twins.map(({ status }) => status)).toEqual([409, 409]);
    await query(
      app.database.superuserUrl,
      `insert into commitment_comment (id, assessment_id, partner_id, text)
       select overlay(c.id::text placing lpad(to_hex(n), 4, '0') from 20)::uuid, c.assessment_id, c.partner_id, 'More'
       from (select * from commitment_comment where assessment_id = $1 order by id limit 1) c
       cross join generate_series(1, 200) n`,
      [id],
    );
    const fellow = await committing(app);
    await join(app, here, fellow);
    const last = expectStatus(await comment(fellow.http, id), 201);
    expect((await get(own.http, id)).body.comments?.at(-1)?.id).toBe(last.id);
    const path = at(own, `assessments/${id}/comments`);
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: { id: string }[]; nextCursor: string | null } = expectStatus(
        await own.http.get(path, { query: { limit: 100, ...(cursor !== null && { cursor }) } }),
        200,
      );
      found.push(...page.items.map((one) => one.id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect([found.length, new Set(found).size, found[0]]).toEqual([221, 221, last.id]);
    expect((await stranger.http.get(path)).status).toBe(404);
  });

  it('are made once for one key, on what stands now', async () => {
    const { id } = await assess();
    const headers = { 'Idempotency-Key': randomUUID() };
    const path = at(own, `assessments/${id}/comments`);
    const twins = await Promise.all(
      [1, 2].map(() => un.http.post<{ id: string }>(path, { text: 'Once' }, { headers })),
    );
    expect(new Set(twins.map((one) => expectStatus(one, 201).id)).size).toBe(1);
    await assess();
    expect((await comment(un.http, id)).status).toBe(404);
    expect((await get(own.http, id)).body.comments?.length).toBe(1);
  });

  it('do not name whom the reader shares no arrangement with', async () => {
    const apart = await committing(app);
    await arrangement(app, { countries: ['SD'], members: [own, apart] });
    const { id } = await assess();
    expectStatus(await comment(apart.http, id), 201);
    expect((await get(un.http, id)).text).not.toContain(apart.partner.code);
    expect((await get(own.http, id)).text).toContain(apart.partner.code);
  });
});
