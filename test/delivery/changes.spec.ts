import { jest } from '@jest/globals';
import pg from 'pg';
import { type Change } from './event-stream.js';
import { query } from '../support/database.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  alertInput,
  arrangement,
  client,
  leave,
  partner,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Answer, type Http, type Problem } from '../support/http.js';
import { reportInput } from '../reports/reporting.js';

interface Page {
  items: Change[];
  nextCursor: string;
  snapshot: boolean;
}

describe('the change log', () => {
  let app: TestApp;
  let other: TestApp;
  let originator: TestPartner;
  let reader: TestPartner;
  let place: TestArrangement;
  const SCOPES = ['alerts:read', 'alerts:publish', 'reports:submit', 'reports:triage'];

  beforeAll(async () => {
    app = await startApp();
    other = await startApp({ database: app.database, settings: { SLT_PUBLIC_URL: app.url } });
    originator = await partner(app, { scopes: SCOPES });
  });
  afterAll(async () => {
    await other.close();
    await app.close();
  });
  beforeEach(async () => {
    reader = await partner(app, { scopes: SCOPES });
    place = await arrangement(app, { members: [originator, reader] });
  });

  const publish = (): Promise<{ id: string }> =>
    alert(originator.http, { audience: { arrangements: [place.code] } });
  const update = async (id: string, severity: string): Promise<void> => {
    const input = alertInput({ severity, audience: { arrangements: [place.code] } });
    expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, input), 200);
  };
  const ask = (query_: Record<string, string | number> = {}, http = reader.http): Promise<Answer<Page>> =>
    http.get<Page>('/v1/changes', { query: query_ });
  const read = async (query_: Record<string, string | number> = {}, http = reader.http): Promise<Page> =>
    expectStatus(await ask(query_, http), 200);
  const elsewhere = (http: Http): Http => Object.assign(http.with({}), { url: other.url });
  const head = async (): Promise<string> => (await read({ limit: 200 })).nextCursor;
  const told = ({ items }: Page): [string, string, number][] =>
    items.map(({ change, object }) => [change, object.id, object.version]);

  describe('with content', () => {
    it('says of alerts and reports what their own routes say, and records that they were fetched', async () => {
      const { id } = await publish();
      await update(id, 'extreme');
      const report = expectStatus(
        await originator.http.post<{ id: string }>(
          '/v1/reports',
          reportInput({ audience: { arrangements: [place.code] } }),
        ),
        201,
      );
      const { items } = await read({ include: 'content' });
      expect(items.map(({ object }) => object.type)).toEqual(['alert', 'alert', 'report']);
      const receipts = await query<{ shareable_id: string }>(
        app.database.superuserUrl,
        'select shareable_id from fetch_receipt where partner_id = $1 order by shareable_id',
        [reader.partner.id],
      );
      expect(receipts.map((row) => row.shareable_id)).toEqual([id, report.id].sort());
      // An item says what the object says now.
      const item = (await reader.http.get(`/v1/alerts/${id}`)).body;
      expect([items[0]?.content, items[1]?.content]).toEqual([item, item]);
      expect(items[2]?.content).toEqual((await reader.http.get(`/v1/reports/${report.id}`)).body);
      const own = (await read({ include: 'content' }, originator.http)).items.at(-1);
      expect(own?.content).toEqual((await originator.http.get(`/v1/reports/${report.id}`)).body);
      expect(own?.content).toMatchObject({ mine: true });
    });

    it('has none for tombstones, for what is gone, and without the scope for its kind', async () => {
      const { id } = await publish();
      const alerts = await app.as(await client(app, reader.partner.id, { scopes: ['reports:triage'] }));
      expect((await read({ include: 'content' }, alerts)).items[0]).not.toHaveProperty('content');
      await leave(app, place, reader);
      const { items } = await read({ include: 'content' });
      expect(items.map(({ change, content }) => [change, content])).toEqual([
        ['published', undefined],
        ['withdrawn', undefined],
      ]);
      expect(JSON.stringify(items)).not.toContain('clashes');
      expect(items.map(({ object }) => object.id)).toEqual([id, id]);
    });

    it('takes as many statements for many as for few', async () => {
      for (let count = 0; count < 12; count++) await publish();
      const { query: answer } = pg.Client.prototype as { query: (...values: unknown[]) => unknown };
      const count = async (limit: number): Promise<number> => {
        const spy = jest.spyOn(pg.Client.prototype, 'query');
        let statements = 0;
        spy.mockImplementation(function (this: pg.Client, ...values: unknown[]) {
          const [asked] = values as [{ text?: string } | string];
          const text = typeof asked === 'string' ? asked : (asked.text ?? '');
          // Those of the clocks and of the polls go on meanwhile.
          if (/share_grant|change_log|alert_rendition|report|record_fetches/.test(text)) statements++;
          return answer.apply(this, values) as never;
        });
        expectStatus(await ask({ include: 'content', limit }), 200);
        spy.mockRestore();
        return statements;
      };
      const few = await count(2);
      expect(few).toBeGreaterThan(2);
      expect(await count(12)).toBeLessThanOrEqual(few + 1);
    });
  });

  describe('by topics', () => {
    it('shows one kind of object, and its cursor goes on over the others', async () => {
      const { id } = await publish();
      const report = expectStatus(
        await originator.http.post<{ id: string }>(
          '/v1/reports',
          reportInput({ audience: { arrangements: [place.code] } }),
        ),
        201,
      );
      expect(told(await read({ types: 'alert' }))).toEqual([['published', id, 1]]);
      expect(told(await read({ types: 'report' }))).toEqual([['published', report.id, 1]]);
      expect(told(await read({ types: 'alert,report' }))).toHaveLength(2);
      const { nextCursor } = await read({ types: 'alert' });
      expect((await read({ after: nextCursor })).items).toEqual([]);
    });

    it('refuses by name what it does not know', async () => {
      for (const [name, value] of [
        ['types', 'alert,weather'],
        ['types', ''],
        ['include', 'everything'],
        ['wait', '31'],
        ['wait', '-1'],
        ['snapshot', 'yes'],
        ['topics', 'alert'],
      ] as const) {
        const answer = await reader.http.get<Problem>('/v1/changes', { query: { [name]: value } });
        expect([name, answer.status, answer.body.errors?.[0]?.pointer]).toEqual([name, 400, `?${name}`]);
      }
    });
  });

  describe('from a snapshot', () => {
    it('tells what the reader has and then what happens, whatever happens meanwhile', async () => {
      const kept = await Promise.all(Array.from({ length: 5 }, publish));
      const gone = await publish();
      expectStatus(await originator.http.post(`/v1/alerts/${gone.id}/withdrawal`), 204);
      await update(kept[1]!.id, 'minor');
      const held = new Map<string, number>();
      let page = await read({ snapshot: 'true', limit: 2 });
      const inSnapshot: boolean[] = [];
      for (let turn = 0; page.items.length > 0 || page.snapshot; turn++) {
        inSnapshot.push(page.snapshot);
        for (const { change, object } of page.items) {
          if (change === 'withdrawn') held.delete(object.id);
          else held.set(object.id, object.version);
        }
        if (turn === 0) {
          expect(page.items.map(({ object }) => object.id)).not.toContain(gone.id);
          expectStatus(await originator.http.post(`/v1/alerts/${page.items[0]!.object.id}/withdrawal`), 204);
          await update(page.items[1]!.object.id, 'moderate');
          await update(kept[4]!.id, 'moderate');
          kept.push(await publish());
        }
        page = await read(
          { after: page.nextCursor, limit: 2 },
          turn % 2 === 0 ? elsewhere(reader.http) : reader.http,
        );
      }
      const list = expectStatus(
        await reader.http.get<{ items: { id: string; version: number }[] }>('/v1/alerts'),
        200,
      );
      expect(held).toEqual(new Map(list.items.map(({ id, version }) => [id, version])));
      expect(inSnapshot).toEqual([...inSnapshot].sort().reverse());
      expect((await ask({ snapshot: 'true', after: page.nextCursor })).status).toBe(400);
    });
  });

  describe('that is old', () => {
    /** All that stands in the log of the reader happened so many days ago. */
    const age = async (days: number): Promise<void> => {
      await query(
        app.database.superuserUrl,
        `update change_entry set at = at - make_interval(days => $2) where reader_id = $1`,
        [reader.partner.id, days],
      );
    };
    const trim = async (): Promise<void> => {
      const sql = `update change_head set examined_at = now() - interval '2 days' where reader_id = $1`;
      await query(app.database.superuserUrl, sql, [reader.partner.id]);
      const step = `select change_log_trim(now() - interval '97 days') as found`;
      while ((await query<{ found: boolean }>(app.database.backgroundUrl, step))[0]?.found);
    };
    /** Tells the reader of the same text again, so many times. */
    const repeat = async (id: string, times: number): Promise<void> => {
      for (let time = 0; time < times; time++) {
        await query(
          app.database.superuserUrl,
          `select share_record(array[row(g.reader_id, g.shareable_id, g.rendition_id, g.rendition_id)::share_difference])
           from share_grant g where g.reader_id = $1 and g.shareable_id = $2`,
          [reader.partner.id, id],
        );
      }
    };
    const positions = async (): Promise<number[]> => {
      const rows = await query<{ position: number }>(
        app.database.superuserUrl,
        'select position::int from change_entry where reader_id = $1 order by position',
        [reader.partner.id],
      );
      return rows.map(({ position }) => position);
    };

    it('loses only what told of the same text again, after 90 days, and says so to whoever would miss it', async () => {
      const one = await publish();
      const start = await read({ limit: 1 });
      await repeat(one.id, 4);
      const last = await publish();
      const end = await head();
      await age(89);
      await trim();
      expect(await positions()).toEqual([1, 2, 3, 4, 5, 6]);
      await age(9);
      await trim();
      expect(await positions()).toEqual([1, 5, 6]);

      const old = await ask({ after: start.nextCursor });
      expect([old.status, old.text]).toEqual([
        410,
        JSON.stringify({
          type: '/problems/cursor-expired',
          title: 'The cursor is too old',
          status: 410,
          detail: 'Start again from a snapshot: GET /v1/changes?snapshot=true.',
        }),
      ]);
      expect((await ask({ after: start.nextCursor }, elsewhere(reader.http))).status).toBe(410);
      expect(told(await read({ after: end }))).toEqual([]);
      // Without a cursor it begins with what there is.
      const page = await read();
      expect([told(page), page.snapshot]).toEqual([
        [
          ['updated', one.id, 5],
          ['published', last.id, 1],
        ],
        true,
      ]);
      expect(await read({ after: page.nextCursor })).toMatchObject({ items: [], snapshot: false });
    });

    it('keeps what is young, also of what was told of long before', async () => {
      const { id } = await publish();
      await repeat(id, 2);
      await age(100);
      await repeat(id, 3);
      await trim();
      expect(await positions()).toEqual([1, 4, 5, 6]);
    });

    it('keeps versions, references, receipts and recalls as they were', async () => {
      const { id } = await publish();
      await repeat(id, 3);
      await update(id, 'minor');
      await repeat(id, 3);
      await update(id, 'moderate');
      expectStatus(await reader.http.get(`/v1/alerts/${id}`), 200);
      await repeat(id, 2);
      const facts = async () => ({
        cap: (await reader.http.get(`/v1/alerts/${id}`, { headers: { Accept: 'application/cap+xml' } })).text,
        receipts: (await originator.http.get(`/v1/alerts/${id}/receipts`)).body,
        recall: (await originator.http.get(`/v1/alerts/${id}/recall`)).body,
      });
      await age(100);
      const before = await facts();
      expect(before.cap.match(/<references>(.*)<\/references>/)?.[1]?.split(' ')).toHaveLength(2);
      await trim();
      expect(await positions()).toEqual([1, 4, 5, 8, 9, 11]);
      expect(await facts()).toEqual(before);

      await update(id, 'extreme');
      await trim();
      expect(told(await read({ snapshot: 'true' }))).toEqual([['updated', id, 12]]);
      expectStatus(await originator.http.post(`/v1/alerts/${id}/withdrawal`), 204);
      expect((await read({ after: await head() })).items).toEqual([]);
      expect(
        (await originator.http.get<{ items: object[] }>(`/v1/alerts/${id}/recall`)).body.items,
      ).toHaveLength(1);
      // What was between two others when it became old goes, however late that shows.
      await age(100);
      await trim();
      expect(await positions()).toEqual([1, 4, 5, 8, 9, 11, 12, 13]);
    });

    it('cannot be trimmed sooner, nor by whoever reads or publishes', async () => {
      const sooner = `select change_log_trim(now() - interval '89 days')`;
      await expect(query(app.database.backgroundUrl, sooner)).rejects.toThrow('90 days');
      await expect(query(app.database.serviceUrl, `select change_log_trim(now())`)).rejects.toThrow('denied');
      await expect(query(app.database.backgroundUrl, `delete from change_entry`)).rejects.toThrow('denied');
    });

    it('is forgotten with a database that was restored: what took its place is not passed over', async () => {
      await publish();
      await publish();
      const { nextCursor } = await read({ limit: 200 });
      await query(
        app.database.superuserUrl,
        `delete from change_entry where reader_id = '${reader.partner.id}' and position = 2;
         delete from share_grant where reader_id = '${reader.partner.id}' and position = 2;
         update change_head set position = 1 where reader_id = '${reader.partner.id}'`,
      );
      expect((await ask({ after: nextCursor })).status).toBe(410);
    });
  });

  describe('waited for', () => {
    it('answers when there is something, whichever process it came by, and else when the time is over', async () => {
      const after = await head();
      const waiting = ask({ after, wait: 30 }, elsewhere(reader.http));
      const { id } = await publish();
      expect(told(expectStatus(await waiting, 200))).toEqual([['published', id, 1]]);

      const begun = performance.now();
      const empty = await read({ after: await head(), wait: 1 });
      expect(empty.items).toEqual([]);
      expect(performance.now() - begun).toBeGreaterThan(900);
      expect(await read({ after: empty.nextCursor })).toMatchObject({ items: [] });
    });

    it('goes on waiting where what came is of another topic', async () => {
      const waiting = ask({ after: await head(), wait: 30, types: 'report' });
      await publish();
      const sent = await originator.http.post<{ id: string }>(
        '/v1/reports',
        reportInput({ audience: { arrangements: [place.code] } }),
      );
      expect(told(expectStatus(await waiting, 200))).toEqual([['published', expectStatus(sent, 201).id, 1]]);
    });

    it('ends with the rights of whoever waits', async () => {
      const credentials = await client(app, reader.partner.id, { scopes: SCOPES });
      const waiting = ask({ after: await head(), wait: 30 }, await app.as(credentials));
      await new Promise((resolve) => setTimeout(resolve, 300));
      await app.steward.delete(`/v1/partners/${reader.partner.id}/clients/${credentials.clientId}`);
      const begun = performance.now();
      expect((await waiting).status).toBe(401);
      expect(performance.now() - begun).toBeLessThan(20_000);
    });

    it('is for so many at a time, and leaves room again', async () => {
      const small = await startApp({
        database: app.database,
        settings: { SLT_PUBLIC_URL: app.url, SLT_STREAMS: '3', SLT_STREAMS_PER_PARTNER: '2' },
      });
      const there = (http: Http): Http => Object.assign(http.with({}), { url: small.url });
      try {
        const after = await head();
        const own = [1, 2].map(() => ask({ after, wait: 10 }, there(reader.http)));
        await new Promise((resolve) => setTimeout(resolve, 1500));
        const third = await ask({ after, wait: 2 }, there(reader.http));
        expect([third.status, third.headers.get('retry-after')]).toEqual([429, '15']);
        const far = await read({}, originator.http);
        const another = ask({ after: far.nextCursor, wait: 8 }, there(originator.http));
        await new Promise((resolve) => setTimeout(resolve, 1000));
        const full = await ask(
          { after: (await read({}, app.steward)).nextCursor, wait: 1 },
          there(app.steward).impatient(),
        );
        expect([full.status, full.headers.has('retry-after')]).toEqual([503, true]);
        for (const answer of await Promise.all([...own, another])) expect(answer.status).toBe(200);
        expect((await ask({ after, wait: 1 }, there(reader.http))).status).toBe(200);
      } finally {
        await small.close();
      }
    });
  });

  it('answers HEAD without waiting, and its cursors are for nobody else', async () => {
    const after = await head();
    expect((await reader.http.send('HEAD', `/v1/changes?after=${after}&wait=30`)).status).toBe(200);
    expect((await ask({ after }, originator.http)).status).toBe(400);
    expect((await ask({ after, drill: 'true' })).status).toBe(400);
    const { nextCursor } = await read({ snapshot: 'true', limit: 1 });
    expect((await ask({ after: nextCursor }, originator.http)).status).toBe(400);
  });
});
