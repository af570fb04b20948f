import { CODE_LISTS } from '../../src/reference/seeds/code-lists.js';
import { ReferenceService } from '../../src/reference/reference.service.js';
import { Database } from '../../src/core/database.js';
import { startApp, type TestApp } from '../support/app.js';
import { client, partner, type TestPartner } from '../support/factories.js';
import { expectStatus, type Http, type Problem } from '../support/http.js';
import { entryInput, type Item, type List, ownList, path, read } from './lists.js';

let app: TestApp;
let reader: TestPartner;
/** Without any right to alerts, partners or arrangements. */
let anybody: Http;
beforeAll(async () => {
  app = await startApp();
  reader = await partner(app);
  anybody = await app.as(await client(app, reader.partner.id, { scopes: ['reports:submit'] }));
});
afterAll(() => app.close());

describe('reading code lists', () => {
  it('is for every valid client, a narrowed one too, and for nobody without a token', async () => {
    const narrowed = await app.as(await client(app, reader.partner.id, { ceiling: { tlp: 'CLEAR' } }));
    for (const at of [
      '/v1/reference',
      path('means'),
      path('means', 'shooting'),
      `${path('means')}/revisions`,
    ]) {
      expect([at, (await anybody.get(at)).status]).toEqual([at, 200]);
      expect([at, (await narrowed.get(at)).text]).toEqual([at, (await anybody.get(at)).text]);
      expect([at, (await app.anonymous.get(at)).status]).toEqual([at, 401]);
    }
  });

  it('finds the lists that reports use, and all others that came with the release', async () => {
    const { items } = expectStatus(await anybody.get<{ items: List[] }>('/v1/reference'), 200);
    const codes = items.map(({ code }) => code);
    expect(codes).toEqual(
      expect.arrayContaining([
        ...['incident-acts', 'actor-types', 'means', 'contexts', 'location-types', 'victim-kinds', 'impacts'],
        ...['delivery-effects', 'report-outcomes', 'not-used-reasons', 'classification-reasons'],
      ]),
    );
    expect(codes).toEqual(expect.arrayContaining(CODE_LISTS.map(({ code }) => code)));
    for (const { code, count, version } of items) {
      const list = await read(anybody, code);
      expect([code, list.items.length, list.version]).toEqual([code, count, version]);
      expect(
        list.items.map(({ code: entry }) => entry).filter((entry) => !/^[a-z0-9_]+$/.test(entry)),
      ).toEqual([]);
    }
  });

  it('nests entries, each below one that is there', async () => {
    const { items } = await read(anybody, 'incident-acts');
    const codes = items.map(({ code }) => code);
    expect(items.find(({ code }) => code === 'kidnapping')?.parent).toBe('abduction_detention');
    expect(items.filter(({ parent }) => parent !== undefined && !codes.includes(parent))).toEqual([]);
  });

  it('answers what is not there like what cannot be', async () => {
    const missing = await anybody.get('/v1/reference/no-such-list');
    for (const at of [
      'means/no_such_code',
      'means/%00',
      'No%20list',
      '%00',
      'means/a%2Fb',
      'no-list/revisions',
    ]) {
      const answer = await anybody.get(`/v1/reference/${at}`);
      expect([at, answer.status, answer.text]).toEqual([at, 404, missing.text]);
    }
  });

  it('names what is wrong with the query', async () => {
    const wrong: [Record<string, string>, string][] = [
      [{ at: '2026-02-30' }, '?at'],
      [{ at: 'today' }, '?at'],
      [{ crosswalk: 'NATO' }, '?crosswalk'],
      [{ all: 'yes' }, '?all'],
    ];
    for (const [query, pointer] of wrong) {
      const { status, body } = await anybody.get<Problem>(path('means'), { query });
      expect([query, status, body.errors?.[0]?.pointer]).toEqual([query, 400, pointer]);
    }
  });
});

