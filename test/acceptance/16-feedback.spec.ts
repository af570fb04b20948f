import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startApp, type TestApp } from '../support/app.js';
import { alert, client, partner, type TestPartner, uniqueCode, USUAL_SCOPES } from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';

/** Acceptance test 16, second half: each organisation counts once; anonymous confirmations raise the count unnamed. */
describe('an alert to every INGO', () => {
  let app: TestApp;
  let originator: TestPartner;
  let sender: TestPartner;
  let colleague: Http;
  let other: TestPartner;
  let viewers: { name: string; http: Http; acting: Record<string, string> }[];
  let id: string;

  beforeAll(async () => {
    app = await startApp();
    const scopes = [...USUAL_SCOPES, 'audit:read'];
    originator = await partner(app, { kind: 'un_entity', scopes });
    sender = await partner(app, { code: uniqueCode('UNNAMED'), name: 'Wishes to stay unnamed' });
    other = await partner(app, { scopes });
    colleague = await app.as(await client(app, sender.partner.id, { ceiling: { tlp: 'GREEN' } }));
    ({ id } = await alert(originator.http, { audience: { kinds: ['ingo'] } }));
    const steward = expectStatus(await app.steward.get<{ partner: { id: string } }>('/v1/me'), 200);
    const as = (partnerId: string, manages = '') => ({
      'slt.partner': partnerId,
      'slt.reader': partnerId,
      'slt.manages': manages,
    });
    viewers = [
      { name: 'the originator', http: originator.http, acting: as(originator.partner.id) },
      { name: 'another reader', http: other.http, acting: as(other.partner.id) },
      {
        name: 'the steward',
        http: app.steward,
        acting: as(steward.partner.id, 'partners arrangements reference'),
      },
    ];
  });
  afterAll(() => app.close());

  const confirm = (http: Http, anonymous: boolean, note?: string) =>
    http.post(`/v1/alerts/${id}/feedback`, { kind: 'confirm', anonymous, ...(note && { note }) });

  const confirmed = async (http: Http): Promise<unknown> =>
    expectStatus(await http.get<{ corroboration: { confirmed: number } }>(`/v1/alerts/${id}`), 200)
      .corroboration.confirmed;

  it('counts two clients of one organisation once', async () => {
    for (const http of [sender.http, colleague]) expectStatus(await confirm(http, false), 200);
    for (const http of [originator.http, other.http, sender.http]) expect(await confirmed(http)).toBe(1);
    expect((await sender.http.delete(`/v1/alerts/${id}/feedback/confirm`)).status).toBe(204);
    expect(await confirmed(originator.http)).toBe(0);
  });

  it('lets nobody find the sender of an anonymous confirmation in any answer or any table', async () => {
    const before = await Promise.all(viewers.map((viewer) => traces(viewer)));
    expectStatus(await confirm(sender.http, true, 'Our drivers saw it from the road.'), 200);
    expectStatus(await confirm(colleague, true, 'Our drivers saw it from the road.'), 200);
    expectStatus(await sender.http.delete(`/v1/alerts/${id}/feedback/confirm`), 204);
    expectStatus(await confirm(sender.http, true, 'Our drivers saw it from the road.'), 200);
    const after = await Promise.all(viewers.map((viewer) => traces(viewer)));
    for (const [place, { name }] of viewers.entries()) {
      expect([name, after[place]]).toEqual([name, before[place]]);
    }
    expect(await confirmed(originator.http)).toBe(1);
    expect(await confirmed(other.http)).toBe(1);
  });

  it('passes the words on to the originator without a name or a time, and to nobody else', async () => {
    expectStatus(await confirm(other.http, false, 'Seen by our office.'), 200);
    const feedback = await originator.http.get<{ received: unknown[] }>(`/v1/alerts/${id}/feedback`);
    expect(feedback.body.received).toEqual([
      {
        kind: 'confirm',
        note: 'Seen by our office.',
        organisation: { code: other.partner.code, name: `Partner ${other.partner.code}` },
        at: expect.stringMatching(/T\d\d:00:00\.000Z$/) as unknown,
      },
      { kind: 'confirm', note: 'Our drivers saw it from the road.' },
    ]);
    for (const { http } of [other, { http: colleague }]) {
      const answer = await http.get(`/v1/alerts/${id}/feedback`);
      expect(answer.body).not.toHaveProperty('received');
    }
    const readers = await other.http.get(`/v1/alerts/${id}/feedback`);
    expect(readers.text).not.toContain('drivers');
  });

  it('shows the sender its own', async () => {
    const own = await sender.http.get(`/v1/alerts/${id}/feedback`);
    expect(own.body).toMatchObject({ mine: [{ kind: 'confirm', anonymous: true }] });
  });

  /** Where the sender is named, in all that a viewer is answered and in all rows that it may see. */
  async function traces({ name, http, acting }: (typeof viewers)[number]): Promise<string[]> {
    const marks = [sender.partner.id, sender.partner.code, 'Wishes to stay unnamed', sender.client.clientId];
    const found: string[] = [];
    const look = (where: string, text: string): void => {
      for (const mark of marks) {
        const times = text.split(mark).length - 1;
        if (times > 0) found.push(`${where}: ${marks.indexOf(mark)} × ${times}`);
      }
    };
    const item = `/v1/alerts/${id}`;
    const paths = [
      ...[item, `${item}/feedback`, `${item}/renditions`, '/v1/alerts', '/v1/changes'],
      ...['/v1/feeds/alerts.atom', '/v1/audit', '/v1/me'],
      ...(name === 'the steward' ? ['/v1/audit?of=exchange&limit=200'] : []),
    ];
    for (const path of paths) {
      for (const accept of ['application/json', 'application/cap+xml', 'application/geo+json', '*/*']) {
        const answer = await http.get(path, { headers: { Accept: accept } });
        look(`${accept} ${path}`, answer.text + JSON.stringify([...answer.headers]));
      }
    }
    for (const [table, rows] of await visibleRows(acting)) look(table, rows);
    return found;
  }

  /** Every row of every table that the service may read while it acts as this partner. */
  async function visibleRows(acting: Record<string, string>): Promise<[string, string][]> {
    const connection = new pg.Client({ connectionString: app.database.serviceUrl });
    await connection.connect();
    const found: [string, string][] = [];
    try {
      const tables = await connection.query<{ name: string }>(
        `select relname as name from pg_class where relnamespace = 'public'::regnamespace
           and relkind in ('r', 'p', 'v') and has_table_privilege(oid, 'select') order by 1`,
      );
      await connection.query('begin');
      for (const [setting, value] of Object.entries(acting)) {
        await connection.query('select set_config($1, $2, true)', [setting, value]);
      }
      for (const { name } of tables.rows) {
        const { rows } = await connection.query(`select to_jsonb(t)::text as row from ${name} t order by 1`);
        found.push([name, JSON.stringify(rows)]);
      }
      const received = await connection.query('select * from alert_feedback_received($1)', [id]);
      found.push(['alert_feedback_received', JSON.stringify(received.rows)]);
    } finally {
      await connection.end();
    }
    expect(found.map(([name]) => name)).toEqual(expect.arrayContaining(['alert_feedback', 'audit_entry']));
    return found;
  }
});
