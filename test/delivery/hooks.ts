import { createPublicKey, verify } from 'node:crypto';
import { JobQueue } from '../../src/core/job-queue.js';
import { type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { expectStatus, type Http } from '../support/http.js';
import { until } from '../sharing/gate.js';
import { type Received, Receiver } from './receiver.js';

export const HOOK_SCOPES = ['alerts:read', 'webhooks:manage', 'audit:read'];

/** Lets webhooks come to receivers of the test. */
export const HOOK_SETTINGS = { SLT_WEBHOOKS_ALLOW_LOOPBACK: 'true' };

export interface WebhookView extends Record<string, unknown> {
  id: string;
  state: string;
  notice?: { at: string; reason: string; detail: string };
  publicKey: string;
  secret?: string;
  pending: number;
  failed: number;
}

export interface AttemptView extends Record<string, unknown> {
  deliveryId: string;
  event: string;
  object: { type: string; id: string };
  status?: number;
  error?: string;
  at: string;
  durationMs: number;
}

export const hook = async (
  by: Http,
  to: { url: string },
  overrides: Record<string, unknown> = {},
): Promise<WebhookView> =>
  expectStatus(await by.post<WebhookView>('/v1/webhooks', { name: 'Ours', url: to.url, ...overrides }), 201);

export const readHook = async (by: Http, id: string): Promise<WebhookView> =>
  expectStatus(await by.get<WebhookView>(`/v1/webhooks/${id}`), 200);

export const attemptsOf = async (by: Http, id: string, delivery?: string): Promise<AttemptView[]> =>
  expectStatus(
    await by.get<{ items: AttemptView[] }>(`/v1/webhooks/${id}/attempts`, {
      query: { limit: 200, ...(delivery !== undefined && { delivery }) },
    }),
    200,
  ).items;

/** Waits until it is as it should be, and says how it is. */
export async function untilHook(
  by: Http,
  id: string,
  isSo: (view: WebhookView) => boolean,
): Promise<WebhookView> {
  return until(async () => {
    const view = await readHook(by, id);
    return isSo(view) && view;
  });
}

/**
 * As if so much time had gone by for an endpoint: what was due then is due now, and what began then began so much
 * earlier.
 */
export async function passTime(app: TestApp, id: string, interval: string): Promise<void> {
  for (const statement of [
    `update webhook set not_before = not_before - $2::interval, failing_since = failing_since - $2::interval
     where id = $1`,
    `update webhook_delivery set due_at = due_at - $2::interval, first_attempt_at = first_attempt_at - $2::interval
     where webhook_id = $1 and state = 'pending'`,
    `update pgboss.job set start_after = start_after - $2::interval where id = $1 and state < 'active'`,
  ]) {
    await query(app.database.superuserUrl, statement, [id, interval]);
  }
  app.nest.get(JobQueue).look();
}

/** `v1a` of Standard Webhooks. */
export function isSignedBy(publicKey: string, { headers, body }: Received): boolean {
  const raw = Buffer.from(publicKey.replace(/^whpk_/, ''), 'base64');
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
    format: 'jwk',
  });
  const id = headers['webhook-id'] as string;
  const timestamp = headers['webhook-timestamp'] as string;
  return String(headers['webhook-signature'])
    .split(' ')
    .filter((one) => one.startsWith('v1a,'))
    .some((one) =>
      verify(null, Buffer.from(`${id}.${timestamp}.${body}`), key, Buffer.from(one.slice(4), 'base64')),
    );
}

/** Receivers that end with the test. */
export class Receivers {
  private readonly open: Receiver[] = [];

  async start(): Promise<Receiver> {
    const receiver = await Receiver.start();
    this.open.push(receiver);
    return receiver;
  }

  async stop(): Promise<void> {
    await Promise.all(this.open.map((one) => one.stop()));
  }
}
