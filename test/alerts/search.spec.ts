import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  arrangement,
  client,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { type Answer, expectStatus, type Problem } from '../support/http.js';
import { everyElement, readTree } from '../cap/xml-tree.js';
import { type Page, type View } from './channels.js';

let app: TestApp;
let un: TestPartner;
let reader: TestPartner;
let here: TestArrangement;
let there: TestArrangement;

beforeAll(async () => {
  app = await startApp();
  [un, reader] = await Promise.all([partner(app, { kind: 'un_entity' }), partner(app)]);
  [here, there] = (await Promise.all([1, 2].map(() => arrangement(app, { members: [un, reader] })))) as [
    TestArrangement,
    TestArrangement,
  ];
});
afterAll(() => app.close());

const find = (query: Record<string, string | number>, by = reader): Promise<Answer<Page>> =>
  by.http.get<Page>('/v1/alerts', { query: { limit: 200, ...query } });

/** The events that are found, in any order; the feed finds the same, and so does the count. */
async function found(query: Record<string, string | number>): Promise<string[]> {
  const { items, count } = expectStatus(await find({ ...query, count: 'true' }), 200);
  expect(count).toBe(items.length);
  const feed = await reader.http.get('/v1/feeds/alerts.atom', { query: { limit: 200, ...query } });
  expect(everyElement(readTree(feed.text)).filter(({ name }) => name === 'entry')).toHaveLength(items.length);
  return items.map(({ event }) => event).sort();
}

const publish = (event: string, overrides: Parameters<typeof alert>[1] = {}): ReturnType<typeof alert> =>
  alert(un.http, { event, audience: { arrangements: [here.code] }, ...overrides });

describe('what an alert says of itself', () => {
  const mark = 'filterable';
  beforeAll(async () => {
    const severities = ['unknown', 'minor', 'moderate', 'severe', 'extreme'];
    for (const severity of severities) await publish(`${mark} ${severity}`, { severity });
    await publish(`${mark} flash`, { kind: 'flash', severity: 'unknown', categories: ['health', 'fire'] });
    await publish(`${mark} exercise`, { status: 'exercise', severity: 'unknown', categories: ['met'] });
    await publish(`${mark} there`, { severity: 'unknown', audience: { arrangements: [there.code] } });
  });
  const named = (...events: string[]): string[] => events.map((event) => `${mark} ${event}`).sort();

  it.each<[Record<string, string>, string[]]>([
    [{ minSeverity: 'moderate' }, ['moderate', 'severe', 'extreme']],
    [{ minSeverity: 'extreme' }, ['extreme']],
    [{ minSeverity: 'minor' }, ['minor', 'moderate', 'severe', 'extreme']],
    [{ kind: 'flash' }, ['flash']],
    [{ kind: 'all_clear' }, []],
    [{ status: 'exercise' }, ['exercise']],
    [{ status: 'actual', minSeverity: 'severe' }, ['severe', 'extreme']],
    [{ category: 'fire' }, ['flash']],
    [{ category: 'met,health' }, ['flash']],
    [{ category: 'met,health', status: 'exercise' }, ['exercise']],
    [{ category: 'security', kind: 'flash' }, []],
    [
      { category: 'security', minSeverity: 'severe', status: 'actual', kind: 'advisory' },
      ['severe', 'extreme'],
    ],
  ])('is found by %j', async (query, events) => {
    expect(await found({ ...query, text: mark })).toEqual(named(...events));
  });

  it('is found by the arrangement it was addressed to, by code or id', async () => {
    for (const name of [there.code, there.id])
      expect(await found({ arrangement: name, text: mark })).toEqual(named('there'));
    expect(await found({ arrangement: here.code, kind: 'flash' })).toEqual(named('flash'));
  });

  it('is not found by an arrangement that its reader cannot see, which is as good as none', async () => {
    const foreign = await arrangement(app, { members: [un] });
    const answers = await Promise.all(
      [foreign.code, foreign.id, 'NOWHERE', '01890a5d-ac96-774b-bcce-b302099a8057'].map((one) =>
        reader.http.get<Problem>('/v1/alerts', { query: { arrangement: one } }),
      ),
    );
    for (const answer of answers) {
      expect([answer.status, answer.text]).toEqual([400, answers[0]?.text]);
      expect(answer.body.errors?.[0]?.pointer).toBe('?arrangement');
    }
  });

  it('is found since it reached its reader, at whatever offset that is told', async () => {
    await publish('since before');
    const { items } = (await find({ limit: 1 })).body as Page & { items: (View & { changedAt: string })[] };
    const at = items[0]?.changedAt ?? '';
    const later = new Date(Date.parse(at) + 1).toISOString();
    expect(await found({ since: at, text: 'since' })).toEqual(['since before']);
    expect(await found({ since: later, text: 'since' })).toEqual([]);
    const elsewhere = new Date(Date.parse(at) + 5.5 * 3_600_000).toISOString().replace('Z', '+05:30');
    expect(await found({ since: elsewhere, text: 'since' })).toEqual(['since before']);
    expect(await found({ since: '9999-01-01T00:00:00Z' })).toEqual([]);
    expect(await found({ since: '1900-01-01T00:00:00Z', text: 'since' })).toEqual(['since before']);
  });
});

