import {
  createPublicKey,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
} from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { decodeJwt, decodeProtectedHeader, type JWK } from 'jose';
import { type IssuedClient } from '../../src/access/clients.service.js';
import { ALL_SCOPES } from '../../src/access/scopes.js';
import { query } from '../support/database.js';
import {
  accessToken,
  actorOf,
  bearer,
  get,
  givenClient,
  givenPartner,
  inSeconds,
  post,
  postNothing,
  sign,
} from './issuing.js';
import { startApp, type TestApp } from '../support/app.js';

let app: TestApp;
let client: Required<IssuedClient>;
/** The service's own signing key: forgeries below are wrong in the one thing that they are named after. */
let own: { kid: string; privateKey: KeyObject; publicKey: KeyObject };
let good: { header: { alg: string; typ: string; kid: string }; claims: Record<string, unknown> };

beforeAll(async () => {
  app = await startApp();
  client = await givenClient(app);
  const [row] = await query<{ kid: string; jwk: JWK }>(
    app.database.superuserUrl,
    'select kid, private_jwk as jwk from signing_key',
  );
  if (!row) throw new Error('no signing key');
  const privateKey = createPrivateKey({ key: row.jwk as never, format: 'jwk' });
  own = { kid: row.kid, privateKey, publicKey: createPublicKey(privateKey) };
  const token = await accessToken(app, client);
  good = { header: decodeProtectedHeader(token) as typeof good.header, claims: decodeJwt(token) };
});
afterAll(() => app.close());

