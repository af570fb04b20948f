import { ALL_SCOPES } from '../../src/access/scopes.js';
import { startApp, type TestApp } from '../support/app.js';
import { alert, arrangement, partner, type TestArrangement, type TestPartner } from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';
import {
  assign,
  changes,
  conclude,
  custodianClient,
  read,
  type Report,
  reportInput,
  reveal,
  submitted,
  withdraw,
  write,
} from '../reports/reporting.js';
import {
  type Findings,
  getRoutes,
  type Observer,
  occurrences,
  searchAnswers,
  searchDatabase,
  strangers,
  tokensOf,
} from './search.js';

/** Whatever a partner that keeps nothing in order can hold. */
const PARTNER_SCOPES = ALL_SCOPES.filter((scope) => !scope.endsWith(':manage'));
const MANAGES = 'partners arrangements reference';

/** Every route, table and function is asked, by every observer. */
const LONG = 300_000;

/** Acceptance test 15: with attribution withheld, nothing that another organisation can get at names the source. */
describe('source protection', () => {
  let app: TestApp;
  let source: TestPartner;
  let second: TestPartner;
  let triage: TestPartner;
  let desk: Http;
  let sdn: TestArrangement;
  let observers: Observer[];
  let routes: Awaited<ReturnType<typeof getRoutes>>;
  let tokens: string[];
  let log: string[] = [];
  let before: Findings;

  const asObserver = (name: string, { http, partner: { id } }: TestPartner): Observer => ({
    name,
    http,
    partnerId: id,
    manages: '',
  });

  const searchAll = async (seen: Observer[], ids: string[]): Promise<Findings> => {
    const all: Findings = {};
    for (const observer of seen) {
      Object.assign(all, await searchAnswers(observer, routes, ids, tokens));
      Object.assign(all, await searchDatabase(app, observer, ids, tokens));
    }
    return all;
  };

  /** The partners’ directory, memberships and the audit of admissions name the source as ever: no more, no less. */
  const expectAsBefore = async (seen: Observer[], ids: string[]): Promise<void> => {
    const after = await searchAll(seen, ids);
    const more = Object.entries(after).filter(([key, count]) => count !== (before[key] ?? 0));
    expect(more).toEqual([]);
  };

  beforeAll(async () => {
    app = await startApp({ log: (line) => void log.push(line) });
    const name = 'Lanternlight Relief of the Northern Delta';
    const make = (code?: string): Promise<TestPartner> =>
      partner(app, { scopes: PARTNER_SCOPES, ...(code && { code, name }) });
    source = await make('LANTERN-X7');
    second = await make();
    triage = await make();
    const member = await make();
    sdn = await arrangement(app, { members: [source, second, triage, member] });
    desk = await custodianClient(app, PARTNER_SCOPES);
    const me = expectStatus(await app.steward.get<{ partner: { id: string } }>('/v1/me'), 200);
    observers = [
      { name: 'steward', http: app.steward, partnerId: me.partner.id, manages: MANAGES },
      asObserver('second source', second),
      asObserver('triager', triage),
      asObserver('member', member),
    ];
    tokens = tokensOf(source, name);
    routes = await getRoutes();
    before = await searchAll(observers, strangers(1));
  }, LONG);
  afterAll(() => app.close());

  it('has routes, tables and words to search, and would find the source where it may be found', () => {
    expect(routes.length).toBeGreaterThan(15);
    expect(Object.keys(before).filter((key) => key.includes(' table ')).length).toBeGreaterThan(100);
    expect(before['steward /v1/partners']).toBeGreaterThan(0);
    expect(before['member /v1/arrangements/{id}/members']).toBe(0);
    expect(before['member table membership']).toBeGreaterThan(0);
    expect(occurrences(`x ${source.partner.id.toUpperCase()} y`, tokens)).toBe(1);
  });

  const audience = () => ({ tlp: 'GREEN', audience: { arrangements: [sdn.code], except: [] as string[] } });

  /** Every act of both sides; @returns the ids by which it can be asked about */
  const live = async (attribution: 'protected' | 'a_partner'): Promise<string[]> => {
    const key = { headers: { 'Idempotency-Key': `${source.partner.code}-${attribution}` } };
    const file = { headers: { 'Content-Type': 'text/plain' }, query: { name: 'sketch' } };
    const uploaded = await source.http.post<{ id: string }>('/v1/attachments', 'A sketch in words.', file);
    const attachments = [expectStatus(uploaded, 201).id];
    const stated = reportInput({
      attachments,
      ...audience(),
      attribution,
      audience: {
        ...audience().audience,
        partners: [source.partner.code, triage.partner.code],
        except: [source.partner.id],
      },
    });
    const { id } = expectStatus(await source.http.post<Report>('/v1/reports', stated, key), 201);
    expectStatus(await source.http.post('/v1/reports', stated, key), 201);
    const change = reportInput({ ...audience(), attribution, attachments, act: 'looting' });
    expectStatus(await source.http.post(`/v1/reports/${id}/updates`, change), 200);
    expectStatus(await assign(triage.http, id), 200);
    expectStatus(await write(triage.http, id, 'Where was it?'), 201);
    expectStatus(await write(source.http, id, 'By the bridge.'), 201);
    const other = await submitted(second.http, { ...audience(), attribution });
    expectStatus(await conclude(desk, other.id, { outcome: 'merged', mergedInto: id }), 200);
    // Its receipts name whoever got it: the source, as a member, is not among them.
    const { id: alertId } = await alert(triage.http, { audience: { partners: [second.partner.code] } });
    const { version } = expectStatus(await conclude(triage.http, id, { outcome: 'alert', alertId }), 200);
    expectStatus(await conclude(triage.http, id, { outcome: 'alert', alertId }, version), 200);
    return [id, other.id, alertId, ...attachments];
  };

  /** What somebody may try who wants to know. */
  const provoke = async (by: Http, id: string): Promise<string> => {
    const answers = [
      await by.post(`/v1/reports/${id}/updates`, reportInput()),
      await by.post(`/v1/reports/${id}/updates`, { attribution: 'named' }),
      await by.post(`/v1/reports/${id}/withdrawal`),
      await by.post(`/v1/reports/${id}/assignment`, undefined, { headers: { 'If-Match': '"99"' } }),
      await by.post(`/v1/reports/${id}/outcome`, {}),
      await by.post(`/v1/reports/${id}/source-reveal`, { reason: 'short' }),
      await by.post(`/v1/reports/${id}/messages`, {}),
      await by.post(`/v1/alerts/${id}/withdrawal`),
      await by.get('/v1/reports', { query: { cursor: 'x' } }),
    ];
    return JSON.stringify(answers.map(({ headers, text }) => [[...headers], text]));
  };

  describe('of a protected report', () => {
    let ids: string[];
    let id: string;

    it(
      'holds through its whole life, towards everybody and in the log',
      async () => {
        log = [];
        ids = await live('protected');
        id = ids[0] ?? '';
        expect(occurrences(log.join('\n'), tokens)).toBe(0);
        await expectAsBefore(observers, ids);
      },
      LONG,
    );

    it(
      'holds in every refusal and error',
      async () => {
        log = [];
        for (const { http } of observers) expect(occurrences(await provoke(http, id), tokens)).toBe(0);
        expect(occurrences(log.join('\n'), tokens)).toBe(0);
      },
      LONG,
    );

    it('yields to the custodian once, for a reason that is audited and told to the source', async () => {
      log = [];
      const reason = 'A convoy leaves within the hour.';
      const told = expectStatus(await reveal(app.steward, id, reason), 200);
      expect(told).toMatchObject({ id: source.partner.id, code: source.partner.code });
      expect(occurrences(log.join('\n'), tokens)).toBe(0);

      const query = { action: 'report.source_revealed', object: id };
      const ofExchange = await app.steward.get<{ items: object[] }>('/v1/audit', {
        query: { ...query, of: 'exchange' },
      });
      const entry = expect.objectContaining({
        partner: observers[0]?.partnerId,
        details: { reason },
      }) as object;
      expect(expectStatus(ofExchange, 200).items).toEqual([entry]);
      const ofSource = await source.http.get<{ items: object[] }>('/v1/audit', { query });
      expect(expectStatus(ofSource, 200).items).toEqual([entry]);
      expect(expectStatus(await read(source.http, id), 200).reveals).toEqual([
        expect.objectContaining({ reason }),
      ]);
      expect((await changes(source.http, id)).at(-1)).toBe('updated');
    });

    it(
      'holds again after that, while the source edits and withdraws',
      async () => {
        await expectAsBefore(observers, ids);
        const change = reportInput({ ...audience(), act: 'theft' });
        expectStatus(await source.http.post(`/v1/reports/${id}/updates`, change), 200);
        expectStatus(await withdraw(source.http, id), 204);
        await expectAsBefore(observers.slice(0, 2), ids);
      },
      LONG,
    );
  });

  it(
    'keeps a source that is "a partner" from everybody but the custodian',
    async () => {
      log = [];
      const ids = await live('a_partner');
      const [id = ''] = ids;
      expect(occurrences(log.join('\n'), tokens)).toBe(0);
      const others = observers.filter(({ name }) => name !== 'steward');
      await expectAsBefore(others, ids);
      for (const { http } of others) expect(occurrences(await provoke(http, id), tokens)).toBe(0);
      expect(expectStatus(await read(desk, id), 200).source?.code).toBe(source.partner.code);
      expect(expectStatus(await read(triage.http, id), 200).source).toBeUndefined();
    },
    LONG,
  );

  it('names a source that wants to be named', async () => {
    const { id } = await submitted(source.http, { ...audience(), attribution: 'protected' });
    const named = reportInput({ ...audience(), attribution: 'named' });
    expectStatus(await source.http.post(`/v1/reports/${id}/updates`, named), 200);
    for (const by of [desk, triage.http]) {
      expect(expectStatus(await read(by, id), 200).source?.code).toBe(source.partner.code);
    }
    const again = await source.http.post(`/v1/reports/${id}/updates`, reportInput(audience()));
    expectStatus(again, 400);
  });
});
