import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { arrangement, partner, type TestArrangement, type TestPartner } from '../support/factories.js';
import { type Answer, expectStatus, type Http, type Problem } from '../support/http.js';
import { read, type Report, reportInput, reporter, submitted, TRIAGE_SCOPES } from './reporting.js';

let app: TestApp;
let member: TestPartner;
let stranger: TestPartner;
let reader: TestPartner;
let here: TestArrangement;

const LINES = [
  {
    code: 'abductions',
    title: 'Abductions',
    incidentTypes: ['kidnapping'],
    lowestTlp: 'AMBER',
    effect: 'block',
    reason: 'Talks go on.',
  },
  {
    code: 'thefts',
    title: 'Thefts',
    incidentTypes: ['theft'],
    lowestTlp: 'AMBER',
    effect: 'warn',
    reason: 'Convoys.',
  },
];

beforeAll(async () => {
  app = await startApp();
  [member, stranger] = [await reporter(app), await reporter(app)];
  reader = await partner(app, { scopes: TRIAGE_SCOPES });
  here = await arrangement(app, { countries: ['SD'], members: [member, reader] });
  const path = `/v1/arrangements/${here.id}/sensitivity`;
  expectStatus(await app.steward.put(path, { protocol: 'ISP 2026', lines: LINES }), 200);
});
afterAll(() => app.close());

const stated = (act: string, more: Record<string, unknown> = {}) =>
  reportInput({
    act,
    attribution: 'named',
    tlp: 'GREEN',
    audience: { arrangements: [here.code] },
    ...more,
  });
const submit = (by: Http, body: Record<string, unknown>): Promise<Answer<Report & Problem>> =>
  by.post<Report & Problem>('/v1/reports', body);

it('a report that a line blocks is refused at so low a handling, and taken at the one that it asks for', async () => {
  const refused = await submit(member.http, stated('kidnapping'));
  expect([refused.status, refused.body.errors]).toEqual([
    422,
    [
      {
        pointer: '#/tlp',
        detail: `${here.code}/abductions asks for AMBER at least. Talks go on.`,
      },
    ],
  ]);
  const taken = await submit(member.http, stated('kidnapping', { tlp: 'AMBER' }));
  expect([taken.status, (await read(reader.http, taken.body.id)).status]).toEqual([201, 200]);
  const path = `/v1/reports/${taken.body.id}/updates`;
  const lowered = await member.http.post<Problem>(path, stated('kidnapping'));
  expect([lowered.status, lowered.body.errors?.[0]?.pointer]).toEqual([422, '#/tlp']);
  expect((await read(reader.http, taken.body.id)).body).toMatchObject({ handling: { tlp: 'AMBER' } });
});

it('so is what a member reports of its countries to anybody, and what others say there to others is not', async () => {
  const elsewhere = { audience: { partners: [reader.partner.code] } };
  expect((await submit(member.http, stated('kidnapping', elsewhere))).status).toBe(422);
  expect((await submit(stranger.http, stated('kidnapping', elsewhere))).status).toBe(201);
  const kenya = { ...elsewhere, place: { precision: 'country', country: 'KE' } };
  expect((await submit(member.http, stated('kidnapping', kenya))).status).toBe(201);
  // Whoever may not read the matrix learns how to mark it, and not why.
  const addressed = await submit(stranger.http, stated('kidnapping'));
  expect([addressed.status, addressed.body.errors?.[0]?.detail]).toEqual([
    422,
    `${here.code}/abductions asks for AMBER at least.`,
  ]);
});

it('a line that warns holds up no report, and is among its warnings; the preview tells both before', async () => {
  const warned = await submitted(member.http, stated('theft'));
  expect(warned.warnings).toContainEqual({
    code: 'protocol_warns',
    detail: `${here.code}/thefts asks for AMBER at least. Convoys.`,
  });
  expect((await submitted(member.http, stated('theft', { tlp: 'AMBER' }))).warnings).toEqual([]);
  const preview = await member.http.post<{ warnings: { code: string }[] }>(
    '/v1/reports/preview',
    stated('kidnapping'),
  );
  expect([preview.status, preview.body.warnings.map(({ code }) => code)]).toEqual([200, ['protocol_blocks']]);
});
