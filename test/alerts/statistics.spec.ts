import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  arrangement,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Http, type Problem } from '../support/http.js';
import { chance } from '../sharing/chance.js';
import { type Page } from './channels.js';

let app: TestApp;
let originator: TestPartner;
let readers: TestPartner[];
let places: TestArrangement[];
const random = chance(20_260_102);

const KINDS = ['flash', 'advisory', 'incident'];
const SEVERITIES = ['minor', 'moderate', 'severe', 'extreme'];
const CATEGORIES = ['security', 'health', 'transport'];
const COUNTRIES = ['SD', 'SS', 'TD'];
const ACTS = ['armed_clash', 'theft', 'air_strike'];

beforeAll(async () => {
  app = await startApp();
  originator = await partner(app);
  readers = [
    await partner(app),
    await partner(app, { ceiling: { tlp: 'GREEN' } }),
    await partner(app, { kind: 'io' }),
  ];
  const [one, other, third] = readers as [TestPartner, TestPartner, TestPartner];
  places = [
    await arrangement(app, { members: [originator, one, other] }),
    await arrangement(app, { members: [originator, one] }),
    await arrangement(app, { members: [originator, third] }),
  ];
  for (let place = 0; place < 60; place += 1) {
    const rendition = (tlp: 'GREEN' | 'AMBER'): ReturnType<typeof renditionInput> => {
      const { classification: _, ...rest } = renditionInput({
        tlp,
        audience: { arrangements: random.some(places).map(({ code }) => code) },
        texts: [{ language: random.one(['en', 'ar-SD', 'fr']), headline: 'Watch', description: '.' }],
        areas: [{ description: 'Here', countries: random.some(COUNTRIES) } as { description: string }],
      });
      return rest as ReturnType<typeof renditionInput>;
    };
    const { id } = await alert(originator.http, {
      kind: random.one(KINDS),
      severity: random.one(SEVERITIES),
      urgency: random.one(['expected', 'past']),
      certainty: random.one(['likely', 'observed']),
      categories: random.some(CATEGORIES),
      incidentTypes: random.below(4) === 0 ? [] : random.some(ACTS),
      onsetAt: `2026-0${1 + random.below(4)}-15T06:00:00Z`,
      attribution: random.one(['named', 'a_partner']),
      renditions: random.below(3) === 0 ? [rendition('GREEN'), rendition('AMBER')] : [rendition('GREEN')],
    });
    if (place % 10 === 0) await originator.http.post(`/v1/alerts/${id}/cancellation`, {});
    if (place % 10 === 5) await originator.http.post(`/v1/alerts/${id}/withdrawal`);
  }
});
afterAll(() => app.close());

type Query = Record<string, string>;
interface Facets {
  count: number;
  facets: { facet: string; values: { value: string; count: number }[] }[];
}
interface Trends {
  cells: { value: string | null; period: string; count: number | null }[];
  byValue: { value: string | null; count: number | null }[];
  byPeriod: { period: string; count: number | null }[];
  total: number | null;
  definition: Record<string, unknown>;
}

const everybody = (): Http[] => [originator.http, ...readers.map(({ http }) => http)];
const filters = (): Query => ({
  ...(random.below(3) === 0 && { kind: random.some(KINDS).join(',') }),
  ...(random.below(3) === 0 && { country: random.some(COUNTRIES).join(',') }),
  ...(random.below(3) === 0 && { category: random.one(CATEGORIES) }),
  ...(random.below(3) === 0 && { incidentType: random.one(ACTS) }),
  ...(random.below(4) === 0 && { from: '2026-03-01T00:00:00Z' }),
  ...(random.below(4) === 0 && { text: 'watch' }),
  ...(random.below(4) === 0 && { language: 'ar' }),
});
const count = async (http: Http, query: Query): Promise<number | undefined> =>
  expectStatus(await http.get<Page>('/v1/alerts', { query: { limit: 1, count: 'true', ...query } }), 200)
    .count;

