import { type ChangeRow } from '../../src/sharing/sharing.service.js';
import { Database, type Tx } from '../../src/core/database.js';
import { type FollowerBehind, FollowingService } from '../../src/delivery/following/following.service.js';
import { WebhookWaker } from '../../src/delivery/webhooks/webhook.clock.js';
import { newId } from '../../src/core/ids.js';
import { type Actor } from '../../src/access/actor.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { alert, arrangement, partner, type TestArrangement, type TestPartner } from '../support/factories.js';

interface Heard {
  follower_id: string;
  is_drill: boolean;
  position: string;
  shareable_id: string;
}

describe('following a change log', () => {
  const apps: TestApp[] = [];
  let app: TestApp;
  let place: TestArrangement;
  let publisher: TestPartner;
  let reader: TestPartner;

  beforeAll(async () => {
    app = await startApp();
    apps.push(app);
    apps.push(await startApp({ database: app.database }));
    // Here the test is the only one to move followers on.
    await Promise.all(apps.map(({ nest }) => nest.get(WebhookWaker).beforeApplicationShutdown()));
    [publisher, reader] = [await partner(app), await partner(app)];
    place = await arrangement(app, { members: [publisher, reader] });
    // What followers wrote, once it is committed.
    await query(
      app.database.superuserUrl,
      `create table heard (follower_id uuid, is_drill boolean, position bigint, shareable_id uuid)`,
    );
    await query(app.database.superuserUrl, `grant insert on heard to slt_background`);
  });
  afterAll(async () => {
    await Promise.all(apps.slice(1).map((one) => one.close()));
    await app.close();
  });

  const publish = (drill = false): Promise<{ id: string }> =>
    alert(publisher.http, {
      audience: { arrangements: [place.code] },
      ...(drill && { status: 'exercise' }),
    });

  const actorOf = ({ partner: { id }, client }: TestPartner): Actor => ({
    clientId: client.clientId,
    partnerId: id,
    readerId: id,
    partnerKind: 'ingo',
    partnerStatus: 'active',
    scopes: new Set(['alerts:read']),
    narrowed: false,
    manages: [],
  });

  const open = async (of = reader): Promise<string> => {
    const id = newId();
    const actor = actorOf(of);
    const { nest } = app;
    await nest.get(Database).as(actor, (tx) => nest.get(FollowingService).open(tx, actor, id, 'webhook'));
    return id;
  };

  const write = async (tx: Tx, follower: FollowerBehind, entries: ChangeRow[]): Promise<void> => {
    await tx.query(
      `insert into heard select $1, $2, e.position, e.id from jsonb_to_recordset($3) as e (position bigint, id uuid)`,
      [
        follower.id,
        follower.isDrill,
        JSON.stringify(entries.map(({ position, shareable_id: id }) => ({ position, id }))),
      ],
    );
  };

  const followAll = async (by = app): Promise<void> => {
    while (await by.nest.get(FollowingService).step('webhook', write));
  };

  /** As if the time had gone by after which another one may take what was taken. */
  const passTime = async (): Promise<void> => {
    await query(
      app.database.superuserUrl,
      `update follower set taken_until = now()
       where id in (select id from follower where taken_until > now() for update skip locked)`,
    );
  };

  const heardBy = (id: string): Promise<Heard[]> =>
    query<Heard & Record<string, unknown>>(
      app.database.superuserUrl,
      `select * from heard where follower_id = $1 order by is_drill, position`,
      [id],
    );

  /** All that a follower of this reader has to hear. */
  const logOf = (of: TestPartner, follower: string): Promise<Record<string, unknown>[]> =>
    query(
      app.database.superuserUrl,
      `select $2::uuid as follower_id, is_drill, position, shareable_id from change_entry
       where reader_id = $1 order by is_drill, position`,
      [of.partner.id, follower],
    );

  it('begins with what comes after it, in both logs', async () => {
    await publish();
    await publish(true);
    const id = await open();
    await followAll();
    expect(await heardBy(id)).toEqual([]);
    const [real, drill] = [await publish(), await publish(true)];
    await followAll();
    expect((await heardBy(id)).map((one) => [one.is_drill, one.shareable_id])).toEqual([
      [false, real.id],
      [true, drill.id],
    ]);
  });

  it('misses nothing and counts nothing twice, with several processes that fail and end in the middle', async () => {
    const busy = await partner(app);
    const [first, second] = [await open(busy), await open(busy)];
    await query(
      app.database.superuserUrl,
      `insert into membership values (gen_random_uuid(), $1, $2, now(), null, 'current', 4, 2)`,
      [place.id, busy.partner.id],
    );
    const { database } = app;
    let publishing = true;
    let [broken, ended] = [0, 0];
    const follow = async (one: TestApp): Promise<void> => {
      const following = one.nest.get(FollowingService);
      for (let round = 0; publishing || round % 10 !== 0; round++) {
        await following.step('webhook', async (tx, follower, entries) => {
          await write(tx, follower, entries);
          if (round % 5 === 1) {
            broken++;
            throw new Error('broken on purpose');
          }
          if (round % 5 === 3) {
            ended++;
            const [row]: { pid: number }[] = await tx.query(`select pg_backend_pid() as pid`);
            await query(database.superuserUrl, `select pg_terminate_backend($1)`, [row?.pid]);
          }
        });
        await passTime();
      }
    };
    const followers = Promise.all([...apps, ...apps].map(follow));
    try {
      for (let batch = 0; batch < 10; batch++) {
        await Promise.all([publish(), publish(), publish(true)]);
      }
    } finally {
      publishing = false;
      await followers;
    }
    await followAll();
    expect(broken).toBeGreaterThan(0);
    expect(ended).toBeGreaterThan(0);
    for (const id of [first, second]) {
      const heard = await heardBy(id);
      expect(heard.length).toBeGreaterThanOrEqual(30);
      expect(heard).toEqual(await logOf(busy, id));
    }
  });

  it('moves on in the very transaction that writes', async () => {
    const alone = await partner(app);
    const id = await open(alone);
    await followAll();
    await alert(publisher.http, { audience: { partners: [alone.partner.code] } });
    let writing: string | undefined;
    await app.nest.get(FollowingService).step('webhook', async (tx, follower, entries) => {
      await write(tx, follower, entries);
      const [row]: { xid: string }[] = await tx.query(`select pg_current_xact_id()::xid::text as xid`);
      writing = row?.xid;
    });
    const moved = await query(app.database.superuserUrl, `select xmin::text from follower where id = $1`, [
      id,
    ]);
    expect(moved).toEqual([{ xmin: writing }]);
  });

  it('lets two processes plan the same entries, and one of them write', async () => {
    // Of a reader of its own, so that the other process finds nobody else to move on.
    const alone = await partner(app);
    const id = await open(alone);
    await followAll();
    await alert(publisher.http, { audience: { partners: [alone.partner.code] } });
    const following = app.nest.get(FollowingService);
    let meanwhile: Promise<unknown> | undefined;
    await following.step('webhook', write, async () => {
      await passTime();
      meanwhile ??= apps[1]?.nest.get(FollowingService).step('webhook', write);
      await meanwhile;
    });
    await followAll();
    expect((await heardBy(id)).length).toBe(1);
  });

  it('keeps no follower waiting for one that fails', async () => {
    const [failing, sound] = [await open(), await open()];
    await publish();
    const following = app.nest.get(FollowingService);
    const follow = async (tx: Tx, follower: FollowerBehind, entries: ChangeRow[]): Promise<void> => {
      if (follower.id === failing) throw new Error('broken on purpose');
      await write(tx, follower, entries);
    };
    while (await following.step('webhook', follow));
    expect((await heardBy(sound)).length).toBe(1);
    expect((await heardBy(failing)).length).toBe(0);
    await passTime();
    await followAll();
    expect((await heardBy(failing)).length).toBe(1);
  });

  it('rests where it is and goes on from there', async () => {
    const id = await open();
    const { nest } = app;
    const as = (work: (tx: Tx) => Promise<void>): Promise<void> =>
      nest.get(Database).as(actorOf(reader), work);
    await as((tx) => nest.get(FollowingService).rest(tx, id));
    await publish();
    await followAll();
    expect(await heardBy(id)).toEqual([]);
    await as((tx) => nest.get(FollowingService).resume(tx, id));
    await followAll();
    expect((await heardBy(id)).length).toBe(1);
  });

  it('hears again of what it went back over, and never skips forward', async () => {
    const id = await open();
    await publish();
    await followAll();
    const { nest } = app;
    const [{ position } = { position: '0' }] = await heardBy(id);
    for (const target of [BigInt(position) - 1n, BigInt(position) + 100n]) {
      await nest
        .get(Database)
        .as(actorOf(reader), (tx) => nest.get(FollowingService).goBack(tx, id, false, target));
    }
    await publish();
    await followAll();
    expect((await heardBy(id)).map((one) => Number(one.position) - Number(position))).toEqual([0, 0, 1]);
  });

  it('cannot be touched by another partner', async () => {
    const id = await open();
    const { nest } = app;
    await nest.get(Database).as(actorOf(publisher), async (tx) => {
      await nest.get(FollowingService).rest(tx, id);
      await nest.get(FollowingService).close(tx, id);
    });
    await publish();
    await followAll();
    expect((await heardBy(id)).length).toBe(1);
  });
});
