import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { AlertIndex1767225600012 } from '../../migrations/1767225600012-alert-index.js';
import { startApp, type TestApp } from '../support/app.js';
import { alert, partner, renditionInput, type TestPartner } from '../support/factories.js';
import { expectStatus } from '../support/http.js';
import { type Page } from './channels.js';

let app: TestApp;
let owner: pg.Client;
let who: TestPartner;

beforeAll(async () => {
  app = await startApp();
  owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
  who = await partner(app);
});
afterAll(async () => {
  await owner.end();
  await app.close();
});

it('an alert that was published before an upgrade is found afterwards by all that it says', async () => {
  const { classification: _, ...rendition } = renditionInput({
    texts: [{ language: 'ar', headline: '市场附近发生火灾', description: 'مدرسة الزهراء ١٢' }],
    areas: [
      { description: 'Here', geocodes: [{ name: 'ISO3166-2', value: 'SD-KH' }] } as { description: string },
    ],
  });
  await alert(who.http, { renditions: [rendition as ReturnType<typeof renditionInput>], urgency: 'past' });
  const migration = new AlertIndex1767225600012();
  const runner = {
    query: async (sql: string, values?: unknown[]): Promise<unknown> => (await owner.query(sql, values)).rows,
  };
  await owner.query('begin');
  await migration.down(runner as never);
  await migration.up(runner as never);
  await owner.query('commit');

  for (const query of [
    { text: '火' },
    { text: '"附近发生"' },
    { text: 'الزهرا 12' },
    { country: 'SD' },
    { geocode: 'iso3166-2:sd-kh' },
    { language: 'ar' },
    { urgency: 'past' },
    { originator: who.partner.code },
    { until: '2026-01-01T06:00:00Z' },
  ]) {
    const { items } = expectStatus(await who.http.get<Page>('/v1/alerts', { query: query as never }), 200);
    expect([query, items.length]).toEqual([query, 1]);
  }
  const forced = await owner.query(
    `select relforcerowsecurity from pg_class where relname = 'alert_rendition'`,
  );
  expect(forced.rows).toEqual([{ relforcerowsecurity: true }]);
});
