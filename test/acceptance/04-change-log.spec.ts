import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Change, EventStream, heldAfter } from '../delivery/event-stream.js';
import { chance, type Chance } from '../sharing/chance.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { effort } from '../support/effort.js';
import {
  alertInput,
  arrangement,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';

const SEED = Number(process.env['SLT_SEED'] ?? 20_260_104);
const WRITERS = 50;
const ALERTS_EACH = effort(2);
const READERS = 20;

let processes: TestApp[];
let originators: TestPartner[];
let readers: TestPartner[];
let places: TestArrangement[];

beforeAll(async () => {
  const app = await startApp();
  processes = [app, await startApp({ database: app.database, settings: { SLT_PUBLIC_URL: app.url } })];
  originators = await Promise.all(Array.from({ length: 5 }, () => partner(app)));
  const ceilings = ['RED', 'AMBER', 'GREEN', 'CLEAR'] as const;
  readers = await Promise.all(
    Array.from({ length: READERS }, (_, number) =>
      partner(app, { ceiling: { tlp: ceilings[number % ceilings.length]! } }),
    ),
  );
  places = await Promise.all([arrangement(app), arrangement(app), arrangement(app)]);
  for (const [number, { partner: member }] of [...originators, ...readers].entries()) {
    for (const [which, { id }] of places.entries()) {
      if (number >= originators.length && (number + which) % 3 === 0) continue;
      expectStatus(await app.steward.post(`/v1/arrangements/${id}/members`, { partnerId: member.id }), 201);
    }
  }
  // Commits come in another order than they began.
  await query(
    app.database.superuserUrl,
    `create function dawdle() returns trigger language plpgsql as
       $$ begin if random() < 0.2 then perform pg_sleep(random() * 0.01); end if; return new; end $$;
     create trigger dawdle before insert on alert_rendition for each row execute function dawdle();
     create trigger dawdle before insert on change_entry for each row execute function dawdle();`,
  );
});
afterAll(async () => {
  await processes[1]?.close();
  await processes[0]?.close();
});

/** The same client, asking one of the processes. */
const anywhere = (http: Http, random: Chance): Http =>
  Object.assign(http.with({}), { url: random.one(processes).url });

/** With as many writers as that, a process is too busy now and then: the same is asked again. */
async function insist<T extends { status: number }>(send: () => Promise<T>): Promise<T> {
  for (;;) {
    const answer = await send();
    if (answer.status !== 503 && answer.status !== 408) return answer;
    await sleep(100);
  }
}

async function write(http: Http, random: Chance): Promise<void> {
  const body = () =>
    alertInput({
      renditions: random.some(['CLEAR', 'GREEN', 'AMBER'] as const).map((tlp) => {
        const audience = { arrangements: random.some(places.map(({ code }) => code)) };
        return renditionInput({
          tlp,
          audience,
          texts: [{ language: 'en', headline: 'Shots', description: tlp }],
        });
      }),
    });
  const act = async (path: string, input?: unknown) => {
    const { status } = await insist(() => anywhere(http, random).post(path, input));
    // What was done just before the answer was lost cannot be done again.
    expect([200, 204, 409]).toContain(status);
  };
  for (let number = 0; number < ALERTS_EACH; number++) {
    const headers = { 'Idempotency-Key': randomUUID() };
    const [where, input] = [anywhere(http, random), body()];
    const published = await insist(() => where.post<{ id: string }>('/v1/alerts', input, { headers }));
    expect([200, 201]).toContain(published.status);
    const { id } = published.body;
    for (let times = random.below(3); times > 0; times--) await act(`/v1/alerts/${id}/updates`, body());
    if (random.below(3) === 0) await act(`/v1/alerts/${id}/cancellation`, {});
    if (random.below(3) === 0) await act(`/v1/alerts/${id}/withdrawal`);
  }
}

/** Pages of any size, at any speed, from any process, now and then waiting for what comes. */
async function page(http: Http, random: Chance, isOver: () => boolean): Promise<Change[]> {
  const read: Change[] = [];
  let after = '';
  for (;;) {
    const over = isOver();
    const limit = 1 + random.below(20);
    const asked = { limit, wait: random.below(2), include: 'content', ...(after && { after }) };
    const answer = await insist(() =>
      anywhere(http, random).get<{ items: Change[]; nextCursor: string }>('/v1/changes', { query: asked }),
    );
    const { items, nextCursor } = expectStatus(answer, 200);
    read.push(...items);
    after = nextCursor;
    if (items.length === 0 && over) return read;
    if (!over) await sleep(random.below(60));
  }
}

/** Streams that are cut after any number of bytes and go on at any process, until the last of them has it all. */
async function follow(http: Http, random: Chance, isAll: (read: Change[]) => boolean) {
  const read: Change[] = [];
  let lastEventId: string | undefined;
  let cuts = 0;
  while (!isAll(read)) {
    const cutAfter = 1 + random.below(3000);
    const stream = await insist(() =>
      EventStream.open(anywhere(http, random), {}, { lastEventId, cutAfter }),
    );
    expect(stream.status).toBe(200);
    await stream.until(
      ({ ended, events }) => ended || isAll([...read, ...events.map(({ data }) => data)]),
      60_000,
    );
    stream.close();
    expect(stream.events.map(({ event }) => event)).not.toContain('resync');
    read.push(...stream.events.map(({ data }) => data));
    lastEventId = stream.lastEventId;
    cuts++;
  }
  return { read, cuts };
}

interface Listed {
  items: { id: string; version: number }[];
  nextCursor: string | null;
}

async function list(http: Http): Promise<string[]> {
  const found: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const answer = expectStatus(
      await insist(() => http.get<Listed>('/v1/alerts', { query: { limit: 50, ...(cursor && { cursor }) } })),
      200,
    );
    found.push(...answer.items.map(({ id, version }) => `${id} ${version}`));
    cursor = answer.nextCursor;
  }
  return found.sort();
}

it('4: while fifty publish, twenty who page their logs and follow their streams miss nothing, get nothing twice and see no hole', async () => {
  let over = false;
  const heads = new Map<string, number>();
  let isKnown = false;
  const paging = readers.map(({ http }, number) => page(http, chance(SEED + 1000 + number), () => over));
  const following = readers.map(({ http, partner: { id } }, number) =>
    follow(http, chance(SEED + 2000 + number), (read) => isKnown && read.length >= (heads.get(id) ?? 0)),
  );
  const writing = Array.from({ length: WRITERS }, (_, number) =>
    write(originators[number % originators.length]!.http, chance(SEED + number)),
  );
  await Promise.all(writing).finally(() => (over = true));
  const logs = await Promise.all(paging);
  const rows = await query<{ reader_id: string; position: number }>(
    processes[0]!.database.superuserUrl,
    'select reader_id, position::int from change_head where not is_drill',
  );
  for (const row of rows) heads.set(row.reader_id, row.position);
  isKnown = true;
  const streams = await Promise.all(following);

  let cuts = 0;
  for (const [number, { http, partner: reader }] of readers.entries()) {
    const [paged, streamed] = [logs[number]!, streams[number]!];
    expect(paged).toHaveLength(heads.get(reader.id) ?? 0);
    for (const read of [paged, streamed.read]) {
      expect(read.map(({ position }) => position)).toEqual(read.map((_, place) => place + 1));
      const held = heldAfter(read);
      expect([...held].map(([id, { object }]) => `${id} ${object.version}`).sort()).toEqual(await list(http));
    }
    cuts += streamed.cuts;
  }
  expect(logs.flat().length).toBeGreaterThan(500);
  expect(cuts).toBeGreaterThan(100);
}, 300_000);
