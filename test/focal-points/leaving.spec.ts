import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { LivenessService } from '../../src/focal-points/liveness.service.js';
import { type MailServer, startMailServer } from '../delivery/mail-server.js';
import { mailSettings } from '../delivery/subscribing.js';
import { until } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { arrangement, type TestArrangement, type TestPartner } from '../support/factories.js';
import { expectStatus } from '../support/http.js';
import {
  askings,
  confirm,
  countryFocalPoint,
  directory,
  namer,
  nominate,
  passDays,
  person,
  registerOf,
} from './naming.js';

let app: TestApp;
let mails: MailServer;
let fellow: TestPartner;
let leaver: TestPartner;
let here: TestArrangement;
let address: string;

beforeAll(async () => {
  mails = await startMailServer();
  app = await startApp({ settings: mailSettings(mails) });
  fellow = await namer(app);
});
afterAll(async () => {
  await app.close();
  await mails.stop();
});
beforeEach(async () => {
  leaver = await namer(app);
  here = await arrangement(app, { members: [fellow, leaver] });
  const input = person();
  address = input.email;
  const headquarters = await nominate(leaver, input);
  await mails.to(address);
  await confirm(leaver, headquarters);
  await countryFocalPoint(leaver, here);
});

const rows = (sql: string): Promise<Record<string, unknown>[]> =>
  query(app.database.superuserUrl, sql, [leaver.partner.id]);
/** Of the leaver, whom its fellow members are told to call. */
async function shown(): Promise<number> {
  const found = (await directory(fellow, here)).find(({ partnerId }) => partnerId === leaver.partner.id);
  return found?.focalPoints.length ?? 0;
}
async function letTimePass(): Promise<void> {
  await passDays(app, leaver, 80);
  const liveness = app.nest.get(LivenessService, { strict: false });
  while (await liveness.moveOnAsSystem());
  await passDays(app, leaver, 12);
  while ((await liveness.moveOnAsSystem()) || (await liveness.restrictAsSystem()));
}

it('whoever withdraws leaves nothing of its persons behind, and is a member of nothing', async () => {
  expect(await shown()).toBe(2);
  expectStatus(
    await app.steward.post(`/v1/partners/${leaver.partner.id}/withdrawal`, { choice: 'deletion' }),
    200,
  );
  expect((await directory(fellow, here)).map(({ partnerId }) => partnerId)).not.toContain(leaver.partner.id);
  expect(
    await rows(`select from focal_point_contact c join focal_point f on f.id = c.focal_point_id
                where f.partner_id = $1`),
  ).toEqual([]);
  expect(await rows(`select distinct state from focal_point where partner_id = $1`)).toEqual([
    { state: 'ended' },
  ]);
  expect(await rows(`select distinct state from membership where partner_id = $1`)).toEqual([
    { state: 'ended' },
  ]);
  await letTimePass();
  expect(askings(mails, address)).toHaveLength(1);
});

it('whose time is over is neither shown nor written to, and found again when it comes back', async () => {
  await rows(`update partner set expires_at = now() where id = $1`);
  const status = async (): Promise<string> => {
    const { body } = await app.steward.get<{ status: string }>(`/v1/partners/${leaver.partner.id}`);
    return body.status;
  };
  await until(async () => (await status()) === 'expired');
  expect(await shown()).toBe(0);
  const before = mails.received.filter(({ to }) => to.includes(address)).length;
  await letTimePass();
  const notices = await rows(
    `select n.id from mail_notice n join focal_point f on f.id::text = n.params->>'id' where f.partner_id = $1`,
  );
  expect([notices, mails.received.filter(({ to }) => to.includes(address)).length]).toEqual([[], before]);
  const until_ = { until: '2099-01-01T00:00:00Z' };
  expectStatus(await app.steward.patch(`/v1/partners/${leaver.partner.id}`, until_), 200);
  expectStatus(await app.steward.post(`/v1/partners/${leaver.partner.id}/reinstatement`), 200);
  expect(await shown()).toBe(2);
  expect((await leaver.http.get(registerOf(leaver))).status).toBe(200);
});