describe('labels', () => {
  it('come in the language that serves best, and each says which it is', async () => {
    const label = async (acceptLanguage: string) => {
      const headers = { 'Accept-Language': acceptLanguage };
      const answer = await anybody.get<Item>(path('incident-acts', 'kidnapping'), { headers });
      const { label: text, language } = expectStatus(answer, 200);
      return [text, language, answer.headers.get('content-language')];
    };
    expect(await label('ar')).toEqual(['اختطاف', 'ar', 'ar']);
    expect(await label('ar-SD, en;q=0.5')).toEqual(['اختطاف', 'ar', 'ar']);
    expect(await label('de, fr;q=0.8')).toEqual(['Enlèvement', 'fr', 'fr']);
    expect(await label('es')).toEqual(['Secuestro', 'es', 'es']);
    expect(await label('de')).toEqual(['Kidnapping', 'en', 'en']);
    const { labels } = expectStatus(await anybody.get<Item>(path('incident-acts', 'kidnapping')), 200);
    expect(labels.map(({ language }) => language)).toEqual(['en', 'ar', 'es', 'fr']);
  });

  it('are Arabic where they say so, throughout the lists', async () => {
    const list = await read(anybody, 'report-outcomes', {}, { 'Accept-Language': 'ar' });
    expect([list.name, list.language]).toEqual(['نتائج البلاغ', 'ar']);
    expect(list.items.map(({ code, label }) => [code, label])).toContainEqual(['duplicate', 'مكرر']);
    for (const { entries } of CODE_LISTS) {
      for (const { code, labels } of entries) {
        const arabic = labels.filter(({ language }) => language === 'ar').map(({ text }) => text);
        expect([code, arabic.filter((text) => !/^[\p{Script=Arabic}\p{M}\s،SLT]+$/u.test(text))]).toEqual([
          code,
          [],
        ]);
        const others = labels.filter(({ language }) => language !== 'ar').map(({ text }) => text);
        expect([code, others.filter((text) => /\p{Script=Arabic}/u.test(text))]).toEqual([code, []]);
      }
    }
  });

  it('fall back to English entry by entry', async () => {
    const list = await ownList(app);
    const both = [
      { language: 'en', text: 'Flood' },
      { language: 'ar', text: 'فيضان' },
    ];
    expectStatus(await app.steward.put(path(list, 'flood'), entryInput({ labels: both })), 201);
    expectStatus(await app.steward.put(path(list, 'slide'), entryInput()), 201);
    const answer = await anybody.get<{ items: Item[] }>(path(list), { headers: { 'Accept-Language': 'ar' } });
    expect(answer.body.items.map(({ label, language }) => [label, language])).toEqual([
      ['فيضان', 'ar'],
      ['Landslide', 'en'],
    ]);
    expect(answer.headers.get('content-language')).toBe('ar, en');
  });

  it('of TLP are the same in every language', async () => {
    for (const language of ['en', 'ar', 'fr', 'es']) {
      const { items } = await read(anybody, 'tlp', {}, { 'Accept-Language': language });
      expect(items.map(({ label }) => label)).toEqual([
        'TLP:CLEAR',
        'TLP:GREEN',
        'TLP:AMBER',
        'TLP:AMBER+STRICT',
        'TLP:RED',
      ]);
    }
  });
});

describe('crosswalks', () => {
  it('lead from one act to all four schemes', async () => {
    const { items } = await read(anybody, 'incident-acts', { crosswalk: 'AWSD,INSO,ACLED,CAP' });
    const kidnapping = items.find(({ code }) => code === 'kidnapping');
    expect(kidnapping?.crosswalks?.map(({ scheme, target, relation }) => [scheme, target, relation])).toEqual(
      [
        ['ACLED', 'Abduction/forced disappearance', 'broader'],
        ['AWSD', 'kidnapping', 'exact'],
        ['CAP', 'Security', 'broader'],
        ['INSO', 'Confine', 'broader'],
      ],
    );
  });

  it('come for the schemes that were asked for, and otherwise not', async () => {
    const { items } = await read(anybody, 'means', { crosswalk: 'AWSD' });
    const shooting = items.find(({ code }) => code === 'shooting');
    expect(shooting?.crosswalks).toEqual([
      { scheme: 'AWSD', target: 'shooting', relation: 'exact', verification: 'inferred' },
    ]);
    const plain = await read(anybody, 'means');
    expect(plain.items.filter(({ crosswalks }) => crosswalks !== undefined)).toEqual([]);
  });
});

