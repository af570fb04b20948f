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
import { type Page } from './channels.js';

let app: TestApp;
let un: TestPartner;
let reader: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  app = await startApp();
  [un, reader] = await Promise.all([partner(app, { kind: 'un_entity' }), partner(app)]);
  here = await arrangement(app, { members: [un, reader] });
});
afterAll(() => app.close());

type Query = Record<string, string | number>;

const find = (query: Query, by = reader): Promise<Answer<Page>> =>
  by.http.get<Page>('/v1/alerts', { query: { limit: 200, ...query } });

/** The events found by the list, by name; the count and the feed find the same. */
async function found(query: Query, by = reader): Promise<string[]> {
  const { items, count } = expectStatus(await find({ ...query, count: 'true' }, by), 200);
  expect(count).toBe(items.length);
  const feed = await by.http.get('/v1/feeds/alerts.atom', { query: { limit: 200, ...query } });
  expect(everyElement(readTree(feed.text)).filter(({ name }) => name === 'entry')).toHaveLength(items.length);
  return items.map(({ event }) => event).sort();
}

const say = (event: string, words: string, facts: object = {}, areas: object[] = []) =>
  alert(un.http, {
    event,
    ...facts,
    renditions: [
      renditionInput({
        audience: { arrangements: [here.code] },
        texts: [{ language: 'en', headline: event, description: words }],
        areas: areas.map((area) => ({ description: 'Somewhere', ...area })),
      }),
    ],
  });

describe('words', () => {
  beforeAll(async () => {
    await say('w-ar', 'وقع إطلاق نار قرب مدرسة الزهراء على الطريق رقم ١٢، مسؤول في كربلاء');
    await say('w-fa', 'تیراندازی نزدیک بیمارستان در کیلومتر ۲۵');
    await say('w-zh', '市场附近发生火灾');
    await say('w-ja', 'スーダンで火事');
    await say('w-th', 'ไฟไหม้ที่ตลาด');
    await say('w-eu', 'Straße bei Łódź, Ærø und Sørnes; Đakovo. Cœur de Kırşehir closed.Avoid it');
    await say('w-en', 'Roadblocks on the northern road, km 7.5 (convoy A-12)');
  });

  it.each([
    ['اطلاق', 'w-ar'],
    ['مدرسه الزهرا', 'w-ar'],
    ['الطريق رقم 12', 'w-ar'],
    ['۱۲', 'w-ar,w-en'],
    ['كربلا', 'w-ar'],
    ['مُسْـــؤُول', 'w-ar'],
    ['تيراندازي نزديك', 'w-fa'],
    ['25', 'w-fa'],
    ['٢٥', 'w-fa'],
    ['火', 'w-ja,w-zh'],
    ['灾', 'w-zh'],
    ['市', 'w-zh'],
    ['事', 'w-ja'],
    ['水', ''],
    ['火 -灾', 'w-ja'],
    ['"附近发生"', 'w-zh'],
    ['"生附"', ''],
    ['スーダン', 'w-ja'],
    ['ダン', 'w-ja'],
    ['ตลาด', 'w-th'],
    ['strasse lodz aero', 'w-eu'],
    ['strasse lodz', 'w-eu'],
    ['aero', 'w-eu'],
    ['aerø', 'w-eu'],
    ['sornes dakovo coeur kirsehir', 'w-eu'],
    ['avoid', 'w-eu'],
    ['roadblocks', 'w-en'],
    ['roadblock', ''],
    ['roadblock*', 'w-en'],
    ['ROADB* north*', 'w-en'],
    ['"northern roa"', ''],
    ['-roadblock* coeur', 'w-eu'],
    ['اطل*', 'w-ar'],
    ['7.5', 'w-en'],
    ['"km 7.5"', 'w-en'],
    ['A-12', 'w-en'],
    ['a12', ''],
    ['火 OR roadblocks', 'w-en,w-ja,w-zh'],
    ['-"northern road" km', ''],
  ])('are found in the form that people type: %s', async (text, events) => {
    expect((await found({ text })).filter((event) => event.startsWith('w-'))).toEqual(
      events === '' ? [] : events.split(','),
    );
  });

  it.each([
    '*',
    '** *',
    '-*',
    'OR',
    'OR OR',
    '"" *',
    "' \\ ''",
    "a'b\\c*",
    ':* & !',
    '<->',
    '-"',
    'ー',
    '"火',
  ])('may be asked for anything: %j', async (text) => {
    expect((await find({ text })).status).toBe(200);
  });
});

