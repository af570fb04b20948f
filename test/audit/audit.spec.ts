import { query } from '../support/database.js';
import { startApp, type TestApp } from '../support/app.js';
import { alert, alertInput, arrangement, client, partner, type TestPartner } from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';

interface Entry {
  id: string;
  action: string;
  object: { type: string; id: string };
  partner?: string;
  client?: string;
}
interface Page {
  items: Entry[];
  nextCursor: string | null;
}

describe('the audit', () => {
  let app: TestApp;
  let originator: TestPartner;
  let reader: TestPartner;
  const scopes = ['alerts:read', 'alerts:publish', 'audit:read'];

  beforeAll(async () => {
    app = await startApp();
    originator = await partner(app, { scopes });
    reader = await partner(app, { scopes });
    await arrangement(app, { code: 'AUDITED', members: [originator, reader] });
  });
  afterAll(() => app.close());

  const acts = async (http: Http, object: string, more: Record<string, string> = {}): Promise<Entry[]> =>
    expectStatus(await http.get<Page>('/v1/audit', { query: { object, ...more } }), 200).items;

  it('keeps every act of an alert, newest first, for its originator and for the steward, and tells no reader', async () => {
    const { id } = await alert(originator.http, { audience: { arrangements: ['AUDITED'] } });
    const changed = alertInput({ severity: 'extreme', audience: { arrangements: ['AUDITED'] } });
    expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, changed), 200);
    expectStatus(await originator.http.post(`/v1/alerts/${id}/cancellation`, {}), 200);
    expectStatus(await originator.http.post(`/v1/alerts/${id}/withdrawal`), 204);
    const expected = ['alert.withdrawn', 'alert.cancelled', 'alert.updated', 'alert.published'];

    const own = await acts(originator.http, id);
    expect(own.map(({ action }) => action)).toEqual(expected);
    for (const entry of own) {
      expect([entry.partner, entry.client]).toEqual([originator.partner.id, originator.client.clientId]);
    }
    const exchange = await acts(app.steward, id, { of: 'exchange' });
    expect(exchange.map(({ action }) => action)).toEqual(expected);
    expect(await acts(reader.http, id)).toEqual([]);
    // Its own copies are those of what concerns it as a partner.
    expect(await acts(app.steward, id)).toEqual([]);
  });

  it('records nothing of what was refused', async () => {
    const before = await query(app.database.superuserUrl, 'select count(*) from audit_entry');
    const refused = await originator.http.post('/v1/alerts', { ...alertInput(), severity: 'terrible' });
    expect(refused.status).toBe(400);
    const foreign = await alert(originator.http, { audience: { arrangements: ['AUDITED'] } });
    expect((await reader.http.post(`/v1/alerts/${foreign.id}/withdrawal`)).status).toBe(403);
    const actions = await acts(originator.http, foreign.id);
    expect(actions.map(({ action }) => action)).toEqual(['alert.published']);
    const after = await query(app.database.superuserUrl, 'select count(*) from audit_entry');
    expect(Number(after[0]?.['count']) - Number(before[0]?.['count'])).toBe(2);
  });

  it('is paged without gaps, and its cursor is of no use to others', async () => {
    for (let index = 0; index < 5; index++) {
      await alert(originator.http, { audience: { arrangements: ['AUDITED'] } });
    }
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Page = expectStatus(
        await originator.http.get<Page>('/v1/audit', { query: { limit: 3, ...(cursor && { cursor }) } }),
        200,
      );
      ids.push(...page.items.map(({ id }) => id));
      if (page.nextCursor) {
        const stolen = await reader.http.get('/v1/audit', { query: { limit: 3, cursor: page.nextCursor } });
        expect(stolen.status).toBe(400);
      }
      cursor = page.nextCursor;
    } while (cursor !== null);
    const all = expectStatus(
      await originator.http.get<Page>('/v1/audit', { query: { limit: 200 } }),
      200,
    ).items;
    expect(ids).toEqual(all.map(({ id }) => id));
  });

  it('opens to audit:read alone, the whole of it to the steward, and to no narrowed client', async () => {
    expect((await app.anonymous.get('/v1/audit')).status).toBe(401);
    const deaf = await partner(app, { scopes: ['alerts:read'] });
    expect((await deaf.http.get('/v1/audit')).status).toBe(403);
    expect((await originator.http.get('/v1/audit', { query: { of: 'exchange' } })).status).toBe(403);
    expect((await originator.http.get('/v1/audit', { query: { of: 'all' } })).status).toBe(400);
    const narrowed = await client(app, originator.partner.id, { scopes, ceiling: { tlp: 'CLEAR' } });
    const page = expectStatus(await (await app.as(narrowed)).get<Page>('/v1/audit'), 200);
    expect(page.items).toEqual([]);
  });

  it('tells a partner who made, renewed or revoked a client in its name, and changed its standing', async () => {
    const watched = await partner(app, { scopes });
    const { id } = watched.partner;
    const { clientId } = await client(app, id, { scopes: ['alerts:read'] });
    const path = `/v1/partners/${id}`;
    expectStatus(await app.steward.post(`${path}/clients/${clientId}/rotation`, {}), 200);
    expectStatus(await app.steward.delete(`${path}/clients/${clientId}`), 204);
    expectStatus(await app.steward.patch(path, { ceiling: { tlp: 'GREEN' } }), 200);
    const entries = await acts(watched.http, id);
    expect(entries.map(({ action }) => action)).toEqual([
      'partner.changed',
      'client.revoked',
      'client.rotated',
      'client.created',
      'client.created',
      'partner.admitted',
    ]);
    expect(new Set(entries.map((entry) => entry.partner)).has(id)).toBe(false);
    expect(await acts(originator.http, id)).toEqual([]);
  });

  it('cannot be changed by the service, nor written in the name of others', async () => {
    for (const statement of ['update audit_entry set action = action', 'delete from audit_entry']) {
      await expect(query(app.database.serviceUrl, statement)).rejects.toThrow('permission denied');
    }
    const forged = `begin; select set_config('slt.partner', '${reader.partner.id}', true),
        set_config('slt.reader', '${reader.partner.id}', true);
      insert into audit_entry (id, action, object_type, object_id, partner_id)
        values (gen_random_uuid(), 'alert.withdrawn', 'alert', gen_random_uuid(), '${originator.partner.id}'); commit`;
    await expect(query(app.database.serviceUrl, forged)).rejects.toThrow('row-level security');
  });
});
