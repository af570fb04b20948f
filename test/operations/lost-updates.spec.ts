import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { applyInput } from '../applications/applicant.js';
import { namer, nominate, registerOf } from '../focal-points/naming.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  arrangement,
  client,
  partner,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { type Answer, expectStatus, type Http } from '../support/http.js';

type Method = 'PUT' | 'PATCH';
interface Change {
  by: Http;
  method: Method;
  path: string;
  body: object;
  /** The tag of what is there now, as it is read. */
  tag: () => Promise<string>;
}

const SCOPES = ['arrangements:read', 'forums:manage', 'liaison:read', 'liaison:manage'];

let app: TestApp;
let member: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  app = await startApp();
  member = await partner(app, { kind: 'un_entity', scopes: SCOPES });
  here = await arrangement(app, { members: [member] });
});
afterAll(() => app.close());

/** What is shown with it changes by itself: a tag would have a poller told that nothing did. */
const versionOf = (by: Http, path: string) => async (): Promise<string> => {
  const { body, headers } = await by.get<{ version: number }>(path);
  expect(headers.get('etag')).toBeNull();
  return `"${body.version}"`;
};
const at = (more: string): string => `/v1/arrangements/${here.id}/${more}`;

const forum = async (): Promise<string> => {
  const body = { name: 'Weekly', timeZone: 'UTC' };
  return `/v1/forums/${expectStatus(await member.http.post<{ id: string }>(at('forums'), body), 201).id}`;
};
const meeting = async (): Promise<string> => {
  const path = `${await forum()}/meetings`;
  const body = {
    title: 'This week',
    startsAt: '2026-03-29T10:00:00Z',
    agenda: [],
    handling: { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
    chathamHouse: false,
  };
  return `${path}/${expectStatus(await member.http.post<{ id: string }>(path, body), 201).id}`;
};
/** Of one in a list, which says its version itself. */
const listed = (by: Http, path: string, find: (one: Record<string, unknown>) => boolean) => async () => {
  const { items } = expectStatus(await by.get<{ items: Record<string, unknown>[] }>(path), 200);
  return `"${Number(items.find(find)?.['version'] ?? 0)}"`;
};

const CHANGES: Record<string, () => Change | Promise<Change>> = {
  'a forum': async () => {
    const path = await forum();
    return {
      ...{ by: member.http, method: 'PATCH', path, body: { name: 'Monthly' } },
      tag: versionOf(member.http, path),
    };
  },
  'a meeting': async () => {
    const path = await meeting();
    const tag = versionOf(member.http, path);
    return { by: member.http, method: 'PATCH', path, body: { title: 'Next week' }, tag };
  },
  minutes: async () => {
    const path = await meeting();
    const body = { minutes: [{ text: 'The road is closed.' }], actions: [] };
    const tag = versionOf(member.http, path);
    return { by: member.http, method: 'PUT', path: `${path}/minutes`, body, tag };
  },
  'a focal point': async () => {
    const owner = await namer(app);
    const path = `${registerOf(owner)}/${(await nominate(owner)).id}`;
    const tag = versionOf(owner.http, path);
    return { by: owner.http, method: 'PATCH', path, body: { callSign: 'KILO 9' }, tag };
  },
  'a contact of the host government': async () => {
    const body = { authority: 'police', office: 'River police' };
    const path = at('liaison/contacts');
    const { id } = expectStatus(await member.http.post<{ id: string }>(path, body), 201);
    const tag = listed(member.http, path, (one) => one['id'] === id);
    return { by: member.http, method: 'PUT', path: `${path}/${id}`, body, tag };
  },
  'a client': async () => {
    const { clientId } = await client(app, member.partner.id);
    const path = `/v1/partners/${member.partner.id}/clients`;
    const tag = listed(app.steward, path, (one) => one['clientId'] === clientId);
    return { by: app.steward, method: 'PATCH', path: `${path}/${clientId}`, body: { name: 'Other' }, tag };
  },
  'what a level expects here': () => ({
    by: app.steward,
    method: 'PUT',
    path: at('level-settings/regular'),
    body: { expectations: [{ code: 'radio', label: 'Radio room' }] },
    tag: listed(app.steward, at('level-settings'), (one) => one['level'] === 'regular'),
  }),
  'what a level expects everywhere': () => ({
    by: app.steward,
    method: 'PUT',
    path: '/v1/level-settings/emergency',
    body: { expectations: [{ code: 'radio', label: 'Radio room' }] },
    tag: listed(app.steward, '/v1/level-settings', (one) => one['level'] === 'emergency'),
  }),
  'what is in place': async () => {
    const expectations = [{ code: 'radio', label: 'Radio room' }];
    expectStatus(await app.steward.put(at('level-settings/regular'), { expectations }), 200);
    const tag = async (): Promise<string> => {
      const { items } = expectStatus(
        await app.steward.get<{ items: { code: string; version?: number }[] }>(at('readiness')),
        200,
      );
      return `"${items.find(({ code }) => code === 'radio')?.version ?? 0}"`;
    };
    return { by: app.steward, method: 'PUT', path: at('readiness/radio'), body: { note: 'Tower' }, tag };
  },
  'a contact tree': () => ({
    by: app.steward,
    method: 'PUT',
    path: at('contact-tree'),
    body: { entries: [{ organisation: member.partner.code }] },
    tag: versionOf(app.steward, at('contact-tree')),
  }),
  'a sensitivity matrix': () => ({
    by: app.steward,
    method: 'PUT',
    path: at('sensitivity'),
    body: { protocol: 'Of this year', lines: [] },
    tag: listed(app.steward, at('sensitivity'), () => true),
  }),
};

describe('a change that was made for a version', () => {
  it.each(Object.keys(CHANGES))('of %s is refused once that is gone', async (name) => {
    const { by, method, path, body, tag } = await (CHANGES[name] as () => Change | Promise<Change>)();
    const change = (ifMatch: string): Promise<Answer> =>
      by.send(method, path, body, { headers: { 'If-Match': ifMatch } });
    const seen = await tag();
    expect(seen).toMatch(/^"\d+"$/);
    expectStatus(await change(seen), 200);
    expect((await change(seen)).status).toBe(412);
    expect((await change('"nonsense"')).status).toBe(412);
    const now = await tag();
    const twins = await Promise.all([change(now), change(now)]);
    expect(twins.map(({ status }) => status).sort()).toEqual([200, 412]);
  });
});

describe('what was taken back and said anew', () => {
  it.each(['what a level expects here', 'what is in place'])(
    'is %s of another version than before, and shows nothing of it meanwhile',
    async (name) => {
      const { by, method, path, body, tag } = await (CHANGES[name] as () => Change | Promise<Change>)();
      expectStatus(await by.send(method, path, body), 200);
      const former = await tag();
      expectStatus(await by.delete(path), 204);
      expect([await tag(), (await by.delete(path)).status]).toEqual(['"0"', 404]);
      expectStatus(await by.send(method, path, body, { headers: { 'If-Match': '"0"' } }), 200);
      expect(await tag()).not.toBe(former);
      const late = await by.send(method, path, body, { headers: { 'If-Match': former } });
      expect(late.status).toBe(412);
    },
  );
});

interface Creation {
  by: Http;
  path: string;
  body: object;
  /** What the second answer leaves out. */
  once?: string;
  rows: { sql: string; values: unknown[] };
}

const CREATIONS: Record<string, () => Creation | Promise<Creation>> = {
  'a presence': async () => {
    const { id } = (await partner(app)).partner;
    return {
      by: app.steward,
      path: `/v1/partners/${id}/presences`,
      body: { country: 'SD', status: 'active', from: '2099-01-01T00:00:00Z' },
      rows: { sql: 'select from partner_presence where partner_id = $1', values: [id] },
    };
  },
  'a client': async () => {
    const { id } = (await partner(app)).partner;
    return {
      by: app.steward,
      path: `/v1/partners/${id}/clients`,
      body: { name: 'The second', scopes: ['alerts:read'] },
      once: 'clientSecret',
      rows: { sql: `select from client where partner_id = $1 and name = 'The second'`, values: [id] },
    };
  },
  'what is granted in passing': async () => {
    const { partner: to, client: its } = await partner(app, { scopes: ['alerts:read'] });
    return {
      by: app.steward,
      path: `/v1/partners/${to.id}/clients/${its.clientId}/break-glass`,
      body: { scopes: ['alerts:publish'], reason: 'Nobody else is there', minutes: 60 },
      rows: { sql: 'select from break_glass where partner_id = $1', values: [to.id] },
    };
  },
  'a membership': async () => {
    const { id } = (await partner(app)).partner;
    return {
      by: app.steward,
      path: at('members'),
      body: { partnerId: id },
      rows: { sql: 'select from membership where partner_id = $1', values: [id] },
    };
  },
  'an application that came by hand': () => {
    const body = applyInput();
    return {
      by: app.steward,
      path: '/v1/partner-applications/entries',
      body,
      once: 'caseLink',
      rows: { sql: 'select from partner_application where name = $1', values: [body.name] },
    };
  },
};

describe('what is made under one key', () => {
  it.each(Object.keys(CREATIONS))('is %s once, and the key makes nothing else', async (name) => {
    const { by, path, body, once, rows } = await (CREATIONS[name] as () => Creation | Promise<Creation>)();
    const headers = { 'Idempotency-Key': randomUUID() };
    const first = expectStatus(await by.post<Record<string, unknown>>(path, body, { headers }), 201);
    const second = expectStatus(await by.post<Record<string, unknown>>(path, body, { headers }), 201);
    if (once !== undefined) {
      expect([typeof first[once], second[once]]).toEqual(['string', undefined]);
      delete first[once];
    }
    expect(second).toEqual(first);
    expect((await query(app.database.superuserUrl, rows.sql, rows.values)).length).toBe(1);
    const other = await by.post(path, { ...body, name: 'Another' }, { headers });
    expect([400, 422]).toContain(other.status);
    expect((await query(app.database.superuserUrl, rows.sql, rows.values)).length).toBe(1);
  });
});