const me = (token: string) => get(app, '/v1/me', bearer(token));
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signed as it stands, without a library's objections. */
function forge(claims: object, header: object, key: KeyObject = own.privateKey): string {
  const input = `${part(header)}.${part(claims)}`;
  const signature = signBytes('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

describe('a bearer token', () => {
  it('opens what its scopes name, and what is for any client', async () => {
    const token = await accessToken(app, client, { scope: 'partners:read' });
    expect((await me(token)).status).toBe(200);
    expect((await get(app, '/v1/partners', bearer(token))).status).toBe(200);
    const refused = await postNothing(app, '/v1/partners', bearer(token));
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_scope", scope="partners:manage"',
    );
  });

  it('is needed: without one the answer only names the scheme', async () => {
    const answer = await get(app, '/v1/me');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  it('is as good as the forgeries below would be without their fault', async () => {
    expect((await me(forge(good.claims, good.header))).status).toBe(200);
    expect((await me(forge(good.claims, { ...good.header, typ: 'application/at+jwt' }))).status).toBe(200);
  });

  it.each<[string, () => string | Promise<string>]>([
    ['is not signed', () => `${part({ ...good.header, alg: 'none' })}.${part(good.claims)}.`],
    ['claims not to be signed, and is', () => forge(good.claims, { ...good.header, alg: 'none' })],
    [
      'is signed by HS256 with the public key as PEM',
      () => {
        const pem = own.publicKey.export({ type: 'spki', format: 'pem' });
        return sign(good.claims, { ...good.header, alg: 'HS256' }, Buffer.from(pem));
      },
    ],
    [
      'is signed by HS256 with the public key as JWK',
      () => {
        const jwk = JSON.stringify(own.publicKey.export({ format: 'jwk' }));
        return sign(good.claims, { ...good.header, alg: 'HS256' }, Buffer.from(jwk));
      },
    ],
    ['is signed by HS256 with nothing', () => forge(good.claims, { ...good.header, alg: 'HS256' })],
    [
      'is signed by another key under our key id',
      () => forge(good.claims, good.header, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
    ],
    [
      'brings its own key',
      () => {
        const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
        return forge(good.claims, { ...good.header, jwk: publicKey.export({ format: 'jwk' }) }, privateKey);
      },
    ],
    ['names an unknown key', () => forge(good.claims, { ...good.header, kid: 'unknown' })],
    ['names a key by path', () => forge(good.claims, { ...good.header, kid: '../../dev/null' })],
    ['names no key', () => forge(good.claims, { ...good.header, kid: undefined })],
    ['names a key by number', () => forge(good.claims, { ...good.header, kid: 0 })],
    ['is an ID token', () => forge(good.claims, { ...good.header, typ: 'JWT' })],
    ['is a refresh token', () => forge(good.claims, { ...good.header, typ: 'rt+jwt' })],
    ['does not say what it is', () => forge(good.claims, { ...good.header, typ: undefined })],
    ['demands what nobody here understands', () => forge(good.claims, { ...good.header, crit: ['x'], x: 1 })],
    ['demands nothing, emptily', () => forge(good.claims, { ...good.header, crit: [] })],
    [
      'comes from another issuer',
      () => forge({ ...good.claims, iss: 'https://example.org/oauth' }, good.header),
    ],
    ['comes from the API', () => forge({ ...good.claims, iss: app.url }, good.header)],
    ['comes from nobody', () => forge({ ...good.claims, iss: undefined }, good.header)],
    ['is for another audience', () => forge({ ...good.claims, aud: 'https://example.org' }, good.header)],
    [
      'is for the authorization server',
      () => forge({ ...good.claims, aud: `${app.url}/oauth` }, good.header),
    ],
    ['is for nobody', () => forge({ ...good.claims, aud: undefined }, good.header)],
    ['has expired', () => forge({ ...good.claims, iat: inSeconds(-700), exp: inSeconds(-100) }, good.header)],
    ['never expires', () => forge({ ...good.claims, exp: undefined }, good.header)],
    ['expires at a text', () => forge({ ...good.claims, exp: String(inSeconds(60)) }, good.header)],
    ['expires at null', () => forge({ ...good.claims, exp: null }, good.header)],
    ['is not valid yet', () => forge({ ...good.claims, nbf: inSeconds(60) }, good.header)],
    ['was never issued', () => forge({ ...good.claims, iat: undefined }, good.header)],
    ['has no id', () => forge({ ...good.claims, jti: undefined }, good.header)],
    ['has a number for an id', () => forge({ ...good.claims, jti: 1 }, good.header)],
    ['has no client', () => forge({ ...good.claims, client_id: undefined }, good.header)],
    [
      'has another subject than its client',
      () => forge({ ...good.claims, sub: 'c_somebodyelse' }, good.header),
    ],
    [
      'is of a client that does not exist',
      () => forge({ ...good.claims, sub: 'c_nobody', client_id: 'c_nobody', jti: 'x' }, good.header),
    ],
    ['carries a list', () => forge([], good.header)],
    ['carries a text', () => `${part(good.header)}.${Buffer.from('"text"').toString('base64url')}.AAAA`],
    ['is nothing', () => '.'],
    ['is three dots', () => '...'],
    ['is text', () => 'token'],
  ])('is refused when it %s', async (_, token) => {
    const answer = await me(await token());
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(answer.body).toEqual({
      type: '/problems/unauthenticated',
      title: 'A valid access token is needed',
      status: 401,
    });
  });

  it('is refused with any bit of it changed', async () => {
    const token = forge(good.claims, good.header);
    for (let round = 0; round < 40; round += 1) {
      // The last character of a part may carry bits that do not count, and so may not be the one that changes.
      const at = Math.floor((round / 40) * (token.length - 2));
      if (token[at] === '.' || token[at + 1] === '.') continue;
      const changed = token[at] === 'A' ? 'B' : 'A';
      expect((await me(token.slice(0, at) + changed + token.slice(at + 1))).status).toBe(401);
    }
  });

  it('brings no more than the client has, whatever it says', async () => {
    const reader = await givenClient(app, { scopes: ['alerts:read'] });
    const claims = decodeJwt(await accessToken(app, reader));
    const generous = forge({ ...claims, scope: 'alerts:read alerts:publish root constructor' }, good.header);
    expect((await actorOf(app, generous)).scopes).toEqual(new Set(['alerts:read']));
  });
});

describe('the Authorization header', () => {
  /** fetch would join or refuse what is sent here. */
  const send = (headers: string[], path = '/v1/me'): Promise<number> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(app.url);
      const request = httpRequest({
        hostname,
        port,
        path,
        headers: ['Host', 'localhost', ...headers] as never,
      });
      request.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on('error', reject).end();
    });

  it('comes once, in the form that RFC 6750 gives it', async () => {
    const token = await accessToken(app, client);
    expect(await send(['Authorization', `Bearer ${token}`])).toBe(200);
    expect(await send(['Authorization', `bearer ${token}`])).toBe(200);
    expect(await send(['Authorization', `Bearer ${token}`, 'Authorization', `Bearer ${token}`])).toBe(401);
    expect(await send(['Authorization', `Bearer ${token}`, 'authorization', 'Bearer other'])).toBe(401);
    expect(await send(['Authorization', `Bearer  ${token}`])).toBe(401);
    expect(await send(['Authorization', `Bearer ${token}, Bearer ${token}`])).toBe(401);
    expect(await send(['Authorization', `DPoP ${token}`])).toBe(401);
    expect(await send(['Authorization', `JWT ${token}`])).toBe(401);
    expect(await send(['Authorization', token])).toBe(401);
    expect(await send(['Authorization', 'Bearer'])).toBe(401);
    expect(await send(['Authorization', ''])).toBe(401);
    const { clientId, clientSecret } = client;
    expect(await send(['Authorization', `Basic ${btoa(`${clientId}:${clientSecret}`)}`])).toBe(401);
  });

  it('is the only place for a token', async () => {
    const token = await accessToken(app, client);
    expect(await send([], `/v1/me?access_token=${token}`)).toBe(401);
    expect(await send(['Authorization', `Bearer ${token}`], `/v1/me?access_token=${token}`)).toBe(401);
    expect(await send(['Cookie', `access_token=${token}`])).toBe(401);
    const response = await fetch(`${app.url}/v1/partners`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ access_token: token }),
    });
    expect(response.status).toBe(401);
  });
});

