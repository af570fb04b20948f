import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { EventStream } from '../delivery/event-stream.js';
import { HOOK_SETTINGS } from '../delivery/hooks.js';
import { type MailServer, startMailServer } from '../delivery/mail-server.js';
import { Receiver } from '../delivery/receiver.js';
import { mailSettings } from '../delivery/subscribing.js';
import { ROUTES } from '../openapi/document.js';
import { until } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import { expectStatus } from '../support/http.js';
import { kindsWaiting, leaverWorld, type LeaverWorld } from './leaver.world.js';
import { type FocalPoint, registerOf } from './naming.js';

/** Where people write what they like, which its author corrects and nobody can search for a person in; each for a reason. */
const FREE_TEXT: Record<string, string> = {
  'public.focal_point_handover.open_matters':
    'what is open, written in the very call; README: name no persons there',
  'public.meeting.minutes': 'what was said, which the convenor corrects; who said it is taken out',
  'public.meeting.actions': 'what is to be done, as above; who does it is taken out',
  'public.partner_application_message.text': 'the file of the application, erased as a whole after a year',
};

/** Routes of which nothing is there to be read in this world. */
const NOTHING_THERE: Record<string, string> = {
  '/v1/contributions/{token}': 'for a partner that has left as a whole, by an address told once',
  '/v1/contributions/{token}/files/{fileId}': 'the same',
  '/v1/partners/{id}/withdrawal': 'the same',
  '/v1/partner-application-links/{token}': 'a mail that waits, and was never read',
  '/v1/unsubscribe/{token}': 'stands in mails about alerts alone',
  '/v1/alerts/{id}/release': 'alerts that wait for a second person',
};

let mails: MailServer;
let app: TestApp;
let receiver: Receiver;
let world: LeaverWorld;
/** Minutes as they were read before it left, and for which version. */
let former: { tag: string; said: object };

beforeAll(async () => {
  mails = await startMailServer();
  receiver = await Receiver.start();
  app = await startApp({ settings: { ...mailSettings(mails), ...HOOK_SETTINGS } });
  world = await leaverWorld(app, mails, receiver);
}, 120_000);
afterAll(async () => {
  await app.close();
  await receiver.stop();
  await mails.stop();
});

/** Columns of all tables, those of the job queue among them, that hold one of these words: as text, in JSON or as bytes. */
async function columnsWith(words: string[]): Promise<string[]> {
  const superuser = new pg.Client({ connectionString: app.database.superuserUrl });
  await superuser.connect();
  try {
    const { rows: columns } = await superuser.query<{
      place: string;
      from: string;
      name: string;
      type: string;
    }>(
      `select table_schema || '.' || table_name || '.' || column_name as place, data_type as type,
         quote_ident(table_schema) || '.' || quote_ident(table_name) as from, quote_ident(column_name) as name
       from information_schema.columns join information_schema.tables using (table_schema, table_name)
       where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'
         and data_type in ('text', 'character varying', 'json', 'jsonb', 'xml', 'ARRAY', 'bytea', 'tsvector', 'USER-DEFINED')`,
    );
    expect(columns.length).toBeGreaterThan(300);
    const found = new Set<string>();
    for (const { place, from, name, type } of columns) {
      const isFound = words.map((word) =>
        type === 'bytea'
          ? [word, word.toLowerCase(), word.toUpperCase()]
              .map((one) => `position(convert_to(${pg.escapeLiteral(one)}, 'UTF8') in ${name}) > 0`)
              .join(' or ')
          : `position(lower(${pg.escapeLiteral(word)}) in lower(${name}::text)) > 0`,
      );
      const { rowCount } = await superuser.query(`select from ${from} where ${isFound.join(' or ')} limit 1`);
      if (rowCount !== 0) found.add(place);
    }
    return [...found].sort();
  } finally {
    await superuser.end();
  }
}

const meetingPath = (): string =>
  `/v1/forums/${world.ids['/v1/forums']}/meetings/${world.parts['meetingId']}`;

async function readMinutes(): Promise<typeof former> {
  const { body } = await world.fellow.http.get<Record<string, unknown>>(meetingPath());
  const { minutes, actions, version } = body;
  return { tag: `"${Number(version)}"`, said: { minutes, actions } };
}

interface Reading {
  /** Routes at which somebody read one of the words, by the reader. */
  found: Set<string>;
  /** Routes that answered nobody. */
  unread: Set<string>;
}

/** Every GET route there is, as everybody. */
async function readAll(words: string[]): Promise<Reading> {
  const reading: Reading = { found: new Set(), unread: new Set() };
  for (const { method, path } of ROUTES) {
    if (method !== 'GET' || path === '/v1/changes/stream') continue;
    let isRead = false;
    for (const [reader, http] of Object.entries(world.readers)) {
      for (const target of pathsOf(path)) {
        const { status, text } = await http.get(target);
        isRead ||= status === 200;
        if (words.some((word) => text.toLowerCase().includes(word.toLowerCase()))) {
          reading.found.add(`${path} by ${reader}`);
        }
      }
    }
    if (!isRead) reading.unread.add(path);
  }
  for (const [reader, http] of Object.entries(world.readers)) {
    if (reader === 'anonymous' || reader === 'vetter') continue;
    const stream = await EventStream.open(http, { include: 'content' });
    await stream.until(({ text }) => text.length > 0);
    if (words.some((word) => stream.text.includes(word))) reading.found.add(`stream by ${reader}`);
    stream.close();
  }
  return reading;
}