describe('places', () => {
  const square = (south: number, west: number, size = 1): number[][] => [
    [south, west],
    [south, west + size],
    [south + size, west + size],
    [south + size, west],
    [south, west],
  ];

  beforeAll(async () => {
    await say('p-khartoum', '.', {}, [
      {
        polygon: square(15, 32),
        countries: ['SD'],
        geocodes: [
          { name: 'P-code', value: 'SD01' },
          { name: 'P-code', value: 'SD01003' },
        ],
      },
    ]);
    await say('p-border', '.', {}, [
      { polygon: square(10, 30), countries: ['SD', 'SS'] },
      { polygon: square(-60, -60) },
    ]);
    await say('p-juba', '.', {}, [{ geocodes: [{ name: 'ISO3166-2', value: 'SS-EC' }] }]);
    await say('p-fiji', '.', {}, [{ circles: [{ center: [-17, 179.9], radiusKm: 30 }], countries: ['FJ'] }]);
    await say('p-none', '.');
  });

  it.each<[Query, string]>([
    [{ near: '15.5,32.5', radiusKm: 1 }, 'p-khartoum'],
    [{ near: '15.5,34', radiusKm: 106 }, ''],
    [{ near: '15.5,34', radiusKm: 108 }, 'p-khartoum'],
    [{ near: '13,31', radiusKm: 300 }, 'p-border,p-khartoum'],
    [{ near: '15.5,32.5', radiusKm: 0 }, 'p-khartoum'],
    [{ near: '-17,-179.9', radiusKm: 1 }, 'p-fiji'],
    [{ near: '-17,-179', radiusKm: 100 }, 'p-fiji'],
    [{ near: '-90,0', radiusKm: 3500 }, 'p-border'],
    [{ within: '15.2,32.2 15.2,32.4 15.4,32.4 15.2,32.2' }, 'p-khartoum'],
    [{ within: '14,31 14,34 17,34 17,31 14,31' }, 'p-khartoum'],
    [{ within: '14,31 14,31.5 15.9,31.5 17,31 14,31' }, ''],
    [{ within: '-18,179 -18,-179 -16,-179 -16,179 -18,179' }, 'p-fiji'],
    [{ country: 'SD' }, 'p-border,p-khartoum'],
    [{ country: 'SS' }, 'p-border,p-juba'],
    [{ country: 'FJ,SS' }, 'p-border,p-fiji,p-juba'],
    [{ country: 'NO' }, ''],
    [{ geocode: 'P-code:SD01' }, 'p-khartoum'],
    [{ geocode: 'p-CODE:sd01003,P-code:XX' }, 'p-khartoum'],
    [{ geocode: 'P-code:SD' }, ''],
    [{ geocode: 'ISO3166-2:SS-EC' }, 'p-juba'],
    [{ country: 'SD', near: '10.5,30.5', radiusKm: 5 }, 'p-border'],
    [{ bbox: '29,9,33,16', near: '15.5,32.5', radiusKm: 50 }, 'p-khartoum'],
    [{ bbox: '29,9,33,16', country: 'FJ' }, ''],
  ])('are found by %j', async (query, events) => {
    expect((await found(query)).filter((event) => event.startsWith('p-'))).toEqual(
      events === '' ? [] : events.split(','),
    );
  });

  it('keep their countries in CAP, there and back', async () => {
    const [{ id } = { id: '' }] = expectStatus(await find({ text: 'border', country: 'SS' }), 200).items;
    const { text } = await reader.http.get(`/v1/alerts/${id}`, {
      headers: { Accept: 'application/cap+xml' },
    });
    const back = text
      .replace(/<identifier>[^<]*/, '<identifier>there-and-back')
      .replace(/<references>.*<\/references>/, '');
    const query = { tlp: 'GREEN', classification: 'UNCLASSIFIED', kind: 'advisory', arrangements: here.code };
    const headers = { 'Content-Type': 'application/cap+xml' };
    const answer = await un.http.send<{ areas: { countries: string[] }[] }>('POST', '/v1/alerts', back, {
      headers,
      query,
    });
    expect(expectStatus(answer, 201).areas[0]?.countries).toEqual(['SD', 'SS']);
  });
});

