import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type Actor } from '../../src/access/actor.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  alertInput,
  arrangement,
  client,
  partner,
  renditionInput,
  type TestArrangement,
} from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';
import { chance, type Chance } from './chance.js';
import { compareWithRule, readRecorded } from './recorded.js';
import { admit, alertDto, establish, openWorkbench, type Workbench } from './workbench.js';
import { effort } from '../support/effort.js';

const SEED = Number(process.env['SLT_SEED'] ?? 20_260_101);

const expectTheRule = async (bench: Workbench): Promise<void> => {
  const { recorded, ruled, broken } = await compareWithRule(bench.superuser);
  expect(recorded).toEqual(ruled);
  expect(broken).toEqual([]);
};

describe('sixteen that publish while twelve page their logs', () => {
  const WRITERS = 16;
  const ALERTS_EACH = 5;
  let bench: Workbench;
  let app: TestApp;
  let other: TestApp;
  let arrangements: TestArrangement[];
  let writers: Http[];
  let readers: Http[];
  const answers: number[] = [];

  beforeAll(async () => {
    bench = await openWorkbench();
    app = bench.app;
    // A second process on the same database and address: what holds may not rest on one of them.
    other = await startApp({ database: app.database, settings: { SLT_PUBLIC_URL: app.url } });
    arrangements = [await arrangement(app), await arrangement(app), await arrangement(app)];
    const originators = await Promise.all(Array.from({ length: 4 }, () => partner(app)));
    const receivers = await Promise.all(
      (['RED', 'GREEN', 'AMBER', 'CLEAR', 'AMBER', 'RED', 'GREEN', 'AMBER', 'RED'] as const).map((tlp) =>
        partner(app, { ceiling: { tlp } }),
      ),
    );
    for (const [place, one] of [...originators, ...receivers].entries()) {
      for (const [which, { id }] of arrangements.entries()) {
        if (place >= originators.length && (place + which) % 3 === 0) continue;
        const body = { partnerId: one.partner.id };
        expectStatus(await app.steward.post(`/v1/arrangements/${id}/members`, body), 201);
      }
    }
    const narrowed = await client(app, receivers[0]?.partner.id ?? '', {
      arrangements: [arrangements[1]?.code ?? ''],
      ceiling: { tlp: 'AMBER' },
    });
    // Commits come in another order than they began.
    await bench.superuser.query(`
      create function dawdle() returns trigger language plpgsql as
        $$ begin if random() < 0.1 then perform pg_sleep(random() * 0.005); end if; return new; end $$;
      create trigger dawdle before insert on alert_rendition for each row execute function dawdle();
      create trigger dawdle before insert on change_entry for each row execute function dawdle();`);
    const at = (http: Http, place: number): Http => (place % 2 === 0 ? http : elsewhere(http));
    writers = Array.from({ length: WRITERS }, (_, place) =>
      at(originators[place % originators.length]?.http as Http, place),
    );
    readers = [...receivers, ...originators.slice(0, 2)].map((one, place) => at(one.http, place));
    readers.push(await app.as(narrowed));
  });
  afterAll(async () => {
    await other.close();
    await bench.close();
  });

  /** The same client, asking the other process. */
  const elsewhere = (http: Http): Http => Object.assign(http.with({}), { url: other.url });

  async function write(http: Http, random: Chance): Promise<void> {
    const send = async (path: string, body: unknown) => {
      const answer = await http.post<{ id: string }>(path, body);
      answers.push(answer.status);
      return answer;
    };
    const body = () => {
      const texts = [{ language: 'en', headline: 'Shots', description: `Text ${random.below(3)}` }];
      return alertInput({
        renditions: random.some(['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT'] as const).map((tlp) => {
          const { classification: _, ...rendition } = renditionInput({
            tlp,
            audience: { arrangements: random.some(arrangements.map(({ code }) => code)) },
            texts,
          });
          return rendition as never;
        }),
      });
    };
    for (let alert = 0; alert < ALERTS_EACH; alert++) {
      const { id } = expectStatus(await send('/v1/alerts', body()), 201);
      const updates = random.below(3);
      for (let update = 0; update < updates; update++) await send(`/v1/alerts/${id}/updates`, body());
      if (random.below(3) === 0) await send(`/v1/alerts/${id}/cancellation`, {});
      if (random.below(3) === 0) await send(`/v1/alerts/${id}/withdrawal`, undefined);
    }
  }

  interface Item {
    position: number;
    change: string;
    object: { id: string; version: number };
  }

  async function page(http: Http, random: Chance, isOver: () => boolean): Promise<Item[]> {
    const read: Item[] = [];
    let after = '';
    for (;;) {
      const over = isOver();
      const { items, nextCursor } = expectStatus(
        await http.get<{ items: Item[]; nextCursor: string }>('/v1/changes', {
          query: { limit: 1 + random.below(20), ...(after && { after }) },
        }),
        200,
      );
      read.push(...items);
      after = nextCursor;
      if (items.length === 0 && over) return read;
      if (!over) await new Promise((resolve) => setTimeout(resolve, random.below(40)));
    }
  }

  async function list(http: Http): Promise<string[]> {
    const found: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const answer: { items: { id: string; version: number }[]; nextCursor: string | null } = expectStatus(
        await http.get('/v1/alerts', { query: { limit: 23, ...(cursor && { cursor }) } }),
        200,
      );
      found.push(...answer.items.map(({ id, version }) => `${id} ${version}`));
      cursor = answer.nextCursor;
    }
    return found;
  }

  it('lose nothing, repeat nothing and leave no hole, whoever reads how fast', async () => {
    let over = false;
    const paging = readers.map((http, place) => page(http, chance(SEED + 1000 + place), () => over));
    await Promise.all(writers.map((http, place) => write(http, chance(SEED + place)))).finally(() => {
      over = true;
    });
    const logs = await Promise.all(paging);

    expect([...new Set(answers)].sort()).toEqual([200, 201, 204]);
    const recorded = await readRecorded(bench.superuser);
    expect(recorded.entries.length).toBeGreaterThan(500);
    for (const [place, log] of logs.entries()) {
      expect(log.map(({ position }) => position)).toEqual(log.map((_, index) => index + 1));
      const held = new Map<string, Item>();
      for (const item of log) {
        held.delete(item.object.id);
        if (item.change !== 'withdrawn') held.set(item.object.id, item);
      }
      const replayed = [...held].map(([id, { object }]) => `${id} ${object.version}`);
      expect(await list(readers[place] as Http)).toEqual(replayed.reverse());
    }
    await expectTheRule(bench);
  });
});

