import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { LivenessService } from '../../src/focal-points/liveness.service.js';
import { type MailServer, type Received, startMailServer } from '../delivery/mail-server.js';
import { linkIn, mailSettings, subscribe, type SubscriptionView } from '../delivery/subscribing.js';
import { Gate, until } from '../sharing/gate.js';
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
  NAMING_SCOPES,
  nominate,
  passDays,
  person,
  register,
  registerOf,
} from './naming.js';

let app: TestApp;
let mails: MailServer;
let owner: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  mails = await startMailServer();
  app = await startApp({ settings: mailSettings(mails) });
});
beforeEach(async () => {
  owner = await namer(app, { scopes: [...NAMING_SCOPES, 'subscriptions:manage'] });
  here = await arrangement(app, { members: [owner] });
});
afterEach(() => {
  mails.refuseRecipient = () => undefined;
});
afterAll(async () => {
  await app.close();
  await mails.stop();
});

/** A subscription of the owner whose recipient at this address has agreed. */
async function alertsTo(address: string): Promise<SubscriptionView> {
  const made = await subscribe(owner.http, [{ address }]);
  await agree(address);
  return made;
}

async function agree(address: string): Promise<void> {
  const page = 'subscription-confirmations';
  const asked = await until<Received>(() =>
    Promise.resolve(
      mails.received.findLast(
        ({ to, mail }) =>
          to.some((one) => one.toLowerCase() === address.toLowerCase()) &&
          (mail.text ?? '').includes(`/v1/${page}/`),
      ) ?? false,
    ),
  );
  expectStatus(await app.anonymous.post(linkIn(asked, page)), 200);
}

const recipientsOf = async ({ id }: { id: string }): Promise<string[][]> =>
  expectStatus(await owner.http.get<SubscriptionView>(`/v1/subscriptions/${id}`), 200).recipients.map(
    ({ address, state }) => [address, state],
  );

/** Signed by somebody else, with reminders to this address, of which one waits. */
async function remindedAt(address: string): Promise<void> {
  await query(
    app.database.superuserUrl,
    `with signed as (
       insert into commitment_acceptance (id, partner_id, text_id, officer_name, officer_title, reminder_address,
         reminder_language, signed_at, valid_until, lapses_at)
       select gen_random_uuid(), $1, id, 'Ola Signer', 'Director', $2, 'en', now(), now() + interval '1 year',
         now() + interval '2 years' from commitment_text where version = 1)
     insert into mail_notice (id, address, language, kind, params, due_at)
     select gen_random_uuid(), $2, 'en', 'commitments.reminder', jsonb_build_object('name', name, 'date', 'x'),
       now() + interval '1 day' from partner where id = $1`,
    [owner.partner.id, address],
  );
}

/** Where its organisation is reminded, and where a reminder is on its way to. */
const reminders = (): Promise<unknown[]> =>
  query(
    app.database.superuserUrl,
    `select reminder_address as address from commitment_acceptance where partner_id = $1 and reminder_address is not null
     union all
     select n.address from mail_notice n join partner p on p.id = $1 and n.params->>'name' = p.name
     where n.kind = 'commitments.reminder'`,
    [owner.partner.id],
  );

const depart = async ({ id }: FocalPoint): Promise<unknown> =>
  expectStatus(await owner.http.post(`${registerOf(owner)}/${id}/departure`, {}), 200);

/** As if the date had come until which it is valid. */
const endNow = ({ id }: FocalPoint): Promise<unknown> =>
  query(app.database.superuserUrl, `update focal_point set valid_until = now() where id = $1`, [id]);
const ended = ({ id }: FocalPoint): Promise<true> =>
  until(async () => {
    const { items } = await register(owner);
    return items.some((one) => one.id === id && one.state === 'ended') && (true as const);
  });

describe('an address that several share', () => {
  it('is mailed as before when one of them leaves, and no more when nobody is there', async () => {
    const input = person();
    const hq = await confirm(owner, await nominate(owner, input));
    const line = await nominate(owner, dutyLine({ email: input.email.toUpperCase() }));
    const subscription = await alertsTo(input.email);
    await remindedAt(input.email);
    const before = await reminders();
    expect(before).toHaveLength(2);
    await depart(hq);
    expect(await recipientsOf(subscription)).toEqual([[input.email, 'confirmed']]);
    expect(await reminders()).toEqual(before);
    await depart(line);
    expect([await recipientsOf(subscription), await reminders()]).toEqual([[], []]);
  });

  it('is mailed no more when its duty line, which was there last, ends at its date', async () => {
    const input = person();
    const hq = await nominate(owner, input);
    const line = await nominate(owner, dutyLine({ email: input.email, until: '2099-01-01T00:00:00Z' }));
    const subscription = await alertsTo(input.email);
    await depart(hq);
    expect(await recipientsOf(subscription)).toEqual([[input.email, 'confirmed']]);
    await endNow(line);
    await ended(line);
    expect(await recipientsOf(subscription)).toEqual([]);
  });

  it('of one person in two roles is mailed until the last of them is over', async () => {
    const input = person();
    const hq = await confirm(owner, await nominate(owner, input));
    const training = await nominate(owner, {
      ...input,
      role: 'training',
      arrangement: here.code,
      until: '2099-01-01T00:00:00Z',
    });
    const subscription = await alertsTo(input.email);
    await endNow(training);
    await ended(training);
    expect(await recipientsOf(subscription)).toEqual([[input.email, 'confirmed']]);
    await endNow(hq);
    await ended(hq);
    expect(await recipientsOf(subscription)).toEqual([]);
  });

  it('is mailed no more when both leave in the same moment', async () => {
    const input = person();
    const hq = await confirm(owner, await nominate(owner, input));
    const other = await nominate(owner, person({ email: input.email, until: '2099-01-01T00:00:00Z' }));
    const subscription = await alertsTo(input.email);
    const superuser = new pg.Client({ connectionString: app.database.superuserUrl });
    await superuser.connect();
    const gate = await Gate.closed(superuser, 'focal_point', 'at commit', `new.state = 'departed'`);
    try {
      const departing = depart(hq);
      await gate.reached();
      await endNow(other);
      const liveness = app.nest.get(LivenessService, { strict: false });
      while (await liveness.moveOnAsSystem());
      await gate.open();
      await departing;
    } finally {
      await gate.remove();
      await superuser.end();
    }
    await ended(other);
    expect(await recipientsOf(subscription)).toEqual([]);
  });
});

