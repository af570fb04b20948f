import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { query } from '../support/database.js';
import { startApp, type TestApp } from '../support/app.js';
import { arrangement, partner, type TestArrangement, type TestPartner } from '../support/factories.js';
import { expectStatus } from '../support/http.js';

const ALERTS = 20_000;

let app: TestApp;
let readers: Record<string, TestPartner>;
let place: TestArrangement;

/** Written as superuser: 20,000 alerts, of which one reader has all and the other every twentieth. */
beforeAll(async () => {
  app = await startApp();
  const originator = await partner(app);
  readers = { 'of all there is': await partner(app), 'of little': await partner(app) };
  place = await arrangement(app, { members: Object.values(readers) });
  const [all, little] = Object.values(readers).map((one) => one.partner.id);
  await query(
    app.database.superuserUrl,
    `set session_replication_role = replica;
     create temporary table made as select n, gen_random_uuid() as id, gen_random_uuid() as text
       from generate_series(1, ${ALERTS}) n;
     insert into shareable (id, type, originator_id, state)
       select id, 'alert', '${originator.partner.id}', 'published' from made;
     insert into rendition (id, shareable_id, ordinal, tlp, classification, is_current, digest,
         audience_arrangements, audience_kinds, audience_partners, audience_except)
       select text, id, 0, 1, 0, true, 'x', '{${place.id}}', '{}', '{}', '{}' from made;
     insert into alert_rendition (rendition_id, alert_id, originator_id, identifier, sender, sent, sent_at, kind,
         status, severity, categories, content, search, state, urgency, certainty, begins_at, incident_types, languages,
         countries, geocodes, originator_code)
       select text, id, '${originator.partner.id}', 'i' || n, 's', 't', now(), 'advisory', 'actual', n % 5,
         '{security}', jsonb_build_object('texts', '[]'::jsonb, 'areas', '[]'::jsonb, 'handling',
           '{"tlp":"GREEN","classification":"UNCLASSIFIED"}'::jsonb, 'categories', '[]'::jsonb, 'references', '[]'::jsonb,
           'filler', repeat(md5(n::text), 20)),
         to_tsvector('simple', 'watch number ' || n), 'published', 'past', 'likely', now() - n * interval '1 hour',
         '{theft}', '{en}', array[case n % 7 when 0 then 'SD' else 'SS' end], array['p-code:' || n % 50], 'A'
       from made;
     insert into alert_shape (id, rendition_id, alert_id, shape)
       select gen_random_uuid(), text, id, polygon(box(point(n % 100, n % 50), point(n % 100 + 1, n % 50 + 1))) from made;
     insert into share_grant (reader_id, shareable_id, rendition_id, type, version, position, changed_at)
       select '${all}'::uuid, id, text, 'alert', 1, n, now() from made
       union all select '${little}'::uuid, id, text, 'alert', 1, n, now() from made where n % 20 = 0
       union all select other, id, text, 'alert', 1, n, now()
         from made, (select gen_random_uuid() as other from generate_series(1, 12) offset 0) others;
     set session_replication_role = origin;`,
  );
  await query(app.database.superuserUrl, 'vacuum analyze');
});
afterAll(() => app.close());

interface Statement {
  text: string;
  values: unknown[];
}

/** What PostgreSQL is asked for readers while `work` is done, and not what the background asks at the same time. */
async function statementsOf(work: () => Promise<unknown>): Promise<Statement[]> {
  const asked: Statement[] = [];
  const readersRole = new URL(app.database.serviceUrl).username;
  const { value: real } = Object.getOwnPropertyDescriptor(pg.Client.prototype, 'query') as {
    value: (...all: unknown[]) => unknown;
  };
  pg.Client.prototype.query = function (this: pg.Client, ...parameters: unknown[]) {
    const [first, second] = parameters as [string | Statement, unknown];
    const { text, values } = typeof first === 'string' ? { text: first, values: second } : first;
    if (this.user === readersRole) asked.push({ text, values: Array.isArray(values) ? values : [] });
    return real.apply(this, parameters);
  } as never;
  try {
    await work();
  } finally {
    pg.Client.prototype.query = real as never;
  }
  return asked;
}

