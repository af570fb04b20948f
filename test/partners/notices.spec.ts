import pg from 'pg';
import { type MailServer, type Received, startMailServer } from '../delivery/mail-server.js';
import { mailSettings } from '../delivery/subscribing.js';
import { dutyLine, namer, NAMING_SCOPES, nominate, person } from '../focal-points/naming.js';
import { until } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import { arrangement, join, type TestArrangement, type TestPartner } from '../support/factories.js';
import { expectStatus } from '../support/http.js';
import { SPONSORING, subPartner } from './sponsoring.js';

let app: TestApp;
let mails: MailServer;
let ngo: TestPartner;
let other: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  mails = await startMailServer();
  app = await startApp({ settings: mailSettings(mails) });
}, 120_000);
afterAll(async () => {
  await app.close();
  await mails.stop();
});
beforeEach(async () => {
  const scopes = [...new Set([...NAMING_SCOPES, ...SPONSORING])];
  ngo = await namer(app, { scopes });
  other = await namer(app, { scopes });
  here = await arrangement(app, { members: [ngo, other] });
});

const REASON = 'Shots at the gate of the compound.';
const mailsTo = (address: string): Received['mail'][] =>
  mails.received.filter(({ to }) => to.includes(address)).map(({ mail }) => mail);
/** A mail that speaks of it, among those that ask whether somebody is still there. */
const told = (address: string, of: string): Promise<Received['mail']> =>
  until(async () => {
    const found = mailsTo(address).find((mail) => JSON.stringify(mail).includes(of)) ?? false;
    return Promise.resolve(found);
  });
const named = async (by: TestPartner, input: Record<string, unknown>): Promise<string> => {
  const made = person(input);
  await nominate(by, made);
  return made.email;
};
const open = (who: TestPartner) =>
  app.steward.post(`/v1/partners/${who.partner.id}/clients/${who.client.clientId}/break-glass`, {
    scopes: ['webhooks:manage'],
    reason: REASON,
    minutes: 60,
  });

describe('a client that is given more in an emergency', () => {
  it('is told to administrators and the duty line of its organisation, in their language, and to nobody else', async () => {
    const admin = await named(ngo, { role: 'administrator', languages: ['ar'] });
    const duty = dutyLine({ languages: ['fr-CA'] });
    await nominate(ngo, duty);
    const finance = await named(ngo, { role: 'finance' });
    const stranger = await named(other, { role: 'administrator' });
    expectStatus(await open(ngo), 201);
    const arabic = await told(admin, ngo.client.clientId);
    expect(arabic.html).toContain('dir="rtl"');
    const french = await told(duty.email, ngo.client.clientId);
    expect(french.subject).toContain('plus de droits');
    for (const address of [finance, stranger]) {
      expect(JSON.stringify(mailsTo(address))).not.toContain(ngo.client.clientId);
    }
    expect(JSON.stringify(mails.received)).not.toContain(REASON);
  });

  it('of a sub-partner is told to its sponsor', async () => {
    const admin = await named(ngo, { role: 'administrator' });
    const local = await subPartner(app, ngo);
    expectStatus(
      await app.steward.post(
        `/v1/partners/${local.partner.id}/clients/${local.client.clientId}/break-glass`,
        {
          scopes: ['webhooks:manage'],
          reason: REASON,
          minutes: 60,
        },
      ),
      201,
    );
    await told(admin, local.client.clientId);
  });

  it('is told to nobody by whoever manages no partners', async () => {
    await named(ngo, { role: 'administrator' });
    const posted = async (manages: string): Promise<unknown> => {
      const superuser = new pg.Client({ connectionString: app.database.superuserUrl });
      await superuser.connect();
      try {
        await superuser.query(`begin; set local role slt_service;
          select set_config('slt.partner', '${other.partner.id}', true),
            set_config('slt.reader', '${other.partner.id}', true), set_config('slt.manages', '${manages}', true);
          select notice_tell(array['${ngo.partner.id}']::uuid[], null, 'focal_point.break_glass', '{}'); reset role`);
        const { rows } = await superuser.query(
          `select from mail_notice where kind = 'focal_point.break_glass' and params->>'id' is not null and params = jsonb_build_object('id', params->'id')`,
        );
        return rows.length;
      } finally {
        await superuser.end();
      }
    };
    expect([await posted('arrangements'), await posted('partners')]).toEqual([0, 1]);
  });
});

describe('a contact tree that is called', () => {
  it.each([
    [false, 'is being called'],
    [true, 'exercise'],
  ])('is told to those who speak for its members there (drill: %s)', async (drill, says) => {
    const speaker = await named(other, { role: 'country', arrangement: here.code });
    const left = await namer(app);
    await join(app, here, left);
    const gone = await named(left, { role: 'country', arrangement: here.code });
    const path = `/v1/arrangements/${here.id}/contact-tree`;
    const entries = [
      { organisation: ngo.partner.code },
      { organisation: other.partner.code, caller: ngo.partner.code },
      { organisation: left.partner.code, caller: ngo.partner.code },
    ];
    expectStatus(await app.steward.put(path, { entries }), 200);
    expect((await app.steward.delete(`/v1/arrangements/${here.id}/members/${left.partner.id}`)).status).toBe(
      204,
    );
    expectStatus(await app.steward.post(`${path}/activations`, { drill, reason: REASON }), 201);
    expect((await told(speaker, here.code)).subject).toContain(says);
    expect(mailsTo(gone).map(({ subject }) => subject)).not.toContainEqual(
      expect.stringContaining(here.code),
    );
    expect(JSON.stringify(mails.received)).not.toContain(REASON);
  });
});