/** With what is there in the place of every parameter, and the queries without which less would be shown. */
function pathsOf(path: string): string[] {
  const of = (names: Record<string, string>): string | undefined =>
    Object.entries(names).find(([prefix]) => path.startsWith(`${prefix}/`))?.[1];
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(
      (name === 'id' || name === 'token' ? of(name === 'id' ? world.ids : world.parts) : undefined) ??
        { ...world.parts, format: 'json', year: String(new Date().getUTCFullYear()) }[name] ??
        'none',
    ),
  );
  const queries: Record<string, string[]> = {
    '/v1/audit': ['?limit=200', '?limit=200&of=exchange'],
    '/v1/alerts/facets': ['?facets=severity'],
    '/v1/alerts/trends': ['?by=country'],
    '/v1/changes': ['?limit=200&include=content'],
    '/v1/partners/{id}/assessments': ['?history=true'],
  };
  return (queries[path] ?? ['']).map((query) => `${filled}${query}`);
}

describe('somebody who leaves', () => {
  it('was written down in many places, where the tests below would find it', async () => {
    expect(await columnsWith(world.words)).toEqual([
      ...['public.client.name', 'public.commitment_acceptance.officer_name'],
      'public.commitment_acceptance.reminder_address',
      ...['call_sign', 'email', 'name', 'phones'].map((name) => `public.focal_point_contact.${name}`),
      ...['public.mail_notice.address', 'public.meeting.actions', 'public.meeting.minutes'],
      ...['public.partner_application.contact_email', 'public.partner_application.contact_name'],
      'public.subscription_recipient.address',
    ]);
    const [email = ''] = world.words.filter((word) => word.includes('@'));
    expect((await kindsWaiting(app, email)).sort()).toEqual(['application', 'commitments', 'focal_point']);
    const { found, unread } = await readAll(world.words);
    expect([...unread].filter((path) => !(path in NOTHING_THERE))).toEqual([]);
    const routes = new Set([...found].map((one) => one.split(' ')[0]));
    expect([...routes].sort()).toEqual([
      '/v1/arrangements/{id}/focal-points',
      '/v1/forums/{id}/meetings',
      '/v1/forums/{id}/meetings/{meetingId}',
      '/v1/partner-applications/{id}',
      ...['acceptances', 'clients', 'focal-points', 'focal-points/{focalPointId}'].map(
        (part) => `/v1/partners/{id}/${part}`,
      ),
      ...['/v1/subscription-confirmations/{token}', '/v1/subscriptions', '/v1/subscriptions/{id}'],
    ]);
  }, 120_000);

  it('is gone from every table and every view with one call, wherever it spoke for its organisation', async () => {
    former = await readMinutes();
    const left = expectStatus(
      await world.own.http.post<{
        focalPoint: FocalPoint;
        alsoDeparted: string[];
        revokedClients: string[];
      }>(`${registerOf(world.own)}/${world.focalPoint}/departure`, {
        successorId: world.successor,
        openMatters: [`The radio check that ${world.nickname} promised`],
      }),
      200,
    );
    expect(left.alsoDeparted).toEqual(world.others);
    expect(left.revokedClients).toEqual(world.boundClients);
    expect(left.focalPoint.handover?.successorId).toBe(world.successor);
    expect(await columnsWith(world.words)).toEqual([]);
    expect(await columnsWith([world.nickname])).toEqual(Object.keys(FREE_TEXT).sort());
    const { found, unread } = await readAll(world.words);
    expect([...found]).toEqual([]);
    // Pages to which links lead that were mailed to it are not all there any more.
    expect([...unread].filter((path) => !(path in NOTHING_THERE) && !path.endsWith('{token}'))).toEqual([]);
    for (const link of world.links) {
      const page = await app.anonymous.get(link);
      expect([link, world.words.filter((word) => page.text.includes(word))]).toEqual([link, []]);
    }
    expect((await app.anonymous.get(world.links.at(-1) ?? '')).status).toBe(404);
  }, 120_000);

  it('is not written back into minutes for a version that was read before', async () => {
    expect(JSON.stringify(former.said)).toContain(world.words[0]);
    const now = await readMinutes();
    expect(now.tag).not.toBe(former.tag);
    const write = (tag: string): Promise<{ status: number }> =>
      world.fellow.http.put(`${meetingPath()}/minutes`, former.said, { headers: { 'If-Match': tag } });
    expect((await write(former.tag)).status).toBe(412);
    expect(await readMinutes()).toEqual(now);
  });

  it('is in the audit as ids, of each place where it was', async () => {
    for (const id of [world.focalPoint, ...world.others]) {
      const { items } = expectStatus(
        await world.own.http.get<{ items: { action: string }[] }>('/v1/audit', { query: { object: id } }),
        200,
      );
      expect([id, items[0]?.action]).toEqual([id, 'focal_point.departed']);
    }
  });

  it('leaves what is not of it as it was', async () => {
    const { minutes, actions } = expectStatus(
      await world.fellow.http.get<{ minutes: object[]; actions: object[] }>(meetingPath()),
      200,
    );
    expect(minutes).toEqual([
      { text: `The road is closed, says ${world.nickname}.` },
      { text: 'The bridge is open.', speaker: 'Somebody else' },
    ]);
    expect(actions).toEqual([
      { text: `Ask the drivers, and ${world.nickname}`, done: false },
      { text: 'Ask the police', done: true },
      { text: 'Ask the mayor', owner: 'Somebody else', dueAt: '2026-04-01T00:00:00.000Z', done: false },
    ]);
    const signed = await world.own.http.get<{ items: object[] }>(
      `/v1/partners/${world.own.partner.id}/acceptances`,
    );
    expect(signed.body.items).toEqual([expect.objectContaining({ officerTitle: 'Secretary General' })]);
    await until(async () => {
      const { items } = (await world.own.http.get<{ items: FocalPoint[] }>(registerOf(world.own))).body;
      return items.find(({ id }) => id === world.successor)?.email !== undefined;
    });
  });
});
