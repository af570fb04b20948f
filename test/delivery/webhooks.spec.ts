import { createPublicKey, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { startApp, type TestApp } from '../support/app.js';
import { alert, arrangement, partner, type TestArrangement, type TestPartner } from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';
import { type Received, Receiver } from './receiver.js';

const SCOPES = ['alerts:read', 'webhooks:manage', 'audit:read'];

interface WebhookView extends Record<string, unknown> {
  id: string;
  state: string;
  notice?: { reason: string };
  publicKey: string;
  secret?: string;
  pending: number;
  failed: number;
}

describe('webhooks', () => {
  let app: TestApp;
  let place: TestArrangement;
  let publisher: TestPartner;
  let reader: TestPartner;
  const receivers: Receiver[] = [];

  beforeAll(async () => {
    app = await startApp({ settings: { SLT_WEBHOOKS_ALLOW_LOOPBACK: 'true' } });
    publisher = await partner(app);
    reader = await partner(app, { scopes: SCOPES });
    place = await arrangement(app, { members: [publisher, reader] });
  });
  afterAll(async () => {
    await Promise.all(receivers.map((one) => one.stop()));
    await app.close();
  });

  const receiver = async (): Promise<Receiver> => {
    const made = await Receiver.start();
    receivers.push(made);
    return made;
  };

  const publish = (overrides: Record<string, unknown> = {}): Promise<{ id: string }> =>
    alert(publisher.http, { audience: { arrangements: [place.code] }, ...overrides });

  const hook = async (
    to: Receiver,
    overrides: Record<string, unknown> = {},
    by: Http = reader.http,
  ): Promise<WebhookView> =>
    expectStatus(
      await by.post<WebhookView>('/v1/webhooks', { name: 'Ours', url: to.url, ...overrides }),
      201,
    );

  it('tells what changed, and not what it says', async () => {
    const to = await receiver();
    await hook(to);
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
    expectStatus(await publisher.http.post(`/v1/alerts/${id}/withdrawal`), 204);
    expect(await to.changesOf(id, 2)).toEqual(['published', 'withdrawn']);
    expect(to.about(id)[1]?.message.data).not.toHaveProperty('tlp');
  });

  it('signs as the published library and any Ed25519 check it', async () => {
    const to = await receiver();
    const { secret = '', publicKey } = await hook(to);
    const { id } = await publish();
    await to.changesOf(id, 1);
    const [received] = to.about(id) as [Received];
    new Webhook(secret).verify(received.body, received.headers as Record<string, string>);
    expect(isSignedBy(publicKey, received)).toBe(true);
    expect(
      isSignedBy(publicKey, { ...received, body: received.body.replace('published', 'withdrawn') }),
    ).toBe(false);
  });
});

/** `v1a` of Standard Webhooks. */
function isSignedBy(publicKey: string, { headers, body }: Received): boolean {
  const raw = Buffer.from(publicKey.replace('whpk_', ''), 'base64');
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
    format: 'jwk',
  });
  const content = Buffer.from(
    `${headers['webhook-id'] as string}.${headers['webhook-timestamp'] as string}.${body}`,
  );
  return String(headers['webhook-signature'])
    .split(' ')
    .filter((one) => one.startsWith('v1a,'))
    .some((one) => verify(null, content, key, Buffer.from(one.slice(4), 'base64')));
}