describe('text', () => {
  const say = (event: string, words: string, language = 'en') =>
    publish(event, {
      renditions: [
        renditionInput({
          audience: { arrangements: [here.code] },
          texts: [{ language, headline: event, description: words }],
          areas: [{ description: `Area of ${event}` }],
        }),
      ],
    });

  beforeAll(async () => {
    await say('text-fr', 'Évacuation de l’hôpital à N’Djamena; cœur de ville', 'fr');
    await say('text-ar', 'إطلاق نارٍ قُربَ مُسْتَشْفَى الأُمّ في المدينة المنوّرة ـــ تجـــنبوا', 'ar');
    await say('text-ru', 'Обстрел посёлка Йошкар у реки', 'ru');
    await say('text-zh', '市场附近发生武装冲突，请避开', 'zh');
    await say('text-th', 'หลีกเลี่ยงพื้นที่ตลาด', 'th');
    await say('text-tr', 'İstanbul’da patlama', 'tr');
    await say('text-quoted', '«قنبلة»، “bomb threat”… می\u200cخواهم');
    await say('text-en', 'Armed clashes near the old market; road A-12 closed at km 7.5');
  });

  it.each([
    ['evacuation', 'text-fr'],
    ['HOPITAL', 'text-fr'],
    ['hôpital évacuation', 'text-fr'],
    ['ville -hopital', ''],
    ['مستشفى', 'text-ar'],
    ['مستشفي', 'text-ar'],
    ['اطلاق نار', 'text-ar'],
    ['إِطْلَاق', 'text-ar'],
    ['المدينه المنورة', 'text-ar'],
    ['تجنبوا', 'text-ar'],
    ['ОБСТРЕЛ', 'text-ru'],
    ['поселка', 'text-ru'],
    ['йошкар', 'text-ru'],
    ['武装冲突', 'text-zh'],
    ['市场 冲突', 'text-zh'],
    ['"附近发生"', 'text-zh'],
    ['冲突 -市场附近', ''],
    ['市场 -地震', 'text-zh'],
    ['场市', ''],
    ['ตลาด', 'text-th'],
    ['istanbul', 'text-tr'],
    ['İSTANBUL', 'text-tr'],
    ['"old market"', 'text-en'],
    ['"market old"', ''],
    ['clashes OR обстрел', 'text-en,text-ru'],
    ['armed -market', ''],
    ['area text-en', 'text-en'],
    ['قنبلة', 'text-quoted'],
    ['“bomb threat”', 'text-quoted'],
    ['می\u200cخواهم', 'text-quoted'],
    ['میخواهم', 'text-quoted'],
  ])('is found whatever its marks, forms and case: %s', async (text, events) => {
    expect((await found({ text })).filter((event) => event.startsWith('text-'))).toEqual(
      events === '' ? [] : events.split(','),
    );
  });

  it.each([
    `' or 1=1 --`,
    '& | ! ( ) : * <->',
    '"',
    '\\',
    '-',
    '((((',
    '\u202e',
    '%',
    'a:*',
    '💥',
    '🇺🇳',
    '\t x \n',
    'ﷺ'.repeat(200),
  ])('may be asked for anything: %j', async (text) => {
    expect((await find({ text })).status).toBe(200);
  });

  it('of a rendition that a reader may not have finds it nothing', async () => {
    const low = await partner(app, { ceiling: { tlp: 'GREEN' } });
    const where = await arrangement(app, { members: [un, low] });
    const audience = { arrangements: [where.code] };
    const texts = (description: string) => [{ language: 'en', headline: 'Watch', description }];
    await publish('two texts', {
      renditions: [
        renditionInput({ audience, texts: texts('overt') }),
        renditionInput({ tlp: 'AMBER', audience, texts: texts('covert') }),
      ],
    });
    const count = async (text: string): Promise<number | undefined> =>
      (await find({ text, count: 'true' }, low)).body.count;
    expect([await count('overt'), await count('covert')]).toEqual([1, 0]);
  });
});

