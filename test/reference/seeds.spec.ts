import { Database } from '../../src/core/database.js';
import { CODE_LISTS } from '../../src/reference/seeds/code-lists.js';
import { type ListSeed, labels, unverified } from '../../src/reference/seeds/seed.js';
import { SeedsRepository } from '../../src/reference/seeds.repository.js';
import { query } from '../support/database.js';
import { startApp, type TestApp } from '../support/app.js';
import { expectStatus } from '../support/http.js';
import { entryInput, type Item, path, read, type Revision } from './lists.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const plant = (lists: readonly ListSeed[]): Promise<number> =>
  app.nest.get(Database).asSystem((tx) => app.nest.get(SeedsRepository).plant(tx, lists));

describe('what a release brings', () => {
  it('says of everything where it is from, or that nobody confirmed it', () => {
    const all = CODE_LISTS.flatMap(({ code, entries, ...list }) => [
      { place: code, ...list },
      ...entries.map((entry) => ({ place: `${code}/${entry.code}`, ...entry })),
      ...entries.flatMap((entry) =>
        entry.crosswalks.map((one) => ({ place: `${code}/${entry.code}/${one.scheme}`, ...one })),
      ),
    ]);
    expect(all.length).toBeGreaterThan(300);
    const wrong = all.filter(
      ({ source, verification }) =>
        !['sourced', 'inferred', 'unverified'].includes(verification) ||
        (verification === 'sourced' && source === undefined) ||
        (verification === 'unverified' && source !== undefined),
    );
    expect(wrong.map(({ place }) => place)).toEqual([]);
  });

  it('has an English label for everything, every code once, and only words of the four schemes', () => {
    const schemes: Record<string, RegExp> = {
      INSO: /^(Attack|Confine|Theft|Threat)$/,
      CAP: /^[A-Z]\w+$/,
      AWSD: /^[a-z/ -]+$/,
      ACLED: /^[A-Z][A-Za-z/ -]+$/,
    };
    for (const { code: list, entries, names } of CODE_LISTS) {
      const codes = entries.map(({ code }) => code);
      expect([list, codes.filter((code, index) => codes.indexOf(code) !== index)]).toEqual([list, []]);
      expect([list, names[0]?.language]).toEqual([list, 'en']);
      for (const { code, labels: own, crosswalks } of entries) {
        expect([code, own[0]?.language]).toEqual([code, 'en']);
        expect([code, crosswalks.filter(({ scheme, target }) => !schemes[scheme]?.test(target))]).toEqual([
          code,
          [],
        ]);
      }
    }
  });

  it('holds the entities of the UNSMS with acronym, name, group, basis and how sure that is', async () => {
    const { items, count } = await read(app.steward, 'unsms-entities');
    expect(items.filter(({ symbol, details }) => !symbol || !details?.group || !details.basis)).toEqual([]);
    const byMemorandum = items.filter(({ details }) => details?.basis === 'MOU').map(({ code }) => code);
    expect(byMemorandum).toEqual(['adb', 'ebrd', 'icc', 'iom']);
    expect(items.find(({ code }) => code === 'undss')).toMatchObject({
      symbol: 'UNDSS',
      label: 'Department of Safety and Security',
      verification: 'sourced',
      inForce: true,
    });
    expect(new Set(items.map(({ verification }) => verification)).size).toBe(3);
    expect(count).toBe(items.length);
  });

  it('is planted once, by as many processes as start', async () => {
    const [before] = await query(app.database.superuserUrl, 'select sum(version) from reference_list');
    const other = await startApp({ database: app.database });
    await other.close();
    expect(await Promise.all([plant(CODE_LISTS), plant(CODE_LISTS)])).toEqual([0, 0]);
    const [after] = await query(app.database.superuserUrl, 'select sum(version) from reference_list');
    expect(after).toEqual(before);
  });
});

describe('a later release', () => {
  const later = (entries: ListSeed['entries'], code = 'contexts'): ListSeed => ({
    code,
    names: labels('Another name'),
    description: 'Another description.',
    verification: 'unverified',
    entries,
  });

  it('adds what is missing as a new version, and overwrites nothing that the steward edited', async () => {
    const edited = entryInput({ labels: [{ language: 'de', text: 'Hinterhalt' }], validUntil: '2021-01-01' });
    expectStatus(await app.steward.put(path('contexts', 'ambush'), edited), 200);
    expectStatus(await app.steward.put(path('contexts', 'flood'), entryInput()), 201);
    const before = await read(app.steward, 'contexts');
    const planted = await plant([
      later([
        unverified('ambush', ['Trap', 'Piège', 'Trampa', 'فخ']),
        unverified('flood', 'Flood of the release'),
        unverified('siege', ['Siege', 'Siège', 'Asedio', 'حصار'], { parent: 'ambush' }),
      ]),
    ]);
    expect(planted).toBe(1);
    const ambush = expectStatus(await app.steward.get<Item>(path('contexts', 'ambush')), 200);
    expect(ambush).toMatchObject({ labels: edited.labels, validUntil: '2021-01-01', inForce: false });
    const flood = expectStatus(await app.steward.get<Item>(path('contexts', 'flood')), 200);
    expect(flood.label).toBe('Landslide');
    const siege = expectStatus(await app.steward.get<Item>(path('contexts', 'siege')), 200);
    expect(siege).toMatchObject({ label: 'Siege', parent: 'ambush', version: before.version + 1 });
    expect((await read(app.steward, 'contexts')).name).toBe('Contexts');
    const history = await app.steward.get<{ items: Revision[] }>(`${path('contexts')}/revisions`);
    expect(history.body.items[0]).toMatchObject({ change: 'entries_added', codes: ['siege'], by: 'release' });
  });

  it('leaves alone a list of the steward that has the code of a new one', async () => {
    const body = {
      code: 'sieges',
      names: [{ language: 'en', text: 'Sieges of ours' }],
      description: 'Of the steward.',
      verification: 'inferred',
    };
    expectStatus(await app.steward.post('/v1/reference', body), 201);
    expect(await plant([later([unverified('siege', 'Siege')], 'sieges')])).toBe(0);
    expect(await read(app.steward, 'sieges')).toMatchObject({
      name: 'Sieges of ours',
      version: 1,
      items: [],
    });
  });
});
