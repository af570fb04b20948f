import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type MailServer, type Received, startMailServer } from '../delivery/mail-server.js';
import { mailSettings } from '../delivery/subscribing.js';
import { ReviewRemindersService } from '../../src/focal-points/review-reminders.service.js';
import { SPONSORING, subPartner } from '../partners/sponsoring.js';
import { until } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { client, type TestPartner } from '../support/factories.js';
import { expectStatus } from '../support/http.js';
import { dutyLine, namer, NAMING_SCOPES, nominate, person } from './naming.js';

let app: TestApp;
let twin: TestApp;
let mails: MailServer;
beforeAll(async () => {
  mails = await startMailServer();
  app = await startApp({ settings: mailSettings(mails) });
  twin = await startApp({ settings: mailSettings(mails), database: app.database });
});
afterAll(async () => {
  await twin.close();
  await app.close();
  await mails.stop();
});

const dueIn = (clientId: string, interval: string): Promise<unknown> =>
  query(app.database.superuserUrl, `update client set attest_by = now() + $2::interval where id = $1`, [
    clientId,
    interval,
  ]);
const about = (clientId: string): Received[] =>
  mails.received.filter(({ mail }) => (mail.text ?? '').includes(clientId));
const said = (clientId: string, count: number): Promise<Received[]> =>
  until(() => Promise.resolve(about(clientId).length >= count && about(clientId)));
/** Both processes, at once and more than once. */
const remindAll = (): Promise<unknown> =>
  Promise.all(
    [app, twin, app, twin].map(({ nest }) =>
      nest.get(ReviewRemindersService, { strict: false }).remindAsSystem(),
    ),
  );

describe('a client for which somebody must speak', () => {
  let owner: TestPartner;
  let admin: string;
  beforeAll(async () => {
    owner = await namer(app, { scopes: [...new Set([...NAMING_SCOPES, ...SPONSORING])] });
    const input = person({ role: 'administrator', languages: ['fr'] });
    await nominate(owner, input);
    admin = input.email;
    await nominate(owner, dutyLine());
    await nominate(owner, person({ role: 'finance' }));
  });

  it('is told of 30 and 7 days before, once each, to those who administer its partner', async () => {
    const { clientId } = owner.client;
    await dueIn(clientId, '31 days');
    await remindAll();
    expect(about(clientId)).toEqual([]);
    await dueIn(clientId, '29 days');
    const [first] = await said(clientId, 1);
    expect([first?.to, first?.mail.subject]).toEqual([
      [admin],
      expect.stringContaining('restent nécessaires'),
    ]);
    await remindAll();
    // As when the days have gone by.
    await query(
      app.database.superuserUrl,
      `update client set attest_by = now() + interval '6 days', attest_told_for = now() + interval '6 days'
       where id = $1`,
      [clientId],
    );
    await said(clientId, 2);
    await remindAll();
    await dueIn(clientId, '-1 second');
    await remindAll();
    const witness = await client(app, owner.partner.id);
    await dueIn(witness.clientId, '3 days');
    await said(witness.clientId, 1);
    expect(about(clientId)).toHaveLength(2);
    const audit = await owner.http.get<{ items: { details: object }[] }>('/v1/audit', {
      query: { action: 'client.attestation_due' },
    });
    expect(expectStatus(audit, 200).items).toHaveLength(3);
  });

  it('of a sub-partner is told of to its sponsor, and what was revoked or ends before to nobody', async () => {
    const local = await subPartner(app, { ...owner, http: app.steward });
    const revoked = await client(app, owner.partner.id);
    expectStatus(
      await app.steward.delete(`/v1/partners/${owner.partner.id}/clients/${revoked.clientId}`),
      204,
    );
    const ending = await client(app, owner.partner.id, {
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    });
    for (const one of [revoked, ending]) await dueIn(one.clientId, '6 days');
    await dueIn(local.client.clientId, '6 days');
    const [mail] = await said(local.client.clientId, 1);
    expect(mail?.to).toEqual([admin]);
    await remindAll();
    expect([...about(revoked.clientId), ...about(ending.clientId)]).toEqual([]);
  });

  it('is told of also while its partner is suspended, or it would come back with keys that only read', async () => {
    const resting = await namer(app);
    const input = person({ role: 'administrator' });
    await nominate(resting, input);
    expectStatus(await app.steward.post(`/v1/partners/${resting.partner.id}/suspension`), 200);
    await dueIn(resting.client.clientId, '6 days');
    const [mail] = await said(resting.client.clientId, 1);
    expect(mail?.to).toEqual([input.email]);
  });

  it('reads of itself until when', async () => {
    const whole = await client(app, owner.partner.id, { scopes: ['partners:read'] });
    const http = await app.as(whole);
    const me = expectStatus(await http.get<{ attestBy: string }>('/v1/me'), 200);
    const { items } = expectStatus(
      await http.get<{ items: { clientId: string; attestBy: string }[] }>(
        `/v1/partners/${owner.partner.id}/clients`,
      ),
      200,
    );
    expect(items.find((one) => one.clientId === whole.clientId)?.attestBy).toBe(me.attestBy);
  });
});
