import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type MailServer, startMailServer } from '../delivery/mail-server.js';
import { confirm as agree, mailSettings, subscribe } from '../delivery/subscribing.js';
import { until } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { arrangement, client, type TestArrangement, type TestPartner } from '../support/factories.js';
import { type Answer, expectStatus, type Problem } from '../support/http.js';
import {
  confirm,
  directory,
  type FocalPoint,
  namer,
  NAMING_SCOPES,
  nominate,
  person,
  registerOf,
} from './naming.js';

interface Departure {
  focalPoint: FocalPoint;
  revokedClients: string[];
}

let app: TestApp;
let mails: MailServer;
let owner: TestPartner;
let fellow: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  mails = await startMailServer();
  app = await startApp({ settings: mailSettings(mails) });
  owner = await namer(app, { scopes: [...NAMING_SCOPES, 'subscriptions:manage'] });
  fellow = await namer(app);
  here = await arrangement(app, { members: [owner, fellow] });
});
afterAll(async () => {
  await app.close();
  await mails.stop();
});

const depart = (
  { id }: { id: string },
  body: Record<string, unknown> = {},
  by = owner.http,
): Promise<Answer<Departure>> => by.post<Departure>(`${registerOf(owner)}/${id}/departure`, body);

/** Every row of every table, the job queue included, that has one of these words in it. */
async function tablesWith(words: string[]): Promise<string[]> {
  const url = app.database.superuserUrl;
  const tables = await query<{ name: string }>(
    url,
    `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
     where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
  );
  expect(tables.length).toBeGreaterThan(60);
  const found: string[] = [];
  for (const { name } of tables) {
    for (const word of words) {
      const rows = await query(
        url,
        `select from ${name} t where to_jsonb(t)::text ilike ${pg.escapeLiteral(`%${word}%`)} limit 1`,
      );
      if (rows.length > 0) found.push(`${name}: ${word}`);
    }
  }
  return found;
}

describe('somebody who leaves', () => {
  it('is gone from every view and every table with one call, and audit has an opaque id', async () => {
    const input = person({ role: 'country', arrangement: here.code });
    const made = await confirm(owner, await nominate(owner, input));
    await subscribe(owner.http, [{ address: input.email }]);
    await agree(app, mails, input.email);
    // A mail that is on its way, and stays there.
    await query(
      app.database.superuserUrl,
      `insert into mail_notice (id, address, language, kind, params, due_at)
       values (gen_random_uuid(), $1, 'en', 'focal_point.reminder', $2, now() + interval '1 day')`,
      [input.email, { id: made.id, turn: 1, partner: 'P', days: 7 }],
    );
    await query(
      app.database.superuserUrl,
      `insert into mail_notice (id, address, language, kind, params, due_at)
       select gen_random_uuid(), $1, 'en', 'commitments.reminder', jsonb_build_object('name', name, 'date', 'x'),
         now() + interval '1 day' from partner where id = $2`,
      [input.email, owner.partner.id],
    );
    const sign = (address: string): Promise<unknown> =>
      query(
        app.database.superuserUrl,
        `insert into commitment_acceptance (id, partner_id, text_id, officer_name, officer_title, reminder_address,
           reminder_language, signed_at, valid_until, lapses_at)
         select gen_random_uuid(), $1, id, 'Ola Signer', 'Director', $2, 'en', now(), now() + interval '1 year',
           now() + interval '2 years' from commitment_text where version = 1`,
        [owner.partner.id, address],
      );
    await sign(input.email.toUpperCase());
    await sign('office@star.example');
    const words = [input.name, input.email, ...input.phones, String(input['callSign'])];
    expect(new Set((await tablesWith(words)).map((one) => one.split(':')[0]))).toEqual(
      new Set([
        ...['public.commitment_acceptance', 'public.focal_point_contact', 'public.mail_notice'],
        'public.subscription_recipient',
      ]),
    );
    const answer = await depart(made, { openMatters: ['The radio check at the bridge'] });
    expect(answer.status).toBe(200);
    expect(await tablesWith(words)).toEqual([]);
    expect(await tablesWith(['office@star.example'])).toEqual([
      'public.commitment_acceptance: office@star.example',
    ]);
    const views = [
      answer,
      await owner.http.get(registerOf(owner)),
      await owner.http.get(`${registerOf(owner)}/${made.id}`),
      await fellow.http.get(`/v1/arrangements/${here.id}/focal-points`),
      await owner.http.get('/v1/subscriptions'),
      await app.steward.get('/v1/audit', { query: { of: 'exchange', limit: 200 } }),
    ];
    for (const { text } of views) expect(words.filter((word) => text.includes(word))).toEqual([]);
    const shown = (await directory(fellow, here)).flatMap(({ focalPoints }) => focalPoints);
    expect(shown.map(({ id }) => id)).not.toContain(made.id);
    const audit = await owner.http.get<{ items: { action: string; object: { id: string } }[] }>('/v1/audit', {
      query: { object: made.id },
    });
    expect(audit.body.items.map(({ action }) => action)).toContain('focal_point.departed');
    expect((await depart(made)).status).toBe(409);
  });

  it('takes the clients with it that were bound to it, whole and narrowed, and no others', async () => {
    const made = await nominate(owner);
    const bound = { focalPointId: made.id } as never;
    const whole = await client(app, owner.partner.id, bound);
    const narrowed = await client(app, owner.partner.id, { arrangements: [here.id], ...(bound as object) });
    const later = await client(app, owner.partner.id);
    const kept = await client(app, owner.partner.id);
    const path = `/v1/partners/${owner.partner.id}/clients/${later.clientId}`;
    expect((await app.steward.patch<{ focalPointId: string }>(path, bound)).body.focalPointId).toBe(made.id);
    const sessions = await Promise.all([whole, narrowed, later].map((one) => app.as(one)));
    const other = await app.as(kept);
    const { revokedClients } = expectStatus(await depart(made), 200);
    expect([...revokedClients].sort()).toEqual([whole, narrowed, later].map((one) => one.clientId).sort());
    for (const session of sessions) {
      await until(async () => (await session.get('/v1/me')).status === 401);
    }
    expect((await other.get('/v1/me')).status).toBe(200);
    const readers = await query<{ is_open: boolean }>(
      app.database.superuserUrl,
      `select is_open from reader r join client c on c.reader_id = r.id where c.id = $1`,
      [narrowed.clientId],
    );
    expect(readers).toEqual([{ is_open: false }]);
  });

  it('is bound to clients of its own organisation alone, while it is there', async () => {
    const [gone, foreign] = [await nominate(owner), await nominate(fellow)];
    expectStatus(await depart(gone), 200);
    for (const { id } of [gone, foreign]) {
      const answer = await app.steward.post<Problem>(`/v1/partners/${owner.partner.id}/clients`, {
        name: 'Bound to nobody',
        scopes: ['alerts:read'],
        focalPointId: id,
      });
      expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, '#/focalPointId']);
    }
  });

  it('hands over what is open, and whoever follows acknowledges it once', async () => {
    const leaver = await nominate(owner);
    const successor = await nominate(owner);
    const openMatters = ['The radio check at the bridge', 'The list of drivers'];
    for (const successorId of [leaver.id, (await nominate(fellow)).id, fellow.partner.id]) {
      expect((await depart(leaver, { successorId })).status).toBe(400);
    }
    const { focalPoint } = expectStatus(
      await depart(leaver, { successorId: successor.id, openMatters }),
      200,
    );
    expect(focalPoint.handover).toMatchObject({ successorId: successor.id, openMatters });
    const path = `${registerOf(owner)}/${leaver.id}/handover-acknowledgement`;
    expect((await owner.http.post(path)).status).toBe(409);
    await confirm(owner, successor);
    expect((await fellow.http.post(path)).status).toBe(404);
    const acknowledged = expectStatus(await owner.http.post<FocalPoint>(path), 200);
    expect(acknowledged.handover?.acknowledgedAt).toBeDefined();
    expect((await owner.http.post(path)).status).toBe(409);
    const seen = await app.steward.get<{ items: FocalPoint[] }>(registerOf(owner));
    expect(seen.text).not.toContain('radio check');
  });

  it('may be reported by the steward, which hands nothing over, and by nobody else', async () => {
    const made = await nominate(owner);
    expect((await depart(made, {}, fellow.http)).status).toBe(404);
    expect((await depart(made, { openMatters: ['Something'] }, app.steward)).status).toBe(403);
    expect((await depart(made, {}, app.steward)).status).toBe(200);
  });
});