describe('facets', () => {
  const narrowing: Record<string, (value: string) => Query> = {
    kind: (kind) => ({ kind }),
    status: (status) => ({ status }),
    urgency: (urgency) => ({ urgency }),
    certainty: (certainty) => ({ certainty }),
    category: (category) => ({ category }),
    incidentType: (incidentType) => ({ incidentType }),
    language: (language) => ({ language }),
    country: (country) => ({ country }),
    arrangement: (arrangement) => ({ arrangement }),
    originator: (code) => ({ originator: code }),
  };

  it('count what the list counts when it is narrowed to each of their values', async () => {
    for (const http of everybody()) {
      for (let round = 0; round < 4; round += 1) {
        const query = filters();
        const facets = random.some(Object.keys(narrowing));
        const answer = await http.get<Facets>('/v1/alerts/facets', {
          query: { ...query, facets: facets.join(',') },
        });
        const body = expectStatus(answer, 200);
        expect([query, body.count]).toEqual([query, await count(http, query)]);
        expect(body.facets.map(({ facet }) => facet)).toEqual(facets);
        for (const { facet, values } of body.facets) {
          for (const { value, count: counted } of values) {
            const narrowed = narrowing[facet]?.(value) ?? {};
            if (Object.keys(narrowed).some((name) => name in query)) continue;
            const expected = await count(http, { ...query, ...narrowed });
            expect([query, facet, value, counted]).toEqual([query, facet, value, expected]);
          }
          expect([...values].sort((a, b) => b.count - a.count)).toEqual(values);
        }
      }
    }
  });

  it('add up where an alert has one value, and name severities and months', async () => {
    for (const http of everybody()) {
      const query = { facets: 'severity,month,state' };
      const body = expectStatus(await http.get<Facets>('/v1/alerts/facets', { query }), 200);
      for (const { values } of body.facets) {
        expect(values.reduce((sum, one) => sum + one.count, 0)).toBe(body.count);
      }
      const names = (place: number) => body.facets[place]?.values.map(({ value }) => value) ?? [];
      expect(SEVERITIES).toEqual(expect.arrayContaining(names(0)));
      expect(names(1)).toEqual(names(1).sort().toReversed());
      expect(names(2).filter((one) => one !== 'published' && one !== 'cancelled')).toEqual([]);
    }
  });

  it('of arrangements name only those that the reader sees, though the alert was for others too', async () => {
    const seen = async (http: Http): Promise<string[]> => {
      const answer = await http.get<Facets>('/v1/alerts/facets', { query: { facets: 'arrangement' } });
      return (expectStatus(answer, 200).facets[0]?.values ?? []).map(({ value }) => value).sort();
    };
    const codes = places.map(({ code }) => code);
    expect(await seen(originator.http)).toEqual([...codes].sort());
    expect(await seen(readers[1]?.http as Http)).toEqual([codes[0]]);
    expect(await seen(readers[2]?.http as Http)).toEqual([codes[2]]);
    expect(await seen(app.steward)).toEqual([]);
  });

  it.each<[string, string]>([
    ['', '?facets'],
    ['facets=', '?facets'],
    ['facets=kind,kind', '?facets'],
    ['facets=rendition', '?facets'],
    ['facets=kind&limit=5', '?limit'],
    ['facets=kind&cursor=x', '?cursor'],
    ['facets=kind&state=draft', '?state'],
  ])('refuse what is no question: %s', async (query, pointer) => {
    const answer = await originator.http.get<Problem>(`/v1/alerts/facets?${query}`);
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, pointer]);
  });
});

