import { setTimeout as rest } from 'node:timers/promises';
import { until as untilAt } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { alert, client, partner, type TestPartner } from '../support/factories.js';
import { expectStatus, type Http, type Problem } from '../support/http.js';
import { reportInput } from '../reports/reporting.js';

interface View {
  clientId: string;
  lastUsedAt?: string;
  requestsPerMinute: number;
}
interface Report {
  dormant: View[];
  expiring: View[];
}

let app: TestApp;
let owner: TestPartner;
beforeAll(async () => {
  app = await startApp({ settings: { SLT_REQUESTS_PER_MINUTE: '500' } });
});
afterAll(() => app.close());
beforeEach(async () => {
  owner = await partner(app);
});

/** Asks seldom enough for the limit of this application. */
const until = <T>(condition: () => Promise<T | false>): Promise<T> =>
  untilAt(async () => {
    await rest(150);
    return condition();
  });

const clientsOf = ({ partner: { id } }: TestPartner): string => `/v1/partners/${id}/clients`;
const listed = async (by: Http = app.steward): Promise<View[]> =>
  expectStatus(await by.get<{ items: View[] }>(clientsOf(owner)), 200).items;
const lastUse = async (clientId: string): Promise<string | undefined> =>
  (await listed()).find((one) => one.clientId === clientId)?.lastUsedAt;
const ids = (views: View[]): string[] => views.map(({ clientId }) => clientId).sort();
const back = (clientId: string, column: string, interval: string): Promise<unknown> =>
  query(
    app.database.superuserUrl,
    `update client set ${column} = date_trunc('hour', now() + $1::interval, 'UTC') where id = $2`,
    [interval, clientId],
  );

describe('the last use of a client', () => {
  it('is known by its hour and no closer, to its partner and the steward', async () => {
    const asked = await client(app, owner.partner.id);
    expect(await lastUse(asked.clientId)).toBeUndefined();
    expectStatus(await (await app.as(asked)).get('/v1/me'), 200);
    const at = await until(async () => (await lastUse(asked.clientId)) ?? false);
    expect(at).toMatch(/T\d\d:00:00\.000Z$/);
    const seen = (await listed(owner.http)).find(({ clientId }) => clientId === asked.clientId);
    expect(seen?.lastUsedAt).toBe(at);
  });

  it('is written once an hour, however much it asks', async () => {
    const asked = await client(app, owner.partner.id);
    const http = await app.as(asked);
    const rowVersion = async (): Promise<unknown> =>
      (
        await query(app.database.superuserUrl, 'select xmin::text from client where id = $1', [
          asked.clientId,
        ])
      )[0];
    for (let turn = 0; turn < 20; turn++) expectStatus(await http.get('/v1/me'), 200);
    await until(async () => (await lastUse(asked.clientId)) !== undefined);
    const written = await rowVersion();
    for (let turn = 0; turn < 20; turn++) expectStatus(await http.get('/v1/me'), 200);
    // Of another client of the same process, whose mark comes after anything that waited.
    const other = await client(app, owner.partner.id);
    expectStatus(await (await app.as(other)).get('/v1/me'), 200);
    await until(async () => (await lastUse(other.clientId)) !== undefined);
    expect(await rowVersion()).toEqual(written);
  });

  it('does not tell when somebody reported', async () => {
    const source = await client(app, owner.partner.id, { scopes: ['reports:submit'] });
    const reporting = await app.as(source);
    expectStatus(await reporting.post('/v1/reports/preview', reportInput()), 200);
    const other = await client(app, owner.partner.id);
    expectStatus(await (await app.as(other)).get('/v1/me'), 200);
    await until(async () => (await lastUse(other.clientId)) !== undefined);
    expect(await lastUse(source.clientId)).toBeUndefined();
  });

  it('is not that of whoever was refused', async () => {
    const refused = await client(app, owner.partner.id, { allowedNetworks: ['192.0.2.0/24', '127.0.0.0/8'] });
    const http = await app.as(refused);
    await query(
      app.database.superuserUrl,
      `update client set allowed_networks = '{192.0.2.0/24}' where id = $1`,
      [refused.clientId],
    );
    expect((await http.get('/v1/me')).status).toBe(403);
    const other = await client(app, owner.partner.id);
    expectStatus(await (await app.as(other)).get('/v1/me'), 200);
    await until(async () => (await lastUse(other.clientId)) !== undefined);
    expect(await lastUse(refused.clientId)).toBeUndefined();
  });
});

