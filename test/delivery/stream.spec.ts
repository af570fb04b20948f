import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventSource } from 'eventsource';
import { query } from '../support/database.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  alertInput,
  arrangement,
  client,
  join,
  leave,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Http, type Problem } from '../support/http.js';
import { type Change, EventStream } from './event-stream.js';

describe('the stream of changes', () => {
  let app: TestApp;
  /** Another process on the same database and address. */
  let other: TestApp;
  let originator: TestPartner;
  let reader: TestPartner;
  let place: TestArrangement;
  let idle: EventStream;
  let idleSince: number;
  const opened: EventStream[] = [];

  beforeAll(async () => {
    app = await startApp();
    other = await startApp({ database: app.database, settings: { SLT_PUBLIC_URL: app.url } });
    originator = await partner(app);
    idle = await EventStream.open((await partner(app)).http);
    idleSince = Date.now();
  });
  afterAll(async () => {
    idle.close();
    await other.close();
    await app.close();
  });
  beforeEach(async () => {
    reader = await partner(app);
    place = await arrangement(app, { members: [originator, reader] });
  });
  afterEach(() => opened.splice(0).forEach((stream) => stream.close()));

  const publish = (more: Parameters<typeof alertInput>[0] = {}): Promise<{ id: string }> =>
    alert(originator.http, { audience: { arrangements: [place.code] }, ...more });
  const at = (process: TestApp, http: Http): Http => Object.assign(http.with({}), { url: process.url });
  const open = async (...[http, ...rest]: Parameters<typeof EventStream.open>): Promise<EventStream> => {
    const stream = await EventStream.open(http, ...rest);
    opened.push(stream);
    expect([stream.status, stream.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    return stream;
  };
  const told = (stream: EventStream): string[] =>
    stream.events.map(({ event, data }) => `${event} ${data.object.id} ${data.object.version}`);

  it('tells what happens as it happens, by whichever process, as the change log says it', async () => {
    const first = await publish();
    const streams = [await open(reader.http, { include: 'content' }), await open(at(other, reader.http))];
    const second = await publish();
    const input = alertInput({ severity: 'extreme', audience: { arrangements: [place.code] } });
    expectStatus(await at(other, originator.http).post(`/v1/alerts/${first.id}/updates`, input), 200);
    for (const stream of streams) {
      await stream.until(({ events }) => events.length === 3);
      expect(told(stream)).toEqual([
        `published ${first.id} 1`,
        `published ${second.id} 1`,
        `updated ${first.id} 2`,
      ]);
      expect(stream.headers.get('x-accel-buffering')).toBe('no');
      expect(stream.headers.get('cache-control')).toContain('no-store');
      expect(stream.headers.has('content-encoding')).toBe(false);
      expect(stream.retry).toBeGreaterThan(0);
    }
    const { items } = expectStatus(
      await reader.http.get<{ items: Change[] }>('/v1/changes', { query: { include: 'content' } }),
      200,
    );
    expect(streams[1]!.events.map(({ data }) => data)).toEqual(items.map(({ content: _, ...item }) => item));
    expect(streams[0]!.events.at(-1)?.data).toEqual(items.at(-1));
    const receipts = await query(
      app.database.superuserUrl,
      'select from fetch_receipt where partner_id = $1',
      [reader.partner.id],
    );
    expect(receipts.length).toBeGreaterThanOrEqual(2);
  });

  it('goes on after the last event that the client has, on any process, by header or by name', async () => {
    const ids = [await publish(), await publish(), await publish()].map(({ id }) => `published ${id} 1`);
    const whole = await open(reader.http);
    await whole.until(({ events }) => events.length === 3);
    for (const [index, { id }] of whole.events.entries()) {
      const resumed = await open(at(other, reader.http), { snapshot: 'true' }, { lastEventId: id });
      const named = await open(reader.http, { after: id ?? '' });
      const page = await reader.http.get<{ items: Change[] }>('/v1/changes', { query: { after: id ?? '' } });
      expect(page.body.items.map(({ object }) => `published ${object.id} 1`)).toEqual(ids.slice(index + 1));
      for (const stream of [resumed, named]) {
        await stream.until(({ events }) => events.length === 2 - index);
        expect(told(stream)).toEqual(ids.slice(index + 1));
      }
    }
  });

  it('has topics and drills like the log', async () => {
    const drills = await open(reader.http, { drill: 'true' });
    const reports = await open(reader.http, { types: 'report' });
    const alerts = await open(reader.http, { types: 'alert' });
    const { id } = await publish();
    const drill = await publish({ status: 'exercise' });
    await alerts.until(({ events }) => events.length === 1);
    await drills.until(({ events }) => events.length === 1);
    expect([told(alerts), told(drills), told(reports)]).toEqual([
      [`published ${id} 1`],
      [`published ${drill.id} 1`],
      [],
    ]);
    const lastEventId = alerts.lastEventId ?? '';
    expect(
      (await reader.http.get('/v1/changes', { query: { after: lastEventId, drill: 'true' } })).status,
    ).toBe(400);
  });

  it('begins with a snapshot where one is asked for or the client comes too late, and says where it ends', async () => {
    const [kept, gone] = [await publish(), await publish()];
    const early = await open(reader.http);
    await early.until(({ events }) => events.length === 2);
    expectStatus(await originator.http.post(`/v1/alerts/${gone.id}/withdrawal`), 204);
    const asked = await open(reader.http, { snapshot: 'true' });
    await asked.until(({ events }) => events.length === 2);
    expect(asked.events.map(({ event, data }) => [event, data.object?.id])).toEqual([
      ['published', kept.id],
      ['live', undefined],
    ]);
    await query(app.database.superuserUrl, 'update change_head set trimmed = 2 where reader_id = $1', [
      reader.partner.id,
    ]);
    const late = await open(reader.http, {}, { lastEventId: early.events[0]?.id });
    const next = await publish();
    await late.until(({ events }) => events.length === 4);
    expect(late.events.map(({ event, data }) => [event, data.object?.id])).toEqual([
      ['resync', undefined],
      ['published', kept.id],
      ['live', undefined],
      ['published', next.id],
    ]);
    // Cut in the midst of it, it goes on with what is left of it.
    const resumed = await open(reader.http, {}, { lastEventId: late.events[0]?.id });
    await resumed.until(({ events }) => events.length === 3);
    expect(resumed.events.map(({ event }) => event)).toEqual(['published', 'live', 'published']);
  });

  it('reaches a published EventSource client, which comes back by itself where it was', async () => {
    const passing = await startApp({ database: app.database, settings: { SLT_PUBLIC_URL: app.url } });
    let process = passing;
    const source = new EventSource(`${app.url}/v1/changes/stream?include=content`, {
      // Whatever distributes the requests sends them to a process that is up.
      fetch: (url, init) =>
        fetch(String(url).replace(app.url, process.url), {
          ...init,
          headers: { ...init.headers, ...reader.http.sent },
        }),
    });
    try {
      const ids: string[] = [];
      source.addEventListener('published', ({ data }) =>
        ids.push((JSON.parse(data as string) as Change).object.id),
      );
      await once(source as never, 'open');
      const before = [await publish(), await publish()];
      while (ids.length < 2) await sleep(20);
      process = other;
      await passing.close();
      const after = [await publish(), await publish()];
      while (ids.length < 4) await sleep(20);
      expect(ids).toEqual([...before, ...after].map(({ id }) => id));
    } finally {
      source.close();
    }
  });

  it('needs no notification: what comes without one, or while nobody listens, comes within seconds', async () => {
    const stream = await open(reader.http);
    const { id } = await publish();
    await stream.until(({ events }) => events.length === 1);
    await query(
      app.database.superuserUrl,
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'slt-wake-ups'`,
    );
    await query(
      app.database.superuserUrl,
      `select share_record(array[row(g.reader_id, g.shareable_id, g.rendition_id, g.rendition_id)::share_difference])
       from share_grant g where g.shareable_id = $1`,
      [id],
    );
    await stream.until(({ events }) => events.length === 2);
    await publish();
    await stream.until(({ events }) => events.length === 3);
  });

  it('goes on when the database has been away', async () => {
    const stream = await open(reader.http);
    await publish();
    await stream.until(({ events }) => events.length === 1);
    await query(
      app.database.superuserUrl,
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    const publishAgain = async (): Promise<void> => {
      const input = alertInput({ audience: { arrangements: [place.code] } });
      while ((await originator.http.post('/v1/alerts', input)).status !== 201) await sleep(50);
    };
    await publishAgain();
    await stream.until(({ events }) => events.length === 2);
    expect(stream.ended).toBe(false);
  });

  describe('of whoever loses rights', () => {
    const endsSoon = async (stream: EventStream): Promise<void> => {
      await stream.until(({ ended }) => ended);
      const events = stream.events.length;
      await publish();
      await sleep(300);
      expect(stream.events).toHaveLength(events);
    };

    it('ends when the client is revoked', async () => {
      const credentials = await client(app, reader.partner.id);
      const stream = await open(await app.as(credentials));
      await app.steward.delete(`/v1/partners/${reader.partner.id}/clients/${credentials.clientId}`);
      await endsSoon(stream);
    });

    it('ends when the token or the client expires', async () => {
      const expiresAt = new Date(Date.now() + 6000).toISOString();
      const credentials = await client(app, reader.partner.id, { expiresAt });
      await endsSoon(await open(await app.as(credentials)));
    });

    it('ends when the token is revoked', async () => {
      const http = await app.as(reader.client);
      const stream = await open(http);
      const { clientId, clientSecret } = reader.client;
      const revoked = await app.anonymous.post(
        '/oauth/revocation',
        new URLSearchParams({ token: (http.sent['Authorization'] ?? '').slice(7) }).toString(),
        {
          headers: {
            Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
            'Content-Type': 'application/x-www-form-urlencoded',
          },
        },
      );
      expect(revoked.status).toBe(200);
      await endsSoon(stream);
    });

    it('ends when its partner is withdrawn, and shows tombstones alone when it is suspended', async () => {
      await publish();
      const stream = await open(reader.http, { include: 'content' });
      const reports = await open(
        await app.as(await client(app, reader.partner.id, { scopes: ['reports:triage', 'reports:submit'] })),
      );
      await stream.until(({ events }) => events.length === 1);
      expectStatus(await app.steward.post(`/v1/partners/${reader.partner.id}/suspension`), 200);
      await reports.until(({ ended }) => ended);
      await stream.until(({ events }) => events.length === 2);
      await publish();
      await sleep(1500);
      expect(stream.events.map(({ event, data }) => [event, data.content === undefined])).toEqual([
        ['published', false],
        ['withdrawn', true],
      ]);
      expectStatus(await app.steward.post(`/v1/partners/${reader.partner.id}/withdrawal`), 200);
      await stream.until(({ ended }) => ended);
    });

    it('shows a tombstone for what ended with a membership or a ceiling, and nothing of what comes after', async () => {
      const { id } = await publish();
      const streams = [await open(reader.http, { include: 'content' }), await open(at(other, reader.http))];
      for (const stream of streams) await stream.until(({ events }) => events.length === 1);
      await leave(app, place, reader);
      await publish();
      for (const stream of streams) {
        await stream.until(({ events }) => events.length === 2);
        expect(told(stream)).toEqual([`published ${id} 1`, `withdrawn ${id} 2`]);
        expect(stream.events[1]?.data).not.toHaveProperty('content');
      }
      await join(app, place, reader);
      for (const stream of streams) await stream.until(({ events }) => events.length === 4);
      expectStatus(
        await app.steward.patch(`/v1/partners/${reader.partner.id}`, { ceiling: { tlp: 'CLEAR' } }),
        200,
      );
      for (const stream of streams) {
        await stream.until(({ events }) => events.length === 6);
        expect(stream.events.slice(4).map(({ event }) => event)).toEqual(['withdrawn', 'withdrawn']);
      }
    });
  });

  it('tells many who are woken together what is theirs, and nothing of the others’', async () => {
    const high = await partner(app, { ceiling: { tlp: 'AMBER' } });
    const low = await partner(app, { ceiling: { tlp: 'GREEN' } });
    await join(app, place, high);
    await join(app, place, low);
    const narrowed = await client(app, high.partner.id, { ceiling: { tlp: 'CLEAR' } });
    const readers = [originator.http, reader.http, high.http, low.http, await app.as(narrowed)];
    const logOf = async (http: Http): Promise<Change[]> =>
      expectStatus(await http.get<{ items: Change[] }>('/v1/changes?limit=200'), 200).items;
    const known = await Promise.all(readers.map(async (http) => (await logOf(http)).length));
    const streams = await Promise.all(readers.map((http) => open(http)));
    for (const [which, stream] of streams.entries()) {
      await stream.until(({ events }) => events.length === known[which]);
    }
    const audience = { arrangements: [place.code] };
    for (const tlp of ['CLEAR', 'GREEN', 'AMBER', 'CLEAR', 'AMBER', 'GREEN'] as const) {
      await publish({ renditions: [renditionInput({ tlp, audience })] });
    }
    const logs = await Promise.all(readers.map(logOf));
    for (const [which, stream] of streams.entries()) {
      await stream.until(({ events }) => events.length === logs[which]?.length);
      expect(stream.events.map(({ data }) => data)).toEqual(logs[which]);
    }
    expect(logs.slice(1).map((log) => log.length)).toEqual([6, 6, 4, 2]);
  });

  it('cuts off a client that does not read, which then comes back for the rest', async () => {
    const { id } = await publish({
      renditions: [
        renditionInput({
          audience: { arrangements: [place.code] },
          texts: [{ language: 'en', headline: 'Long', description: 'x'.repeat(8000) }],
        }),
      ],
    });
    const entries = 6000;
    await query(
      app.database.superuserUrl,
      `insert into change_entry (reader_id, position, change, type, shareable_id, version, rendition_id, at)
       select g.reader_id, 1 + n, 'updated', 'alert', g.shareable_id, 1 + n, g.rendition_id, now()
       from share_grant g, generate_series(1, ${entries - 1}) n where g.reader_id = '${reader.partner.id}';
       update share_grant set version = ${entries}, position = ${entries} where reader_id = '${reader.partner.id}';
       update change_head set position = ${entries} where reader_id = '${reader.partner.id}'`,
    );
    const url = new URL(app.url);
    const socket = connect(Number(url.port), url.hostname);
    const headers = Object.entries(reader.http.sent).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      `GET /v1/changes/stream?include=content HTTP/1.1\r\nHost: ${url.host}\r\n${headers.join('')}\r\n`,
    );
    const chunks: Buffer[] = [];
    await new Promise<void>((resolve) =>
      socket.once('data', (chunk: Buffer) => {
        chunks.push(chunk);
        socket.pause();
        resolve();
      }),
    );
    await sleep(7000);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk)).resume();
    socket.on('error', () => undefined);
    await once(socket, 'close');
    const text = Buffer.concat(chunks).toString();
    const ids = [...text.matchAll(/^id: (\S+)\nevent: \w+\ndata: (.*)\n\n/gm)];
    const last = ids.at(-1);
    const reached = (JSON.parse(last?.[2] ?? '{}') as Change).position;
    // It had what fits into the buffers of two systems, and no more was read for it.
    expect(reached).toBeGreaterThan(0);
    expect(reached).toBeLessThan(entries);
    const rest = await open(reader.http, { include: 'content' }, { lastEventId: last?.[1] });
    await rest.until(({ events }) => events.length === entries - reached);
    expect(rest.events[0]?.data.position).toBe(reached + 1);
    expect(rest.events.at(-1)?.data).toMatchObject({ position: entries, object: { id } });
  });

  it('is for so many at a time, and leaves room again', async () => {
    const small = await startApp({
      database: app.database,
      settings: { SLT_PUBLIC_URL: app.url, SLT_STREAMS: '3', SLT_STREAMS_PER_PARTNER: '2' },
    });
    try {
      const here = at(small, reader.http);
      const streams = [await open(here), await open(here)];
      const third = await here.get('/v1/changes/stream');
      expect([third.status, third.headers.has('retry-after')]).toEqual([429, true]);
      await open(at(small, originator.http));
      const full = await at(small, app.steward).impatient().get('/v1/changes/stream');
      expect([full.status, full.headers.has('retry-after')]).toEqual([503, true]);
      streams[0]?.close();
      for (;;) {
        const again = await EventStream.open(here);
        opened.push(again);
        if (again.status === 200) break;
        await sleep(50);
      }
    } finally {
      await small.close();
    }
    expect(opened.at(-1)?.ended).toBe(true);
  });

  it('is refused like any other request', async () => {
    const path = '/v1/changes/stream';
    expect((await app.anonymous.get(path)).status).toBe(401);
    const strangers = await app.as(await client(app, reader.partner.id, { scopes: ['arrangements:read'] }));
    expect((await strangers.get(path)).status).toBe(403);
    expect((await reader.http.get(path, { headers: { Accept: 'application/json' } })).status).toBe(406);
    const bad = await reader.http.get<Problem>(path, { headers: { 'Last-Event-ID': 'somewhere' } });
    expect([bad.status, bad.body.errors?.[0]?.pointer]).toEqual([400, 'Last-Event-ID']);
    for (const name of ['wait', 'limit', 'topics']) {
      const answer = await reader.http.get<Problem>(path, { query: { [name]: 1 } });
      expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, `?${name}`]);
    }
    expect((await reader.http.send('HEAD', path)).status).toBe(200);
    const foreign = await open(originator.http);
    await publish();
    await foreign.until(({ events }) => events.length > 0);
    const stolen = await reader.http.get(path, { headers: { 'Last-Event-ID': foreign.lastEventId ?? '' } });
    expect(stolen.status).toBe(400);
  });

  it('shows every fifteen seconds that it lives', async () => {
    await idle.until(({ text }) => text.includes('\n: \n') || text.startsWith(': \n'), 16_000);
    expect(Date.now() - idleSince).toBeGreaterThan(1000);
    expect([idle.ended, idle.events]).toEqual([false, []]);
    expect(idle.text).toMatch(/^retry: \d+\n\n: \n/);
  });
});