describe('the map', () => {
  const place = (event: string, area: object) =>
    publish(event, {
      renditions: [
        renditionInput({
          audience: { arrangements: [here.code] },
          areas: [{ description: event, ...area }],
        }),
      ],
    });
  const square = (south: number, west: number, size = 1) => [
    [south, west],
    [south, west + size],
    [south + size, west + size],
    [south + size, west],
    [south, west],
  ];

  beforeAll(async () => {
    await place('map-town', { polygon: square(15, 32) });
    await place('map-triangle', {
      polygon: [
        [40, 40],
        [40, 50],
        [50, 40],
        [40, 40],
      ],
    });
    await place('map-fiji', {
      polygon: [
        [-18, 179],
        [-18, -179],
        [-16, -179],
        [-16, 179],
        [-18, 179],
      ],
    });
    await place('map-circle', { circles: [{ center: [0, 179.9], radiusKm: 100 }] });
    await place('map-north', { circles: [{ center: [89.9, 0], radiusKm: 50 }] });
    await place('map-south', { circles: [{ center: [-75, 0], radiusKm: 1000 }] });
    await place('map-point', { circles: [{ center: [60.17, 24.94], radiusKm: 0 }] });
    await place('map-two', { polygons: [square(-30, -60), square(-40, -70)] });
  });

  it.each<[string, string]>([
    ['32,15,33,16', 'map-town'],
    ['32.4,15.4,32.5,15.5', 'map-town'],
    ['32.5,15.5,32.5,15.5', 'map-town'],
    ['33.1,15,34,16', ''],
    ['41,41,42,42', 'map-triangle'],
    ['49,49,50,50', ''],
    ['179.2,-17.5,179.8,-17', 'map-fiji'],
    ['-179.8,-17.5,-179.2,-17', 'map-fiji'],
    ['179.5,-17.5,-179.5,-17', 'map-fiji'],
    ['-10,-17.5,10,-17', ''],
    ['-180,-0.5,-179.5,0.5', 'map-circle'],
    ['179.5,-0.5,180,0.5', 'map-circle'],
    ['170,-20,-170,5', 'map-circle,map-fiji'],
    ['170,89.8,180,90', 'map-north'],
    ['-1,89.5,1,90', 'map-north'],
    ['30,-76,34,-74', 'map-south'],
    ['24.9,60.1,25,60.2', 'map-point'],
    ['-60,-30,-59.9,-29.9', 'map-two'],
    ['-70,-40,-69.9,-39.9', 'map-two'],
    ['-65,-35,-64,-34', ''],
    ['-180,-90,180,90', 'map-circle,map-fiji,map-north,map-point,map-south,map-town,map-triangle,map-two'],
  ])('finds what touches %s', async (bbox, events) => {
    const mine = (await found({ bbox })).filter((event) => event.startsWith('map-'));
    expect(mine).toEqual(events === '' ? [] : events.split(','));
  });

  it('adds up with what else is asked', async () => {
    expect(await found({ bbox: '-180,-90,180,90', text: 'map-town' })).toEqual(['map-town']);
    expect(await found({ bbox: '32,15,33,16', text: 'map-town', minSeverity: 'extreme' })).toEqual([]);
    expect(await found({ bbox: '32,15,33,16', text: 'map-town', arrangement: there.code })).toEqual([]);
  });

  it.each([
    '1,2,3',
    '1,2,3,4,5',
    'a,b,c,d',
    '0,91,0,92',
    '-181,0,0,0',
    '0,10,0,5',
    '0,0,0,1e1',
    ' 0,0,1,1',
    '0,0,1,NaN',
    '',
  ])('refuses what is no box: %j', async (bbox) => {
    const answer = await reader.http.get<Problem>('/v1/alerts', { query: { bbox } });
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, '?bbox']);
  });
});

