import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource, type MigrationInterface } from 'typeorm';
import { migrate } from '../../src/core/migrate.js';
import { startApp, type TestApp } from '../support/app.js';
import { query, testDatabase, type TestDatabase } from '../support/database.js';
import { alert, alertInput, arrangement, client, partner, type TestPartner } from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';
import { everyChannel, EVERYWHERE, type Page, type View } from './channels.js';

const DRILLS = ['exercise', 'test', 'system'] as const;

let app: TestApp;
let originator: TestPartner;
let reader: TestPartner;
let place: { code: string };
let readers: Record<string, Http>;

beforeAll(async () => {
  app = await startApp();
  originator = await partner(app, { kind: 'un_entity' });
  reader = await partner(app);
  place = await arrangement(app, { members: [originator, reader] });
  readers = {
    reader: reader.http,
    narrowed: await app.as(await client(app, reader.partner.id, { ceiling: { tlp: 'GREEN' } })),
    originator: originator.http,
  };
});
afterAll(() => app.close());

const input = (more: object = {}) => alertInput({ audience: { arrangements: [place.code] }, ...more });

/** All that a reader sees where it asks for no drill. */
async function byDefault(http: Http): Promise<Record<string, [number, string | null, string]>> {
  const seen: Record<string, [number, string | null, string]> = {};
  for (const path of [
    '/v1/alerts',
    '/v1/alerts?count=true&limit=1',
    '/v1/alerts?text=clashes',
    '/v1/alerts?minSeverity=unknown',
    `/v1/alerts?arrangement=${place.code}`,
    '/v1/alerts/facets',
    '/v1/alerts/trends?from=2026-01&to=2026-12',
    '/v1/alerts/unacknowledged',
    '/v1/feeds/alerts.atom',
    '/v1/changes',
  ]) {
    const { status, headers, text } = await http.get(path);
    seen[path] = [status, headers.get('etag'), text];
  }
  return seen;
}
const drillsOf = async (http: Http) =>
  (await http.get<Log>('/v1/changes', { query: { drill: 'true', limit: 200 } })).body.items;
interface Log {
  items: { position: number; change: string; object: { id: string; version: number } }[];
}

describe('what is not meant for action', () => {
  it.each(DRILLS)(
    'is on no channel that was not asked for it, by content, count or number: %s',
    async (status) => {
      await alert(originator.http, input());
      const before: Record<string, unknown> = {};
      for (const [name, http] of Object.entries(readers)) before[name] = await byDefault(http);
      const { id } = await alert(originator.http, input({ status, acknowledgement: 'none' }));
      const again = input({ status, severity: 'minor' });
      expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, again), 200);
      for (const [name, http] of Object.entries(readers)) {
        expect([name, await byDefault(http)]).toEqual([name, before[name]]);
      }
      expectStatus(await originator.http.post(`/v1/alerts/${id}/withdrawal`), 204);
      for (const [name, http] of Object.entries(readers)) {
        expect([name, await byDefault(http)]).toEqual([name, before[name]]);
      }
    },
  );

  it('is exactly what is shown to whoever asks for it, with numbers of its own', async () => {
    const ids = Object.fromEntries(
      await Promise.all(
        DRILLS.map(async (status) => [status, (await alert(originator.http, input({ status }))).id] as const),
      ),
    );
    const actual = await alert(originator.http, input());
    for (const http of Object.values(readers)) {
      for (const status of DRILLS) {
        const id = ids[status] ?? '';
        const channels = Object.entries(await everyChannel(http, id, status));
        const found = channels.filter(
          ([name, one]) => one.status === 200 && (name === 'cap' || one.text.includes(id)),
        );
        expect(found.map(([name]) => name)).toEqual([...EVERYWHERE, 'bundles']);
        const { items, count } = (
          await http.get<Page>('/v1/alerts', { query: { status, count: 'true', limit: 200 } })
        ).body;
        expect([items.map((one) => one.id), count]).toEqual([[id], 1]);
      }
      const drills = await drillsOf(http);
      expect(drills.map(({ position }) => position)).toEqual(drills.map((_, index) => index + 1));
      expect(drills.map(({ object }) => object.id)).not.toContain(actual.id);
      const { items } = (await http.get<Log>('/v1/changes', { query: { limit: 200 } })).body;
      expect(items.map(({ position }) => position)).toEqual(items.map((_, index) => index + 1));
      for (const id of Object.values(ids)) expect(items.map(({ object }) => object.id)).not.toContain(id);
    }
  });

  it('moves the ETag of its own lists', async () => {
    const path = '/v1/alerts?status=exercise';
    const before = (await reader.http.get(path)).headers.get('etag') ?? '';
    await alert(originator.http, input());
    expect((await reader.http.get(path, { headers: { 'If-None-Match': before } })).status).toBe(304);
    await alert(originator.http, input({ status: 'exercise' }));
    expect((await reader.http.get(path, { headers: { 'If-None-Match': before } })).status).toBe(200);
  });

  it('does not lend its cursor to the other log', async () => {
    const { nextCursor } = (
      await reader.http.get<{ nextCursor: string }>('/v1/changes', { query: { drill: 'true' } })
    ).body;
    expect((await reader.http.get('/v1/changes', { query: { after: nextCursor } })).status).toBe(400);
  });
});

