import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '../support/app.js';
import { eventually } from '../alerts/channels.js';
import { query } from '../support/database.js';
import { arrangement, client, join, type TestArrangement, type TestPartner } from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';
import { accept, at, COMMITTING, committing, lapsesIn, statusOf } from './committing.js';

interface Scorecard {
  members: { partner: string; state: string }[];
  commitments: { commitment: string; counts: { rating: string | null; members: number | null }[] }[];
}
interface Report {
  year: number;
  items: {
    partner: string;
    state: string;
    acceptances: { version: number }[];
    lapses: { at: string; until?: string }[];
    assessments: Record<string, unknown>[];
  }[];
  nextCursor: string | null;
}

let app: TestApp;
let members: TestPartner[];
let here: TestArrangement;

beforeAll(async () => {
  app = await startApp();
  members = await Promise.all([1, 2, 3, 4, 5, 6, 7].map(() => committing(app)));
  here = await arrangement(app, { countries: ['SD', 'SS'], members });
});
afterAll(() => app.close());

const first = (): TestPartner => members[0] as TestPartner;
const assess = async (by: TestPartner, more: Record<string, unknown>): Promise<void> => {
  const body = { country: 'SD', commitment: 'training', rating: 'met', text: 'So it is.', shared: true };
  expectStatus(await by.http.post(at(by, 'assessments'), { ...body, ...more }), 201);
};
const scorecard = async (by = first().http): Promise<Scorecard> =>
  expectStatus(await by.get<Scorecard>(`/v1/arrangements/${here.id}/scorecard`), 200);
const countsOf = async (commitment: string): Promise<(number | null)[]> =>
  (await scorecard()).commitments
    .find((one) => one.commitment === commitment)
    ?.counts.map(({ members: count }) => count) ?? [];

describe('the scorecard', () => {
  it('says where each member stands, and shows no count below three', async () => {
    await accept(first());
    const card = await scorecard();
    expect(card.members.length).toBe(7);
    expect(card.members).toContainEqual({
      partner: first().partner.code,
      name: expect.any(String),
      state: 'accepted',
    });
    expect(card.members.filter(({ state }) => state === 'never_accepted').length).toBe(6);
    expect(card.commitments.map(({ commitment }) => commitment).length).toBe(6);
    // not_met, partly_met, met, exceeded, says nothing
    expect(await countsOf('training')).toEqual([0, 0, 0, 0, 7]);
    for (const by of members.slice(0, 3)) await assess(by, {});
    expect(await countsOf('training')).toEqual([0, 0, 3, 0, 4]);
    await assess(members[3] as TestPartner, { rating: 'exceeded' });
    const counts = await countsOf('training');
    expect(counts.filter((count) => count !== null && count > 0 && count < 3)).toEqual([]);
    expect(counts[3]).toBeNull();
  });

  it('counts of several countries the lowest, and nothing that is not shared', async () => {
    for (const by of members.slice(0, 3)) {
      await assess(by, { commitment: 'resources', rating: 'exceeded' });
      await assess(by, { commitment: 'resources', rating: 'partly_met', country: 'SS' });
      await assess(by, { commitment: 'resources', rating: 'not_met', country: 'TD' });
      await assess(by, { commitment: 'ground_rules', shared: false });
    }
    expect(await countsOf('resources')).toEqual([0, 3, 0, 0, 4]);
    expect(await countsOf('ground_rules')).toEqual([0, 0, 0, 0, 7]);
  });

  it('is for members alone', async () => {
    const stranger = await committing(app);
    const later = await committing(app);
    await join(app, here, later, { from: '2099-01-01T00:00:00Z' });
    for (const by of [stranger.http, later.http, app.steward]) {
      const answer = await by.get(`/v1/arrangements/${here.id}/scorecard`);
      const nowhere = await by.get(`/v1/arrangements/${randomUUID()}/scorecard`);
      expect([answer.status, answer.text]).toEqual([404, nowhere.text]);
    }
  });
});