describe('what is unchanged', () => {
  it('is not sent again, and is once anything in the list, the day or the language is another', async () => {
    const list = await ownList(app);
    const both = [
      { language: 'en', text: 'Flood' },
      { language: 'fr', text: 'Inondation' },
    ];
    const ends = { labels: both, validUntil: '2100-01-01' };
    expectStatus(await app.steward.put(path(list, 'flood'), entryInput(ends)), 201);
    const first = await anybody.get(path(list));
    const known = { 'If-None-Match': first.headers.get('etag') ?? '', 'Cache-Control': 'max-age=0' };
    const again = await anybody.get(path(list), { headers: known });
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', known['If-None-Match']]);
    const french = { ...known, 'Accept-Language': 'fr' };
    expect((await anybody.get(path(list), { headers: french })).status).toBe(200);
    expect((await anybody.get(path(list), { headers: known, query: { at: '2101-01-01' } })).status).toBe(200);
    const item = await anybody.get(path(list, 'flood'));
    expectStatus(await app.steward.put(path(list, 'slide'), entryInput()), 201);
    expect((await anybody.get(path(list), { headers: known })).status).toBe(200);
    expect(item.headers.get('etag')).toMatch(/^"2-/);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    expect(first.headers.get('vary')).toContain('Accept-Language');
  });
});

describe('effective dates', () => {
  it('decide what is in force on a day', async () => {
    const list = await ownList(app);
    const put = (code: string, validity: Record<string, unknown>) =>
      app.steward.put(path(list, code), entryInput(validity)).then((answer) => expectStatus(answer, 201));
    await put('always', {});
    await put('future', { validFrom: '2100-01-01' });
    await put('past', { validUntil: '2020-06-01' });
    await put('short', { validFrom: '2020-01-01', validUntil: '2020-06-01' });
    const on = async (at?: string) =>
      (await read(anybody, list, at === undefined ? {} : { at })).items.map(({ code }) => code);
    expect(await on()).toEqual(['always']);
    expect(await on('2019-12-31')).toEqual(['always', 'past']);
    expect(await on('2020-01-01')).toEqual(['always', 'past', 'short']);
    expect(await on('2020-05-31')).toEqual(['always', 'past', 'short']);
    expect(await on('2020-06-01')).toEqual(['always']);
    expect(await on('2100-01-01')).toEqual(['always', 'future']);
    const all = await read(anybody, list, { all: 'true' });
    expect(all.items.map(({ code, inForce }) => [code, inForce])).toEqual([
      ['always', true],
      ['future', false],
      ['past', false],
      ['short', false],
    ]);
    // What was once reported with a code stays readable.
    expect(expectStatus(await anybody.get<Item>(path(list, 'past')), 200).inForce).toBe(false);
  });
});

describe('codes that others state', () => {
  it('are at fault when no list has them in force, each where it stands', async () => {
    const list = await ownList(app);
    expectStatus(await app.steward.put(path(list, 'ended'), entryInput({ validUntil: '2020-01-01' })), 201);
    const [database, reference] = [app.nest.get(Database), app.nest.get(ReferenceService)];
    const acting = { partnerId: reader.partner.id, readerId: reader.partner.id, manages: [] };
    const stated = [
      { list: 'incident-acts', code: 'kidnapping', pointer: '#/act' },
      { list: 'incident-acts', code: 'shooting', pointer: '#/acts/1' },
      { list: 'means', code: 'shooting', pointer: '#/means/0' },
      { list: 'no-such-list', code: 'shooting', pointer: '#/x' },
      { list, code: 'ended', pointer: '#/hazard' },
    ];
    const faults = await database.readAs(acting, (tx) => reference.faults(tx, stated));
    expect(faults).toEqual([
      { pointer: '#/acts/1', detail: 'must be a code in force of /v1/reference/incident-acts' },
      { pointer: '#/x', detail: 'must be a code in force of /v1/reference/no-such-list' },
      { pointer: '#/hazard', detail: `must be a code in force of /v1/reference/${list}` },
    ]);
    expect(await database.readAs(acting, (tx) => reference.faults(tx, []))).toEqual([]);
  });
});
