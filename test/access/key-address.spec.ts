import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { RemoteKeySets } from '../../src/access/oauth/remote-key-sets.js';
import { TargetGuard } from '../../src/core/target-guard.js';
import { HOOK_SETTINGS } from '../delivery/hooks.js';
import { startApp, type TestApp } from '../support/app.js';
import { partner, type TestPartner } from '../support/factories.js';
import { expectStatus, type Problem } from '../support/http.js';
import { assertionClaims, requestTokenByAssertion, sign } from './issuing.js';

/** Somebody's own key set, as it is answered now. */
class KeyServer {
  asked = 0;
  answer: { status?: number; body: string; headers?: Record<string, string> } = { body: '{}' };
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<KeyServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const keys = new KeyServer(server, `http://127.0.0.1:${port}/keys`);
    server.on('request', (_, response) => {
      keys.asked += 1;
      const { status = 200, body, headers = {} } = keys.answer;
      response.writeHead(status, headers).end(body);
    });
    return keys;
  }

  publish(...keys: object[]): void {
    this.answer = { body: JSON.stringify({ keys }) };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = (key: KeyObject, kid: string) => ({ ...key.export({ format: 'jwk' }), kid });

let app: TestApp;
let owner: TestPartner;
let keys: KeyServer;
beforeAll(async () => {
  app = await startApp({ settings: HOOK_SETTINGS });
  owner = await partner(app);
});
afterAll(() => app.close());
beforeEach(async () => {
  keys = await KeyServer.start();
});
afterEach(() => keys.stop());

const clients = (): string => `/v1/partners/${owner.partner.id}/clients`;
const input = (more: Record<string, unknown> = {}) => ({
  name: 'Published keys',
  scopes: ['alerts:read'],
  authentication: 'private_key_jwt',
  jwksUri: keys.url,
  ...more,
});
const make = async (): Promise<string> =>
  expectStatus(await app.steward.post<{ clientId: string }>(clients(), input()), 201).clientId;
const ask = async (clientId: string, key: KeyObject, kid: string): Promise<number> => {
  const assertion = await sign(assertionClaims(app, clientId), { alg: 'ES256', kid }, key);
  return (await requestTokenByAssertion(app, assertion)).status;
};

describe('a client that publishes its keys', () => {
  it('proves itself by them, and is shown with their address', async () => {
    const [one, two] = [pair(), pair()];
    keys.publish({ ...jwk(one.publicKey, 'one'), use: 'sig', x5t: 'AAAA' }, jwk(two.publicKey, 'two'));
    const clientId = await make();
    expect([await ask(clientId, one.privateKey, 'one'), await ask(clientId, two.privateKey, 'two')]).toEqual([
      200, 200,
    ]);
    expect([
      await ask(clientId, pair().privateKey, 'one'),
      await ask(clientId, one.privateKey, 'three'),
    ]).toEqual([401, 401]);
    const { items } = expectStatus(
      await app.steward.get<{ items: Record<string, unknown>[] }>(clients()),
      200,
    );
    expect(items.find((item) => item['clientId'] === clientId)).toMatchObject({ jwksUri: keys.url });
  });

  it('is asked for them seldom, whoever names it', async () => {
    const one = pair();
    keys.publish(jwk(one.publicKey, 'one'));
    const clientId = await make();
    const all = await Promise.all(Array.from({ length: 10 }, () => ask(clientId, one.privateKey, 'one')));
    expect([new Set(all), keys.asked]).toEqual([new Set([200]), 1]);
  });

  it.each<[string, KeyServer['answer']]>([
    ['nothing', { body: '' }],
    ['no JSON', { body: '<html>' }],
    ['no set', { body: '[]' }],
    ['an empty set', { body: '{"keys":[]}' }],
    ['a failure', { status: 500, body: '{"keys":[]}' }],
    ['too much', { body: JSON.stringify({ keys: [], fill: 'x'.repeat(70_000) }) }],
  ])('is refused while its address answers %s', async (_, answer) => {
    keys.answer = answer;
    expect(await ask(await make(), pair().privateKey, 'one')).toBe(401);
  });

  it('is refused for what only a redirect leads to, and for keys whose private part is published', async () => {
    const one = pair();
    const elsewhere = await KeyServer.start();
    try {
      elsewhere.publish(jwk(one.publicKey, 'one'));
      keys.answer = { status: 302, body: '', headers: { Location: elsewhere.url } };
      expect([await ask(await make(), one.privateKey, 'one'), elsewhere.asked]).toEqual([401, 0]);
    } finally {
      await elsewhere.stop();
    }
    const next = await KeyServer.start();
    try {
      next.publish(jwk(one.privateKey, 'one'));
      const answer = await app.steward.post<{ clientId: string }>(clients(), input({ jwksUri: next.url }));
      expect(await ask(expectStatus(answer, 201).clientId, one.privateKey, 'one')).toBe(401);
    } finally {
      await next.stop();
    }
  });

  it('names one address that may be asked, and neither keys nor a secret beside it', async () => {
    for (const [body, pointer] of [
      [{ jwksUri: undefined }, '#/jwks'],
      [{ jwks: { keys: [jwk(pair().publicKey, 'x')] } }, '#/jwksUri'],
      [{ authentication: 'client_secret' }, '#/jwksUri'],
      ...[
        'http://10.0.0.1/keys',
        'https://169.254.169.254/',
        'https://10.0.0.1/',
        'file:///etc/passwd',
        'x',
      ].map((jwksUri) => [{ jwksUri }, '#/jwksUri'] as const),
      [{ jwksUri: 'https://user:pass@example.org/' }, '#/jwksUri'],
    ] as const) {
      const answer = await app.steward.post<Problem>(clients(), input(body));
      expect([body, answer.status, answer.body.errors?.[0]?.pointer]).toEqual([body, 400, pointer]);
    }
  });
});

describe('a key set at an address', () => {
  let offset = 0;
  const pass = (milliseconds: number): void => void (offset += milliseconds);
  const begin = (guard: TargetGuard): RemoteKeySets =>
    new RemoteKeySets(guard, () => performance.now() + offset);
  const kids = async (sets: RemoteKeySets, url: string): Promise<unknown> =>
    ((await sets.find(url))?.['keys'] as { kid: string }[] | undefined)?.map(({ kid }) => kid);

  it('is believed for a minute, and ten while it cannot be fetched again', async () => {
    const sets = begin(new TargetGuard(true));
    keys.publish(jwk(pair().publicKey, 'old'));
    expect(await kids(sets, keys.url)).toEqual(['old']);
    keys.publish(jwk(pair().publicKey, 'new'));
    expect(await kids(sets, keys.url)).toEqual(['old']);
    pass(61_000);
    expect(await kids(sets, keys.url)).toEqual(['new']);
    keys.answer = { status: 503, body: '' };
    pass(500_000);
    expect(await kids(sets, keys.url)).toEqual(['new']);
    const { asked } = keys;
    expect(await kids(sets, keys.url)).toEqual(['new']);
    expect(keys.asked).toBe(asked);
    pass(101_000);
    expect(await kids(sets, keys.url)).toBeUndefined();
  });

  it('is not fetched from where a name leads that may not be asked, also if it led elsewhere before', async () => {
    let leads = ['127.0.0.1'];
    const sets = begin(new TargetGuard(true, () => Promise.resolve(leads)));
    const url = keys.url.replace('127.0.0.1', 'keys.example.org');
    keys.publish(jwk(pair().publicKey, 'one'));
    expect(await kids(sets, url)).toEqual(['one']);
    leads = ['127.0.0.1', '10.0.0.1'];
    pass(601_000);
    const { asked } = keys;
    expect([await kids(sets, url), keys.asked]).toEqual([undefined, asked]);
  });
});
