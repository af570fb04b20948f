import { startApp, type TestApp } from '../support/app.js';
import { arrangement, leave, partner, type TestPartner } from '../support/factories.js';
import { expectStatus } from '../support/http.js';
import { changes, type Report, reporter, reportInput } from './reporting.js';

interface Warnings {
  warnings: { code: string; detail: string }[];
}

describe('warnings about being recognised', () => {
  let app: TestApp;
  let source: TestPartner;
  let others: TestPartner[];
  beforeAll(async () => {
    app = await startApp();
    source = await reporter(app, { code: 'MOONBOAT', name: 'Moonboat Trust' });
    others = await Promise.all(Array.from({ length: 5 }, () => partner(app)));
  });
  afterAll(() => app.close());

  const codes = async (overrides: Parameters<typeof reportInput>[0]): Promise<string[]> => {
    const answer = await source.http.post<Warnings>('/v1/reports/preview', reportInput(overrides));
    return expectStatus(answer, 200).warnings.map(({ code }) => code);
  };
  const inCountry = (country: string) => ({ place: { precision: 'country', country } });

  it('come when fewer than five could be meant, counted by country and by each arrangement', async () => {
    const [four, five] = [others.slice(0, 3), others.slice(0, 4)];
    const small = await arrangement(app, { countries: ['TD'], members: [source, ...four] });
    const large = await arrangement(app, { countries: ['CF'], members: [source, ...five] });
    expect(await codes(inCountry('TD'))).toEqual(['small_crowd']);
    expect(await codes(inCountry('CF'))).toEqual([]);
    const reach = (code: string) => ({ tlp: 'GREEN', audience: { arrangements: [code] } });
    expect(await codes({ ...inCountry('CF'), ...reach(large.code) })).toEqual([]);
    expect(await codes({ ...inCountry('CF'), ...reach(small.code) })).toEqual(['small_crowd']);
    expect(await codes({ ...inCountry('TD'), attribution: 'a_partner' })).toEqual(['small_crowd']);
    expect(await codes({ ...inCountry('TD'), attribution: 'named' })).toEqual([]);

    await leave(app, large, five[0] as TestPartner);
    expect(await codes(inCountry('CF'))).toEqual(['small_crowd']);
  });

  it('count neither donors and companies, nor partners without standing', async () => {
    const donor = await partner(app, { kind: 'donor' });
    const members = [source, ...others.slice(0, 3), donor];
    await arrangement(app, { countries: ['ML'], members });
    expect(await codes(inCountry('ML'))).toEqual(['small_crowd']);
  });

  it('come when nobody else can be seen who could be meant', async () => {
    const foreign = await arrangement(app, { countries: ['NE'], members: others });
    expect(await codes(inCountry('NE'))).toEqual(['crowd_unknown']);
    const audience = { arrangements: [foreign.code] };
    expect(await codes({ ...inCountry('NE'), tlp: 'GREEN', audience })).toEqual([
      'crowd_unknown',
      'crowd_unknown',
    ]);
  });

  it('come when the text names the source, or an exact place does', async () => {
    await arrangement(app, { countries: ['SS'], members: [source, ...others] });
    const text = (description: string) => ({
      ...inCountry('SS'),
      texts: [{ language: 'en', headline: 'A theft', description }],
    });
    expect(await codes(text('A theft at the gate of the Moonboat\nTrust compound.'))).toEqual(['names_you']);
    expect(await codes(text('A theft from MOONBOAT.'))).toEqual(['names_you']);
    expect(await codes(text('A theft from moonboats.'))).toEqual([]);
    const areas = [{ description: 'The gate', center: [4.8, 31.6] }];
    expect(await codes({ place: { precision: 'exact', country: 'SS', areas } })).toEqual(['exact_place']);
  });

  it('come when a classification tells what kind of partner it must be', async () => {
    const entity = await reporter(app, { kind: 'un_entity' });
    await arrangement(app, { countries: ['BF'], members: [entity, ...others] });
    const classified = { classification: 'CONFIDENTIAL', classificationReason: 'Sources.' };
    const input = reportInput({ ...inCountry('BF'), ...classified });
    const answer = await entity.http.post<Warnings>('/v1/reports/preview', input);
    expect(expectStatus(answer, 200).warnings.map(({ code }) => code)).toEqual(['classified']);
  });

  it('come with a submission as with its preview, which writes nothing', async () => {
    const previewed = await codes(inCountry('TD'));
    const made = await source.http.post<Report>('/v1/reports', reportInput(inCountry('TD')));
    expect(expectStatus(made, 201).warnings?.map(({ code }) => code)).toEqual(previewed);
    const page = await source.http.get<{ items: Report[] }>('/v1/reports', { query: { mine: 'true' } });
    expect(expectStatus(page, 200).items.map(({ id }) => id)).toEqual([made.body.id]);
    expect(await changes(source.http, made.body.id)).toEqual(['published']);
  });
});