/** The plans of what one request asked, as its own role and reader. */
async function plansOf(statements: Statement[]): Promise<string> {
  const client = new pg.Client({ connectionString: app.database.serviceUrl });
  await client.connect();
  try {
    const plans: string[] = [];
    for (const { text, values } of statements) {
      if (/^\s*(begin|commit)/.test(text)) await client.query(text, values);
      else if (/share_grant|alert_rendition|alert_shape/.test(text)) {
        const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
        plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
      }
    }
    return plans.join('\n\n');
  } finally {
    await client.end();
  }
}

const END_TO_END = /Seq Scan on (alert_rendition|alert_shape|share_grant|rendition|shareable)/;
const ABOUT_ALERTS = /share_grant|alert_rendition|change_head/;

const FILTERS: Record<string, string>[] = [
  {},
  { kind: 'advisory,flash' },
  { minSeverity: 'severe' },
  { urgency: 'past', certainty: 'likely' },
  { category: 'security' },
  { incidentType: 'theft' },
  { language: 'en' },
  { country: 'SD' },
  { geocode: 'P-code:7' },
  { originator: 'A' },
  { text: 'number' },
  { text: '"watch number" -77' },
  { bbox: '10,10,12,12' },
  { near: '10.5,10.5', radiusKm: '50' },
  { within: '10,10 10,12 12,12 10,10' },
  { from: '2026-01-01T00:00:00Z', until: '2030-01-01T00:00:00Z' },
  { since: '2026-01-01T00:00:00Z', before: '2099-01-01T00:00:00Z' },
  { country: 'SD', text: 'watch', bbox: '0,0,60,60', minSeverity: 'minor' },
];

describe.each(['of all there is', 'of little'])('for a reader %s', (which) => {
  const ask = (path: string, params: Record<string, string>) => async (): Promise<void> => {
    expectStatus(await (readers[which] as TestPartner).http.get(path, { query: params }), 200);
  };

  it.each(FILTERS.map((filter) => [filter]))('no table is read from end to end for %j', async (filter) => {
    const requests = [
      ask('/v1/alerts', { ...filter, limit: '5' }),
      ask('/v1/alerts', { ...filter, limit: '5', count: 'true' }),
      ask('/v1/alerts/facets', { ...filter, facets: 'kind,country,month' }),
      ask('/v1/alerts/trends', { ...filter, by: 'country', interval: 'year' }),
    ];
    for (const request of requests) {
      const plan = await plansOf(await statementsOf(request));
      expect(plan).toMatch(/share_grant/);
      expect(plan).not.toMatch(END_TO_END);
    }
  });

  it('no table is read from end to end for an arrangement and its facet', async () => {
    for (const request of [
      ask('/v1/alerts', { arrangement: place.code, count: 'true' }),
      ask('/v1/alerts/facets', { arrangement: place.code, facets: 'arrangement' }),
    ]) {
      const plan = await plansOf(await statementsOf(request));
      expect(plan).not.toMatch(END_TO_END);
    }
  });

  it.each(FILTERS.map((filter) => [filter]))(
    'a request asks as much for one as for a hundred: %j',
    async (filter) => {
      const numberOf = async (path: string, params: Record<string, string>): Promise<number> =>
        (await statementsOf(ask(path, { ...filter, ...params }))).filter(({ text }) =>
          ABOUT_ALERTS.test(text),
        ).length;
      // What renditions say is kept once it was read.
      await numberOf('/v1/alerts', { limit: '100' });
      expect(await numberOf('/v1/alerts', { limit: '1' })).toBe(2);
      expect(await numberOf('/v1/alerts', { limit: '100' })).toBe(2);
      expect(await numberOf('/v1/alerts', { limit: '100', count: 'true' })).toBe(3);
      expect(await numberOf('/v1/alerts/facets', { facets: 'kind' })).toBe(1);
      expect(await numberOf('/v1/alerts/facets', { facets: 'kind,country,month,arrangement' })).toBe(1);
      expect(await numberOf('/v1/alerts/trends', { by: 'country', interval: 'year' })).toBe(1);
    },
  );
});