describe('times', () => {
  beforeAll(async () => {
    const at = (day: number): string => `2031-01-${String(day).padStart(2, '0')}T00:00:00Z`;
    await say('t-short', '.', { onsetAt: at(10), expiresAt: at(12) });
    await say('t-long', '.', { onsetAt: at(5), expiresAt: at(20) });
    await say('t-effective', '.', { onsetAt: undefined, effectiveAt: at(15), expiresAt: at(16) });
    await say('t-open', '.', { onsetAt: at(18), expiresAt: undefined });
  });

  it.each<[Query, string]>([
    [{ from: '2031-01-11T00:00:00Z', until: '2031-01-11T12:00:00Z' }, 't-long,t-short'],
    [{ from: '2031-01-12T00:00:00Z', until: '2031-01-12T00:00:00Z' }, 't-long,t-short'],
    [{ from: '2031-01-13T00:00:00Z', until: '2031-01-14T00:00:00Z' }, 't-long'],
    [{ from: '2031-01-15T06:00:00Z', until: '2031-01-15T07:00:00Z' }, 't-effective,t-long'],
    [{ from: '2031-01-15T08:00:00+02:00', until: '2031-01-15T09:00:00+02:00' }, 't-effective,t-long'],
    [{ from: '2031-02-01T00:00:00Z', until: '2031-03-01T00:00:00Z' }, 't-open'],
    [{ until: '2031-01-05T00:00:00Z' }, 't-long'],
    [{ until: '2031-01-04T00:00:00Z' }, ''],
  ])('are found by what goes on in them: %j', async (query, events) => {
    expect((await found(query)).filter((event) => event.startsWith('t-'))).toEqual(
      events === '' ? [] : events.split(','),
    );
  });

  it('of arrival are halved by since and before', async () => {
    const all = await found({});
    const { items } = expectStatus(await find({}), 200);
    const middle = (items[3] as unknown as { changedAt: string }).changedAt;
    const [later, earlier] = [await found({ since: middle }), await found({ before: middle })];
    expect([later.length > 0, earlier.length > 0]).toEqual([true, true]);
    expect([...later, ...earlier].sort()).toEqual(all);
  });
});

describe('what happened', () => {
  beforeAll(async () => {
    await say('h-clash', '.', {
      incidentTypes: ['armed_clash', 'air_strike'],
      urgency: 'expected',
      certainty: 'likely',
    });
    await say('h-theft', '.', { incidentTypes: ['theft'], kind: 'incident', urgency: 'past' });
    await say('h-other', '.', { kind: 'flash', certainty: 'possible' });
    await alert(un.http, {
      event: 'h-arabic',
      renditions: [
        renditionInput({
          audience: { arrangements: [here.code] },
          texts: [
            { language: 'en', headline: 'Watch', description: '.' },
            { language: 'ar-SD', headline: 'انتبه', description: '.' },
          ],
        }),
      ],
    });
  });

  it.each<[Query, string]>([
    [{ incidentType: 'theft' }, 'h-theft'],
    [{ incidentType: 'theft,air_strike' }, 'h-clash,h-theft'],
    [{ incidentType: 'nothing_known' }, ''],
    [{ kind: 'incident,flash' }, 'h-other,h-theft'],
    [{ urgency: 'expected,past' }, 'h-clash,h-theft'],
    [{ certainty: 'possible' }, 'h-other'],
    [{ language: 'ar' }, 'h-arabic'],
    [{ language: 'AR-sd' }, 'h-arabic'],
    [{ language: 'ar-EG' }, ''],
    [{ language: 'en', text: 'watch' }, 'h-arabic'],
  ])('is found by %j', async (query, events) => {
    expect((await found(query)).filter((event) => event.startsWith('h-'))).toEqual(
      events === '' ? [] : events.split(','),
    );
  });

  it('stands in the item, and in CAP as event codes', async () => {
    const [{ id } = { id: '' }] = expectStatus(await find({ incidentType: 'air_strike' }), 200).items;
    const { body } = await reader.http.get<{ incidentTypes: string[] }>(`/v1/alerts/${id}`);
    expect(body.incidentTypes).toEqual(['armed_clash', 'air_strike']);
    const { text } = await reader.http.get(`/v1/alerts/${id}`, {
      headers: { Accept: 'application/cap+xml' },
    });
    expect(text).toMatch(
      /<eventCode>\s*<valueName>SLT-IncidentType<\/valueName>\s*<value>air_strike<\/value>/,
    );
  });
});

