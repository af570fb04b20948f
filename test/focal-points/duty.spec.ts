import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { DutyService } from '../../src/delivery/duty/duty.service.js';
import { LivenessService } from '../../src/focal-points/liveness.service.js';
import { type MailServer, type Received, startMailServer } from '../delivery/mail-server.js';
import { mailSettings } from '../delivery/subscribing.js';
import { until } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  alert,
  alertInput,
  arrangement,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus } from '../support/http.js';
import { confirm, countryFocalPoint, dutyLine, namer, nominate, passDays } from './naming.js';

let app: TestApp;
let mails: MailServer;
let originator: TestPartner;
let member: TestPartner;
let here: TestArrangement;
let line: string;

beforeAll(async () => {
  mails = await startMailServer();
  app = await startApp({ settings: mailSettings(mails) });
  originator = await namer(app);
});
afterAll(async () => {
  await app.close();
  await mails.stop();
});
/** A member of which nobody answers any more. */
beforeEach(async () => {
  member = await namer(app);
  here = await arrangement(app, { members: [originator, member] });
  const duty = dutyLine();
  line = duty.email;
  await nominate(member, duty);
  await passDays(app, member, 91);
  const liveness = app.nest.get(LivenessService, { strict: false });
  while (await liveness.restrictAsSystem());
});
afterEach(() => {
  mails.refuseMessage = () => undefined;
});

type Tlp = 'GREEN' | 'AMBER';
const texts = (headline: string, tlp: Tlp): Pick<ReturnType<typeof alertInput>, 'renditions'> => ({
  renditions: [
    renditionInput({
      tlp,
      audience: { arrangements: [here.code] },
      texts: [{ language: 'en', headline, description: 'What it says.' }],
    }),
  ],
});
const publish = async (headline: string, tlp: Tlp = 'GREEN', more: Record<string, unknown> = {}) =>
  (await alert(originator.http, { ...texts(headline, tlp), ...more })).id;
const update = async (id: string, headline: string, tlp: Tlp = 'GREEN', more: Record<string, unknown> = {}) =>
  expectStatus(
    await originator.http.post(`/v1/alerts/${id}/updates`, alertInput({ ...texts(headline, tlp), ...more })),
    200,
  );
const cancel = async (id: string) =>
  expectStatus(await originator.http.post(`/v1/alerts/${id}/cancellation`, {}), 200);

/** Mails about alerts to the duty line, without their handling; oldest first. */
const told = (): Received[] =>
  mails.received.filter(({ to, mail }) => to.includes(line) && (mail.subject ?? '').startsWith('[TLP:'));
const subjects = (): string[] => told().map(({ mail }) => (mail.subject ?? '').replace(/^\[.*?\] /, ''));
const hears = (subject: string): Promise<boolean> =>
  until(() => Promise.resolve(subjects().includes(subject)), 30);
/** When all that was to be told by now would have been. */
async function settled(): Promise<void> {
  await publish('The last word');
  await hears('The last word (Severe)');
}

it('hears of each change of what it was told of, whatever it becomes, once and in one thread', async () => {
  const id = await publish('Leave by the north road');
  await hears('Leave by the north road (Severe)');
  await update(id, 'North road mined: leave by the south', 'GREEN', { severity: 'minor' });
  await hears('Update: North road mined: leave by the south (Minor)');
  await cancel(id);
  await hears('Cancelled: North road mined: leave by the south (Minor)');
  const threads = new Set(told().map((mail) => mail.header('references')));
  const ids = new Set(told().map((mail) => mail.header('message-id')));
  expect([threads.size, ids.size]).toEqual([1, 3]);
  await settled();
  expect(subjects()).toHaveLength(4);
});

it('hears that it is withdrawn, and nothing of what it was never told of', async () => {
  const [known, minor, above] = [
    await publish('Known'),
    await publish('Minor', 'GREEN', { severity: 'minor' }),
    await publish('Above', 'AMBER'),
  ];
  await hears('Known (Severe)');
  await update(minor, 'Still minor', 'GREEN', { severity: 'minor' });
  for (const id of [known, minor, above]) {
    expectStatus(await originator.http.post(`/v1/alerts/${id}/withdrawal`, {}), 204);
  }
  await hears('An alert was withdrawn: delete what you received');
  await settled();
  expect(subjects()).toEqual([
    'Known (Severe)',
    'An alert was withdrawn: delete what you received',
    'The last word (Severe)',
  ]);
  const withdrawal = told()[1];
  expect(withdrawal?.raw).not.toContain('Known');
});

it('is told that it is withdrawn when it becomes one that does not reach its organisation any more', async () => {
  const id = await publish('At first for all');
  await hears('At first for all (Severe)');
  await update(id, 'Now for few', 'AMBER');
  await hears('An alert was withdrawn: delete what you received');
  expect(told().some(({ raw }) => raw.includes('Now for few'))).toBe(false);
});

