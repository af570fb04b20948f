import pg from 'pg';
import { CAP, GEOJSON } from '../alerts/channels.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  alertInput,
  arrangement,
  client,
  leave,
  partner,
  renditionInput,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';
import { query } from '../support/database.js';
import { A_NAME, AN_HOUR, type Receipt, receiptsOf } from './receipts.js';

describe('16: receipts', () => {
  let app: TestApp;
  let originator: TestPartner;
  let reader: TestPartner;
  let colleague: Http;
  let narrowed: Http;
  let other: TestPartner;
  let stranger: TestPartner;
  let place: { id: string; code: string };

  beforeAll(async () => {
    app = await startApp();
    originator = await partner(app);
    reader = await partner(app);
    other = await partner(app);
    stranger = await partner(app);
    place = await arrangement(app, { members: [originator, reader, other] });
    colleague = await app.as(await client(app, reader.partner.id, { name: 'A second person' }));
    narrowed = await app.as(await client(app, reader.partner.id, { ceiling: { tlp: 'GREEN' } }));
  });
  afterAll(() => app.close());

  const publish = (more: Record<string, unknown> = {}) =>
    alert(originator.http, { audience: { arrangements: [place.code] }, ...more });
  const ownReceipt = async (id: string): Promise<Receipt | undefined> =>
    (await receiptsOf(originator.http, id))[reader.partner.code];

  it('show per organisation what was sent, fetched and acknowledged, and count two people of one once', async () => {
    const { id } = await publish({ acknowledgement: 'required', acknowledgeBy: '2098-01-01T00:00:00Z' });
    const sent = await receiptsOf(originator.http, id);
    expect(Object.keys(sent).sort()).toEqual([reader.partner.code, other.partner.code].sort());
    expect(sent[reader.partner.code]).toEqual({
      organisation: {
        id: reader.partner.id,
        code: reader.partner.code,
        name: A_NAME,
        kind: 'ingo',
      },
      sentAt: AN_HOUR,
      hasIt: true,
    });

    expectStatus(await reader.http.get(`/v1/alerts/${id}`), 200);
    expectStatus(await colleague.get(`/v1/alerts/${id}`), 200);
    expect(await ownReceipt(id)).toMatchObject({ fetchedAt: AN_HOUR });
    expect((await receiptsOf(originator.http, id))[other.partner.code]).not.toHaveProperty('fetchedAt');

    const path = `/v1/alerts/${id}/acknowledgements`;
    const first = expectStatus(await reader.http.post(path, { note: 'Staff told.' }), 200);
    expect(first).toEqual({
      acknowledgement: 'required',
      acknowledgeBy: '2098-01-01T00:00:00.000Z',
      acknowledgedAt: AN_HOUR,
      note: 'Staff told.',
    });
    expectStatus(await colleague.post(path, { note: 'Convoy held.' }), 200);
    expectStatus(await narrowed.post(path), 200);
    const receipts = await receiptsOf(originator.http, id);
    expect(Object.keys(receipts)).toHaveLength(2);
    expect(receipts[reader.partner.code]).toMatchObject({
      acknowledgedAt: AN_HOUR,
      acknowledgedLatest: true,
      note: 'Convoy held.',
    });
    expect(Object.keys(await receiptsOf(originator.http, id, { outstanding: 'true' }))).toEqual([
      other.partner.code,
    ]);
    expect(await stored(app, id)).toEqual({ fetches: 1, acknowledgements: 1, withMinutes: 0 });
  });

  it.each([
    ['the item as JSON', (http: Http, id: string) => http.get(`/v1/alerts/${id}`)],
    ['the item as CAP', (http: Http, id: string) => http.get(`/v1/alerts/${id}`, { headers: CAP })],
    ['the item as GeoJSON', (http: Http, id: string) => http.get(`/v1/alerts/${id}`, { headers: GEOJSON })],
    ['the list', (http: Http) => http.get('/v1/alerts')],
    ['a search', (http: Http) => http.get('/v1/alerts', { query: { minSeverity: 'severe' } })],
    ['the Atom feed', (http: Http) => http.get('/v1/feeds/alerts.atom')],
  ])('count a fetch by %s', async (_, fetchBy) => {
    const { id } = await publish();
    expect(await ownReceipt(id)).not.toHaveProperty('fetchedAt');
    expectStatus(await fetchBy(reader.http, id), 200);
    expect(await ownReceipt(id)).toHaveProperty('fetchedAt');
  });

  it.each([
    ['the change log', (http: Http) => http.get('/v1/changes')],
    [
      'an answer that nothing has changed',
      (http: Http, id: string) => http.get(`/v1/alerts/${id}`, { headers: { 'If-None-Match': '*' } }),
    ],
    ['asking for the headers alone', (http: Http, id: string) => http.send('HEAD', `/v1/alerts/${id}`)],
    ['the list of what is still to acknowledge', (http: Http) => http.get('/v1/alerts/unacknowledged')],
  ])('count no fetch by %s', async (_, ask) => {
    const { id } = await publish({ acknowledgement: 'requested' });
    expect([200, 304]).toContain((await ask(reader.http, id)).status);
    expect(await ownReceipt(id)).not.toHaveProperty('fetchedAt');
  });

  it('count each version anew, and say which one was acknowledged', async () => {
    const { id } = await publish({ acknowledgement: 'requested' });
    expectStatus(await reader.http.get(`/v1/alerts/${id}`), 200);
    expectStatus(await reader.http.post(`/v1/alerts/${id}/acknowledgements`), 200);
    const changed = alertInput({
      audience: { arrangements: [place.code] },
      acknowledgement: 'requested',
      severity: 'extreme',
    });
    expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, changed), 200);
    expect(await ownReceipt(id)).toMatchObject({ acknowledgedLatest: false });
    expect(await ownReceipt(id)).not.toHaveProperty('fetchedAt');
    // It has not seen the new version yet, whatever it says.
    expectStatus(await reader.http.post(`/v1/alerts/${id}/acknowledgements`), 200);
    expect(await ownReceipt(id)).toMatchObject({ acknowledgedLatest: false });
    expectStatus(await reader.http.get(`/v1/alerts/${id}`), 200);
    expectStatus(await reader.http.post(`/v1/alerts/${id}/acknowledgements`), 200);
    expect(await ownReceipt(id)).toMatchObject({
      acknowledgedLatest: true,
      fetchedAt: AN_HOUR,
    });
    expect(Object.keys(await receiptsOf(originator.http, id, { outstanding: 'true' }))).toEqual([
      other.partner.code,
    ]);
  });

  it('show narrowed clients of an organisation as that organisation', async () => {
    const renditions = [
      renditionInput({ audience: { arrangements: [place.code] } }),
      renditionInput({ tlp: 'AMBER', audience: { arrangements: [place.code] } }),
    ];
    const { id } = await publish({ renditions });
    expectStatus(await narrowed.get(`/v1/alerts/${id}`), 200);
    const receipts = await receiptsOf(originator.http, id);
    expect(Object.keys(receipts).sort()).toEqual([reader.partner.code, other.partner.code].sort());
    expect(receipts[reader.partner.code]).toHaveProperty('fetchedAt');
  });

  it('keep who lost it on the list, and owe nothing of it', async () => {
    const leaving = await partner(app);
    const where = await arrangement(app, { members: [leaving] });
    const { id } = await publish({ audience: { arrangements: [where.code] }, acknowledgement: 'required' });
    expect(Object.keys(await receiptsOf(originator.http, id, { outstanding: 'true' }))).toEqual([
      leaving.partner.code,
    ]);
    await leave(app, where, leaving);
    expect((await receiptsOf(originator.http, id))[leaving.partner.code]).toMatchObject({ hasIt: false });
    expect(await receiptsOf(originator.http, id, { outstanding: 'true' })).toEqual({});
  });

  it('are for the originator alone: no reader learns of another', async () => {
    const { id } = await publish({ acknowledgement: 'requested' });
    expectStatus(await reader.http.post(`/v1/alerts/${id}/acknowledgements`, { note: 'Between us.' }), 200);
    const missing = await stranger.http.get(`/v1/alerts/${stranger.partner.id}/receipts`);
    expect(missing.status).toBe(404);
    for (const what of ['receipts', 'recall']) {
      expectStatus(await other.http.get(`/v1/alerts/${id}/${what}`), 403);
      const hidden = await stranger.http.get(`/v1/alerts/${id}/${what}`);
      expect([hidden.status, hidden.text]).toEqual([404, missing.text]);
      const insider = await app.as(await client(app, originator.partner.id, { ceiling: { tlp: 'GREEN' } }));
      expectStatus(await insider.get(`/v1/alerts/${id}/${what}`), 403);
    }
    const own = expectStatus(await other.http.get(`/v1/alerts/${id}/acknowledgement`), 200);
    expect(own).toEqual({ acknowledgement: 'requested' });
    const audit = await app.as(await client(app, originator.partner.id, { scopes: ['audit:read'] }));
    // It would tell the very second.
    expect((await audit.get('/v1/audit')).text).not.toContain('alert.acknowledged');
  });

  it('let nobody acknowledge what it cannot read, nor its own', async () => {
    const { id } = await publish({ acknowledgement: 'requested' });
    const missing = await stranger.http.post(`/v1/alerts/${stranger.partner.id}/acknowledgements`);
    const hidden = await stranger.http.post(`/v1/alerts/${id}/acknowledgements`);
    expect([hidden.status, hidden.text]).toEqual([404, missing.text]);
    expect((await stranger.http.get(`/v1/alerts/${id}/acknowledgement`)).text).toBe(missing.text);
    expectStatus(await originator.http.post(`/v1/alerts/${id}/acknowledgements`), 409);
    expectStatus(await originator.http.post(`/v1/alerts/${id}/withdrawal`), 204);
    expect((await reader.http.post(`/v1/alerts/${id}/acknowledgements`)).text).toBe(missing.text);
  });

  it('tell readers what they still owe, until any of them has acknowledged it', async () => {
    const { id } = await publish({ acknowledgement: 'required', event: 'To be acknowledged' });
    const { id: quiet } = await publish();
    const owed = async (http: Http) =>
      expectStatus(
        await http.get<{ items: { id: string }[] }>('/v1/alerts/unacknowledged', { query: { limit: 200 } }),
        200,
      ).items;
    expect(await owed(colleague)).toContainEqual({
      id,
      version: 1,
      event: 'To be acknowledged',
      acknowledgement: 'required',
    });
    expect((await owed(colleague)).map((one) => one.id)).not.toContain(quiet);
    expect(await owed(originator.http)).toEqual([]);
    expect(await owed(stranger.http)).toEqual([]);
    expectStatus(await reader.http.post(`/v1/alerts/${id}/acknowledgements`), 200);
    expect((await owed(colleague)).map((one) => one.id)).not.toContain(id);
  });

  it('refuse a time to acknowledge by without a request, or in the past', async () => {
    for (const [acknowledgement, acknowledgeBy] of [
      [undefined, '2098-01-01T00:00:00Z'],
      ['none', '2098-01-01T00:00:00Z'],
      ['required', '2020-01-01T00:00:00Z'],
    ]) {
      const input = alertInput({ acknowledgement, acknowledgeBy });
      const refused = await originator.http.post<{ errors: { pointer: string }[] }>('/v1/alerts', input);
      expect([refused.status, refused.body.errors.map(({ pointer }) => pointer)]).toEqual([
        400,
        ['#/acknowledgeBy'],
      ]);
    }
  });

  it('are durable before the content leaves, and cost a repeated read nothing', async () => {
    const { id: read } = await publish();
    const { id: unread } = await publish();
    expectStatus(await reader.http.get(`/v1/alerts/${read}`), 200);
    await query(app.database.superuserUrl, 'alter table fetch_receipt rename to mislaid');
    try {
      expectStatus(await reader.http.get(`/v1/alerts/${read}`), 200);
      expectStatus(await colleague.get(`/v1/alerts/${read}`), 200);
      const answer = await reader.http.get(`/v1/alerts/${unread}`);
      expect([answer.status, answer.text.includes('clashes')]).toEqual([500, false]);
    } finally {
      await query(app.database.superuserUrl, 'alter table mislaid rename to fetch_receipt');
    }
    expectStatus(await reader.http.get(`/v1/alerts/${unread}`), 200);
    expect(await ownReceipt(unread)).toHaveProperty('fetchedAt');
  });

  it('of many at once are written together', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, async () => (await publish()).id));
    await Promise.all(ids.flatMap((id) => [reader, other].map(({ http }) => http.get(`/v1/alerts/${id}`))));
    for (const id of ids) {
      expect(
        Object.values(await receiptsOf(originator.http, id)).map(({ fetchedAt }) => typeof fetchedAt),
      ).toEqual(['string', 'string']);
    }
  });

  it('cannot be written for what a reader was never given', async () => {
    const { id } = await publish({ audience: { partners: [other.partner.code] } });
    const forged = `select record_fetches(array['${reader.partner.id}', '${other.partner.id}']::uuid[],
      array['${id}', '${id}']::uuid[], array[1, 7])`;
    await query(app.database.backgroundUrl, forged);
    expect((await stored(app, id)).fetches).toBe(0);
  });

  it('come down to one when an acknowledgement and a withdrawal race', async () => {
    for (let round = 0; round < 10; round++) {
      const { id } = await publish({ acknowledgement: 'required' });
      const [said, withdrawn] = await Promise.all([
        reader.http.post(`/v1/alerts/${id}/acknowledgements`),
        originator.http.post(`/v1/alerts/${id}/withdrawal`),
      ]);
      expect(withdrawn.status).toBe(204);
      expect([200, 404]).toContain(said.status);
      expect((await ownReceipt(id))?.acknowledgedAt !== undefined).toBe(said.status === 200);
    }
  });

  it('wait for a withdrawal under way, and then find nothing to acknowledge', async () => {
    const { id } = await publish({ acknowledgement: 'required' });
    const blocker = new pg.Client({ connectionString: app.database.superuserUrl });
    await blocker.connect();
    try {
      await blocker.query('begin');
      await blocker.query('delete from share_grant where shareable_id = $1', [id]);
      const said = reader.http.post(`/v1/alerts/${id}/acknowledgements`);
      await waiting(blocker);
      await blocker.query('commit');
      expect((await said).status).toBe(404);
    } finally {
      await blocker.end();
    }
  });
});

/** Until somebody waits for what this connection has locked. */
async function waiting(blocker: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await blocker.query(
      `select from pg_stat_activity where pg_backend_pid() = any (pg_blocking_pids(pid))`,
    );
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function stored(app: TestApp, id: string) {
  const [row] = await query(
    app.database.superuserUrl,
    `select (select count(*)::int from fetch_receipt where shareable_id = $1) as fetches,
       (select count(*)::int from acknowledgement where shareable_id = $1) as acknowledgements,
       (select count(*)::int from acknowledgement where extract(minute from acknowledged_at) <> 0) as "withMinutes"`,
    [id],
  );
  return row as { fetches: number; acknowledgements: number; withMinutes: number };
}