describe('trends', () => {
  const trends = async (http: Http, query: Query): Promise<Trends> =>
    expectStatus(await http.get<Trends>('/v1/alerts/trends', { query }), 200);

  /** From the items themselves: the reader's own, without what was cancelled. */
  async function counted(http: Http): Promise<Map<string, number>> {
    const { items } = expectStatus(await http.get<Page>('/v1/alerts', { query: { limit: 200 } }), 200);
    const cells = new Map<string, number>();
    for (const item of items as unknown as {
      state: string;
      onsetAt: string;
      areas: { countries: string[] }[];
    }[]) {
      if (item.state === 'cancelled') continue;
      for (const country of item.areas.flatMap(({ countries }) => countries)) {
        const key = `${country} ${item.onsetAt.slice(0, 7)}`;
        cells.set(key, (cells.get(key) ?? 0) + 1);
      }
    }
    return cells;
  }

  it('count by area and month what the reader may read, and suppress what is small', async () => {
    let [shown, suppressed] = [0, 0];
    for (const http of everybody()) {
      const { cells, byValue, byPeriod, total } = await trends(http, { by: 'country' });
      const truth = await counted(http);
      for (const { value, period, count: one } of cells) {
        const real = truth.get(`${value} ${period}`) ?? 0;
        if (one === null) suppressed += 1;
        else {
          shown += 1;
          expect([value, period, one]).toEqual([value, period, real]);
          expect(one).toBeGreaterThanOrEqual(3);
        }
      }
      const listed = new Set(cells.map(({ value, period }) => `${value} ${period}`));
      expect([...truth.keys()].filter((key) => !listed.has(key))).toEqual([]);
      const sums = [...byValue, ...byPeriod, { count: total }].map((one) => one.count);
      expect(sums.filter((one) => one === 1 || one === 2)).toEqual([]);
    }
    expect([shown > 0, suppressed > 0]).toEqual([true, true]);
  });

  it('say what they count', async () => {
    const { definition } = await trends(originator.http, { by: 'incidentType', interval: 'year' });
    expect(definition).toMatchObject({ suppressedBelow: 3, firstAt: expect.stringMatching(/^2026-01-15/) });
    for (const part of ['counted', 'time', 'dimension', 'excluded', 'suppression', 'countedAt']) {
      expect(String(definition[part]).length).toBeGreaterThan(10);
    }
  });

  it('count what is stated of none, and nothing where there is nothing', async () => {
    const { byValue } = await trends(originator.http, { by: 'incidentType', interval: 'year' });
    expect(byValue.at(-1)?.value).toBeNull();
    const stranger = await partner(app);
    const { cells, total, definition } = await trends(stranger.http, { by: 'arrangement' });
    expect([cells, total, definition['firstAt']]).toEqual([[], 0, undefined]);
  });

  it.each(['country', 'arrangement', 'incidentType', 'category', 'kind'])(
    'by %s take the filters of the list',
    async (by) => {
      const all = await trends(originator.http, { by, interval: 'year' });
      const none = await trends(originator.http, { by, interval: 'year', country: 'NO' });
      expect(all.total).toBeGreaterThan(10);
      expect([none.cells, none.total]).toEqual([[], 0]);
    },
  );

  it('cover no more periods than a table can show', async () => {
    const far = await partner(app);
    const years = Array.from({ length: 121 }, (_, index) => 1900 + index);
    for (const year of years) {
      const { classification: _, ...rendition } = renditionInput({
        audience: { partners: [far.partner.code] },
      });
      await alert(far.http, {
        onsetAt: `${year}-01-01T00:00:00Z`,
        renditions: [rendition as ReturnType<typeof renditionInput>],
      });
    }
    const refused = await far.http.get<Problem>('/v1/alerts/trends', { query: { by: 'kind' } });
    expect([refused.status, refused.body.errors?.[0]?.pointer]).toEqual([400, '?interval']);
    const until = '1950-01-01T00:00:00Z';
    expect((await trends(far.http, { by: 'kind', until })).cells).toHaveLength(51);
  });

  it.each<[string, string]>([
    ['', '?by'],
    ['by=partner', '?by'],
    ['by=kind&interval=day', '?interval'],
    ['by=kind&limit=5', '?limit'],
  ])('refuse what is no question: %s', async (query, pointer) => {
    const answer = await originator.http.get<Problem>(`/v1/alerts/trends?${query}`);
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, pointer]);
  });
});
