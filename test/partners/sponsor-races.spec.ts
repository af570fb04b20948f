import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { Gate } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import { arrangement, leave, partner, type TestArrangement, type TestPartner } from '../support/factories.js';
import { type Answer, expectStatus, type Problem } from '../support/http.js';
import { registered, SPONSORING, stand, subPartner } from './sponsoring.js';

let app: TestApp;
let superuser: pg.Client;
let sponsor: TestPartner;
let local: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  app = await startApp();
  superuser = new pg.Client({ connectionString: app.database.superuserUrl });
  await superuser.connect();
});
afterAll(async () => {
  await superuser.end();
  await app.close();
});
beforeEach(async () => {
  sponsor = await partner(app, { scopes: SPONSORING });
  here = await arrangement(app, { members: [sponsor] });
  local = await subPartner(app, sponsor);
});

it('a sponsor that leaves while its sub-partner is being added is a conflict, and nobody is added', async () => {
  const gate = await Gate.closed(superuser, 'membership', 'before', `new.partner_id = '${local.partner.id}'`);
  const path = `/v1/arrangements/${here.id}/members`;
  const added = sponsor.http.post<Problem>(path, { partnerId: local.partner.id });
  await gate.reached();
  await leave(app, here, sponsor);
  await gate.remove();
  expect((await added).status).toBe(409);
  const { items } = expectStatus(await app.steward.get<{ items: unknown[] }>(path), 200);
  expect(items).toEqual([]);
});

it.each<[string, () => Promise<Answer<unknown>>]>([
  ['is suspended', () => stand(sponsor.partner.id, 'suspension', app.steward)],
  [
    'is lowered',
    () => app.steward.patch(`/v1/partners/${sponsor.partner.id}`, { ceiling: { tlp: 'CLEAR' } }),
  ],
])('a sponsor that %s while somebody is being registered under it is a conflict', async (_, change) => {
  const gate = await Gate.closed(
    superuser,
    'partner',
    'before',
    `new.sponsor_id = '${sponsor.partner.id}' and new.id <> '${local.partner.id}'`,
  );
  const made = registered(sponsor.http, sponsor.partner.id);
  await gate.reached();
  expectStatus(await change(), 200);
  await gate.remove();
  expect((await made).status).toBe(409);
});