describe('the report on the clients of everybody', () => {
  interface Neglected extends View {
    partnerCode: string;
    dormant: boolean;
    expiring: boolean;
    toAttest: boolean;
  }
  interface Page {
    items: Neglected[];
    nextCursor: string | null;
  }

  it('gives the steward each that somebody should look at once, page by page, and nobody else anything', async () => {
    const other = await partner(app);
    const made = await Promise.all([owner, other, other, owner].map((one) => client(app, one.partner.id)));
    const [dormant, expiring, toAttest, revoked] = made.map(({ clientId }) => clientId) as [
      string,
      string,
      string,
      string,
    ];
    await back(dormant, 'created_at', '-91 days');
    await back(expiring, 'expires_at', '20 days');
    await back(toAttest, 'attest_by', '-1 day');
    await back(revoked, 'created_at', '-91 days');
    expect((await app.steward.delete(`${clientsOf(owner)}/${revoked}`)).status).toBe(204);
    const found: Neglected[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Page = expectStatus(
        await app.steward.get<Page>('/v1/clients/report', { query: { limit: 1, ...(cursor && { cursor }) } }),
        200,
      );
      expect(page.items.length).toBeLessThanOrEqual(1);
      found.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(new Set(ids(found)).size).toBe(found.length);
    const reasons = (id: string): unknown => {
      const one = found.find(({ clientId }) => clientId === id);
      return one && [one.partnerCode, one.dormant, one.expiring, one.toAttest];
    };
    expect(made.map(({ clientId }) => reasons(clientId))).toEqual([
      [owner.partner.code, true, false, false],
      [other.partner.code, false, true, false],
      [other.partner.code, false, false, true],
      undefined,
    ]);
    expect(reasons(owner.client.clientId)).toBeUndefined();
    expect((await owner.http.get('/v1/clients/report')).status).toBe(403);
  });
});

describe('the report on clients', () => {
  const report = async (by: Http, more: Record<string, number> = {}): Promise<Report> =>
    expectStatus(await by.get<Report>(`${clientsOf(owner)}/report`, { query: more }), 200);

  it('names those that nobody used and those that end, while they can be used at all', async () => {
    const make = async (): Promise<string> => (await client(app, owner.partner.id)).clientId;
    const [fresh, old, never, ends, revoked, over] = [
      ...[await make(), await make(), await make()],
      ...[await make(), await make(), await make()],
    ] as [string, string, string, string, string, string];
    await back(fresh, 'last_used_at', '-89 days');
    await back(old, 'last_used_at', '-91 days');
    for (const id of [fresh, never, revoked, over]) await back(id, 'created_at', '-91 days');
    await back(ends, 'expires_at', '29 days');
    await back(over, 'expires_at', '-1 day');
    expectStatus(await app.steward.delete(`${clientsOf(owner)}/${revoked}`), 204);
    for (const by of [app.steward, owner.http]) {
      const { dormant, expiring } = await report(by);
      expect([ids(dormant), ids(expiring)]).toEqual([[old, never].sort(), [ends]]);
    }
    expect(ids((await report(app.steward, { dormantDays: 88 })).dormant)).toEqual([fresh, old, never].sort());
    expect(ids((await report(app.steward, { expiringDays: 28 })).expiring)).toEqual([]);
  });

  it('is for the partner and the steward, and takes nothing but days', async () => {
    const path = `${clientsOf(owner)}/report`;
    const other = await partner(app);
    expect((await app.anonymous.get(path)).status).toBe(401);
    expect((await (await app.as(owner.client, 'alerts:read')).get(path)).status).toBe(403);
    expect((await other.http.get(path)).status).toBe(404);
    for (const query of [{ dormantDays: 0 }, { dormantDays: 1.5 }, { expiringDays: 4000 }, { days: 3 }]) {
      expect([query, (await app.steward.get(path, { query: query as never })).status]).toEqual([query, 400]);
    }
  });
});

describe('a narrowed client', () => {
  it('is told of itself and of no other client of its partner', async () => {
    const narrowed = await client(app, owner.partner.id, { ceiling: { tlp: 'GREEN' } });
    const http = await app.as(narrowed);
    expect(ids(await listed(http))).toEqual([narrowed.clientId]);
    expect(ids(await listed(owner.http))).toEqual([narrowed.clientId, owner.client.clientId].sort());
    await back(owner.client.clientId, 'last_used_at', '-91 days');
    const { dormant } = expectStatus(await http.get<Report>(`${clientsOf(owner)}/report`), 200);
    expect(dormant).toEqual([]);
  });
});

describe('what a client may ask', () => {
  const limit = (clientId: string, body: unknown, by: Http = app.steward) =>
    by.patch<View & Problem>(`${clientsOf(owner)}/${clientId}`, body);

  const changes = async (): Promise<object[]> => {
    const query = { of: 'exchange', action: 'client.changed', object: owner.partner.id };
    const { items } = expectStatus(
      await app.steward.get<{ items: { details: object }[] }>('/v1/audit', { query }),
      200,
    );
    return items.map(({ details }) => details);
  };

  it('is what any may, unless the steward says otherwise; the client sees it', async () => {
    const { clientId } = owner.client;
    expect((await listed(owner.http)).map((one) => one.requestsPerMinute)).toEqual([500]);
    expect(expectStatus(await limit(clientId, { requestsPerMinute: 12 }), 200).requestsPerMinute).toBe(12);
    const http = await app.as(owner.client);
    const me = await http.get<{ requestsPerMinute: number }>('/v1/me');
    expect([me.body.requestsPerMinute, me.headers.get('ratelimit-policy')]).toEqual([
      12,
      '"client";q=12;w=60',
    ]);
    const statuses: number[] = [];
    for (let turn = 0; turn < 12; turn++) statuses.push((await http.get('/v1/me')).status);
    expect(statuses.at(-1)).toBe(429);
    expect(statuses.filter((status) => status === 200).length).toBeLessThan(12);
    expectStatus(await limit(clientId, { requestsPerMinute: null, name: 'Renamed' }), 200);
    await until(
      async () => (await http.get('/v1/me')).headers.get('ratelimit-policy') === '"client";q=500;w=60',
    );
    expect((await listed(owner.http))[0]).toMatchObject({ name: 'Renamed', requestsPerMinute: 500 });
    expect(await changes()).toEqual([
      { client: clientId, renamed: true, requestsPerMinute: null },
      { client: clientId, requestsPerMinute: 12 },
    ]);
  });

  it('is changed within bounds, by the steward, for clients that are there', async () => {
    const { clientId } = owner.client;
    for (const requestsPerMinute of [9, 10_001, 10.5, '20', true]) {
      const answer = await limit(clientId, { requestsPerMinute });
      expect([requestsPerMinute, answer.status, answer.body.errors?.[0]?.pointer]).toEqual([
        requestsPerMinute,
        400,
        '#/requestsPerMinute',
      ]);
    }
    expect((await limit(clientId, { scopes: ['partners:manage'] })).status).toBe(400);
    expect((await limit(clientId, { requestsPerMinute: 20 }, owner.http)).status).toBe(403);
    expect((await limit(clientId, {}, app.anonymous)).status).toBe(401);
    expect((await limit('nobody', {})).status).toBe(404);
    const other = await partner(app);
    expect((await limit(other.client.clientId, {})).status).toBe(404);
    expectStatus(await app.steward.delete(`${clientsOf(owner)}/${clientId}`), 204);
    expect((await limit(clientId, { name: 'Too late' })).status).toBe(409);
    expect(await changes()).toEqual([]);
  });
});

describe('a key that only reads', () => {
  it('does not answer alerts in the name of its partner', async () => {
    const { id } = await alert(app.steward, {
      audience: { partners: [owner.partner.code] },
      acknowledgement: 'required',
      acknowledgeBy: '2098-01-01T00:00:00Z',
    });
    const reading = await app.as(await client(app, owner.partner.id, { scopes: ['alerts:read'] }));
    const path = `/v1/alerts/${id}`;
    expectStatus(await reading.get(path), 200);
    for (const [method, act, body] of [
      ['POST', 'acknowledgements', {}],
      ['POST', 'challenges', { reason: 'x' }],
      ['POST', 'feedback', { kind: 'dispute', anonymous: false }],
      ['DELETE', 'feedback/dispute', undefined],
      ['POST', 'release-requests', {}],
      ['POST', 'purge-confirmation', {}],
    ] as const) {
      const answer = await reading.send<Problem>(method, `${path}/${act}`, body);
      expect([act, answer.status, answer.headers.get('www-authenticate')]).toEqual([
        act,
        403,
        'Bearer error="insufficient_scope", scope="alerts:respond"',
      ]);
    }
    expectStatus(await owner.http.post(`${path}/acknowledgements`), 200);
  });
});
