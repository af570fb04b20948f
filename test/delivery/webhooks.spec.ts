import { Webhook } from 'standardwebhooks';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  alert,
  arrangement,
  client,
  join,
  leave,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { reportInput, submitted } from '../reports/reporting.js';
import { expectStatus, type Problem } from '../support/http.js';
import { until } from '../sharing/gate.js';
import {
  attemptsOf,
  hook,
  HOOK_SCOPES,
  HOOK_SETTINGS,
  isSignedBy,
  passTime,
  readHook,
  Receivers,
  untilHook,
  type WebhookView,
} from './hooks.js';
import { type Received } from './receiver.js';

describe('webhooks', () => {
  let app: TestApp;
  let place: TestArrangement;
  let publisher: TestPartner;
  let reader: TestPartner;
  const receivers = new Receivers();

  beforeAll(async () => {
    app = await startApp({ settings: HOOK_SETTINGS });
    publisher = await partner(app);
    reader = await partner(app, { scopes: HOOK_SCOPES });
    place = await arrangement(app, { members: [publisher, reader] });
  });
  afterAll(async () => {
    await receivers.stop();
    await app.close();
  });

  const publish = (overrides: Record<string, unknown> = {}): Promise<{ id: string }> =>
    alert(publisher.http, { audience: { arrangements: [place.code] }, ...overrides });

  const withdraw = async (id: string): Promise<void> => {
    expectStatus(await publisher.http.post(`/v1/alerts/${id}/withdrawal`), 204);
  };

  /** One more reader, that others cannot disturb. */
  const newReader = async (): Promise<TestPartner> => {
    const made = await partner(app, { scopes: HOOK_SCOPES });
    await join(app, place, made);
    return made;
  };

  describe('messages', () => {
    it('tell what changed, and not what it says', async () => {
      const to = await receivers.start();
      await hook(reader.http, to);
      const { id } = await publish();
      await to.changesOf(id, 1);
      const [{ message, headers }] = to.about(id) as [Received];
      expect(message).toEqual({
        type: 'alert.published',
        timestamp: expect.any(String) as string,
        data: {
          object: { type: 'alert', id, version: 1 },
          change: 'published',
          alarm: true,
          position: expect.any(Number) as number,
          tlp: 'GREEN',
          address: `${app.url}/v1/alerts/${id}`,
        },
      });
      expect(headers['content-type']).toBe('application/json');
      await withdraw(id);
      expect(await to.changesOf(id, 2)).toEqual(['published', 'withdrawn']);
      expect(Object.keys(to.about(id)[1]?.message.data ?? {})).toEqual([
        'object',
        'change',
        'alarm',
        'position',
      ]);
    });

    it('are signed as the published library and any Ed25519 check it', async () => {
      const to = await receivers.start();
      const { secret = '', publicKey } = await hook(reader.http, to);
      const { id } = await publish();
      await to.changesOf(id, 1);
      const [received] = to.about(id) as [Received];
      const changed = { ...received, body: received.body.replace('published', 'withdrawn') };
      const check = ({ body, headers }: Received): unknown =>
        new Webhook(secret).verify(body, headers as Record<string, string>);
      expect(check(received)).toEqual(received.message);
      expect(() => check(changed)).toThrow();
      expect(isSignedBy(publicKey, received)).toBe(true);
      expect(isSignedBy(publicKey, changed)).toBe(false);
    });

    it('keep their id over attempts, and say of each when it was made', async () => {
      const to = await receivers.start();
      const { id: webhook, secret = '' } = await hook(reader.http, to);
      to.behaviour = (response) => response.writeHead(to.received.length < 3 ? 500 : 204).end();
      await publish();
      for (let attempt = 1; attempt < 3; attempt++) {
        await to.requests(attempt);
        await untilHook(reader.http, webhook, () => to.received.length === attempt);
        await until(async () => (await attemptsOf(reader.http, webhook)).length === attempt);
        // Libraries take no message whose time lies more than five minutes back; the change may.
        await query(
          app.database.superuserUrl,
          `update webhook_delivery set at = at - interval '10 minutes' where webhook_id = $1`,
          [webhook],
        );
        await passTime(app, webhook, '1 minute');
      }
      const received = await to.requests(3);
      expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
      for (const { body, headers } of received)
        new Webhook(secret).verify(body, headers as Record<string, string>);
      expect((await untilHook(reader.http, webhook, ({ pending }) => pending === 0)).failed).toBe(0);
    });

    it('carry content only where it is asked for, up to the ceiling of the webhook', async () => {
      const [thin, green, amber] = [
        await receivers.start(),
        await receivers.start(),
        await receivers.start(),
      ];
      await hook(reader.http, thin);
      await hook(reader.http, green, { content: 'full' });
      await hook(reader.http, amber, { content: 'full', ceiling: { tlp: 'AMBER' } });
      const open = await publish();
      const closed = await publish({
        renditions: [renditionInput({ tlp: 'AMBER', audience: { partners: [reader.partner.code] } })],
      });
      for (const to of [thin, green, amber])
        await Promise.all([open, closed].map(({ id }) => to.changesOf(id, 1)));
      const contentOf = (to: typeof thin, { id }: { id: string }): unknown =>
        to.about(id)[0]?.message.data.content;
      const read = async ({ id }: { id: string }): Promise<unknown> =>
        (await reader.http.get(`/v1/alerts/${id}`)).body;
      expect(contentOf(thin, open)).toBeUndefined();
      expect(contentOf(green, open)).toEqual(await read(open));
      expect(contentOf(green, closed)).toBeUndefined();
      expect(green.about(closed.id)[0]?.message.data.tlp).toBe('AMBER');
      expect(contentOf(amber, closed)).toEqual(await read(closed));
    });

    it('tell of reports as well, to whoever may read those', async () => {
      const desk = await partner(app, { scopes: ['reports:triage', 'webhooks:manage'] });
      const field = await partner(app, { scopes: ['reports:submit'] });
      const [thin, full] = [await receivers.start(), await receivers.start()];
      await hook(desk.http, thin);
      await hook(desk.http, full, { content: 'full', ceiling: { tlp: 'AMBER' } });
      const input = reportInput({ audience: { partners: [desk.partner.code] } });
      const { id } = expectStatus(await field.http.post<{ id: string }>('/v1/reports', input), 201);
      for (const to of [thin, full]) await to.changesOf(id, 1);
      expect(thin.about(id)[0]?.message).toMatchObject({
        type: 'report.published',
        data: { object: { type: 'report', id }, address: `${app.url}/v1/reports/${id}` },
      });
      expect(thin.about(id)[0]?.message.data).not.toHaveProperty('content');
      const read = (await desk.http.get(`/v1/reports/${id}`)).body;
      expect(full.about(id)[0]?.message.data.content).toEqual(read);
      expectStatus(await field.http.post(`/v1/reports/${id}/withdrawal`), 204);
      expect(await full.changesOf(id, 2)).toEqual(['published', 'withdrawn']);
      expect(full.about(id)[1]?.message.data).not.toHaveProperty('content');
    });

    it('leave out drills unless they are asked for, and mark them', async () => {
      const [without, including] = [await receivers.start(), await receivers.start()];
      await hook(reader.http, without);
      await hook(reader.http, including, { drills: true });
      const drill = await publish({ status: 'exercise' });
      const real = await publish();
      await including.changesOf(drill.id, 1);
      await without.changesOf(real.id, 1);
      expect(including.about(drill.id)[0]?.message.data.drill).toBe(true);
      expect(without.about(drill.id)).toEqual([]);
    });

    it('follow a filter, and what was once told of to its end', async () => {
      const to = await receivers.start();
      await hook(reader.http, to, { filter: { minSeverity: 'severe' } });
      const [severe, minor] = [await publish(), await publish({ severity: 'minor' })];
      await to.changesOf(severe.id, 1);
      await withdraw(minor.id);
      await withdraw(severe.id);
      expect(await to.changesOf(severe.id, 2)).toEqual(['published', 'withdrawn']);
      expect(to.about(minor.id)).toEqual([]);
    });
  });

  describe('rights', () => {
    it('are asked again at every attempt: what was lost meanwhile arrives as a tombstone', async () => {
      const [losing, to] = [await newReader(), await receivers.start()];
      const { id: webhook } = await hook(losing.http, to, { content: 'full' });
      to.behaviour = 503;
      const { id } = await publish();
      await to.changesOf(id, 1);
      expect(to.about(id)[0]?.message.data.content).toBeDefined();
      await leave(app, place, losing);
      to.behaviour = 204;
      await until(async () => (await attemptsOf(losing.http, webhook)).length > 0);
      await passTime(app, webhook, '5 minutes');
      const changes = await to.changesOf(id, 3);
      expect(changes[0]).toBe('published');
      expect(new Set(changes.slice(1))).toEqual(new Set(['withdrawn']));
      for (const { message } of to.about(id).slice(1)) {
        expect(message.data).not.toHaveProperty('content');
        expect(message.data).not.toHaveProperty('address');
      }
    });

    it('end with the keeper: the webhook rests, loses nothing, and another client takes it over', async () => {
      const [owner, to] = [await newReader(), await receivers.start()];
      const second = await app.as(await client(app, owner.partner.id, { scopes: HOOK_SCOPES }));
      const { id: webhook } = await hook(owner.http, to);
      const revoke = `/v1/partners/${owner.partner.id}/clients/${owner.client.clientId}`;
      expectStatus(await app.steward.delete(revoke), 204);
      const { id } = await publish();
      const resting = await untilHook(second, webhook, ({ state }) => state === 'resting');
      expect(resting.notice?.reason).toBe('keeper');
      expect(to.received).toEqual([]);
      expectStatus(await second.patch(`/v1/webhooks/${webhook}`, { name: 'Taken over' }), 200);
      expect(await to.changesOf(id, 1)).toEqual(['published']);
      expect((await readHook(second, webhook)).state).toBe('active');
    });

    it('of the keeper are asked again at every attempt: what waits stays when they have ended', async () => {
      const [owner, to] = [await newReader(), await receivers.start()];
      const second = await app.as(await client(app, owner.partner.id, { scopes: HOOK_SCOPES }));
      const { id: webhook } = await hook(owner.http, to);
      to.behaviour = 503;
      await publish();
      await until(async () => (await attemptsOf(second, webhook)).length === 1);
      const revoke = `/v1/partners/${owner.partner.id}/clients/${owner.client.clientId}`;
      expectStatus(await app.steward.delete(revoke), 204);
      await passTime(app, webhook, '5 minutes');
      const resting = await untilHook(second, webhook, ({ state }) => state === 'resting');
      expect([resting.notice?.reason, resting.pending]).toEqual(['keeper', 1]);
      expect(to.received.length).toBe(1);
    });

    it('rest while the partner is suspended, and go on by themselves', async () => {
      const [owner, to] = [await newReader(), await receivers.start()];
      const { id: webhook } = await hook(owner.http, to, { content: 'full' });
      const before = await publish();
      await to.changesOf(before.id, 1);
      const stand = async (verb: string): Promise<void> => {
        const answer = await app.steward.post(`/v1/partners/${owner.partner.id}/${verb}`);
        if (answer.status >= 300) throw new Error(answer.text);
      };
      await stand('suspension');
      const { id } = await publish();
      await until(async () => (await stateOf(webhook)) === 'resting');
      // What it was told of is taken back, with nothing but that; it hears of nothing new.
      expect(await to.changesOf(before.id, 2)).toEqual(['published', 'withdrawn']);
      const [, tombstone] = to.about(before.id);
      expect(Object.keys(tombstone?.message.data ?? {}).sort()).toEqual([
        'alarm',
        'change',
        'object',
        'position',
      ]);
      expect(to.about(id)).toEqual([]);
      await stand('reinstatement');
      await to.changesOf(id, 1);
      expect(await stateOf(webhook)).toBe('active');
      await until(() => Promise.resolve(to.about(before.id).at(-1)?.message.data.change === 'published'));
    });

    it('stay what they are to read while the partner may only read: of alerts and reports it is told on', async () => {
      const owner = await partner(app, { scopes: [...HOOK_SCOPES, 'reports:triage'] });
      await join(app, place, owner);
      const field = await partner(app, { scopes: ['reports:submit'] });
      const to = await receivers.start();
      const { id: webhook } = await hook(owner.http, to, { content: 'full', ceiling: { tlp: 'AMBER' } });
      const lapsed = `update partner set read_only_from = now() - interval '1 second' where id = $1`;
      await query(app.database.superuserUrl, lapsed, [owner.partner.id]);
      const { id } = await publish();
      const report = await submitted(field.http, { audience: { partners: [owner.partner.code] } });
      for (const one of [id, report.id]) {
        expect(await to.changesOf(one, 1)).toEqual(['published']);
        expect(to.about(one)[0]?.message.data.content).toMatchObject({ id: one });
      }
      expect(await stateOf(webhook)).toBe('active');
    });

    it('to some of it are lost: the rest goes on being told, and what waited can be sent once it may', async () => {
      const owner = await partner(app, { scopes: ['partners:read'] });
      await join(app, place, owner);
      const scopes = [...HOOK_SCOPES, 'reports:triage'];
      const its = await client(app, owner.partner.id, { scopes });
      const keeper = await app.as(its);
      const to = await receivers.start();
      const { id: webhook } = await hook(keeper, to, { ordered: true });
      const field = await partner(app, { scopes: ['reports:submit'] });
      const addressed = { audience: { partners: [owner.partner.code] } };
      const told = await submitted(field.http, addressed);
      await to.changesOf(told.id, 1);
      to.behaviour = 503;
      const waiting = await submitted(field.http, addressed);
      await until(() => Promise.resolve(to.about(waiting.id).length > 0));
      const allow = (all: string[]): Promise<unknown> =>
        query(app.database.superuserUrl, `update client set scopes = $2 where id = $1`, [its.clientId, all]);
      await allow(HOOK_SCOPES);
      const tries = to.about(waiting.id).length;
      to.behaviour = 204;
      await passTime(app, webhook, '5 minutes');
      const { id } = await publish();
      expect(await to.changesOf(id, 1)).toEqual(['published']);
      const since = await submitted(field.http, addressed);
      expectStatus(await field.http.post(`/v1/reports/${told.id}/withdrawal`), 204);
      expect(await to.changesOf(told.id, 2)).toEqual(['published', 'withdrawn']);
      expect([to.about(waiting.id).length, to.about(since.id).length]).toEqual([tries, 0]);
      const quiet = await untilHook(keeper, webhook, ({ pending }) => pending === 0);
      expect(quiet).toMatchObject({ state: 'active', failed: 1 });
      await allow(scopes);
      await until(
        async () => (await keeper.post(`/v1/webhooks/${webhook}/replays`, { what: 'failed' })).status < 300,
      );
      await to.changesOf(waiting.id, tries + 1);
    });

    it('rest with a narrowed client that ends, whose endpoint hears that all it was told of is gone', async () => {
      const [owner, to] = [await newReader(), await receivers.start()];
      const its = await client(app, owner.partner.id, { scopes: HOOK_SCOPES, ceiling: { tlp: 'GREEN' } });
      const { id: webhook } = await hook(await app.as(its), to, { ordered: true });
      const { id } = await publish();
      await to.changesOf(id, 1);
      expectStatus(await app.steward.delete(`/v1/partners/${owner.partner.id}/clients/${its.clientId}`), 204);
      expect(await to.changesOf(id, 2)).toEqual(['published', 'withdrawn']);
      expect(await stateOf(webhook)).toBe('resting');
    });

    it('keep a narrowed client to its own webhooks, and the webhooks to what it may read', async () => {
      const owner = await newReader();
      const narrowed = await app.as(
        await client(app, owner.partner.id, { scopes: HOOK_SCOPES, ceiling: { tlp: 'CLEAR' } }),
      );
      const [wide, narrow] = [await receivers.start(), await receivers.start()];
      const own = await hook(owner.http, wide);
      const its = await hook(narrowed, narrow);
      const { id } = await publish();
      await wide.changesOf(id, 1);
      expect(narrow.about(id)).toEqual([]);
      expect((await narrowed.get(`/v1/webhooks/${own.id}`)).status).toBe(404);
      expect((await owner.http.get(`/v1/webhooks/${its.id}`)).status).toBe(200);
      expect((await owner.http.patch(`/v1/webhooks/${its.id}`, { name: 'Mine' })).status).toBe(403);
      expectStatus(await owner.http.delete(`/v1/webhooks/${its.id}`), 204);
    });

    it('hide the webhooks of others like what is missing', async () => {
      const { id } = await hook(reader.http, await receivers.start());
      const stranger = (await newReader()).http;
      const missing = await stranger.get(`/v1/webhooks/${id.replace(/^.{8}/, '00000000')}`);
      for (const answer of [
        await stranger.get(`/v1/webhooks/${id}`),
        await stranger.get(`/v1/webhooks/${id}/attempts`),
        await stranger.patch(`/v1/webhooks/${id}`, { name: 'Theirs' }),
        await stranger.delete(`/v1/webhooks/${id}`),
        await stranger.post(`/v1/webhooks/${id}/test`),
        await stranger.post(`/v1/webhooks/${id}/enabling`),
        await stranger.post(`/v1/webhooks/${id}/disabling`),
        await stranger.post(`/v1/webhooks/${id}/secret-rotation`, {}),
        await stranger.post(`/v1/webhooks/${id}/replays`, { what: 'failed' }),
      ]) {
        expect([answer.status, answer.text]).toEqual([404, missing.text]);
      }
    });

    it('do not reach to what the client may not read', async () => {
      const submitter = await partner(app, { scopes: ['reports:submit', 'webhooks:manage'] });
      const to = await receivers.start();
      const refused = await submitter.http.post('/v1/webhooks', { name: 'X', url: to.url, types: ['alert'] });
      expect(refused.status).toBe(403);
      expect((await hook(submitter.http, to))['types']).toEqual(['report']);
    });
  });

  describe('keys', () => {
    it('are shown once and kept sealed', async () => {
      const { id, secret = '' } = await hook(reader.http, await receivers.start());
      expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
      expect(await readHook(reader.http, id)).not.toHaveProperty('secret');
      const raw = Buffer.from(secret.replace('whsec_', ''), 'base64');
      const [row] = await query<{ found: boolean }>(
        app.database.superuserUrl,
        `select position($2::bytea in keys) > 0 as found from webhook where id = $1`,
        [id, raw],
      );
      expect(row?.found).toBe(false);
    });

    it('sign together with those before them until the overlap ends', async () => {
      const to = await receivers.start();
      const first = await hook(reader.http, to);
      const rotate = (body: object): Promise<{ body: WebhookView }> =>
        reader.http.post<WebhookView>(`/v1/webhooks/${first.id}/secret-rotation`, body);
      const { body: second } = await rotate({ overlapSeconds: 3600 });
      const verifies = ({ secret = '', publicKey }: WebhookView, received: Received): boolean[] => [
        isVerified(secret, received),
        isSignedBy(publicKey, received),
      ];
      const during = await publish();
      await to.changesOf(during.id, 1);
      for (const keys of [first, second]) {
        expect(verifies(keys, to.about(during.id)[0] as Received)).toEqual([true, true]);
      }
      const { body: third } = await rotate({});
      const after = await publish();
      await to.changesOf(after.id, 1);
      const received = to.about(after.id)[0] as Received;
      expect(verifies(third, received)).toEqual([true, true]);
      for (const keys of [first, second]) expect(verifies(keys, received)).toEqual([false, false]);
    });
  });

  describe('owners', () => {
    it('are refused addresses that messages may not go to, and those only', async () => {
      const urls = [
        'http://10.0.0.1/',
        'https://169.254.169.254/',
        'https://u:p@127.0.0.1/',
        'https://db.invalid/',
        'x:yyyyyyyy',
      ];
      for (const url of urls) {
        const answer = await reader.http.post<Problem>('/v1/webhooks', { name: 'X', url });
        expect(answer.status).toBe(400);
        expect(answer.body.errors?.map(({ pointer }) => pointer)).toEqual(['#/url']);
      }
      const { id } = await hook(reader.http, await receivers.start());
      const changed = await reader.http.patch(`/v1/webhooks/${id}`, { url: 'https://10.0.0.1/' });
      expect(changed.status).toBe(400);
    });

    it('create one for each Idempotency-Key', async () => {
      const to = await receivers.start();
      const by = reader.http.with({ 'Idempotency-Key': 'one-webhook' });
      const [first, again] = [await hook(by, to), await hook(by, to)];
      expect(again.id).toBe(first.id);
      expect(again).not.toHaveProperty('secret');
    });

    it('change what they name, for the version that they read', async () => {
      const { id } = await hook(reader.http, await receivers.start(), { filter: { minSeverity: 'severe' } });
      const path = `/v1/webhooks/${id}`;
      const tag = (await reader.http.get(path)).headers.get('etag') ?? '';
      const changed = await reader.http.patch(
        path,
        { filter: {}, drills: true },
        { headers: { 'If-Match': tag } },
      );
      expect(changed.body).toMatchObject({ filter: {}, drills: true, name: 'Ours' });
      const late = await reader.http.patch(path, { name: 'Late' }, { headers: { 'If-Match': tag } });
      expect(late.status).toBe(412);
    });

    it('disable and enable: nothing arrives meanwhile, and all of it afterwards', async () => {
      const to = await receivers.start();
      const { id: webhook } = await hook(reader.http, to);
      const disabled = expectStatus(
        await reader.http.post<WebhookView>(`/v1/webhooks/${webhook}/disabling`),
        200,
      );
      expect([disabled.state, disabled.notice?.reason]).toEqual(['disabled', 'owner']);
      const { id } = await publish();
      const witness = await receivers.start();
      await hook(reader.http, witness);
      const later = await publish();
      await witness.changesOf(later.id, 1);
      expect(to.received).toEqual([]);
      expectStatus(await reader.http.post(`/v1/webhooks/${webhook}/enabling`), 200);
      expect(await to.changesOf(id, 1)).toEqual(['published']);
    });

    it('test it and hear what became of that, not too often', async () => {
      const to = await receivers.start();
      const { id, secret = '' } = await hook(reader.http, to);
      const attempt = expectStatus(await reader.http.post(`/v1/webhooks/${id}/test`), 200);
      expect(attempt).toMatchObject({ event: 'webhook.test', object: { type: 'webhook', id }, status: 204 });
      expect(to.received.map(({ message }) => message.type)).toEqual(['webhook.test']);
      expect(isVerified(secret, to.received[0] as Received)).toBe(true);
      const again = await reader.http.post(`/v1/webhooks/${id}/test`);
      expect([again.status, to.received.length]).toEqual([429, 1]);
    });

    it('test it once in a while, also while the receiver takes its time', async () => {
      const to = await receivers.start();
      const { id } = await hook(reader.http, to);
      to.behaviour = (response) => setTimeout(() => response.writeHead(204).end(), 500);
      const tests = [1, 2, 3].map(() => reader.http.post(`/v1/webhooks/${id}/test`));
      const statuses = (await Promise.all(tests)).map(({ status }) => status);
      expect(statuses.sort()).toEqual([200, 429, 429]);
      expect(to.received.length).toBe(1);
    });

    it('have so many, and room again for one that they delete', async () => {
      const { http } = await newReader();
      const to = await receivers.start();
      const made = [];
      for (let count = 0; count < 50; count++) made.push(await hook(http, to));
      const more = { name: 'One more', url: to.url };
      expect((await http.post('/v1/webhooks', more)).status).toBe(409);
      expectStatus(await http.delete(`/v1/webhooks/${made[0]?.id}`), 204);
      expect((await http.post('/v1/webhooks', more)).status).toBe(201);
    });

    it('delete it with its log', async () => {
      const to = await receivers.start();
      const { id } = await hook(reader.http, to);
      const { id: object } = await publish();
      await to.changesOf(object, 1);
      expectStatus(await reader.http.delete(`/v1/webhooks/${id}`), 204);
      expect((await reader.http.get(`/v1/webhooks/${id}`)).status).toBe(404);
      for (const table of ['webhook', 'webhook_delivery', 'webhook_attempt', 'follower', 'follower_told']) {
        const column = { webhook: 'id', follower: 'id', follower_told: 'follower_id' }[table] ?? 'webhook_id';
        const rows = await query(app.database.superuserUrl, `select from ${table} where ${column} = $1`, [
          id,
        ]);
        expect([table, rows]).toEqual([table, []]);
      }
    });

    it('page through webhooks and attempts', async () => {
      const owner = await newReader();
      const to = await receivers.start();
      const ids = [];
      for (let index = 0; index < 3; index++) ids.unshift((await hook(owner.http, to)).id);
      const pages: string[][] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: { items: WebhookView[]; nextCursor: string | null } = expectStatus(
          await owner.http.get('/v1/webhooks', { query: { limit: 2, ...(cursor !== '' && { cursor }) } }),
          200,
        );
        pages.push(page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      }
      expect(pages).toEqual([ids.slice(0, 2), ids.slice(2)]);
      const { id } = await publish();
      await to.changesOf(id, 3);
      const [first = ''] = ids;
      await until(async () => (await attemptsOf(owner.http, first)).length === 1);
      expect((await attemptsOf(owner.http, first))[0]).toMatchObject({
        event: 'alert.published',
        object: { id },
      });
    });
  });

  const stateOf = async (id: string): Promise<string | undefined> => {
    const [row] = await query<{ state: string }>(
      app.database.superuserUrl,
      `select state from webhook where id = $1`,
      [id],
    );
    return row?.state;
  };
});

const isVerified = (secret: string, { body, headers }: Received): boolean => {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
};
