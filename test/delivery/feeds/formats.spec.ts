import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { parse as parseCsv } from 'csv-parse/sync';
import pg from 'pg';
import { startApp, requestToken, type TestApp } from '../../support/app.js';
import {
  alert,
  alertInput,
  arrangement,
  client,
  leave,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../../support/factories.js';
import { expectStatus } from '../../support/http.js';
import { atomFaults } from './conformance.js';

describe('feeds', () => {
  let app: TestApp;
  let un: TestPartner;
  let here: TestArrangement;
  beforeAll(async () => {
    app = await startApp();
    un = await partner(app, { kind: 'un_entity' });
    here = await arrangement(app, { members: [un] });
  });
  afterAll(() => app.close());

  const newReader = async (): Promise<TestPartner> => {
    const reader = await partner(app);
    await app.steward.post(`/v1/arrangements/${here.id}/members`, { partnerId: reader.partner.id });
    return reader;
  };
  const to = (reader: TestPartner, more: object = {}) =>
    alert(un.http, {
      renditions: [renditionInput({ audience: { partners: [reader.partner.code] }, ...more })],
    });

  describe('of CSV', () => {
    const FORMULAS = [
      '=1+1',
      '+1',
      '-1',
      '@SUM(A1)',
      '\t=1',
      ' =1',
      '＝1',
      '＋1',
      '－1',
      '＠A',
      '=HYPERLINK("http://x","y")',
    ];

    it('run nothing in a spreadsheet, whatever somebody wrote, and keep what the tags and numbers are', async () => {
      const reader = await newReader();
      for (const headline of FORMULAS) {
        const texts = [{ language: 'en', headline: `${headline}x`, description: headline }];
        await to(reader, {
          texts,
          areas: [{ description: headline, circles: [{ center: [-15, -30], radiusKm: 1 }] }],
        });
      }
      const { text } = await reader.http.get('/v1/feeds/alerts.csv', { query: { limit: 200 } });
      const rows: string[][] = parseCsv(text, { bom: true });
      const [, tags = [], ...records] = rows;
      expect(tags.every((tag) => tag.startsWith('#'))).toBe(true);
      expect(records.length).toBe(FORMULAS.length);
      const isNumber = (cell: string): boolean => /^-?\d+(\.\d+)?$/.test(cell);
      for (const record of records) {
        expect(
          record.filter((cell) => /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(cell) && !isNumber(cell)),
        ).toEqual([]);
      }
      const headlines = records.map((record) => record[tags.indexOf('#event+headline')]);
      expect(headlines.every((headline) => headline?.startsWith("'"))).toBe(true);
      expect(records.map((record) => record[tags.indexOf('#geo+lat')])).toEqual(FORMULAS.map(() => '-15'));
    });

    it('begin with the mark by which spreadsheets know UTF-8, and quote what they must', async () => {
      const reader = await newReader();
      const texts = [{ language: 'en', headline: 'a "b", c', description: 'one\r\ntwo; three' }];
      await to(reader, { texts });
      const answer = await fetch(`${app.url}/v1/feeds/alerts.csv`, { headers: await bearer(reader) });
      const bytes = Buffer.from(await answer.arrayBuffer());
      expect(bytes.subarray(0, 3).toString('hex')).toBe('efbbbf');
      expect(bytes.toString()).toContain('"a ""b"", c"');
      expect(bytes.toString().split('\r\n')[1]).toMatch(/^#meta\+tlp,/);
    });
  });

  describe('of Atom', () => {
    it('say of what was withdrawn that it is gone, and nothing of what it said', async () => {
      const [reader, other] = [await newReader(), await newReader()];
      const { id } = await to(reader, {
        texts: [{ language: 'en', headline: 'unspeakable', description: 'x' }],
      });
      const kept = await to(reader);
      await to(other);
      expectStatus(await un.http.post(`/v1/alerts/${id}/withdrawal`), 204);
      for (const format of ['atom', 'cap']) {
        const path = `/v1/feeds/alerts.${format}`;
        const { text } = await reader.http.get(path);
        const tombstones = [...text.matchAll(/<at:deleted-entry ref="([^"]+)" when="([^"]+)"\/>/g)];
        expect(tombstones.map(([, ref]) => ref)).toEqual([`urn:uuid:${id}`]);
        expect(Date.parse(tombstones[0]?.[2] ?? '')).toBeLessThanOrEqual(Date.now());
        expect([text.includes('unspeakable'), text.includes(`<id>urn:uuid:${kept.id}</id>`)]).toEqual([
          false,
          true,
        ]);
        expect(atomFaults(text)).toEqual([]);
        // Whatever is asked for: nobody can know any more whether it was of that.
        expect((await reader.http.get(path, { query: { kind: 'flash' } })).text).toContain(
          `ref="urn:uuid:${id}"`,
        );
        expect((await other.http.get(path)).text).not.toContain(id);
      }
      for (const format of ['rss', 'json', 'geojson', 'csv']) {
        expect((await reader.http.get(`/v1/feeds/alerts.${format}`)).text).not.toContain(id);
      }
    });

    it('take a tombstone back with what it stood for, and tell of each once', async () => {
      const reader = await newReader();
      const { id } = await alert(un.http, { audience: { arrangements: [here.code] } });
      const member = { partnerId: reader.partner.id };
      const tombstones = async () =>
        (
          (await reader.http.get('/v1/feeds/alerts.atom')).text.match(/<at:deleted-entry[^>]*>/g) ?? []
        ).filter((one) => one.includes(id));
      await leave(app, here, reader);
      expect((await tombstones()).length).toBe(1);
      expectStatus(await app.steward.post(`/v1/arrangements/${here.id}/members`, member), 201);
      expect(await tombstones()).toEqual([]);
      await leave(app, here, reader);
      expect((await tombstones()).length).toBe(1);
    });

    it('are found wrong where they are: the grammar is no rubber stamp', async () => {
      const reader = await newReader();
      await to(reader);
      const { text } = await reader.http.get('/v1/feeds/alerts.atom');
      const wrong: [RegExp, string][] = [
        [/<updated>[^<]*<\/updated>/, ''],
        [/<updated>[^<]*<\/updated>/, '<updated>yesterday</updated>'],
        [/<id>[^<]*<\/id>/, '<id>x</id><id>y</id>'],
        [/<author>.*<\/author>/g, ''],
        [/<title>/, '<headline/><title>'],
        [/<content type="text">/, '<content type="plain">'],
        [/<\/entry>/, '<link rel="alternate" href="x" type="application/json"/></entry>'],
        [/ rel="self"/, ' relation="self"'],
      ];
      for (const [found, put] of wrong) {
        const broken = text.replace(found, put);
        expect(broken).not.toBe(text);
        expect([String(found), atomFaults(broken).length > 0]).toEqual([String(found), true]);
      }
    });
  });

  it('of drills are asked for, marked, and apart from what is meant for action', async () => {
    const reader = await newReader();
    const audience = { partners: [reader.partner.code] };
    const drill = await alert(un.http, { status: 'exercise', audience });
    const actual = await alert(un.http, { audience });
    for (const format of ['atom', 'rss', 'json', 'geojson', 'csv', 'cap']) {
      const path = `/v1/feeds/alerts.${format}`;
      const [plain, drills] = [
        await reader.http.get(path),
        await reader.http.get(path, { query: { status: 'exercise' } }),
      ];
      expect([plain.text.includes(drill.id), plain.text.includes(actual.id)]).toEqual([false, true]);
      expect([drills.text.includes(drill.id), drills.text.includes(actual.id)]).toEqual([true, false]);
      expect(drills.text).toMatch(format === 'geojson' || format === 'csv' ? /exercise/ : /\[EXERCISE\]/);
    }
  });

  it('of no such format are not found, and take no filters but those of the list', async () => {
    expect((await un.http.get('/v1/feeds/alerts.pdf')).status).toBe(404);
    expect((await un.http.get('/v1/feeds/alerts.')).status).toBe(404);
    expect((await un.http.get('/v1/feeds/alerts.csv', { query: { separator: ';' } })).status).toBe(400);
    expect((await un.http.get('/v1/feeds/alerts.rss', { query: { state: 'draft' } })).status).toBe(400);
    expect((await app.anonymous.get('/v1/feeds/alerts.csv')).status).toBe(401);
  });

  describe('that are not new', () => {
    /** As a client that knows nothing of tags. */
    const since = async (reader: TestPartner, time: string): Promise<number> =>
      (await reader.http.get('/v1/feeds/alerts.rss', { headers: { 'If-Modified-Since': time } })).status;

    it('are known by their time, once no later change can have it', async () => {
      const reader = await newReader();
      const { id } = await to(reader);
      const time = await settled(reader);
      expect(await since(reader, time)).toBe(304);
      // Not the very time that was told: it says nothing about what its sender has seen.
      expect(await since(reader, new Date(Date.parse(time) + 1000).toUTCString())).toBe(200);
      expect(await since(reader, new Date(Date.parse(time) - 1000).toUTCString())).toBe(200);
      // A tag says more than a time (RFC 9110 §13.1.3).
      const both = { 'If-Modified-Since': time, 'If-None-Match': '"another"' };
      expect((await reader.http.get('/v1/feeds/alerts.rss', { headers: both })).status).toBe(200);
      expectStatus(await un.http.post(`/v1/alerts/${id}/withdrawal`), 204);
      expect(await since(reader, time)).toBe(200);
      expect(await settled(reader)).not.toBe(time);
    });

    it('are new when something changed that began before what was seen, and ended after it', async () => {
      const reader = await newReader();
      const slow = new pg.Client({ connectionString: app.database.superuserUrl });
      await slow.connect();
      try {
        await slow.query('begin; select now()');
        await to(reader);
        const time = await settled(reader);
        await slow.query(`update change_head set position = position where reader_id = $1`, [
          reader.partner.id,
        ]);
        await slow.query('commit');
        expect(await since(reader, time)).toBe(200);
      } finally {
        await slow.end();
      }
    });

    it('have a second for every change, however many come in one', async () => {
      const reader = await newReader();
      const times: string[] = [];
      const read = async () => {
        const { rows } = await query(
          `select changed_at from change_head where reader_id = '${reader.partner.id}'`,
        );
        times.push((rows[0] as { changed_at: Date }).changed_at.toUTCString());
      };
      for (let place = 0; place < 5; place++) {
        await to(reader);
        await read();
      }
      expect(new Set(times).size).toBe(5);
      const early = await reader.http.get('/v1/feeds/alerts.rss');
      expect(early.headers.get('last-modified')).toBe(null);
    });

    /** The time that the feed tells, when it does. */
    async function settled(reader: TestPartner): Promise<string> {
      for (;;) {
        const time = (await reader.http.get('/v1/feeds/alerts.rss')).headers.get('last-modified');
        if (time !== null) return time;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }

    it('have no time and no tag where what is shown can change without a word in the log', async () => {
      const reader = await newReader();
      const { headers } = await reader.http.get('/v1/feeds/alerts.rss', {
        query: { arrangement: here.code },
      });
      expect([headers.get('etag'), headers.get('last-modified')]).toEqual([null, null]);
    });
  });

  describe('are compressed', () => {
    const description = 'The road to the bridge is closed. '.repeat(60);
    const texts = [{ language: 'en', headline: 'Closed', description }];

    it('as the caller takes it, each under a tag of its own', async () => {
      const reader = await newReader();
      await to(reader, { texts });
      const [br, gzip, none] = await Promise.all(
        ['br, gzip', 'br;q=0.5, gzip', 'identity'].map((encoding) =>
          raw(reader, '/v1/feeds/alerts.atom', encoding),
        ),
      );
      expect([br, gzip, none].map((one) => one?.headers['content-encoding'])).toEqual([
        'br',
        'gzip',
        undefined,
      ]);
      const plain = none?.body.toString() ?? '';
      expect(plain).toContain(description.trim());
      expect(brotliDecompressSync(br?.body ?? '').toString()).toBe(plain);
      expect(gunzipSync(gzip?.body ?? '').toString()).toBe(plain);
      expect(br?.body.length).toBeLessThan(plain.length / 2);
      expect(new Set([br, gzip, none].map((one) => one?.headers.etag)).size).toBe(3);
      for (const answer of [br, gzip, none]) {
        expect(answer?.headers['vary']).toContain('Accept-Encoding');
        expect(answer?.headers['content-length']).toBe(String(answer?.body.length));
      }
    });

    it('never above GREEN, where a length could tell what else is on the page', async () => {
      const reader = await newReader();
      await to(reader, { texts });
      await to(reader, { texts, tlp: 'AMBER' });
      const { headers, body } = await raw(reader, '/v1/feeds/alerts.atom', 'br, gzip');
      expect([headers['content-encoding'], body.toString().includes(description.trim())]).toEqual([
        undefined,
        true,
      ]);
      expect(headers['cache-control']).toBe('private, no-store');
    });
  });

  it('are recorded like every other fetch', async () => {
    const reader = await newReader();
    const { id } = await to(reader);
    expectStatus(await reader.http.get('/v1/feeds/alerts.csv'), 200);
    const { body } = await un.http.get<{ items: { fetchedAt?: string }[] }>(`/v1/alerts/${id}/receipts`);
    expect(body.items.map(({ fetchedAt }) => typeof fetchedAt)).toEqual(['string']);
  });

  it('show a narrowed client what it may read and not more', async () => {
    const reader = await newReader();
    const narrow = await app.as(await client(app, reader.partner.id, { ceiling: { tlp: 'GREEN' } }));
    const audience = { partners: [reader.partner.code] };
    const texts = (headline: string) => [{ language: 'en', headline, description: headline }];
    const renditions = [
      renditionInput({ audience, texts: texts('the lower text') }),
      renditionInput({ audience, tlp: 'AMBER', texts: texts('the higher text') }),
    ];
    expectStatus(await un.http.post('/v1/alerts', alertInput({ renditions })), 201);
    for (const format of ['atom', 'rss', 'json', 'geojson', 'csv', 'cap']) {
      const { text } = await narrow.get(`/v1/feeds/alerts.${format}`);
      expect([text.includes('the lower text'), text.includes('the higher text')]).toEqual([true, false]);
      expect((await reader.http.get(`/v1/feeds/alerts.${format}`)).text).toContain('the higher text');
    }
  });

  const query = async (sql: string): Promise<{ rows: unknown[] }> => {
    const connection = new pg.Client({ connectionString: app.database.superuserUrl });
    await connection.connect();
    return connection.query(sql).finally(() => connection.end());
  };

  const bearer = async (reader: TestPartner): Promise<Record<string, string>> => {
    const { access_token } = expectStatus(await requestToken(app.anonymous, reader.client), 200);
    return { Authorization: `Bearer ${access_token}` };
  };

  /** Without the decoding that `fetch` does. */
  async function raw(reader: TestPartner, path: string, encoding: string) {
    const headers = { ...(await bearer(reader)), 'Accept-Encoding': encoding };
    const [answer] = (await once(get(`${app.url}${path}`, { headers }), 'response')) as [IncomingMessage];
    return { headers: answer.headers, body: Buffer.concat((await answer.toArray()) as Buffer[]) };
  }
});