describe('a new address', () => {
  const move = async ({ id }: FocalPoint, email: string): Promise<unknown> =>
    expectStatus(await owner.http.patch(`${registerOf(owner)}/${id}`, { email }), 200);

  it.each(['nominated', 'confirmed', 'lapsed'])('is asked at once, once, when it is %s', async (state) => {
    const [input, email] = [person(), person().email];
    const made = await nominate(owner, input);
    await until(() => Promise.resolve(askings(mails, input.email).length === 1));
    if (state === 'confirmed') await confirm(owner, made);
    if (state === 'lapsed') await passDays(app, owner, 92);
    const stateOf = async () => (await register(owner)).items.find(({ id }) => id === made.id)?.state;
    await until(async () => (await stateOf()) === state);
    if (state === 'lapsed') await until(() => Promise.resolve(askings(mails, input.email).length === 2));
    const before = askings(mails, input.email).length;
    await move(made, email);
    const asked = await until<Received>(() => Promise.resolve(askings(mails, email).at(-1) ?? false));
    const witness = dutyLine();
    await nominate(owner, witness);
    await mails.to(witness.email);
    expect([askings(mails, email).length, askings(mails, input.email).length]).toEqual([1, before]);
    expect(await stateOf()).toBe(state);
    expect((await app.anonymous.post(confirmationLink(asked))).status).toBe(200);
    expect(await stateOf()).toBe('confirmed');
  });

  it('is offered what its organisation sent to the former one, which has nothing any more', async () => {
    const [input, email] = [person(), person().email];
    const made = await nominate(owner, input);
    const subscription = await alertsTo(input.email.toUpperCase());
    const others = await alertsTo(person().email);
    const before = await recipientsOf(others);
    await remindedAt(input.email);
    await move(made, email);
    expect(await recipientsOf(subscription)).toEqual([[email, 'unconfirmed']]);
    expect(await reminders()).toEqual([{ address: email }, { address: email }]);
    await agree(email);
    expect(await recipientsOf(subscription)).toEqual([[email, 'confirmed']]);
    expect(await recipientsOf(others)).toEqual(before);
    await depart(made);
    expect([await recipientsOf(subscription), await reminders()]).toEqual([[], []]);
  });

  it('takes nothing from an address at which somebody else still is', async () => {
    const input = person();
    const made = await nominate(owner, input);
    await nominate(owner, person({ email: input.email }));
    const shared = await alertsTo(input.email);
    await move(made, person().email);
    expect(await recipientsOf(shared)).toEqual([[input.email, 'confirmed']]);
  });

  it('of a duty line takes over what a person had there that moved away before', async () => {
    const [input, email] = [person(), person().email];
    const [made, line] = [
      await nominate(owner, input),
      await nominate(owner, dutyLine({ email: input.email })),
    ];
    const subscription = await alertsTo(input.email);
    await remindedAt(input.email);
    await move(made, person().email);
    expect(await recipientsOf(subscription)).toEqual([[input.email, 'confirmed']]);
    await move(line, email);
    expect(await recipientsOf(subscription)).toEqual([[email, 'unconfirmed']]);
    expect(await reminders()).toEqual([{ address: email }, { address: email }]);
  });

  it('is not asked where it stands already, nor on behalf of whoever had enough', async () => {
    const [input, email] = [person(), person().email];
    const made = await nominate(owner, input);
    const both = await subscribe(owner.http, [{ address: input.email }, { address: email }]);
    const stopped = await alertsTo(input.email);
    await query(
      app.database.superuserUrl,
      `update subscription_recipient set state = 'unsubscribed' where subscription_id = $1`,
      [stopped.id],
    );
    await move(made, email);
    expect(await recipientsOf(both)).toEqual([[email, 'unconfirmed']]);
    expect(await recipientsOf(stopped)).toEqual([]);
  });

  it('has what was on its way, and no link of the former one', async () => {
    const [input, email] = [person(), person().email];
    mails.refuseRecipient = () => ({ code: 451, message: 'Come back later' });
    const made = await nominate(owner, input);
    const waiting = (): Promise<unknown[]> =>
      query(
        app.database.superuserUrl,
        `select kind, address from mail_notice where params->>'id' = $1 and kind <> 'focal_point.ask'
         union all select kind, address from mail_notice where lower(address) = lower($2)`,
        [made.id, input.email],
      );
    await query(
      app.database.superuserUrl,
      `insert into mail_notice (id, address, language, kind, params, due_at)
       values (gen_random_uuid(), $1, 'en', 'focal_point.suspended', $2, now() + interval '1 day')`,
      [input.email, { id: made.id, partner: 'P', place: 'Here' }],
    );
    await until(async () => (await waiting()).length === 3);
    await move(made, email);
    expect(await waiting()).toEqual([{ kind: 'focal_point.suspended', address: email }]);
  });
});