it('hears how it goes on also when somebody answers again, and of nothing new', async () => {
  const [id, raised] = [await publish('Known'), await publish('To be raised')];
  await hears('Known (Severe)');
  await hears('To be raised (Severe)');
  await publish('A text for those who answer', 'AMBER');
  await confirm(member, await nominate(member));
  await countryFocalPoint(member, here);
  await publish('After somebody answered');
  await update(raised, 'Raised', 'AMBER');
  await hears('An alert is waiting for you on the exchange');
  await cancel(id);
  await hears('Cancelled: Known (Severe)');
  expect(subjects().sort()).toEqual([
    'An alert is waiting for you on the exchange',
    'Cancelled: Known (Severe)',
    'Known (Severe)',
    'To be raised (Severe)',
  ]);
  expect(told().some(({ raw }) => raw.includes('Raised'))).toBe(false);
  for (const one of [raised, id]) {
    expectStatus(await originator.http.post(`/v1/alerts/${one}/withdrawal`, {}), 204);
  }
  const withdrawn = 'An alert was withdrawn: delete what you received';
  await until(() => Promise.resolve(subjects().filter((one) => one === withdrawn).length === 2));
  // All is withdrawn of which it was told.
  await until(async () => !(await isWatched()));
});

it('hears how it goes on of what was still on its way when somebody answered again', async () => {
  let refused = false;
  mails.refuseMessage = (raw) => {
    if (!raw.includes('Held up')) return undefined;
    refused = true;
    return { code: 451, message: 'Come back later' };
  };
  const id = await publish('Held up');
  await until(() => Promise.resolve(refused));
  await answerAgain();
  expect(await isWatched()).toBe(true);
  mails.refuseMessage = () => undefined;
  await query(app.database.superuserUrl, `update duty_mail set due_at = now() where alert_id = $1`, [id]);
  await hears('Held up (Severe)');
  await cancel(id);
  await hears('Cancelled: Held up (Severe)');
});

it('hears also of what is over, for a month, that it begins again or is withdrawn', async () => {
  const [expired, cancelled] = [await publish('Runs out'), await publish('Called off')];
  await hears('Runs out (Severe)');
  await hears('Called off (Severe)');
  await cancel(cancelled);
  await hears('Cancelled: Called off (Severe)');
  // It was told of long ago, and runs out only now.
  const told = `update duty_mail set due_at = now() - interval '40 days' where alert_id = $1`;
  await query(app.database.superuserUrl, told, [expired]);
  const due = `update shareable set expires_at = now() - interval '1 second' where id = $1`;
  await query(app.database.superuserUrl, due, [expired]);
  await until(async () => {
    const { body } = await originator.http.get<{ state: string }>(`/v1/alerts/${expired}`);
    return body.state === 'expired';
  });
  await answerAgain();
  await update(expired, 'Goes on');
  await hears('Update: Goes on (Severe)');
  expectStatus(await originator.http.post(`/v1/alerts/${expired}/withdrawal`, {}), 204);
  await hears('An alert was withdrawn: delete what you received');
  expect(await isWatched()).toBe(true);
  const month = `update duty_mail set due_at = now() - interval '30 days' where alert_id = $1`;
  await query(app.database.superuserUrl, month, [cancelled]);
  await until(async () => !(await isWatched()));
});

it('hears the newest last, also of what changes while one of two processes is telling it', async () => {
  const twin = await startApp({ settings: mailSettings(mails), database: app.database });
  let letGo = (): void => undefined;
  const held = new Promise<undefined>((resolve) => (letGo = () => resolve(undefined)));
  let arrived = false;
  mails.refuseMessage = (raw) => {
    if (!raw.includes('The first word')) return undefined;
    arrived = true;
    return held;
  };
  const id = await publish('The first word');
  await until(() => Promise.resolve(arrived));
  for (const headline of ['The second word', 'The third word']) {
    const before = await position(id);
    await update(id, headline);
    await until(async () => (await position(id)) > before);
  }
  letGo();
  await hears('Update: The third word (Severe)');
  await settled();
  expect(subjects()).toEqual([
    'The first word (Severe)',
    'Update: The third word (Severe)',
    'The last word (Severe)',
  ]);
  await twin.close();
});

/** Somebody speaks for all of the member; returns when what changed by that is looked at. */
async function answerAgain(): Promise<void> {
  await confirm(member, await nominate(member));
  await countryFocalPoint(member, here);
  const unread = `select from duty_watch w join change_head h on h.reader_id = w.partner_id and not h.is_drill
    and h.position > w.position where w.partner_id = $1`;
  await until(async () => (await query(app.database.superuserUrl, unread, [member.partner.id])).length === 0);
}

async function isWatched(): Promise<boolean> {
  await app.nest.get(DutyService, { strict: false }).watchAsSystem();
  const sql = `select from duty_watch where partner_id = $1`;
  return (await query(app.database.superuserUrl, sql, [member.partner.id])).length > 0;
}

/** How far in its log it is to be told of the alert. */
async function position(id: string): Promise<number> {
  const sql = `select d.position::int as position from duty_mail d where d.alert_id = $1`;
  return (await query<{ position: number }>(app.database.superuserUrl, sql, [id]))[0]?.position ?? 0;
}
