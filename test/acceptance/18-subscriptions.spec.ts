import { type MailServer, type Received, startMailServer } from '../delivery/mail-server.js';
import {
  forget,
  mailSettings,
  makeDue,
  newAddress,
  settled,
  subscribed,
  subscriber,
} from '../delivery/subscribing.js';
import { startApp, type TestApp } from '../support/app.js';
import { alert, alertInput, partner, type TestPartner } from '../support/factories.js';
import { expectStatus } from '../support/http.js';
import { query } from '../support/database.js';

const UPDATES = 100;

describe('18: subscriptions and digests', () => {
  let app: TestApp;
  let mails: MailServer;
  let originator: TestPartner;
  let reader: TestPartner;

  beforeAll(async () => {
    mails = await startMailServer();
    app = await startApp({ settings: mailSettings(mails) });
    originator = await partner(app);
    reader = await subscriber(app);
  });
  afterAll(async () => {
    await app.close();
    await mails.stop();
  });

  const tell = (overrides: Parameters<typeof alert>[1] = {}): Promise<{ id: string }> =>
    alert(originator.http, { audience: { partners: [reader.partner.code] }, ...overrides });
  const subjectsTo = (address: string): string[] =>
    mails.received.filter(({ to }) => to.includes(address)).map(({ mail }) => mail.subject ?? '');
  /** Of the recipient, a local time that many hours from now. */
  const hoursFromNow = (hours: number): string =>
    new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);

  it('adds up the dimensions of a filter, and takes the values of one for alternatives', async () => {
    const filters = {
      all: undefined,
      either: { categories: ['health', 'fire'] },
      both: { categories: ['health', 'fire'], minSeverity: 'moderate' },
      three: { categories: ['fire'], minSeverity: 'moderate', kinds: ['incident', 'flash'] },
    };
    const addresses = Object.fromEntries(Object.keys(filters).map((name) => [name, newAddress()]));
    for (const [name, filter] of Object.entries(filters)) {
      const recipient = { address: addresses[name] as string };
      await subscribed(app, mails, reader.http, [recipient], filter && { filter });
    }
    const events = [
      { event: 'Fire, minor', categories: ['fire'], severity: 'minor', kind: 'advisory' },
      { event: 'Fire, moderate', categories: ['fire'], severity: 'moderate', kind: 'incident' },
      { event: 'Health, moderate', categories: ['health'], severity: 'moderate', kind: 'advisory' },
      { event: 'Met, severe', categories: ['met'], severity: 'severe', kind: 'incident' },
    ];
    for (const one of events) await tell({ ...one, renditions: [headed(one.event, reader)] });
    await settled(app);
    const told = (name: string): string[] =>
      events
        .map(({ event }) => event)
        .filter((event) => subjectsTo(addresses[name] as string).some((subject) => subject.includes(event)));
    expect(told('all')).toEqual(events.map(({ event }) => event));
    expect(told('either')).toEqual(['Fire, minor', 'Fire, moderate', 'Health, moderate']);
    expect(told('both')).toEqual(['Fire, moderate', 'Health, moderate']);
    expect(told('three')).toEqual(['Fire, moderate']);
    expectStatus(await reader.http.get('/v1/subscriptions'), 200);
  });

  it('sends what is severe or extreme at once, within quiet hours and before the digest; what can wait waits', async () => {
    const [sleeper, digested] = [newAddress(), newAddress()];
    await subscribed(app, mails, reader.http, [
      {
        address: sleeper,
        timeZone: 'UTC',
        quietHours: { start: hoursFromNow(-2), end: hoursFromNow(2) },
      },
      { address: digested, timeZone: 'UTC', delivery: 'digest', digestAt: [hoursFromNow(3)] },
    ]);
    for (const severity of ['minor', 'severe', 'moderate', 'extreme']) {
      await tell({ severity, renditions: [headed(`It is ${severity}`, reader)] });
    }
    await settled(app);
    for (const address of [sleeper, digested]) {
      expect(subjectsTo(address).sort()).toEqual([
        '[TLP:GREEN] It is extreme (Extreme)',
        '[TLP:GREEN] It is severe (Severe)',
      ]);
    }
    const waiting = await query<{ address: string; ahead: boolean; lines: number }>(
      app.database.superuserUrl,
      `select r.address, m.due_at > now() + interval '1 hour' as ahead,
         (select count(*)::int from mail_line l where l.message_id = m.id) as lines
       from mail_message m join subscription_recipient r on r.id = m.recipient_id
       where m.state = 'waiting' and r.address = any ($1) order by r.address`,
      [[sleeper, digested].sort()],
    );
    expect(waiting).toEqual(
      [sleeper, digested].sort().map((address) => ({ address, ahead: true, lines: 2 })),
    );
    forget(mails, [sleeper, digested]);
    await makeDue(app, ['digest']);
    for (const address of [sleeper, digested]) {
      const [digest] = await mails.to(address);
      expect(digest?.mail.subject).toBe('[TLP:GREEN] Alerts: 2');
      expect(digest?.mail.text).toContain('It is minor (Minor)');
      expect(digest?.mail.text).toContain('It is moderate (Moderate)');
    }
  });

  it('makes one thread, and one line of a digest, of a hundred updates; and shows nobody another recipient', async () => {
    const [hurried, digested] = [newAddress(), newAddress()];
    await subscribed(app, mails, reader.http, [
      { address: hurried, maxPerHour: 5 },
      { address: digested, delivery: 'digest', digestAt: ['00:00'] },
    ]);
    const { id } = await tell({ severity: 'moderate', renditions: [headed('Round 0', reader)] });
    await mails.to(hurried);
    for (let round = 1; round <= UPDATES; round++) {
      const update = alertInput({ severity: 'moderate', renditions: [headed(`Round ${round}`, reader)] });
      expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, update), 200);
    }
    await settled(app);
    const single = await mails.to(hurried);
    expect(single.length).toBeGreaterThan(1);
    expect(single.length).toBeLessThanOrEqual(5);
    expectOneThread(single, id);

    await makeDue(app, ['digest']);
    await settled(app);
    const overflow = (await mails.to(hurried)).filter(({ mail }) => mail.subject?.includes('Alerts: 1'));
    expect(overflow).toHaveLength(1);
    const digests = await mails.to(digested);
    expect(digests).toHaveLength(1);
    for (const { mail } of [...digests, ...overflow]) {
      expect(mail.subject).toBe('[TLP:GREEN] Alerts: 1');
      expect(mail.text?.match(/Round \d+/g)).toEqual([`Round ${UPDATES}`]);
      expect(mail.text?.split(`/v1/alerts/${id}`)).toHaveLength(2);
    }
    expect(mails.received.length).toBeGreaterThan(0);
    for (const { to, raw } of mails.received) {
      expect(to).toHaveLength(1);
      const named = raw.match(/someone-\d+@office\.example/g) ?? [];
      expect([...new Set(named)]).toEqual(to);
      expect(raw).not.toMatch(/^(cc|bcc):/im);
    }
  });
});

/** All are about the alert; the first one is what the others answer. */
function expectOneThread(mails: Received[], id: string): void {
  const [first, ...others] = mails;
  const root = first?.header('message-id');
  expect(root).toContain(id);
  expect(first?.header('references')).toBeUndefined();
  for (const other of others) {
    expect(other.header('in-reply-to')).toBe(root);
    expect(other.header('references')).toBe(root);
  }
  expect(new Set(mails.map((one) => one.header('message-id'))).size).toBe(mails.length);
}

const headed = (headline: string, reader: TestPartner) => ({
  tlp: 'GREEN' as const,
  classification: 'UNCLASSIFIED' as const,
  audience: { arrangements: [], kinds: [], partners: [reader.partner.code], except: [] },
  texts: [{ language: 'en', headline, description: `${headline.split(' ')[0]}: details.` }],
  areas: [],
});