describe('the originator', () => {
  let shy: TestPartner;
  beforeAll(async () => {
    shy = await partner(app);
    await app.steward.post(`/v1/arrangements/${here.id}/members`, { partnerId: shy.partner.id });
    const { classification: _, ...rendition } = renditionInput({ audience: { arrangements: [here.code] } });
    const renditions = [rendition as ReturnType<typeof renditionInput>];
    await alert(shy.http, { event: 'o-named', attribution: 'named', renditions });
    await alert(shy.http, { event: 'o-unnamed', attribution: 'a_partner', renditions });
  });

  it('is found by its code where it put its name', async () => {
    expect(await found({ originator: shy.partner.code })).toEqual(['o-named']);
    expect(await found({ originator: shy.partner.code.toLowerCase() })).toEqual([]);
    expect(await found({ originator: 'NOBODY' })).toEqual([]);
  });

  it('finds by it what it did not put its name to, as nobody else does, not even who reads for it narrowly', async () => {
    const query = { originator: shy.partner.code };
    expect(await found(query, shy)).toEqual(['o-named', 'o-unnamed']);
    expect(await found(query, un)).toEqual(['o-named']);
    const narrowed = await client(app, shy.partner.id, { arrangements: [here.code] });
    const http = await app.as(narrowed);
    const { items } = expectStatus(await http.get<Page>('/v1/alerts', { query }), 200);
    expect(items.map(({ event }) => event)).toEqual(['o-named']);
    const stewards = expectStatus(await app.steward.get<Page>('/v1/alerts', { query }), 200);
    expect(stewards.items).toEqual([]);
  });

  it('that stays unnamed is counted by nobody else', async () => {
    const facets = async (by: TestPartner) =>
      expectStatus(
        await by.http.get<{ facets: { values: { value: string; count: number }[] }[] }>('/v1/alerts/facets', {
          query: { facets: 'originator', text: 'market', since: '2000-01-01T00:00:00Z' },
        }),
        200,
      ).facets[0]?.values.find(({ value }) => value === shy.partner.code)?.count;
    expect([await facets(shy), await facets(reader)]).toEqual([2, 1]);
  });
});

