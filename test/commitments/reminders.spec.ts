import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../alerts/channels.js';
import { type MailServer, startMailServer } from '../delivery/mail-server.js';
import { mailSettings, newAddress } from '../delivery/subscribing.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { type TestPartner } from '../support/factories.js';
import { accept, committing, endsIn, lapsesIn, statusOf } from './committing.js';

let mails: MailServer;
let app: TestApp;
let second: TestApp;

beforeAll(async () => {
  mails = await startMailServer();
  app = await startApp({ settings: mailSettings(mails) });
  second = await startApp({ settings: mailSettings(mails), database: app.database });
});
afterAll(async () => {
  await second.close();
  await app.close();
  await mails.stop();
});

const stages = async (of: TestPartner): Promise<[string, boolean][]> =>
  (await statusOf(of)).reminders.map(({ stage, mailed }): [string, boolean] => [stage, mailed]);
const reaches = (of: TestPartner, count: number): Promise<void> =>
  eventually(async () => (await stages(of)).length >= count);
/** Longer than the clocks of both processes sleep. */
const rounds = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 6000));
const signed = async (more: Record<string, unknown> = {}): Promise<{ partner: TestPartner; to: string }> => {
  const to = newAddress();
  const partner = await committing(app, { name: 'River Aid' });
  await accept(partner, { reminderAddress: to, ...more });
  return { partner, to };
};

describe('a reminder', () => {
  it('is mailed once at each of its dates, though several processes look after them', async () => {
    const { partner, to } = await signed();
    expect(await stages(partner)).toEqual([]);
    for (const [days, count] of [
      ['29 days', 1],
      ['6 days', 2],
      ['-1 second', 3],
    ] as const) {
      await endsIn(app, partner, days);
      // The dates were moved for the test: what was said of the earlier ones was said of this one.
      await query(
        app.database.superuserUrl,
        `update commitment_reminder r set due_at = p.renew_by from partner p
         where p.id = r.partner_id and p.id = $1 and r.due_at > p.renew_by`,
        [partner.partner.id],
      );
      await reaches(partner, count);
    }
    await lapsesIn(app, partner, '-1 second');
    await query(
      app.database.superuserUrl,
      `update commitment_reminder r set due_at = p.renew_by from partner p where p.id = r.partner_id and p.id = $1`,
      [partner.partner.id],
    );
    await reaches(partner, 4);
    await rounds();
    expect(await stages(partner)).toEqual([
      ['lapsed', true],
      ['due', true],
      ['in_7_days', true],
      ['in_30_days', true],
    ]);
    const received = await mails.to(to, 4);
    expect(received.map(({ mail }) => mail.subject)).toEqual([
      ...[1, 2, 3].map(() => 'SLT Exchange: please accept the commitments again'),
      'SLT Exchange: your organisation may only read now',
    ]);
    expect(received[0]?.mail.text).toContain('River Aid');
    const audit = await partner.http.get<{ items: unknown[] }>('/v1/audit', {
      query: { action: 'commitments.lapsed' },
    });
    expect(audit.body.items.length).toBe(1);
  });

  it('says only the latest of what was missed while nothing ran', async () => {
    const { partner, to } = await signed({ reminderLanguage: 'fr' });
    await endsIn(app, partner, '5 days');
    await reaches(partner, 1);
    await rounds();
    expect(await stages(partner)).toEqual([['in_7_days', true]]);
    expect((await mails.to(to)).map(({ mail }) => mail.subject)).toEqual([
      'SLT Exchange : veuillez accepter de nouveau les engagements',
    ]);
  });

  it('is found in the status where nobody named an address', async () => {
    const partner = await committing(app);
    await accept(partner);
    await endsIn(app, partner, '20 days');
    await reaches(partner, 1);
    expect(await stages(partner)).toEqual([['in_30_days', false]]);
    expect((await statusOf(partner)).state).toBe('renewal_due');
  });

  it('begins again for the next date', async () => {
    const { partner, to } = await signed();
    await endsIn(app, partner, '20 days');
    await reaches(partner, 1);
    await accept(partner, { reminderAddress: to });
    await endsIn(app, partner, '10 days');
    await reaches(partner, 2);
    await mails.to(to, 2);
  });
});

describe('without a mail server', () => {
  it('is found in the status, and is not mailed later', async () => {
    const bare = await startApp();
    try {
      const partner = await committing(bare);
      await accept(partner, { reminderAddress: newAddress() });
      await endsIn(bare, partner, '1 day');
      await eventually(async () => (await stages(partner)).length === 1);
      expect(await stages(partner)).toEqual([['in_7_days', false]]);
      expect(await query(bare.database.superuserUrl, 'select from mail_notice')).toEqual([]);
    } finally {
      await bare.close();
    }
  });
});