describe('the report of a year', () => {
  const YEAR = new Date().getUTCFullYear();
  const report = async (by: Http, year = YEAR, more = {}): Promise<Report> =>
    expectStatus(await by.get<Report>(`/v1/commitments/reports/${year}`, { query: more }), 200);
  let lapsed: TestPartner;
  beforeAll(async () => {
    lapsed = await committing(app, { name: '=HYPERLINK("https://x.example")' });
    await accept(lapsed);
    await assess(lapsed, { rating: 'not_met' });
    await assess(lapsed, { rating: 'met' });
    await lapsesIn(app, lapsed, '-1 second');
    await eventually(async () => (await statusOf(lapsed)).reminders.length > 0);
    await accept(lapsed);
  });

  it('tells a partner of itself: acceptance, lapse and what it assessed', async () => {
    const { year, items } = await report(lapsed.http);
    expect([year, items.length]).toEqual([YEAR, 1]);
    expect(items[0]).toMatchObject({ partner: lapsed.partner.code, state: 'accepted' });
    expect(items[0]?.lapses).toEqual([{ at: expect.any(String), until: expect.any(String) }]);
    expect(items[0]?.acceptances.length).toBeGreaterThan(0);
    expect(items[0]?.assessments).toEqual([
      {
        ...{ country: 'SD', commitment: 'training', rating: 'met', assessments: 2 },
        assessedAt: expect.any(String),
      },
    ]);
  });

  it('tells the steward of all, a page at a time, and nobody else of others', async () => {
    const codes = (await report(app.steward, YEAR, { limit: 200 })).items.map(({ partner }) => partner);
    expect(codes).toEqual(expect.arrayContaining([lapsed, ...members].map(({ partner }) => partner.code)));
    const page = await report(app.steward, YEAR, { limit: 2 });
    const rest = await report(app.steward, YEAR, { cursor: page.nextCursor });
    expect([...page.items, ...rest.items].map(({ partner }) => partner)).toEqual(codes);
    expect((await report(first().http)).items.map(({ partner }) => partner)).toEqual([first().partner.code]);
    const narrowed = await app.as(
      await client(app, lapsed.partner.id, { scopes: COMMITTING, ceiling: { tlp: 'GREEN' } }),
    );
    expect((await narrowed.get(`/v1/commitments/reports/${YEAR}`)).status).toBe(404);
  });

  it('counts years in UTC', async () => {
    const partner = await committing(app);
    await assess(partner, {});
    const moved = (instant: string) =>
      query(
        app.database.superuserUrl,
        `update commitment_assessment set assessed_at = $2 where partner_id = $1`,
        [partner.partner.id, instant],
      );
    const assessed = async (year: number) => (await report(partner.http, year)).items[0]?.assessments.length;
    await moved(`${YEAR + 1}-01-01T00:30:00+01:00`);
    expect([await assessed(YEAR), await assessed(YEAR + 1)]).toEqual([1, 0]);
    await moved(`${YEAR}-12-31T23:30:00-01:00`);
    expect([await assessed(YEAR), await assessed(YEAR + 1)]).toEqual([0, 1]);
    expect((await report(partner.http, 2001)).items).toEqual([]);
  });

  it('comes as a table, too, in which no spreadsheet runs anything', async () => {
    const csv = { headers: { Accept: 'text/csv' } };
    const answer = await app.steward.get(`/v1/commitments/reports/${YEAR}`, csv);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    const lines = answer.text.split('\r\n');
    const own = lines.filter((line) => line.includes(lapsed.partner.code));
    expect(lines[0]).toMatch(/^\ufeff?Year,Partner,Name,Kind,State,What/);
    expect(own.some((line) => line.includes(',lapse,'))).toBe(true);
    expect(own.every((line) => line.includes(`"'=HYPERLINK`))).toBe(true);
    expect((await first().http.get(`/v1/commitments/reports/${YEAR}`, csv)).text).not.toContain(
      lapsed.partner.code,
    );
    const other = await app.steward.get(`/v1/commitments/reports/${YEAR}`, {
      headers: { Accept: 'application/xml' },
    });
    expect(other.status).toBe(406);
    for (const year of ['1999', '20266', 'x']) {
      expect((await app.steward.get(`/v1/commitments/reports/${year}`)).status).toBe(404);
    }
  });
});
