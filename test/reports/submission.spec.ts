import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '../support/app.js';
import { arrangement, client, partner, type TestPartner } from '../support/factories.js';
import { expectStatus, type Http, type Problem } from '../support/http.js';
import {
  changes,
  conclude,
  custodianClient,
  read,
  type Report,
  REPORTER_SCOPES,
  reporter,
  reportInput,
  submitted,
  triager,
  withdraw,
} from './reporting.js';

interface Page {
  items: Report[];
  nextCursor: string | null;
}

describe('submitting reports', () => {
  let app: TestApp;
  let source: TestPartner;
  let desk: Http;
  beforeAll(async () => {
    app = await startApp();
    source = await reporter(app);
    desk = await custodianClient(app, ['reports:triage', 'alerts:read']);
  });
  afterAll(() => app.close());

  const pointers = async (overrides: Parameters<typeof reportInput>[0]): Promise<string[]> => {
    const answer = await source.http.post<Problem>('/v1/reports', reportInput(overrides));
    return (expectStatus(answer, 400).errors ?? []).map(({ pointer }) => pointer).sort();
  };

  it('climbs the ladder: no token, no right, no such thing, bad input, done', async () => {
    const reader = await partner(app, { scopes: ['alerts:read'] });
    expectStatus(await app.anonymous.post('/v1/reports', reportInput()), 401);
    expectStatus(await reader.http.post('/v1/reports', reportInput()), 403);
    const steps: [string, string, unknown?][] = [
      ['GET', ''],
      ['POST', '/updates', reportInput()],
      ['POST', '/withdrawal'],
      ['GET', '/messages'],
      ['POST', '/messages', { text: 'A word.' }],
    ];
    for (const [method, path, body] of steps) {
      const at = `/v1/reports/${randomUUID()}${path}`;
      expectStatus(await app.anonymous.send(method, at, body), 401);
      expectStatus(await reader.http.send(method, at, body), 403);
      expectStatus(await source.http.send(method, at, body), 404);
    }
    expectStatus(await source.http.post('/v1/reports', {}), 400);
    expectStatus(await source.http.post('/v1/reports', reportInput()), 201);
  });

  it('gives it to its source and to the custodian, and to nobody else', async () => {
    const report = await submitted(source.http);
    expect(report).toMatchObject({ state: 'submitted', mine: true, attribution: 'protected' });
    expect(report.source?.code).toBe(source.partner.code);
    const seen = expectStatus(await read(desk, report.id), 200);
    expect(seen).toMatchObject({ state: 'submitted', mine: false });
    expect(seen.source).toBeUndefined();
    expect(await changes(source.http, report.id)).toEqual(['published']);
    expect(await changes(desk, report.id)).toEqual(['published']);
    const stranger = await triager(app);
    expectStatus(await read(stranger.http, report.id), 404);
    expect(await changes(stranger.http, report.id)).toEqual([]);
  });

  it('shows a report of others only to who may triage, and without its history', async () => {
    const [one, two] = [await reporter(app), await triager(app)];
    const sdn = await arrangement(app, { members: [source, one, two] });
    const { id } = await submitted(source.http, { tlp: 'GREEN', audience: { arrangements: [sdn.code] } });
    expectStatus(await read(one.http, id), 404);
    expect(expectStatus(await read(two.http, id), 200)).not.toHaveProperty('outcomes');
    expect(await changes(one.http, id)).toEqual(['published']);
  });

  it('needs grading, handling, audience and attribution, and guesses none of them', async () => {
    for (const name of ['grading', 'tlp', 'audience', 'attribution', 'act', 'place', 'occurredPrecision']) {
      const { [name]: _left, ...rest } = reportInput();
      const answer = await source.http.post<Problem>('/v1/reports', rest);
      expect([name, answer.status, answer.body.errors?.[0]?.pointer]).toEqual([name, 400, `#/${name}`]);
    }
  });

  it('names every contradiction at once, of content, codes, handling and audience', async () => {
    expect(
      await pointers({
        kind: 'near_miss',
        act: 'no_such_act',
        classification: 'CONFIDENTIAL',
        classificationReason: 'Because.',
        tlp: 'RED',
        audience: { arrangements: ['NOWHERE'] },
        victims: [{ kind: 'national_staff', killed: 1 }],
        texts: [
          { language: 'en', headline: 'One', description: 'One' },
          { language: 'EN', headline: 'Two', description: 'Two' },
        ],
      }),
    ).toEqual([
      '#/act',
      '#/audience',
      '#/audience/arrangements/0',
      '#/classification',
      '#/texts/1/language',
      '#/victims',
    ]);
  });

  it('lets nothing say more of the place than its precision', async () => {
    const at = (precision: string, area: object) => ({
      place: { precision, country: 'SD', areas: [{ description: 'There', ...area }] },
    });
    const center = [15.5, 32.4];
    expect(await pointers(at('country', {}))).toEqual(['#/place/areas']);
    expect(await pointers(at('district', { center }))).toEqual(['#/place/areas/0/center']);
    expect(await pointers(at('approximate', { center }))).toEqual(['#/place/areas/0/radiusKm']);
    expect(await pointers(at('exact', { center, radiusKm: 5 }))).toEqual(['#/place/areas/0/radiusKm']);
    expect(await pointers(at('exact', { center: [95, 0] }))).toEqual(['#/place/areas/0/center']);
    await submitted(source.http, at('approximate', { center, radiusKm: 5 }));
  });

  it('is the same one for the same key, and refuses the key for something else', async () => {
    const options = { headers: { 'Idempotency-Key': randomUUID() } };
    const first = expectStatus(await source.http.post<Report>('/v1/reports', reportInput(), options), 201);
    const second = expectStatus(await source.http.post<Report>('/v1/reports', reportInput(), options), 201);
    expect(second.id).toBe(first.id);
    expectStatus(await source.http.post('/v1/reports', reportInput({ act: 'looting' }), options), 422);
    expect(await changes(source.http, first.id)).toEqual(['published']);
  });

  it('refuses narrowed clients, which could not find it again', async () => {
    const narrowed = await client(app, source.partner.id, {
      scopes: REPORTER_SCOPES,
      ceiling: { tlp: 'GREEN' },
    });
    const http = await app.as(narrowed);
    expectStatus(await http.post('/v1/reports', reportInput({ tlp: 'GREEN' })), 403);
    expectStatus(await http.post('/v1/reports/preview', reportInput({ tlp: 'GREEN' })), 403);
  });

  it('lets the source change it against the version it read, and tells who has it', async () => {
    const { id, version } = await submitted(source.http);
    const change = reportInput({ act: 'looting' });
    const options = { headers: { 'If-Match': `"${version}"` } };
    const updated = await source.http.post<Report>(`/v1/reports/${id}/updates`, change, options);
    expect(expectStatus(updated, 200)).toMatchObject({ act: 'looting', state: 'submitted', version: 2 });
    expectStatus(await source.http.post(`/v1/reports/${id}/updates`, change, options), 412);
    expectStatus(await desk.post(`/v1/reports/${id}/updates`, change), 403);
    expect(await changes(desk, id)).toEqual(['published', 'updated']);
  });

  it('takes it back from everybody, and leaves it with its source', async () => {
    const { id } = await submitted(source.http);
    expectStatus(await withdraw(source.http, id), 204);
    expectStatus(await read(desk, id), 404);
    expect(await changes(desk, id)).toEqual(['published', 'withdrawn']);
    expect(expectStatus(await read(source.http, id), 200)).toMatchObject({ state: 'withdrawn' });
    const query = { mine: 'true', state: 'withdrawn' };
    const mine = await source.http.get<{ items: Report[] }>('/v1/reports', { query });
    expect(expectStatus(mine, 200).items.map((one) => one.id)).toContain(id);
  });

  it('carries files for whoever has it, and for nobody once it is withdrawn', async () => {
    const sent = await source.http.post<{ id: string }>('/v1/attachments', 'A sketch in words.', {
      headers: { 'Content-Type': 'text/plain' },
      query: { name: 'sketch' },
    });
    const attachment = expectStatus(sent, 201).id;
    const { id } = await submitted(source.http, { attachments: [attachment] });
    const seen = expectStatus(await desk.get<{ attachments: object[] }>(`/v1/reports/${id}`), 200);
    expect(seen.attachments).toEqual([expect.objectContaining({ id: attachment })]);
    const path = `/v1/attachments/${attachment}`;
    expect(await desk.get(path)).toMatchObject({ status: 200, text: 'A sketch in words.' });
    expectStatus(await withdraw(source.http, id), 204);
    expectStatus(await desk.get(path), 404);
    expectStatus(await source.http.get(path), 200);
  });

  it('lists one’s own apart from those of others, page by page', async () => {
    const own = await reporter(app, { scopes: [...REPORTER_SCOPES, 'reports:triage'] });
    const ids = [];
    for (let n = 0; n < 3; n++) ids.unshift((await submitted(own.http)).id);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: Record<string, string> = { mine: 'true', limit: '2' };
      if (cursor !== '') query['cursor'] = cursor;
      const page: Page = expectStatus(await own.http.get<Page>('/v1/reports', { query }), 200);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(ids);
    const others = await own.http.get<{ items: Report[] }>('/v1/reports');
    expect(expectStatus(others, 200).items).toEqual([]);
    expectStatus(await source.http.get('/v1/reports'), 403);
    expectStatus(await desk.get('/v1/reports', { query: { mine: 'true' } }), 403);
  });

  it('counts what was given and what came back, for oneself alone', async () => {
    const own = await reporter(app);
    const { id } = await submitted(own.http);
    expectStatus(await conclude(desk, id), 200);
    const ledger = await own.http.get<{ items: object[] }>('/v1/reports/ledger');
    expect(expectStatus(ledger, 200).items).toEqual([
      expect.objectContaining({ reportsGiven: 1, outcomesReceived: 1, alertsReceived: 0 }),
    ]);
    const other = await reporter(app);
    expect(expectStatus(await other.http.get('/v1/reports/ledger'), 200)).toEqual({ items: [] });
  });
});
