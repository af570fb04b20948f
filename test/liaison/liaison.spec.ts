import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { eventually } from '../alerts/channels.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  arrangement,
  client,
  join,
  leave,
  partner,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Http, type Problem } from '../support/http.js';

interface Undertaking {
  id: string;
  state: string;
  overdue: boolean;
  followUps: { note: string; state: string }[];
}

const SCOPES = ['arrangements:read', 'liaison:read', 'liaison:manage', 'audit:read'];

let app: TestApp;
let un: TestPartner;
let mou: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  app = await startApp();
  [un, mou] = await Promise.all([
    partner(app, { kind: 'un_entity', scopes: SCOPES }),
    partner(app, { kind: 'unsms_mou', scopes: SCOPES }),
  ]);
  here = await arrangement(app, { members: [un, mou] });
});
afterAll(() => app.close());

const at = (path: string, id = here.id): string => `/v1/arrangements/${id}/liaison/${path}`;
const contactInput = {
  authority: 'police',
  office: 'River police, liaison desk',
  name: 'A person in office',
};
const meetingInput = {
  heldAt: '2026-01-05T12:00:00+03:00',
  offices: ['River police, liaison desk'],
  subject: 'The bridge',
};
const undertakingInput = { side: 'host', text: 'Open the bridge at six.', dueAt: '2026-02-01T00:00:00Z' };
const add = async <T = { id: string }>(path: string, body: unknown, by = un.http): Promise<T> =>
  expectStatus(await by.post<T>(at(path), body), 201);

