import { type ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
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
import {
  attemptsOf,
  type AttemptView,
  hook,
  HOOK_SCOPES,
  HOOK_SETTINGS,
  isSignedBy,
  passTime,
  readHook,
  Receivers,
  untilHook,
} from '../delivery/hooks.js';
import { type Receiver } from '../delivery/receiver.js';
import { until } from '../sharing/gate.js';

/**
 * With a receiver down 24 h then up, every event arrives at least once, signed per Standard Webhooks, deduplicable by
 * id; a dead endpoint adds < 1 s to others; disabling sends a notice; private, link-local, CGNAT and NAT64 targets and
 * redirects are refused at save and at connect.
 */
describe('10: reliable webhooks', () => {
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

  it('brings everything to a receiver that was down for a day, signed, and known again by its id', async () => {
    const { http } = await reader();
    const to = await receivers.start();
    const { id: webhook, secret = '', publicKey } = await hook(http, to);
    to.behaviour = (response) => response.destroy();
    const published: string[] = [];
    for (let hours = 0; hours < 24; hours += 4) {
      const before = (await attemptsOf(http, webhook)).length;
      published.push((await publish()).id);
      for (let look = 0; look < 3; look++) {
        await passTime(app, webhook, '80 minutes');
        await until(async () => (await attemptsOf(http, webhook)).length > before + look);
      }
    }
    const down = await readHook(http, webhook);
    expect([down.state, down.pending, down.failed]).toEqual(['failing', published.length, 0]);
    const attempted = to.received.length;
    expect(attempted).toBeGreaterThanOrEqual(3 * published.length);

    to.behaviour = 204;
    await passTime(app, webhook, '1 hour');
    const up = await untilHook(http, webhook, ({ pending }) => pending === 0);
    expect([up.state, up.failed]).toEqual(['active', 0]);
    const taken = to.received.slice(attempted);
    expect(new Set(taken.map(({ message }) => message.data.object.id))).toEqual(new Set(published));
    const idsOf = (object: string): unknown[] => to.about(object).map(({ headers }) => headers['webhook-id']);
    for (const object of published) expect(new Set(idsOf(object)).size).toBe(1);
    expect(new Set(published.map((object) => idsOf(object)[0])).size).toBe(published.length);
    for (const received of to.received) {
      new Webhook(secret).verify(received.body, received.headers as Record<string, string>);
      expect(isSignedBy(publicKey, received)).toBe(true);
    }
  });

  it('keeps nobody waiting for those that do not answer', async () => {
    const silent: ServerResponse[] = [];
    const saysNothing = (response: ServerResponse): void => void silent.push(response);
    const dead: { to: Receiver; id: string }[] = [];
    const waiting = await reader();
    for (let count = 0; count < 35; count++) {
      const to = await receivers.start();
      to.behaviour = saysNothing;
      dead.push({ to, id: (await hook(waiting.http, to)).id });
    }
    const { http } = await reader();
    const sound = await receivers.start();
    const { id: webhook } = await hook(http, sound);

    // None of them has been silent before, and all of them are now.
    const first = await publish();
    // Places are few, and each is held until the silence has lasted long enough.
    await until(() => Promise.resolve(silent.length >= dead.length), 180);
    const second = await publish();
    expect(await sound.changesOf(first.id, 1)).toEqual(['published']);
    expect(await sound.changesOf(second.id, 1)).toEqual(['published']);
    const [told] = (await attemptsOf(http, webhook)).filter(({ object }) => object.id === first.id);
    for (const { id } of dead) {
      for (const silence of await attemptsOf(waiting.http, id)) {
        expect(endOf(silence)).toBeGreaterThan(told ? endOf(told) : Infinity);
      }
    }

    // Known to be dead, they are asked singly, from a place of their own. Until that is written down they fail at once:
    // silent ones that are asked again and again might never all be at rest.
    for (const { to } of dead) to.behaviour = 500;
    for (const response of silent.splice(0)) response.writeHead(500).end();
    await until(async () => (await query(app.database.superuserUrl, UNDER_WAY)).length === 0);
    await query(app.database.superuserUrl, `update webhook set failures = 9 where id = any ($1)`, [
      dead.map(({ id }) => id),
    ]);
    for (const { to } of dead) to.behaviour = saysNothing;
    for (const { id } of dead) await passTime(app, id, '1 hour');
    const third = await publish();
    expect(await sound.changesOf(third.id, 1)).toEqual(['published']);
    for (const { to } of dead) expect(to.received.filter(({ path }) => path !== '').length).toBeLessThan(10);
    expect((await readHook(http, webhook)).state).toBe('active');
    for (const response of silent) response.destroy();
  }, 300_000);

  it('switches off what has taken nothing for days, with notice in every place where one may look', async () => {
    const { http, partner: owner } = await reader();
    const [dead, other] = [await receivers.start(), await receivers.start()];
    dead.behaviour = 500;
    const { id: webhook } = await hook(http, dead);
    await hook(http, other);
    await publish();
    await until(async () => (await attemptsOf(http, webhook)).length > 0);
    await passTime(app, webhook, '71 hours');
    await until(async () => (await attemptsOf(http, webhook)).length > 1);
    expect((await readHook(http, webhook)).state).not.toBe('disabled');
    await passTime(app, webhook, '2 hours');
    const disabled = await untilHook(http, webhook, ({ state }) => state === 'disabled');
    expect(disabled.notice?.reason).toBe('failing');
    expect(await other.changesOf(webhook, 1)).toEqual(['disabled']);
    expect(other.about(webhook)[0]?.message.type).toBe('webhook.disabled');
    const { items } = expectStatus(
      await http.get<{ items: object[] }>('/v1/audit', { query: { action: 'webhook.disabled' } }),
      200,
    );
    expect(items).toMatchObject([
      { object: { type: 'webhook', id: webhook }, details: { reason: 'failing' } },
    ]);
    expect(items[0]).not.toHaveProperty('partner');

    dead.behaviour = 204;
    const after = await publish();
    expectStatus(await http.post(`/v1/webhooks/${webhook}/enabling`), 200);
    expect(await dead.changesOf(after.id, 1)).toEqual(['published']);
    expect(owner.id).toBeDefined();
  });

  it('refuses other targets when they are saved', async () => {
    const { http } = await reader();
    const targets = [
      '10.0.0.1',
      '192.168.1.1',
      '172.16.0.1',
      '169.254.169.254',
      '100.64.0.1',
      '[64:ff9b::a00:1]',
    ];
    for (const target of [...targets, '[fd00::1]', '[::ffff:10.0.0.1]', '0xa9fea9fe', '168.63.129.16']) {
      const answer = await http.post<Problem>('/v1/webhooks', { name: 'X', url: `https://${target}/` });
      expect([target, answer.status]).toEqual([target, 400]);
    }
  });

  it('refuses other targets, and redirects, when it connects', async () => {
    const { http } = await reader();
    const [moved, elsewhere] = [await receivers.start(), await receivers.start()];
    moved.behaviour = (response) => response.writeHead(307, { Location: elsewhere.url }).end();
    const redirecting = await hook(http, moved);
    const changed = await hook(http, elsewhere);
    // As if its name led elsewhere by now.
    await query(app.database.superuserUrl, `update webhook set url = 'http://100.64.0.1/' where id = $1`, [
      changed.id,
    ]);
    await publish();
    await until(async () => (await attemptsOf(http, redirecting.id)).length > 0);
    await until(async () => (await attemptsOf(http, changed.id)).length > 0);
    expect((await attemptsOf(http, redirecting.id))[0]).toMatchObject({ status: 307, error: 'redirect' });
    const [refused] = await attemptsOf(http, changed.id);
    expect(refused).toMatchObject({ error: 'address_not_allowed', durationMs: 0 });
    expect(refused).not.toHaveProperty('status');
    expect(elsewhere.received).toEqual([]);
  });
});

const endOf = ({ at, durationMs }: AttemptView): number => Date.parse(at) + durationMs;
const UNDER_WAY = `select from webhook where claimed_until > now()`;
