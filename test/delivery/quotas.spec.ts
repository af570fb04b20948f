import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Quota } from '../../src/core/quota.js';
import { HOOK_SETTINGS } from './hooks.js';
import { EventStream } from './event-stream.js';
import { startApp, type TestApp } from '../support/app.js';
import { client, partner, type TestPartner, USUAL_SCOPES } from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';

const SCOPES = [...USUAL_SCOPES, 'webhooks:manage', 'feeds:manage', 'subscriptions:manage'];

let app: TestApp;
let own: TestPartner;

beforeAll(async () => {
  app = await startApp({ settings: { ...HOOK_SETTINGS, SLT_STREAMS_PER_PARTNER: '2' } });
  own = await partner(app, { scopes: SCOPES });
});
afterAll(() => app.close());

const quotasOf = async (http: Http): Promise<Map<string, Quota>> => {
  const answer = await http.get<{ items: Quota[] }>('/v1/me/quotas');
  return new Map(expectStatus(answer, 200).items.map((quota) => [quota.name, quota]));
};

it('say what there is of each, and what is used, whoever of the partner’s clients used it', async () => {
  const other = await app.as(await client(app, own.partner.id, { scopes: SCOPES }));
  expectStatus(
    await own.http.post('/v1/webhooks', { name: 'Ours', url: 'http://127.0.0.1:9/hook', types: ['alert'] }),
    201,
  );
  expectStatus(await own.http.post('/v1/feed-addresses', { name: 'The reader on the wall' }), 201);
  expectStatus(
    await own.http.post('/v1/attachments', 'x', {
      headers: { 'Content-Type': 'text/plain' },
      query: { name: 'a.txt' },
    }),
    201,
  );
  const stream = await EventStream.open(own.http);
  try {
    const quotas = await quotasOf(other);
    expect([...quotas].map(([name, { used }]) => [name, used])).toEqual([
      ['requests', undefined],
      ['long_answers', 1],
      ['webhooks', 1],
      ['subscriptions', 0],
      ['feed_addresses', 1],
      ['uploads', 0],
      ['unused_attachments', 1],
    ]);
    expect(quotas.get('long_answers')?.limit).toBe(2);
  } finally {
    stream.close();
  }
});

it('are told as they are enforced: the next beyond one is refused', async () => {
  const { partner: member, http } = await partner(app, { scopes: SCOPES });
  const limit = (await quotasOf(http)).get('long_answers')?.limit ?? 0;
  const streams = await Promise.all(Array.from({ length: limit }, () => EventStream.open(http)));
  expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200));
  expect((await quotasOf(http)).get('long_answers')?.used).toBe(limit);
  expect((await http.get('/v1/changes/stream')).status).toBe(429);
  for (const stream of streams) stream.close();
  expect(member.id).not.toBe(own.partner.id);
});

it('are those of the client that asks', async () => {
  const made = await client(app, own.partner.id, { scopes: SCOPES });
  const path = `/v1/partners/${own.partner.id}/clients/${made.clientId}`;
  expectStatus(await app.steward.patch(path, { requestsPerMinute: 60 }), 200);
  const http = await app.as(made);
  expect((await quotasOf(http)).get('requests')).toMatchObject({ limit: 60, perSeconds: 60, of: 'client' });
});

it('tell a client that may read less than its partner nothing of what the others do', async () => {
  const narrowed = await app.as(
    await client(app, own.partner.id, { scopes: ['alerts:read'], ceiling: { tlp: 'GREEN' } }),
  );
  const told = async (): Promise<unknown[]> =>
    [...(await quotasOf(narrowed)).values()].map(({ name, used }) => [name, used]);
  const before = await told();
  const file = { headers: { 'Content-Type': 'text/plain' }, query: { name: 'b.txt' } };
  expectStatus(await own.http.post('/v1/attachments', 'x', file), 201);
  const stream = await EventStream.open(own.http);
  try {
    expect(await told()).toEqual(before);
    expect(before).toContainEqual(['unused_attachments', undefined]);
    expect(before).toContainEqual(['long_answers', undefined]);
  } finally {
    stream.close();
  }
});

it('tell one partner nothing of another', async () => {
  const stranger = await partner(app, { scopes: SCOPES });
  const used = [...(await quotasOf(stranger.http)).values()].map((quota) => quota.used ?? 0);
  expect(used).toEqual(used.map(() => 0));
});