describe('an exercise and what is actual', () => {
  it('never become each other', async () => {
    for (const [from, to] of [
      ['exercise', 'actual'],
      ['test', 'actual'],
      ['actual', 'exercise'],
    ]) {
      const { id } = await alert(originator.http, input({ status: from }));
      const updated = await originator.http.post(`/v1/alerts/${id}/updates`, input({ status: to }));
      expect([updated.status, updated.text]).toEqual([409, expect.stringContaining('#/status')]);
      const draft = await alert(originator.http, input({ status: from, state: 'draft' }));
      expect((await originator.http.put(`/v1/alerts/${draft.id}`, input({ status: to }))).status).toBe(409);
      expect((await reader.http.get<{ status: string }>(`/v1/alerts/${id}`)).body.status).toBe(from);
    }
  });

  it('may be of another kind of drill', async () => {
    const { id } = await alert(originator.http, input({ status: 'exercise' }));
    expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, input({ status: 'test' })), 200);
  });

  const cap = (identifier: string, status: string, references = '') =>
    `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>${identifier}</identifier>
<sender>watch@un.example</sender><sent>2026-01-01T00:00:00-00:00</sent><status>${status}</status>
<msgType>${references ? 'Update' : 'Alert'}</msgType><scope>Restricted</scope><restriction>x</restriction>${
      references && `<references>watch@un.example,${references},2026-01-01T00:00:00-00:00</references>`
    }<info><language>en</language><category>Security</category><event>Clashes</event><urgency>Immediate</urgency>
<severity>Severe</severity><certainty>Observed</certainty><headline>CAP</headline></info></alert>`;

  it.each([
    ['Exercise', 'Actual'],
    ['Actual', 'Exercise'],
  ])('never become each other by a CAP Update: %s to %s', async (from, to) => {
    const post = async (body: string) =>
      originator.http.send<View & { status: string }>('POST', '/v1/alerts', body, {
        headers: { 'Content-Type': 'application/cap+xml' },
        query: { tlp: 'GREEN', classification: 'UNCLASSIFIED', arrangements: place.code },
      });
    const identifier = randomUUID();
    const first = expectStatus(await post(cap(identifier, from)), 201);
    const second = expectStatus(await post(cap(randomUUID(), to, identifier)), 201);
    expect(second.id).not.toBe(first.id);
    const now = (await reader.http.get<View & { status: string }>(`/v1/alerts/${first.id}`)).body;
    expect([now.status, now.version, now.identifier]).toEqual([from.toLowerCase(), 1, identifier]);
  });
});

