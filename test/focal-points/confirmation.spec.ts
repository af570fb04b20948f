import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
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
  confirmationLink,
  dutyLine,
  type FocalPoint,
  namer,
  nominate,
  passDays,
  person,
  register,
  registerOf,
} from './naming.js';

let app: TestApp;
let twin: TestApp;
let mails: MailServer;
let owner: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  mails = await startMailServer();
  app = await startApp({ settings: mailSettings(mails) });
  twin = await startApp({ settings: mailSettings(mails), database: app.database });
});
beforeEach(async () => {
  owner = await namer(app);
  here = await arrangement(app, { members: [owner] });
});
afterAll(async () => {
  await twin.close();
  await app.close();
  await mails.stop();
});

const read = async ({ id }: { id: string }): Promise<FocalPoint> =>
  expectStatus(await owner.http.get<FocalPoint>(`${registerOf(owner)}/${id}`), 200);

/** As the database has it, with everything by which anything could have changed. */
const rowOf = async ({ id }: { id: string }): Promise<Record<string, unknown> | undefined> =>
  (await query(app.database.superuserUrl, `select *, xmin::text from focal_point where id = $1`, [id]))[0];

/** Waits until both processes have had the time to do whatever they would do wrongly. */
async function settle(): Promise<void> {
  const witness = dutyLine();
  await nominate(owner, witness);
  await mails.to(witness.email);
}

describe('the link of a mail', () => {
  it('asks, changes nothing when it is looked at, and confirms by its button, once', async () => {
    const input = person({ languages: ['fr'] });
    const made = await nominate(owner, input);
    const [mail] = await mails.to(input.email);
    expect(mail?.header('content-language')).toBe('fr');
    const link = confirmationLink(mail as never);
    const before = await rowOf(made);
    for (let time = 0; time < 3; time++) {
      const page = await app.anonymous.get(link);
      expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect(page.text).toContain('<form method="post">');
      expect(page.text).not.toContain(input.name);
      expect(page.text).not.toContain(input.email);
    }
    expect(await rowOf(made)).toEqual(before);
    expect((await read(made)).state).toBe('nominated');
    expect((await app.anonymous.post(link)).status).toBe(200);
    const confirmed = await read(made);
    expect(confirmed.state).toBe('confirmed');
    const again = await app.anonymous.post(link);
    expect(again.status).toBe(200);
    expect(again.text).not.toContain('<form');
    expect((await read(made)).confirmedAt).toBe(confirmed.confirmedAt);
    const audit = await owner.http.get<{ items: { action: string }[] }>('/v1/audit', {
      query: { object: made.id },
    });
    expect(audit.body.items.filter(({ action }) => action === 'focal_point.confirmed')).toHaveLength(1);
  });

  it('is good for nobody else: made up, of another address, of a person that left', async () => {
    const input = person();
    const made = await nominate(owner, input);
    const link = confirmationLink((await mails.to(input.email))[0] as never);
    const madeUp = `${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`;
    expect((await app.anonymous.post(madeUp)).status).toBe(404);
    const other = person();
    expectStatus(await owner.http.patch(`${registerOf(owner)}/${made.id}`, { email: other.email }), 200);
    expect((await app.anonymous.get(link)).status).toBe(404);
    expect((await app.anonymous.post(link)).status).toBe(404);
    expect((await read(made)).state).toBe('nominated');

    const leaver = person();
    const gone = await nominate(owner, leaver);
    const dead = confirmationLink((await mails.to(leaver.email))[0] as never);
    expectStatus(await owner.http.post(`${registerOf(owner)}/${gone.id}/departure`, {}), 200);
    const [hidden, missing] = [await app.anonymous.post(dead), await app.anonymous.post(madeUp)];
    expect([hidden.status, hidden.text]).toEqual([404, missing.text]);
  });
});

describe('reminders', () => {
  it('come on days 76, 83 and 89, each once, from two processes and after a restart', async () => {
    const input = person({ role: 'country', arrangement: here.code });
    const made = await nominate(owner, input);
    await mails.to(input.email);
    await confirm(owner, made);
    for (const [days, count, state] of [
      [75, 1, 'confirmed'],
      [1, 2, 'due'],
      [7, 3, 'due'],
      [6, 4, 'due'],
    ] as const) {
      await passDays(app, owner, days);
      await until(() => Promise.resolve(askings(mails, input.email).length >= count));
      await settle();
      expect(askings(mails, input.email)).toHaveLength(count);
      expect((await read(made)).state).toBe(state);
    }
    await twin.close();
    twin = await startApp({ settings: mailSettings(mails), database: app.database });
    await settle();
    expect(askings(mails, input.email)).toHaveLength(4);
    const last = askings(mails, input.email).at(-1);
    expect((await app.anonymous.post(confirmationLink(last as never))).status).toBe(200);
    expect((await read(made)).state).toBe('confirmed');
  });

  it('missed for want of a process, become one; and day 91 comes all the same', async () => {
    const input = person();
    const made = await confirm(owner, await nominate(owner, input));
    const before = askings(mails, input.email).length;
    await passDays(app, owner, 200);
    await until(async () => (await read(made)).state === 'lapsed');
    await settle();
    expect(askings(mails, input.email).length - before).toBeLessThanOrEqual(2);
    expect((await register(owner)).coverage.some(({ suspendedSince }) => suspendedSince)).toBe(true);
  });
});

describe('a validity', () => {
  it('that is to come is asked about when it begins, once, and cannot be confirmed before', async () => {
    const input = person({ from: new Date(Date.now() + 86_400_000).toISOString() });
    const made = await nominate(owner, input);
    await settle();
    expect(askings(mails, input.email)).toHaveLength(0);
    const path = `${registerOf(owner)}/${made.id}/confirmation`;
    expect((await owner.http.post(path)).status).toBe(409);
    await passDays(app, owner, 1);
    await mails.to(input.email);
    await settle();
    expect(askings(mails, input.email)).toHaveLength(1);
    expect((await owner.http.post(path)).status).toBe(200);
  });

  it('that is over ends by itself, once, whatever offset it was written with', async () => {
    const soon = new Date(Date.now() + 3_600_000 * 9 + 6_000).toISOString().replace('Z', '+09:00');
    const input = person({ until: soon });
    const made = await confirm(owner, await nominate(owner, input));
    await until(async () => (await read(made)).state === 'ended');
    expect(await read(made)).not.toHaveProperty('email');
    const audit = await owner.http.get<{ items: { action: string }[] }>('/v1/audit', {
      query: { object: made.id },
    });
    expect(audit.body.items.filter(({ action }) => action === 'focal_point.ended')).toHaveLength(1);
  });
});