describe('the liaison register', () => {
  it('makes once what is sent twice under one key, and refuses the key for something else', async () => {
    const twice = async (path: string, body: object): Promise<string> => {
      const headers = { 'Idempotency-Key': randomUUID() };
      const send = (what: object) => un.http.post<{ id: string }>(at(path), what, { headers });
      const answers = [await send(body), await send(body)];
      expect(answers.map(({ status }) => status)).toEqual([201, 201]);
      expect(answers[1]?.body).toEqual(answers[0]?.body);
      expect((await send({ ...body, other: 1 })).status).toBe(400);
      const changed = 'note' in body ? { ...body, note: 'Another note.' } : { ...body, ...OTHERWISE[path] };
      expect((await send(changed)).status).toBe(422);
      return answers[0]?.body.id ?? '';
    };
    const OTHERWISE: Record<string, object> = {
      contacts: { name: 'Somebody else' },
      meetings: { subject: 'Another subject' },
      undertakings: { text: 'Another text.' },
    };
    await twice('contacts', contactInput);
    await twice('meetings', meetingInput);
    const id = await twice('undertakings', undertakingInput);
    await twice(`undertakings/${id}/follow-ups`, { note: 'They did.', state: 'kept' });
    const list = await un.http.get<{ items: Undertaking[] }>(at('undertakings'));
    const followed = list.body.items.filter((one) => one.id === id);
    expect(followed.map(({ followUps, state }) => [followUps.length, state])).toEqual([[1, 'kept']]);
  });

  it('keeps contacts, which every UN member reads, changes and forgets', async () => {
    const contact = await add('contacts', contactInput);
    const list = await mou.http.get<{ items: unknown[] }>(at('contacts'));
    expect(list.body.items).toContainEqual({
      ...contactInput,
      id: contact.id,
      version: 1,
      createdAt: expect.any(String),
    });
    const { name: _, ...office } = contactInput;
    const changed = await mou.http.put(at(`contacts/${contact.id}`), office);
    expect([changed.status, changed.body]).toEqual([200, expect.not.objectContaining({ name: 'x' })]);
    expect(changed.text).not.toContain(contactInput.name);
    expect((await un.http.delete(at(`contacts/${contact.id}`))).status).toBe(204);
    expect((await un.http.delete(at(`contacts/${contact.id}`))).status).toBe(404);
  });

  it('forgets a person whole, also in the audit', async () => {
    const name = `Somebody ${randomUUID()}`;
    const contact = await add('contacts', { ...contactInput, name, phone: '+000 555 0100' });
    expect((await un.http.delete(at(`contacts/${contact.id}`))).status).toBe(204);
    const audit = await app.steward.get('/v1/audit', { query: { object: contact.id, of: 'exchange' } });
    expect(audit.text).toContain('liaison.contact_forgotten');
    const [left] = await query(
      app.database.superuserUrl,
      `select (select count(*) from audit_entry a where a::text like $1)::int as audit,
         (select count(*) from liaison_contact c where c::text like $1)::int as contacts`,
      [`%${name}%`],
    );
    expect(left).toEqual({ audit: 0, contacts: 0 });
  });

  it('forgets by itself who held an office, when that ends, and keeps the office', async () => {
    const name = `Somebody ${randomUUID()}`;
    const person = {
      ...contactInput,
      name,
      phone: '+000 555 0100',
      email: 'a@b.example',
      note: 'After noon.',
    };
    const [ending, staying] = [
      await add('contacts', { ...person, validUntil: new Date(Date.now() + 1000).toISOString() }),
      await add('contacts', { ...person, validUntil: '2099-01-01T00:00:00Z' }),
    ];
    const listed = async (): Promise<Record<string, unknown>[]> =>
      (await un.http.get<{ items: Record<string, unknown>[] }>(at('contacts'))).body.items;
    await eventually(async () => (await listed()).every((one) => one['id'] !== ending.id || !one['name']));
    const found = await listed();
    expect(found.find((one) => one['id'] === ending.id)).toEqual({
      ...{ id: ending.id, authority: 'police', office: contactInput.office, version: 2 },
      ...{ validUntil: expect.any(String), createdAt: expect.any(String) },
    });
    expect(found.find((one) => one['id'] === staying.id)).toMatchObject(person);
    const audit = await app.steward.get('/v1/audit', { query: { object: ending.id, of: 'exchange' } });
    expect(audit.text).toContain('liaison.contact_forgotten');
    const [left] = await query(
      app.database.superuserUrl,
      `select count(*)::int as contacts from liaison_contact c where c::text like $1`,
      [`%${name}%`],
    );
    expect(left).toEqual({ contacts: 1 });
  });

  it('logs meetings, undertakings and what came of them', async () => {
    const meeting = await add('meetings', meetingInput);
    expect(meeting).toMatchObject({ heldAt: '2026-01-05T09:00:00.000Z', offices: meetingInput.offices });
    const given = await add<Undertaking>('undertakings', { ...undertakingInput, meetingId: meeting.id });
    expect(given).toMatchObject({ state: 'open', overdue: true, meetingId: meeting.id, followUps: [] });
    const path = at(`undertakings/${given.id}/follow-ups`);
    const asked = { note: 'They ask for another week.', state: 'open' };
    expectStatus(await mou.http.post(path, asked), 201);
    const kept = expectStatus(
      await un.http.post<Undertaking>(path, { note: 'It is open.', state: 'kept' }),
      201,
    );
    expect([kept.state, kept.overdue, kept.followUps.map(({ note }) => note)]).toEqual([
      'kept',
      false,
      [asked.note, 'It is open.'],
    ]);
    expect((await un.http.post(path, asked)).status).toBe(409);
    const list = await mou.http.get<{ items: unknown[] }>(at('undertakings'));
    expect(list.body.items).toContainEqual(kept);
    expect((await mou.http.get<{ items: unknown[] }>(at('meetings'))).body.items).toContainEqual(meeting);
  });

  it('concludes an undertaking once, though two do at the same time', async () => {
    const { id } = await add('undertakings', undertakingInput);
    const answers = await Promise.all(
      ['kept', 'not_kept'].map((state) =>
        un.http.post(at(`undertakings/${id}/follow-ups`), { note: 'At last', state }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('takes no meeting of another register', async () => {
    const elsewhere = await arrangement(app, { members: [un] });
    const other = expectStatus(
      await un.http.post<{ id: string }>(at('meetings', elsewhere.id), meetingInput),
      201,
    );
    const body = { ...undertakingInput, meetingId: other.id };
    const answer = await un.http.post<Problem>(at('undertakings'), body);
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, '#/meetingId']);
  });

  it('shows a page at a time', async () => {
    for (const _ of [1, 2, 3]) await add('meetings', meetingInput);
    interface Page {
      items: { id: string }[];
      nextCursor: string | null;
    }
    const whole = (await un.http.get<Page>(at('meetings'))).body.items;
    const first = (await un.http.get<Page>(at('meetings'), { query: { limit: 2 } })).body;
    const rest = await un.http.get<Page>(at('meetings'), { query: { cursor: first.nextCursor ?? '' } });
    expect([...first.items, ...rest.body.items]).toEqual(whole);
  });
});

describe('who finds nothing, like where nothing is', () => {
  const everything = async (by: Http, ids: Record<'place' | 'contact' | 'undertaking', string>) => {
    const answers = [
      await by.get(at('contacts', ids.place)),
      await by.post(at('contacts', ids.place), contactInput),
      await by.put(at(`contacts/${ids.contact}`, ids.place), contactInput),
      await by.delete(at(`contacts/${ids.contact}`, ids.place)),
      await by.get(at('meetings', ids.place)),
      await by.post(at('meetings', ids.place), meetingInput),
      await by.get(at('undertakings', ids.place)),
      await by.post(at('undertakings', ids.place), undertakingInput),
      await by.post(at(`undertakings/${ids.undertaking}/follow-ups`, ids.place), {
        note: 'x y',
        state: 'open',
      }),
    ];
    return answers.map(({ status, text }) => [status, text]);
  };
  let ids: Record<'place' | 'contact' | 'undertaking', string>;
  beforeAll(async () => {
    const [contact, undertaking] = [
      await add('contacts', contactInput),
      await add('undertakings', undertakingInput),
    ];
    ids = { place: here.id, contact: contact.id, undertaking: undertaking.id };
  });
  const findsNothing = async (by: Http): Promise<void> => {
    const found = await everything(by, ids);
    const nowhere = { place: randomUUID(), contact: randomUUID(), undertaking: randomUUID() };
    expect(found).toEqual(await everything(by, nowhere));
    expect(found.filter(([status]) => status !== 404)).toEqual([]);
  };

  it.each([
    'ingo',
    'national_ngo',
    'io',
    'ngo_platform',
    'red_cross_red_crescent',
    'private_sector',
    'donor',
  ])('a member of the kind %s, whatever scopes it was given', async (kind) => {
    const other = await partner(app, { kind, scopes: SCOPES });
    await join(app, here, other);
    await findsNothing(other.http);
  });

  it('the UN where it is no member, the steward among them', async () => {
    const stranger = await partner(app, { kind: 'un_entity', scopes: SCOPES });
    await findsNothing(stranger.http);
    await findsNothing(app.steward);
  });

  it('a UN member that has left', async () => {
    const past = await partner(app, { kind: 'un_entity', scopes: SCOPES });
    await join(app, here, past);
    expect((await past.http.get(at('contacts'))).status).toBe(200);
    await leave(app, here, past);
    await findsNothing(past.http);
  });

  it('a client or membership below AMBER+STRICT, or narrowed to another arrangement', async () => {
    const elsewhere = await arrangement(app, { members: [un] });
    const low = await client(app, un.partner.id, { scopes: SCOPES, ceiling: { tlp: 'AMBER' } });
    const other = await client(app, un.partner.id, { scopes: SCOPES, arrangements: [elsewhere.code] });
    const same = await client(app, un.partner.id, { scopes: SCOPES, arrangements: [here.code] });
    await findsNothing(await app.as(low));
    await findsNothing(await app.as(other));
    expect((await (await app.as(same)).get(at('contacts'))).status).toBe(200);
    const green = await partner(app, { kind: 'un_entity', scopes: SCOPES });
    await join(app, here, green, { ceiling: { tlp: 'GREEN' } });
    await findsNothing(green.http);
  });

  it('the database shows no row to a partner of another kind, and takes none from it', async () => {
    const ngo = await partner(app, { scopes: SCOPES });
    await join(app, here, ngo);
    const rows = async (of: TestPartner, statement: string): Promise<number> => {
      const database = new pg.Client({ connectionString: app.database.serviceUrl });
      await database.connect();
      try {
        await database.query('begin');
        for (const [name, value] of [
          ['slt.partner', of.partner.id],
          ['slt.reader', of.partner.id],
          ['slt.manages', 'partners arrangements reference'],
        ]) {
          await database.query('select set_config($1, $2, true)', [name, value]);
        }
        return (await database.query(statement)).rowCount ?? 0;
      } finally {
        await database.end();
      }
    };
    for (const table of ['liaison_contact', 'liaison_meeting', 'liaison_undertaking', 'liaison_follow_up']) {
      expect([table, (await rows(un, `select from ${table}`)) > 0]).toEqual([table, true]);
      expect([table, await rows(ngo, `select from ${table}`)]).toEqual([table, 0]);
    }
    const insert = (by: TestPartner): Promise<number> =>
      rows(
        by,
        `insert into liaison_contact (id, arrangement_id, partner_id, authority, office)
         values ('${randomUUID()}', '${here.id}', '${by.partner.id}', 'police', 'x')`,
      );
    expect(await insert(un)).toBe(1);
    await expect(insert(ngo)).rejects.toThrow('row-level security');
  });
});

describe('every route', () => {
  it('asks for a token and its scope', async () => {
    const reader = await app.as(await client(app, un.partner.id, { scopes: ['liaison:read'] }));
    const writer = await app.as(await client(app, un.partner.id, { scopes: ['liaison:manage'] }));
    for (const [method, path, body, refused] of [
      ['GET', 'contacts', undefined, writer],
      ['POST', 'contacts', contactInput, reader],
      ['PUT', `contacts/${randomUUID()}`, contactInput, reader],
      ['DELETE', `contacts/${randomUUID()}`, undefined, reader],
      ['GET', 'meetings', undefined, writer],
      ['POST', 'meetings', meetingInput, reader],
      ['GET', 'undertakings', undefined, writer],
      ['POST', 'undertakings', undertakingInput, reader],
      ['POST', `undertakings/${randomUUID()}/follow-ups`, { note: 'x y', state: 'open' }, reader],
    ] as const) {
      expect([path, (await app.anonymous.send(method, at(path), body)).status]).toEqual([path, 401]);
      expect([path, (await refused.send(method, at(path), body)).status]).toEqual([path, 403]);
    }
  });
});