describe('the actor behind a token', () => {
  it('is the client of its partner, with what it manages', async () => {
    const partnerId = await givenPartner(app);
    const whole = await givenClient(app, { partnerId, scopes: ['partners:manage', 'alerts:read'] });
    expect(await actorOf(app, await accessToken(app, whole))).toEqual({
      clientId: whole.clientId,
      partnerId,
      readerId: partnerId,
      partnerKind: 'ingo',
      partnerStatus: 'active',
      scopes: new Set(['partners:manage', 'alerts:read']),
      attestBy: expect.any(Date) as Date,
      narrowed: false,
      manages: ['partners'],
    });
  });

  it('manages only what the token was made for', async () => {
    const both = await givenClient(app, { scopes: ['partners:manage', 'arrangements:manage'] });
    const token = await accessToken(app, both, { scope: 'arrangements:manage' });
    expect((await actorOf(app, token)).manages).toEqual(['arrangements']);
  });

  it('is a reader of its own when the client was narrowed', async () => {
    const partnerId = await givenPartner(app);
    const narrowed = await givenClient(app, {
      partnerId,
      scopes: ['alerts:read'],
      ceiling: { tlp: 'GREEN' },
    });
    const actor = await actorOf(app, await accessToken(app, narrowed));
    expect([actor.narrowed, actor.partnerId]).toEqual([true, partnerId]);
    expect(actor.readerId).not.toBe(partnerId);
    const managing = { partnerId, scopes: ['partners:manage' as const], ceiling: { tlp: 'GREEN' as const } };
    await expect(givenClient(app, managing)).rejects.toMatchObject({ errors: [{ pointer: '#/scopes/0' }] });
  });

  it('may only read and answer while its partner is suspended, and what it may again once that is over', async () => {
    const partnerId = await givenPartner(app);
    const token = await accessToken(app, await givenClient(app, { partnerId }));
    const statusIs = (status: string) =>
      query(app.database.superuserUrl, `update partner set status = $2 where id = $1`, [partnerId, status]);
    const all = [
      ...['partners', 'sub-partners', 'arrangements', 'reference'],
      ...['partnership', 'presences', 'applications', 'clients'],
    ];
    expect((await actorOf(app, token)).manages).toEqual(all);
    await statusIs('suspended');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const actor = await actorOf(app, token);
    expect(actor.partnerStatus).toBe('suspended');
    expect(actor.scopes).toEqual(
      new Set([...ALL_SCOPES.filter((scope) => scope.endsWith(':read')), 'alerts:respond']),
    );
    expect(actor.manages).toEqual([]);
    expect((await me(token)).status).toBe(200);
    expect((await postNothing(app, '/v1/partners', bearer(token))).status).toBe(403);
    await statusIs('active');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await actorOf(app, token)).manages).toEqual(all);
  });

  it('may call only from the networks of its client', async () => {
    const roaming = await givenClient(app, { allowedNetworks: ['127.0.0.1/32', '::1/128'] });
    const token = await accessToken(app, roaming);
    expect((await me(token)).status).toBe(200);
    await query(
      app.database.superuserUrl,
      `update client set allowed_networks = '{203.0.113.0/24}' where id = $1`,
      [roaming.clientId],
    );
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const refused = await me(token);
    expect([refused.status, refused.body['type']]).toEqual([403, '/problems/forbidden']);
    const pretended = await get(app, '/v1/me', { ...bearer(token), 'X-Forwarded-For': '203.0.113.9' });
    expect(pretended.status).toBe(403);
  });

  it('is known by its address behind a proxy that is trusted, and by no other', async () => {
    const behind = await startApp({ database: app.database, settings: { SLT_TRUST_PROXY: '127.0.0.1' } });
    try {
      const { clientId, clientSecret } = await givenClient(behind, { allowedNetworks: ['203.0.113.0/24'] });
      const from = (address: string) => ({ 'X-Forwarded-For': address });
      const ask = (address: string) =>
        post(
          behind,
          '/oauth/token',
          { grant_type: 'client_credentials' },
          { Authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}`, ...from(address) },
        );
      expect((await ask('198.51.100.1')).status).toBe(400);
      const { body, status } = await ask('203.0.113.9');
      expect(status).toBe(200);
      const headers = bearer(body['access_token'] as string);
      expect((await get(behind, '/v1/me', { ...headers, ...from('203.0.113.9') })).status).toBe(200);
      expect((await get(behind, '/v1/me', { ...headers, ...from('198.51.100.1') })).status).toBe(403);
      expect((await get(behind, '/v1/me', { ...headers, ...from('203.0.113.9, 198.51.100.1') })).status).toBe(
        403,
      );
      expect((await get(behind, '/v1/me', headers)).status).toBe(403);
    } finally {
      await behind.close();
    }
  });
});