describe('the query', () => {
  it.each<[string, string]>([
    ['limit=0', '?limit'],
    ['limit=201', '?limit'],
    ['limit=-1', '?limit'],
    ['limit=1.5', '?limit'],
    ['limit=1e1', '?limit'],
    ['limit=', '?limit'],
    ['limit=10&limit=20', '?limit'],
    ['limit=9007199254740993', '?limit'],
    ['kind=rumour', '?kind'],
    ['kind=flash&kind=advisory', '?kind'],
    ['minSeverity=worst', '?minSeverity'],
    ['category=security,rumour', '?category'],
    ['category=', '?category'],
    ['category=met,met', '?category'],
    ['status=Actual', '?status'],
    ['since=yesterday', '?since'],
    ['since=2026-01-01', '?since'],
    ['since=2026-01-01T00:00:00+23:00', '?since'],
    ['since=2026-01-01T00:00:00%2B23:00', '?since'],
    ['text=', '?text'],
    ['text=%20', '?text'],
    ['text=%00', '?text'],
    [`text=${'x'.repeat(201)}`, '?text'],
    ['text=a&text=b', '?text'],
    ['arrangement=%00', '?arrangement'],
    ['count=1', '?count'],
    ['state=withdrawn', '?state'],
    ['severity=severe', '?severity'],
    ['Kind=flash', '?Kind'],
    ['constructor=x', '?constructor'],
    ['__proto__=x', '?__proto__'],
    ['kind[]=flash', '?kind[]'],
    ['kind[0]=flash', '?kind[0]'],
    ['cursor=', '?cursor'],
    ['cursor=x', '?cursor'],
    ['cursor=%00', '?cursor'],
  ])('is refused by name: %s', async (text, pointer) => {
    const answer = await reader.http.get<Problem>(`/v1/alerts?${text}`);
    expect([answer.status, [...new Set(answer.body.errors?.map((fault) => fault.pointer))]]).toEqual([
      400,
      [pointer],
    ]);
  });

  it('is refused with all of its faults', async () => {
    const answer = await reader.http.get<Problem>('/v1/alerts?limit=0&kind=x&unknown=1&since=x');
    expect(new Set(answer.body.errors?.map((fault) => fault.pointer))).toEqual(
      new Set(['?limit', '?kind', '?unknown', '?since']),
    );
  });

  it('is refused by the feed too, which has no drafts and no count', async () => {
    for (const text of ['state=draft', 'count=true', 'limit=0', 'x=1']) {
      expect((await reader.http.get(`/v1/feeds/alerts.atom?${text}`)).status).toBe(400);
    }
  });
});

