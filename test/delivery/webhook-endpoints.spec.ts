import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  alert,
  arrangement,
  join,
  partner,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Problem } from '../support/http.js';
import { receiptsOf } from '../acceptance/receipts.js';
import { until } from '../sharing/gate.js';
import {
  attemptsOf,
  hook,
  HOOK_SCOPES,
  HOOK_SETTINGS,
  passTime,
  readHook,
  Receivers,
  untilHook,
  type WebhookView,
} from './hooks.js';
import { type Receiver } from './receiver.js';

describe('endpoints that are not well', () => {
  let app: TestApp;
  let place: TestArrangement;
  let publisher: TestPartner;
  const receivers = new Receivers();

  beforeAll(async () => {
    app = await startApp({ settings: HOOK_SETTINGS });
    publisher = await partner(app);
    place = await arrangement(app, { members: [publisher] });
  });
  afterAll(async () => {
    await receivers.stop();
    await app.close();
  });

  const reader = async (): Promise<TestPartner> => {
    const made = await partner(app, { scopes: HOOK_SCOPES });
    await join(app, place, made);
    return made;
  };
  const publish = (): Promise<{ id: string }> =>
    alert(publisher.http, { audience: { arrangements: [place.code] } });

  const setUp = async (
    behaviour: Receiver['behaviour'],
    overrides = {},
  ): Promise<{ http: TestPartner['http']; to: Receiver; id: string }> => {
    const { http } = await reader();
    const to = await receivers.start();
    to.behaviour = behaviour;
    const { id } = await hook(http, to, overrides);
    return { http, to, id };
  };

  const untilAttempts = (http: TestPartner['http'], id: string, count: number): Promise<unknown> =>
    until(async () => (await attemptsOf(http, id)).length >= count);

  /** Seconds from now until it is looked at again, and which queue it waits in. */
  const nextLook = async (id: string): Promise<{ seconds: number; name: string }> =>
    until(async () => {
      const [row] = await query<{ seconds: number; name: string }>(
        app.database.superuserUrl,
        `select extract(epoch from start_after - now())::float as seconds, name from pgboss.job
         where id = $1 and state = 'created'`,
        [id],
      );
      return row ?? false;
    });

  it('rests one that says it is gone, with notice, and loses nothing', async () => {
    const { http, to, id } = await setUp(410);
    const { id: object } = await publish();
    const resting = await untilHook(http, id, ({ state }) => state === 'resting');
    expect([resting.notice?.reason, resting.pending]).toEqual(['gone', 1]);
    const { items } = expectStatus(
      await http.get<{ items: object[] }>('/v1/audit', { query: { action: 'webhook.rested' } }),
      200,
    );
    expect(items).toMatchObject([{ object: { id }, details: { reason: 'gone' } }]);
    await passTime(app, id, '1 day');
    const later = await publish();
    to.behaviour = 204;
    expectStatus(await http.post(`/v1/webhooks/${id}/enabling`), 200);
    await to.changesOf(object, 2);
    await to.changesOf(later.id, 1);
  });

  it('gives one that asks for it the time that it asks for', async () => {
    const { http, id } = await setUp((response) => response.writeHead(429, { 'Retry-After': '600' }).end());
    await publish();
    await untilAttempts(http, id, 1);
    expect((await nextLook(id)).seconds).toBeGreaterThan(500);
    await publish();
    await until(async () => (await readHook(http, id)).pending === 2);
    expect((await nextLook(id)).seconds).toBeGreaterThan(500);
    expect((await attemptsOf(http, id)).map(({ status }) => status)).toEqual([429]);
  });

  it('asks one that takes nothing singly, and sends all that waits once it does', async () => {
    const { http, to, id } = await setUp(503);
    const published = [];
    for (let count = 0; count < 3; count++) published.push(await publish());
    await until(async () => {
      await passTime(app, id, '1 minute');
      return (await readHook(http, id)).state === 'failing';
    });
    await until(async () => (await nextLook(id)).seconds > 1);
    expect((await nextLook(id)).name).toBe('webhook-dead');
    const before = to.received.length;
    await passTime(app, id, '10 minutes');
    await untilAttempts(http, id, before + 1);
    expect((await nextLook(id)).seconds).toBeGreaterThan(1);
    expect(to.received.length).toBe(before + 1);
    to.behaviour = 204;
    await passTime(app, id, '1 minute');
    for (const { id: object } of published) await until(() => Promise.resolve(to.about(object).length > 0));
    expect((await untilHook(http, id, ({ pending }) => pending === 0)).state).toBe('active');
    expect((await untilHook(http, id, ({ failingSince }) => failingSince === undefined)).failed).toBe(0);
  });

  it('connects to nothing that it may not, wherever a saved address leads by then', async () => {
    const { http, id } = await setUp(204, { content: 'full' });
    // As if its name had come to lead into somebody's own network.
    await query(app.database.superuserUrl, `update webhook set url = 'https://10.0.0.1/' where id = $1`, [
      id,
    ]);
    const { id: object } = await publish();
    await untilAttempts(http, id, 1);
    const tested = expectStatus(await http.post(`/v1/webhooks/${id}/test`), 200);
    expect(tested).toMatchObject({ error: 'address_not_allowed' });
    for (const { error } of await attemptsOf(http, id)) expect(error).toBe('address_not_allowed');
    // Nor does the originator hear that anybody has it.
    const receipts = Object.values(await receiptsOf(publisher.http, object));
    expect(receipts.filter(({ fetchedAt }) => fetchedAt !== undefined)).toEqual([]);
  });

  it('sends the others while one message is not taken', async () => {
    const { http, to, id } = await setUp(204);
    const poison = await publish();
    await to.changesOf(poison.id, 1);
    to.behaviour = (response, { message }) =>
      response.writeHead(message.data.object.id === poison.id ? 500 : 204).end();
    expectStatus(await publisher.http.post(`/v1/alerts/${poison.id}/withdrawal`), 204);
    const good = [await publish(), await publish(), await publish()];
    for (const { id: object } of good) await to.changesOf(object, 1);
    const view = await untilHook(http, id, ({ pending }) => pending === 1);
    expect(view.state).toBe('active');
  });

  it('keeps the order of one that asks for it, behind a message that is not taken', async () => {
    const { http, to, id } = await setUp(204, { ordered: true });
    const [first, second] = [await publish(), await publish()];
    await to.changesOf(second.id, 1);
    to.behaviour = 500;
    expectStatus(await publisher.http.post(`/v1/alerts/${first.id}/withdrawal`), 204);
    await untilAttempts(http, id, 3);
    const third = await publish();
    await until(async () => (await readHook(http, id)).pending === 2);
    await passTime(app, id, '30 seconds');
    await untilAttempts(http, id, 4);
    expect(to.about(third.id)).toEqual([]);
    // Not even what is urgent overtakes what alarms nobody.
    await query(
      app.database.superuserUrl,
      `update webhook_delivery set alarm = object_id = $2 where webhook_id = $1 and state = 'pending'`,
      [id, third.id],
    );
    to.behaviour = 204;
    await passTime(app, id, '5 minutes');
    await to.changesOf(third.id, 1);
    await untilHook(http, id, ({ pending }) => pending === 0);
    const seen = to.received.map(({ message }) => message.data.position ?? 0);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it('gives up after three days of trying, says so, and sends it again when it is asked to', async () => {
    const { http, to, id } = await setUp(204);
    const poison = await publish();
    await to.changesOf(poison.id, 1);
    to.behaviour = (response, { message }) =>
      response.writeHead(message.data.object.id === poison.id ? 500 : 204).end();
    expectStatus(await publisher.http.post(`/v1/alerts/${poison.id}/withdrawal`), 204);
    await untilAttempts(http, id, 2);
    await passTime(app, id, '71 hours');
    // Of the endpoint nothing is the matter.
    const good = await publish();
    await to.changesOf(good.id, 1);
    await untilAttempts(http, id, 5);
    await passTime(app, id, '2 hours');
    const given = await untilHook(http, id, ({ failed }) => failed === 1);
    expect([given.state, given.pending]).toEqual(['active', 0]);
    to.behaviour = 204;
    expectStatus(await http.post(`/v1/webhooks/${id}/replays`, { what: 'failed' }), 200);
    await untilHook(http, id, ({ failed, pending }) => failed === 0 && pending === 0);
    const messages = to.about(poison.id).filter(({ message }) => message.data.change === 'withdrawn');
    expect(new Set(messages.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  describe('replays', () => {
    it('send one message, or all since a time or after a position, under the ids that they had', async () => {
      const { http, to, id } = await setUp(204);
      const published = [await publish(), await publish(), await publish()];
      for (const { id: object } of published) await to.changesOf(object, 1);
      const [, second, third] = published.map(({ id: object }) => to.about(object)[0]);
      const replay = async (body: object): Promise<void> => {
        expectStatus(await http.post<WebhookView>(`/v1/webhooks/${id}/replays`, body), 200);
      };
      const [attempt] = await attemptsOf(http, id);
      await replay({ what: 'delivery', delivery: attempt?.deliveryId });
      await to.requests(4);
      expect(to.received[3]?.headers['webhook-id']).toBe(`msg_${attempt?.deliveryId}`);
      await replay({ what: 'after', after: second?.message.data.position });
      await to.requests(5);
      expect(to.received[4]?.headers['webhook-id']).toBe(third?.headers['webhook-id']);
      await replay({ what: 'since', since: '2020-01-01T00:00:00Z' });
      for (const { id: object } of published) await to.changesOf(object, 2);
      await untilHook(http, id, ({ pending }) => pending === 0);
      for (const { id: object } of published) {
        expect(new Set(to.about(object).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
      }
    });

    it('need what they are about, and nothing else', async () => {
      const { http, id } = await setUp(204);
      const pointersOf = async (body: object): Promise<unknown> => {
        const answer = await http.post<Problem>(`/v1/webhooks/${id}/replays`, body);
        return answer.body.errors?.map(({ pointer }) => pointer) ?? answer.status;
      };
      expect(await pointersOf({ what: 'delivery' })).toEqual(['#/delivery']);
      expect(await pointersOf({ what: 'since' })).toEqual(['#/since']);
      expect(await pointersOf({ what: 'after', since: '2026-01-01T00:00:00Z' })).toEqual([
        '#/since',
        '#/after',
      ]);
      expect(await pointersOf({ what: 'failed', after: 1 })).toEqual(['#/after']);
      expect(await pointersOf({ what: 'delivery', delivery: id })).toBe(404);
    });
  });

  it('is sent to by several processes, by one at a time, and taken over when one ends', async () => {
    const other = await startApp({ database: app.database, settings: HOOK_SETTINGS });
    try {
      const { http, to, id } = await setUp(204);
      let [open, most] = [0, 0];
      to.behaviour = (response) => {
        most = Math.max(most, ++open);
        setTimeout(() => {
          open--;
          response.writeHead(204).end();
        }, 20);
      };
      const published = await Promise.all(Array.from({ length: 12 }, () => publish()));
      for (const { id: object } of published) await to.changesOf(object, 1);
      await untilHook(http, id, ({ pending }) => pending === 0);
      expect(to.received.length).toBe(published.length);
      expect(most).toBeLessThanOrEqual(2);

      // As if a process had ended in the middle of an attempt: nobody settles what it had claimed.
      await query(
        app.database.superuserUrl,
        `update webhook set claim = gen_random_uuid(), claimed_until = now() + interval '2 seconds' where id = $1`,
        [id],
      );
      const last = await publish();
      expect(await to.changesOf(last.id, 1)).toEqual(['published']);
    } finally {
      await other.close();
    }
  });
});