describe('what cannot be asked', () => {
  const long = Array.from({ length: 101 }, (_, i) => `${(i % 9) / 10},${i / 10}`).join(' ');
  it.each<[string, string]>([
    ['near=15,32', '?radiusKm'],
    ['radiusKm=5', '?near'],
    ['near=91,0&radiusKm=5', '?near'],
    ['near=0,181&radiusKm=5', '?near'],
    ['near=0;1&radiusKm=5', '?near'],
    ['near=0,1,2&radiusKm=5', '?near'],
    ['near=0,1&radiusKm=-1', '?radiusKm'],
    ['near=0,1&radiusKm=20039', '?radiusKm'],
    ['near=0,1&radiusKm=far', '?radiusKm'],
    ['within=0,0', '?within'],
    ['within=0,0 0,1 1,1', '?within'],
    ['within=0,0 0,1 1,1 1,0', '?within'],
    ['within=0,0 1,1 0,1 1,0 0,0', '?within'],
    ['within=0,0 0,0 0,0 0,0', '?within'],
    ['within=0,0 0,1 1,181 0,0', '?within'],
    [`within=${long}`, '?within'],
    [`within=${'x'.repeat(5000)}`, '?within'],
    ['country=sd', '?country'],
    ['country=SDN', '?country'],
    ['country=SD,SD', '?country'],
    ['country=', '?country'],
    ['country=SD&country=SS', '?country'],
    ['geocode=SD01', '?geocode'],
    ['geocode=:SD01', '?geocode'],
    ['geocode=%00:x', '?geocode'],
    ['incidentType=Armed', '?incidentType'],
    ['incidentType=a,,b', '?incidentType'],
    ['urgency=now', '?urgency'],
    ['certainty=sure', '?certainty'],
    ['kind=flash,rumour', '?kind'],
    ['kind=flash,flash', '?kind'],
    ['language=english_', '?language'],
    ['originator=', '?originator'],
    ['from=2026', '?from'],
    ['until=2026-01-01', '?until'],
    ['from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z', '?until'],
    ['since=2026-01-02T00:00:00Z&before=2026-01-01T00:00:00Z', '?before'],
  ])('is refused by name, everywhere: %s', async (query, pointer) => {
    for (const path of [
      '/v1/alerts?',
      '/v1/feeds/alerts.atom?',
      '/v1/alerts/facets?facets=kind&',
      '/v1/alerts/trends?by=kind&',
    ]) {
      const answer = await reader.http.get<Problem>(`${path}${query}`);
      const pointers = [...new Set(answer.body.errors?.map((fault) => fault.pointer))];
      expect([path, answer.status, pointers]).toEqual([path, 400, [pointer]]);
    }
  });

  it('of an alert is refused too', async () => {
    const post = (overrides: Parameters<typeof alert>[1], areas: object[] = []) =>
      un.http.post<Problem>('/v1/alerts', {
        kind: 'advisory',
        status: 'actual',
        event: 'Something',
        categories: ['security'],
        urgency: 'past',
        severity: 'minor',
        certainty: 'likely',
        ...overrides,
        renditions: [{ ...renditionInput(), areas }],
      });
    const pointers = async (answer: Promise<Answer<Problem>>) => {
      const { status, body } = await answer;
      return [status, ...new Set(body.errors?.map((fault) => fault.pointer))];
    };
    expect(await pointers(post({ incidentTypes: ['Not a code'] }))).toEqual([400, '#/incidentTypes']);
    expect(await pointers(post({ incidentTypes: ['theft', 'theft'] }))).toEqual([400, '#/incidentTypes']);
    const place = '#/renditions/0/areas/0/countries';
    expect(await pointers(post({}, [{ description: 'x', countries: ['Sudan'] }]))).toEqual([400, place]);
  });

  it('with another filter is not what a cursor goes on in', async () => {
    const { nextCursor } = expectStatus(await find({ limit: 1, country: 'SD' }), 200);
    const status = async (query: Query): Promise<number> =>
      (await find({ limit: 1, cursor: nextCursor ?? '', ...query })).status;
    expect(await status({ country: 'SD' })).toBe(200);
    const others: Query[] = [
      {},
      { country: 'SS' },
      { country: 'SD', near: '1,1', radiusKm: 1 },
      { country: 'SD', within: '0,0 0,1 1,1 0,0' },
      { country: 'SD', from: '2026-01-01T00:00:00Z' },
      { country: 'SD', before: '2099-01-01T00:00:00Z' },
      { country: 'SD', language: 'en' },
      { country: 'SD', originator: 'X' },
    ];
    for (const query of others) {
      expect([query, await status(query)]).toEqual([query, 400]);
    }
  });
});

it('is called unchanged only with the same filters and nothing new', async () => {
  const ask = async (query: Query, tag?: string) => {
    const headers: Record<string, string> = tag === undefined ? {} : { 'If-None-Match': tag };
    return reader.http.get('/v1/alerts', { query, headers });
  };
  const query = { country: 'SD', near: '15,32', radiusKm: 100 };
  const tag = (await ask(query)).headers.get('etag') ?? '';
  expect((await ask(query, tag)).status).toBe(304);
  expect((await ask({ ...query, radiusKm: 101 }, tag)).status).toBe(200);
  await say('new', '.', {}, [{ countries: ['SD'] }]);
  expect((await ask(query, tag)).status).toBe(200);
});