describe('a list in pages', () => {
  const MARK = 'paged';
  async function pages(
    query: Record<string, string | number>,
    each = async (): Promise<void> => {},
  ): Promise<string[]> {
    const events: string[] = [];
    let cursor: string | null | undefined;
    do {
      const { items, nextCursor } = expectStatus(await find({ ...query, ...(cursor && { cursor }) }), 200);
      expect(items.length).toBeLessThanOrEqual(Number(query['limit']));
      events.push(...items.map(({ event }) => event));
      cursor = nextCursor;
      await each();
    } while (cursor !== null);
    return events;
  }
  const events = Array.from({ length: 11 }, (_, index) => `${MARK} ${String(index).padStart(2, '0')}`);

  beforeAll(async () => {
    for (const event of events) await publish(event);
  });

  it.each([1, 2, 3, 10, 11, 12, 200])('of %d shows each alert once, newest first', async (limit) => {
    expect(await pages({ text: MARK, limit })).toEqual(events.toReversed());
  });

  it('shows what was there when it began once, whatever is published meanwhile', async () => {
    let extra = 0;
    const seen = await pages({ text: MARK, limit: 2 }, async () => {
      await Promise.all([1, 2, 3].map(() => publish(`${MARK} extra ${(extra += 1)}`)));
    });
    expect(seen).toEqual(events.toReversed());
    expect((await pages({ text: `${MARK} extra`, limit: 5 })).length).toBe(extra);
  });

  it('counts all that its reader may see, on every page', async () => {
    const first = (await find({ text: '"paged 0"', count: 'true', limit: 1 })).body;
    const plain = (await find({ text: MARK, limit: 1 })).body;
    expect(plain.count).toBeUndefined();
    expect(first.count).toBe(0);
    const counted = (await find({ text: MARK, limit: 1, count: 'true' })).body;
    const next = (await find({ text: MARK, limit: 1, count: 'true', cursor: counted.nextCursor ?? '' })).body;
    expect(next.count).toBe(counted.count);
    // The count may be asked for once.
    expect((await find({ text: MARK, limit: 1, cursor: counted.nextCursor ?? '' })).status).toBe(200);
    expect((await find({ text: MARK, count: 'true' }, await partner(app))).body.count).toBe(0);
  });

  it('takes no cursor that was not given to this reader for this list', async () => {
    const cursor = (await find({ text: MARK, limit: 2 })).body.nextCursor ?? '';
    const refused = async (
      one: string,
      query: Record<string, string>,
      by = reader,
      path = '/v1/alerts',
    ): Promise<void> => {
      const answer = await by.http.get<Problem>(path, { query: { ...query, cursor: one } });
      expect([query, answer.status, answer.body.errors?.[0]?.pointer]).toEqual([query, 400, '?cursor']);
    };
    expect((await find({ text: MARK, cursor })).status).toBe(200);
    // The size of a page is not part of the list.
    expect((await find({ text: MARK, cursor, limit: 7 })).status).toBe(200);
    const bytes = Buffer.from(cursor, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 5) {
      const tampered = Buffer.from(bytes);
      tampered[bit >> 3] = (tampered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await refused(tampered.toString('base64url'), { text: MARK });
    }
    for (const one of [
      cursor.slice(1),
      `${cursor}A`,
      `${cursor}=`,
      cursor.toUpperCase(),
      bytes.toString('hex'),
    ]) {
      await refused(one, { text: MARK });
    }
    await refused(cursor, {});
    await refused(cursor, { text: 'other' });
    await refused(cursor, { text: MARK, kind: 'flash' });
    await refused(cursor, { text: MARK }, un);
    await refused(cursor, { state: 'draft' });
    await refused(cursor, {}, reader, '/v1/partners');
    await refused(cursor, {}, reader, '/v1/arrangements');
    const after = await reader.http.get<Problem>('/v1/changes', { query: { after: cursor } });
    expect([after.status, after.body.errors?.[0]?.pointer]).toEqual([400, '?after']);
    const changes = (await reader.http.get<{ nextCursor: string }>('/v1/changes')).body.nextCursor;
    await refused(changes, {});
    const narrowed = await app.as(await client(app, reader.partner.id, { ceiling: { tlp: 'GREEN' } }));
    expect((await narrowed.get('/v1/alerts', { query: { text: MARK, cursor } })).status).toBe(400);
    // Another client that reads the same as its partner goes on where the first was.
    const same = await app.as(await client(app, reader.partner.id));
    expect((await same.get('/v1/alerts', { query: { text: MARK, cursor } })).status).toBe(200);
  });

  it('of drafts has pages of its own', async () => {
    const ids = [];
    for (let index = 0; index < 3; index += 1) ids.push((await publish('draft', { state: 'draft' })).id);
    const first = (await find({ state: 'draft', limit: 2 }, un)).body;
    const next = (await find({ state: 'draft', limit: 2, cursor: first.nextCursor ?? '' }, un)).body;
    expect([...first.items, ...next.items].map(({ id }) => id)).toEqual(ids.toReversed());
    expect(next.nextCursor).toBeNull();
  });

  it('of the feed goes on at the address that it names', async () => {
    const seen: string[] = [];
    let address: string | undefined = `/v1/feeds/alerts.atom?limit=4&text=${MARK}+-extra`;
    while (address !== undefined) {
      const xml: string = (await reader.http.get(address)).text;
      const entries = readTree(xml).children.filter(({ name }) => name === 'entry');
      seen.push(...entries.map((entry) => entry.children.find(({ name }) => name === 'id')?.text ?? ''));
      const next: string | undefined = /<link rel="next" href="([^"]*)"/.exec(xml)?.[1];
      address = next?.replaceAll('&amp;', '&').slice(app.url.length);
    }
    const listed = (await find({ text: `${MARK} -extra` })).body.items.map(({ id }) => `urn:uuid:${id}`);
    expect(seen).toEqual(listed);
  });
});