describe('changes of standing in the midst of publications', () => {
  const ROUNDS = effort(60);
  let bench: Workbench;

  beforeAll(async () => {
    bench = await openWorkbench();
  });
  afterAll(() => bench.close());

  it('leave no grant too many and none too few, and make nobody give way', async () => {
    const random = chance(SEED);
    const originators = [await admit(bench), await admit(bench, 'un_entity'), await admit(bench, 'io')];
    const members: Actor[] = [];
    for (const kind of ['ingo', 'national_ngo', 'private_sector', 'donor', 'io']) {
      members.push(await admit(bench, kind));
    }
    const places = [await establish(bench, ...originators), await establish(bench), await establish(bench)];
    const standing: { actor: Actor; id: string }[] = [];
    let refused = 0;
    const attempt = async (work: Promise<unknown>): Promise<void> => {
      await work.catch((error: { type?: string }) => {
        // Somebody else was first: that is an answer. Anything else is not.
        if (!['conflict', 'not-found'].includes(error.type ?? '')) throw error;
        refused++;
      });
    };
    const renditions = () =>
      Array.from({ length: 1 + random.below(3) }, (_, place) => ({
        text: `text ${place}`,
        tlp: random.one(['GREEN', 'AMBER', 'AMBER+STRICT']),
        arrangements: random.some(places),
        kinds: random.below(3) === 0 ? random.some(['ingo', 'national_ngo', 'donor']) : [],
        partners: random.below(3) === 0 ? [random.one(members).partnerId] : [],
        except: random.below(4) === 0 ? [random.one(members).partnerId] : [],
      }));
    const moves: (() => Promise<unknown>)[] = [
      async () => {
        const actor = random.one(originators);
        standing.push({
          actor,
          id: await bench.alerts.publish(actor, alertDto(renditions(), actor.partnerKind)),
        });
      },
      () => {
        const { actor, id } = random.one(standing);
        return bench.alerts.update(actor, id, alertDto(renditions(), actor.partnerKind));
      },
      () => {
        const { actor, id } = random.one(standing.slice(-4));
        return random.below(3) === 0
          ? bench.alerts.withdraw(actor, id)
          : bench.alerts.update(actor, id, alertDto(renditions(), actor.partnerKind));
      },
      () =>
        bench.arrangements.addMember(bench.steward, random.one(places), {
          partnerId: random.one(members).partnerId,
          ...(random.below(2) === 0 && { ceiling: { tlp: 'GREEN' as const } }),
        }),
      () =>
        bench.arrangements.endMembership(
          bench.steward,
          random.one(places),
          random.one([...members, ...originators]).partnerId,
        ),
      () =>
        bench.standing.change(
          bench.steward,
          random.one(members).partnerId,
          random.one(['suspend', 'reinstate', 'reinstate'] as const),
        ),
      () =>
        bench.partners.change(bench.steward, random.one(members).partnerId, {
          ceiling: { tlp: random.one(['CLEAR', 'GREEN', 'AMBER', 'RED'] as const) },
        }),
      () =>
        bench.clients.create(bench.steward, random.one([...members, ...originators]).partnerId, {
          name: 'A client',
          scopes: ['alerts:read'],
          arrangements: random.some(places),
        }),
      async () => {
        const owner = random.one(members).partnerId;
        const known = (await bench.clients.list(bench.steward, owner)).filter(
          (one) => one.revoked_at === null,
        );
        if (known.length > 0) await bench.clients.revoke(bench.steward, owner, random.one(known).id);
      },
    ];
    await moves[0]?.();
    for (let round = 0; round < ROUNDS; round++) {
      const chosen = [0, 1, 2].map((move) => moves[move] as (typeof moves)[number]);
      for (let more = 0; more < 5; more++) chosen.push(random.one(moves));
      await Promise.all(chosen.map((move) => attempt(move())));
      if (round % 5 === 0) await expectTheRule(bench);
    }
    await expectTheRule(bench);
    expect(refused).toBeLessThan(ROUNDS * 4);
    await bench.database.onApplicationShutdown();
    const [row] = await query<{ deadlocks: string }>(
      bench.app.database.superuserUrl,
      `select deadlocks from pg_stat_database where datname = current_database()`,
    );
    expect(row?.deadlocks).toBe('0');
  });
});

