import pg from 'pg';
import { compareWithRule } from '../../sharing/recorded.js';
import { startApp, type TestApp } from '../../support/app.js';
import {
  alert,
  alertInput,
  arrangement,
  client,
  partner,
  renditionInput,
  USUAL_SCOPES,
  type TestArrangement,
  type TestPartner,
} from '../../support/factories.js';
import { expectStatus, type Http } from '../../support/http.js';

const SCOPES = [...USUAL_SCOPES, 'feeds:manage', 'audit:read'];
const FORMATS = ['atom', 'rss', 'json', 'geojson', 'csv', 'cap'];

interface Made {
  id: string;
  state: string;
  keeper: string;
  ceiling: { tlp: string; classification: string };
  addresses: string[];
  lastUsedAt?: string;
}

describe('feed addresses', () => {
  const logged: string[] = [];
  let app: TestApp;
  let superuser: pg.Client;
  let un: TestPartner;
  let here: TestArrangement;
  beforeAll(async () => {
    app = await startApp({ log: (line) => logged.push(line) });
    superuser = new pg.Client({ connectionString: app.database.superuserUrl });
    await superuser.connect();
    un = await partner(app, { kind: 'un_entity' });
    here = await arrangement(app, { members: [un] });
  });
  afterEach(async () => {
    const { recorded, ruled, broken } = await compareWithRule(superuser);
    expect([recorded, broken]).toEqual([ruled, []]);
  });
  afterAll(async () => {
    await superuser.end();
    await app.close();
  });

  const newReader = async (options: object = {}): Promise<TestPartner> => {
    const reader = await partner(app, { scopes: SCOPES, ...options });
    expectStatus(
      await app.steward.post(`/v1/arrangements/${here.id}/members`, { partnerId: reader.partner.id }),
      201,
    );
    return reader;
  };
  const make = async (http: Http, body: object = {}): Promise<Made> =>
    expectStatus(await http.post<Made>('/v1/feed-addresses', { name: 'Situation room', ...body }), 201);
  const at = ({ addresses }: Made, format = 'atom'): string =>
    new URL(addresses.find((one) => one.endsWith(`.${format}`)) ?? '').pathname;
  const texts = (headline: string) => [{ language: 'en', headline, description: headline }];
  /** One alert whose text grows with the handling. */
  const publish = async (mark: string, more: object = {}): Promise<string> => {
    const audience = { arrangements: [here.code] };
    const renditions = [
      renditionInput({ audience, tlp: 'CLEAR', texts: texts(`${mark} clear`) }),
      renditionInput({ audience, tlp: 'GREEN', texts: texts(`${mark} green`) }),
      renditionInput({ audience, tlp: 'AMBER', texts: texts(`${mark} amber`) }),
      renditionInput({
        ...{ audience, tlp: 'AMBER', classification: 'CONFIDENTIAL', classificationReason: 'Names a source' },
        texts: texts(`${mark} secret`),
      }),
    ];
    return expectStatus(
      await un.http.post<{ id: string }>('/v1/alerts', alertInput({ renditions, ...more })),
      201,
    ).id;
  };
  const said = (text: string, mark: string): string[] =>
    ['clear', 'green', 'amber', 'secret'].filter((one) => text.includes(`${mark} ${one}`));

  it('read in every format without a token, up to GREEN unless their owner raised it, and never above it', async () => {
    const reader = await newReader();
    const [plain, raised, open] = [
      await make(reader.http),
      await make(reader.http, { ceiling: { tlp: 'AMBER' } }),
      await make(reader.http, { ceiling: { tlp: 'RED', classification: 'STRICTLY_CONFIDENTIAL' } }),
    ];
    const low = await newReader({ ceiling: { tlp: 'CLEAR' } });
    const clamped = await make(low.http, { ceiling: { tlp: 'RED' } });
    expect([plain, raised, clamped].map(({ ceiling }) => ceiling)).toEqual([
      { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
      { tlp: 'AMBER', classification: 'UNCLASSIFIED' },
      { tlp: 'CLEAR', classification: 'UNCLASSIFIED' },
    ]);
    await publish('rise');
    for (const format of FORMATS) {
      const read = async (made: Made) => {
        const answer = await app.anonymous.get(at(made, format));
        expect([format, answer.status]).toEqual([format, 200]);
        return said(answer.text, 'rise');
      };
      expect([format, await read(plain), await read(raised)]).toEqual([format, ['green'], ['amber']]);
      expect([format, await read(open), await read(clamped)]).toEqual([format, ['secret'], ['clear']]);
    }
  });

  it('follow their owner down, at once and on their own', async () => {
    const reader = await newReader();
    const narrowed = await client(app, reader.partner.id, { scopes: SCOPES, ceiling: { tlp: 'AMBER' } });
    const own = await make(reader.http, { ceiling: { tlp: 'AMBER' } });
    const theirs = await make(await app.as(narrowed), { ceiling: { tlp: 'RED' } });
    expect(theirs.ceiling.tlp).toBe('AMBER');
    await publish('down');
    const read = async (made: Made) => said((await app.anonymous.get(at(made))).text, 'down');
    expect([await read(own), await read(theirs)]).toEqual([['amber'], ['amber']]);
    // As no route does it yet: the reader of a client itself.
    await superuser.query(
      `update reader set ceiling_tlp = 1 where id = (select reader_id from client where id = $1)`,
      [narrowed.clientId],
    );
    expect([await read(own), await read(theirs)]).toEqual([['amber'], ['green']]);
    expectStatus(
      await app.steward.patch(`/v1/partners/${reader.partner.id}`, { ceiling: { tlp: 'CLEAR' } }),
      200,
    );
    expect([await read(own), await read(theirs)]).toEqual([['clear'], ['clear']]);
    expectStatus(await app.steward.delete(`/v1/arrangements/${here.id}/members/${reader.partner.id}`), 204);
    expect([await read(own), await read(theirs)]).toEqual([[], []]);
  });

  it('stop answering with the next request when they are revoked, and stay unknown', async () => {
    const reader = await newReader();
    const made = await make(reader.http);
    const id = await publish('revoked');
    expect((await app.anonymous.get(at(made))).text).toContain(id);
    const missing = await app.anonymous.get(
      at(made).replace(/slt_feed_[\w-]{43}/, `slt_feed_${'x'.repeat(43)}`),
    );
    expectStatus(await reader.http.delete(`/v1/feed-addresses/${made.id}`), 204);
    for (const format of FORMATS) {
      const gone = await app.anonymous.get(at(made, format));
      expect([gone.status, gone.text]).toEqual([404, missing.text]);
    }
    expect((await reader.http.delete(`/v1/feed-addresses/${made.id}`)).status).toBe(404);
    const { rows } = await superuser.query(
      `select from share_grant g join feed_address a on a.reader_id = g.reader_id where a.id = $1`,
      [made.id],
    );
    expect(rows).toEqual([]);
    const audit = await reader.http.get('/v1/audit');
    for (const action of ['feed_address.created', 'feed_address.revoked'])
      expect(audit.text).toContain(action);
  });

  it('answer from where their keeper may be used, and from nowhere else', async () => {
    const reader = await newReader();
    const bound = await client(app, reader.partner.id, { scopes: SCOPES, allowedNetworks: ['127.0.0.0/8'] });
    const { addresses } = await make(await app.as(bound));
    const path = new URL(addresses[0] ?? '').pathname;
    expect((await app.anonymous.get(path)).status).toBe(200);
    const elsewhere = `update client set allowed_networks = '{203.0.113.0/24}' where id = $1`;
    await superuser.query(elsewhere, [bound.clientId]);
    expect((await app.anonymous.get(path)).status).toBe(404);
  });

  it('end when their time is over', async () => {
    const reader = await newReader();
    const past = { expiresAt: '2020-01-01T00:00:00Z' };
    expect((await reader.http.post('/v1/feed-addresses', { name: 'x', ...past })).status).toBe(400);
    const made = await make(reader.http, { expiresAt: '2099-01-01T00:00:00Z' });
    expect((await app.anonymous.get(at(made))).status).toBe(200);
    await superuser.query(`update feed_address set expires_at = now() where id = $1`, [made.id]);
    expect((await app.anonymous.get(at(made))).status).toBe(404);
    const { items } = expectStatus(await reader.http.get<{ items: Made[] }>('/v1/feed-addresses'), 200);
    expect(items.map(({ state }) => state)).toEqual(['expired']);
  });

  it('rest while their partner is suspended or their keeper has ended, until another client takes them over', async () => {
    const reader = await newReader();
    const keeper = await client(app, reader.partner.id, { scopes: SCOPES });
    const made = await make(await app.as(keeper));
    expect(made.keeper).toBe(keeper.clientId);
    const id = await publish('resting');
    const state = async () =>
      expectStatus(await reader.http.get<{ items: Made[] }>('/v1/feed-addresses'), 200).items[0]?.state;
    expectStatus(
      await app.steward.delete(`/v1/partners/${reader.partner.id}/clients/${keeper.clientId}`),
      204,
    );
    expect([(await app.anonymous.get(at(made))).status, await state()]).toEqual([404, 'resting']);
    expectStatus(await reader.http.post(`/v1/feed-addresses/${made.id}/keeper`), 200);
    expect((await app.anonymous.get(at(made))).text).toContain(id);
    expect(await state()).toBe('open');
    expectStatus(await app.steward.post(`/v1/partners/${reader.partner.id}/suspension`), 200);
    expect((await app.anonymous.get(at(made))).status).toBe(404);
    expectStatus(await app.steward.post(`/v1/partners/${reader.partner.id}/reinstatement`), 200);
    expect((await app.anonymous.get(at(made))).text).toContain(id);
  });

  it('hold to the filter that was kept with them, whatever is asked for', async () => {
    const reader = await newReader();
    const made = await make(reader.http, { filter: { kinds: ['flash'], arrangements: [here.code] } });
    const flash = await publish('kept', { kind: 'flash' });
    const other = await publish('kept', { kind: 'advisory' });
    for (const query of ['', '?kind=advisory', '?kind=advisory,flash']) {
      const { text } = await app.anonymous.get(`${at(made)}${query}`);
      expect([text.includes(flash), text.includes(other)]).toEqual([true, false]);
    }
    expect((await app.anonymous.get(at(made), { query: { minSeverity: 'extreme' } })).text).not.toContain(
      flash,
    );
    expect((await reader.http.post('/v1/feed-addresses', { name: 'x', filter: { kinds: [] } })).status).toBe(
      400,
    );
    expect(
      (await reader.http.post('/v1/feed-addresses', { name: 'x', filter: { arrangements: ['X'] } })).status,
    ).toBe(400);
  });

  it('are nowhere but in the answer that made them: not in a log, a list, or the database', async () => {
    const reader = await newReader();
    const made = await make(reader.http);
    const [token = ''] = /slt_feed_[\w-]{43}/.exec(at(made)) ?? [];
    expect(token).toHaveLength(52);
    for (const path of [
      at(made),
      `${at(made)}?kind=none`,
      at(made).replace('.atom', '.none'),
      `/v1/feeds/${token}`,
    ]) {
      await app.anonymous.get(path);
    }
    await app.anonymous.get(at(made), { headers: { 'X-Request-Id': 'known' } });
    expect(logged.some((line) => line.includes('/v1/feeds/:token/alerts.:format'))).toBe(true);
    expect(logged.some((line) => line.includes('known') && line.includes(reader.partner.id))).toBe(true);
    expect(logged.filter((line) => line.includes(token) || line.includes(token.slice(9)))).toEqual([]);
    const { text } = await reader.http.get('/v1/feed-addresses');
    expect(text).not.toContain(token.slice(9));
    const { rows } = await superuser.query<{ all: string }>(
      `select json_agg(a)::text || (select json_agg(e)::text from audit_entry e) as all from feed_address a`,
    );
    expect(rows[0]?.all.includes(token.slice(9))).toBe(false);
  });

  it('are kept by nobody on the way, and by no search engine', async () => {
    const made = await make((await newReader()).http);
    const { headers } = await app.anonymous.get(at(made), { headers: { 'Accept-Encoding': 'gzip' } });
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(headers.get('x-robots-tag')).toBe('noindex, nofollow, noarchive');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('content-encoding')).toBe(null);
    const known = { 'If-None-Match': headers.get('etag') ?? '' };
    const again = await app.anonymous.get(at(made), { headers: known });
    expect([again.status, again.headers.get('cache-control')]).toEqual([304, 'private, no-store']);
    const other = await make((await newReader()).http);
    expect((await app.anonymous.get(at(other), { headers: known })).status).toBe(200);
  });

  it('say when they were last used, in hours', async () => {
    const reader = await newReader();
    const made = await make(reader.http);
    const used = async () =>
      expectStatus(await reader.http.get<{ items: Made[] }>('/v1/feed-addresses'), 200).items[0]?.lastUsedAt;
    expect(await used()).toBe(undefined);
    await app.anonymous.get(at(made));
    expect(await used()).toMatch(/T\d\d:00:00\.000Z$/);
  });

  it('count as fetches of their organisation', async () => {
    const reader = await newReader();
    const made = await make(reader.http);
    const { id } = await alert(un.http, { audience: { partners: [reader.partner.code] } });
    await app.anonymous.get(at(made));
    const { body } = await un.http.get<{ items: { fetchedAt?: string }[] }>(`/v1/alerts/${id}/receipts`);
    expect(body.items.map(({ fetchedAt }) => typeof fetchedAt)).toEqual(['string']);
  });

  it("are their owner's alone", async () => {
    const [reader, other] = [await newReader(), await newReader()];
    const made = await make(reader.http);
    const own = await client(app, reader.partner.id, { scopes: SCOPES, ceiling: { tlp: 'GREEN' } });
    for (const http of [other.http, await app.as(own)]) {
      expect((await http.get('/v1/feed-addresses')).text).not.toContain(made.id);
      expect((await http.delete(`/v1/feed-addresses/${made.id}`)).status).toBe(404);
      expect((await http.post(`/v1/feed-addresses/${made.id}/keeper`)).status).toBe(404);
    }
    expect((await app.anonymous.get(at(made))).status).toBe(200);
    const reading = await app.as(reader.client, 'alerts:read');
    expect((await reading.get('/v1/feed-addresses')).status).toBe(403);
    // It opens feeds and nothing else.
    const token = /slt_feed_[\w-]{43}/.exec(at(made))?.[0] ?? '';
    expect((await app.anonymous.with({ Authorization: `Bearer ${token}` }).get('/v1/alerts')).status).toBe(
      401,
    );
  });
});