describe('drills of before they had a log of their own', () => {
  const LAST_BEFORE = '1767225600007';
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase({ migrated: false });
  });
  afterAll(() => database.drop());

  it('leave the log of what is actual and begin their own', async () => {
    const files = readdirSync('migrations').filter(
      (name) => name.endsWith('.ts') && name.slice(0, 13) <= LAST_BEFORE,
    );
    const source = await new DataSource({
      type: 'postgres',
      url: database.ownerUrl,
      migrations: await Promise.all(files.sort().map(migrationIn)),
      migrationsTableName: 'schema_migration',
    }).initialize();
    await source.runMigrations({ transaction: 'each' }).finally(() => source.destroy());

    const [by, to] = [randomUUID(), randomUUID()];
    const alerts = ['actual', 'exercise', 'actual', 'test'].map((status) => ({
      status,
      id: randomUUID(),
      text: randomUUID(),
    }));
    const statements = [
      ...[by, to].flatMap((id, index) => [
        `insert into partner (id, code, name, kind, status, ceiling_tlp, ceiling_classification)
           values ('${id}', 'P${index}', 'P', 'ingo', 'active', 4, 2)`,
        `insert into reader (id, partner_id, ceiling_tlp, ceiling_classification) values ('${id}', '${id}', 4, 2)`,
        `insert into change_head values ('${id}', 4)`,
      ]),
      ...alerts.flatMap(({ status, id, text }, index) => [
        `insert into shareable (id, type, originator_id, state) values ('${id}', 'alert', '${by}', 'published')`,
        `insert into rendition (id, shareable_id, ordinal, tlp, classification, is_current, digest,
             audience_arrangements, audience_kinds, audience_partners, audience_except)
           values ('${text}', '${id}', 0, 1, 0, true, 'x', '{}', '{}', '{${to}}', '{}')`,
        `insert into alert_rendition (rendition_id, alert_id, originator_id, identifier, sender, sent, sent_at, kind,
             status, severity, categories, expires_at, content, search)
           values ('${text}', '${id}', '${by}', '${id}', 's', '2026-01-01T00:00:00-00:00', now(), 'advisory',
             '${status}', 1, '{security}', '2099-06-01', '${JSON.stringify(content(status))}', '')`,
        ...[by, to].flatMap((reader) => [
          `insert into share_grant values ('${reader}', '${id}', '${text}', 'alert', 1, ${index + 1}, now())`,
          `insert into change_entry values
             ('${reader}', ${index + 1}, 'published', 'alert', '${id}', 1, '${text}', now())`,
        ]),
      ]),
    ];
    await query(database.superuserUrl, statements.join(';'));
    await migrate(database.ownerUrl);

    const logs = await query(
      database.superuserUrl,
      `select is_drill, position::int, change, alarm, version,
         array_position($2::uuid[], shareable_id) - 1 as alert from change_entry
       where reader_id = $1 order by is_drill, position`,
      [to, alerts.map(({ id }) => id)],
    );
    const entry = (
      is_drill: boolean,
      position: number,
      change: string,
      alarm: boolean,
      version: number,
      index: number,
    ) => ({
      is_drill,
      position,
      change,
      alarm,
      version,
      alert: index,
    });
    expect(logs).toEqual([
      ...[0, 1, 2, 3].map((index) => entry(false, index + 1, 'published', true, 1, index)),
      entry(false, 5, 'withdrawn', true, 2, 1),
      entry(false, 6, 'withdrawn', true, 2, 3),
      entry(true, 1, 'published', false, 3, 1),
      entry(true, 2, 'published', false, 3, 3),
    ]);
    expect(
      await query(
        database.superuserUrl,
        'select is_drill, position::int from change_head where reader_id = $1 order by is_drill',
        [to],
      ),
    ).toEqual([
      { is_drill: false, position: 6 },
      { is_drill: true, position: 2 },
    ]);
    expect(
      await query(
        database.superuserUrl,
        `select array_position($2::uuid[], shareable_id) - 1 as alert, is_drill, position::int, version
         from share_grant where reader_id = $1 order by 1`,
        [to, alerts.map(({ id }) => id)],
      ),
    ).toEqual([
      { alert: 0, is_drill: false, position: 1, version: 1 },
      { alert: 1, is_drill: true, position: 1, version: 3 },
      { alert: 2, is_drill: false, position: 3, version: 1 },
      { alert: 3, is_drill: true, position: 2, version: 3 },
    ]);
    const kept = await query<{ is_drill: boolean; year: number }>(
      database.superuserUrl,
      `select is_drill, extract(year from expires_at)::int as year from shareable
       order by array_position($1::uuid[], id)`,
      [alerts.map(({ id }) => id)],
    );
    expect(kept).toEqual([false, true, false, true].map((is_drill) => ({ is_drill, year: 2099 })));
  });
});

const content = (status: string) => ({
  identifier: 'any',
  sender: 's',
  sent: '2026-01-01T00:00:00-00:00',
  expiresAt: '2099-06-01T00:00:00.000Z',
  kind: 'advisory',
  status,
  state: 'published',
  event: 'Clashes',
  categories: ['security'],
  urgency: 'unknown',
  severity: 'minor',
  certainty: 'unknown',
  responses: [],
  attribution: 'named',
  messageType: 'alert',
  references: [],
  handling: { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
  texts: [{ language: 'en', headline: 'Clashes' }],
  areas: [],
});

async function migrationIn(file: string): Promise<new () => MigrationInterface> {
  const path = join('..', '..', 'migrations', file.replace(/ts$/, 'js'));
  const module = (await import(path)) as Record<string, new () => MigrationInterface>;
  const [migration] = Object.values(module);
  if (migration === undefined) throw new Error(`${file} must export a migration`);
  return migration;
}