describe('the same request sent several times at once', () => {
  let app: TestApp;
  let by: Http;
  beforeAll(async () => {
    app = await startApp();
    ({ http: by } = await partner(app, { kind: 'un_entity' }));
  });
  afterAll(() => app.close());

  it('has one effect and equal answers, and its key is refused for another', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const body = alertInput();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => by.post<{ id: string }>('/v1/alerts', body, { headers })),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
    const { body: changes } = await by.get<{ items: unknown[] }>('/v1/changes');
    expect(changes.items).toHaveLength(1);
    const different = await by.post('/v1/alerts', alertInput({ event: 'Another' }), { headers });
    expect(different.status).toBe(422);
    const twins = await Promise.all(
      ['One', 'Two', 'Three', 'Four'].map((event) =>
        by.post('/v1/alerts', alertInput({ event }), {
          headers: { 'Idempotency-Key': 'one-key-of-several' },
        }),
      ),
    );
    expect(twins.map(({ status }) => status).sort()).toEqual([201, 422, 422, 422]);
    expect((await by.get<{ items: unknown[] }>('/v1/changes')).body.items).toHaveLength(2);
  });

  it('may use a key that another client used', async () => {
    const { http: another } = await partner(app, { kind: 'un_entity' });
    const headers = { 'Idempotency-Key': randomUUID() };
    const one = await by.post<{ id: string }>('/v1/alerts', alertInput(), { headers });
    const two = await another.post<{ id: string }>('/v1/alerts', alertInput({ event: 'Another' }), {
      headers,
    });
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(one.body.id).not.toBe(two.body.id);
  });
});
