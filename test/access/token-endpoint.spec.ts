import { decodeJwt, decodeProtectedHeader } from 'jose';
import { type KeyObject, createPublicKey, generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { ALL_SCOPES } from '../../src/access/scopes.js';
import { Database } from '../../src/core/database.js';
import { ClientsService } from '../../src/access/clients.service.js';
import { query } from '../support/database.js';
import {
  accessToken,
  assertionClaims,
  basic,
  bearer,
  get,
  givenClient,
  givenPartner,
  inSeconds,
  post,
  requestToken,
  requestTokenByAssertion,
  sign,
} from './issuing.js';
import { startApp, type TestApp } from '../support/app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const WRONG = 'slt_0000000000000000000000000000000000000000000';

describe('a client with a secret', () => {
  it('gets a token of ten minutes for all of its scopes', async () => {
    const client = await givenClient(app, { scopes: ['alerts:read', 'partners:read'] });
    const answer = await requestToken(app, client);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      access_token: expect.any(String) as string,
      token_type: 'Bearer',
      expires_in: 600,
      scope: 'alerts:read partners:read',
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('gets a JWT access token by RFC 9068, signed by a published key', async () => {
    const client = await givenClient(app, { scopes: ['alerts:read'] });
    const token = await accessToken(app, client);
    const keys = (await get(app, '/oauth/jwks')).body['keys'] as { kid: string }[];
    expect(decodeProtectedHeader(token)).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: expect.any(String) as string,
    });
    expect(keys.map(({ kid }) => kid)).toContain(decodeProtectedHeader(token).kid);
    const { iat = 0, ...claims } = decodeJwt(token);
    expect(claims).toEqual({
      iss: `${app.url}/oauth`,
      aud: app.url,
      sub: client.clientId,
      client_id: client.clientId,
      scope: 'alerts:read',
      exp: iat + 600,
      jti: expect.stringMatching(/^[\w-]{21,}$/) as string,
    });
    expect(Math.abs(iat - inSeconds(0))).toBeLessThanOrEqual(2);
  });

  it('gets the scopes that it asks for among its own', async () => {
    const client = await givenClient(app, { scopes: ['alerts:read', 'partners:read'] });
    const { body } = await requestToken(app, client, { scope: 'partners:read' });
    expect(body['scope']).toBe('partners:read');
    expect(decodeJwt(body['access_token'] as string)['scope']).toBe('partners:read');
  });

  it.each([
    'alerts:publish',
    'alerts:read alerts:publish',
    'openid',
    'nobody:knows',
    'alerts:read openid',
    '*',
  ])('is refused the scope %p, which it does not have', async (scope) => {
    const client = await givenClient(app, { scopes: ['alerts:read'] });
    const answer = await requestToken(app, client, { scope });
    expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_scope']);
  });

  it('without scopes gets a token that opens nothing', async () => {
    const client = await givenClient(app, { scopes: [] });
    const token = await accessToken(app, client);
    expect(decodeJwt(token)['scope']).toBeUndefined();
    expect((await get(app, '/v1/partners', bearer(token))).status).toBe(403);
    expect((await requestToken(app, client, { scope: 'alerts:read' })).body['error']).toBe('invalid_scope');
  });

  it('may name the API as the resource, and nothing else', async () => {
    const client = await givenClient(app);
    expect((await requestToken(app, client, { resource: app.url })).status).toBe(200);
    for (const resource of [`${app.url}/oauth`, 'https://example.org', 'not an address']) {
      expect((await requestToken(app, client, { resource })).body['error']).toBe('invalid_target');
    }
  });

  it('is told the same, byte for byte, whether its name or its secret is wrong', async () => {
    const known = await givenClient(app);
    const wrong = await requestToken(app, { ...known, clientSecret: WRONG });
    const unknown = await requestToken(app, { clientId: 'c_nobodyknowsthisname', clientSecret: WRONG });
    for (const answer of [wrong, unknown]) {
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    expect(unknown.text).toBe(wrong.text);
    expect([...unknown.headers.keys()]).toEqual([...wrong.headers.keys()]);
    expect(unknown.headers.get('www-authenticate')).toBe(wrong.headers.get('www-authenticate'));
  });

  it.each([
    '\u0000',
    "' or true --",
    '../etc/passwd',
    'a'.repeat(500),
    'constructor',
    '__proto__',
    '(unknown)',
  ])('is unknown by the name %p', async (clientId) => {
    const { status } = await requestToken(app, { clientId, clientSecret: WRONG });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });

  it('takes as long to be refused by name as by secret', async () => {
    const known = await givenClient(app);
    const time = async (clientId: string): Promise<number> => {
      const start = performance.now();
      await requestToken(app, { clientId, clientSecret: WRONG });
      return performance.now() - start;
    };
    const [wrongs, unknowns]: [number[], number[]] = [[], []];
    for (let round = 0; round < 60; round += 1) {
      wrongs.push(await time(known.clientId));
      unknowns.push(await time(`c_${round}_nobody`));
    }
    const median = (values: number[]): number => values.sort((a, b) => a - b)[30] ?? NaN;
    // The difference between looking a name up and running a slow hash would be far outside of this.
    expect(median(unknowns) / median(wrongs)).toBeGreaterThan(0.5);
    expect(median(unknowns) / median(wrongs)).toBeLessThan(2);
  });

  it.each([
    ['expired', 'expires_at = now()'],
    ['revoked', 'revoked_at = now()'],
  ])('is unknown once it is %s', async (_, change) => {
    const client = await givenClient(app);
    await query(app.database.superuserUrl, `update client set ${change} where id = $1`, [client.clientId]);
    expect((await requestToken(app, client)).body['error']).toBe('invalid_client');
  });

  it.each(['applied', 'vetting', 'information_requested', 'rejected', 'withdrawn', 'expired'])(
    'of a partner that is %s is unknown',
    async (status) => {
      const client = await givenClient(app, { partnerId: await givenPartner(app, status) });
      expect((await requestToken(app, client)).body['error']).toBe('invalid_client');
    },
  );

  it('of a suspended partner still gets a token', async () => {
    const client = await givenClient(app, { partnerId: await givenPartner(app, 'suspended') });
    expect((await requestToken(app, client)).status).toBe(200);
  });

  it('may use its old secret beside the new one for as long as was agreed', async () => {
    const client = await givenClient(app);
    const rotate = (seconds: number) =>
      app.nest
        .get(Database)
        .asSystem((tx) =>
          app.nest.get(ClientsService, { strict: false }).rotate(tx, client.clientId, seconds),
        );
    const second = await rotate(60);
    expect((await requestToken(app, client)).status).toBe(200);
    expect((await requestToken(app, second)).status).toBe(200);
    await query(
      app.database.superuserUrl,
      `update client set previous_secret_expires_at = now() - interval '1 second' where id = $1`,
      [client.clientId],
    );
    expect((await requestToken(app, client)).status).toBe(401);
    const third = await rotate(0);
    expect((await requestToken(app, second)).status).toBe(401);
    expect((await requestToken(app, third)).status).toBe(200);
  });

  it('must authenticate in one way, by Basic', async () => {
    const { clientId, clientSecret } = await givenClient(app);
    const form = { grant_type: 'client_credentials', client_id: clientId };
    expect((await post(app, '/oauth/token', { ...form, client_secret: clientSecret })).status).toBe(401);
    expect((await post(app, '/oauth/token', form)).status).toBe(401);
    expect((await post(app, '/oauth/token', { grant_type: 'client_credentials' })).status).toBe(400);
    const other = { ...form, client_id: 'c_somebodyelse' };
    expect((await post(app, '/oauth/token', other, basic(clientId, clientSecret))).status).toBe(400);
    const inAddress = `/oauth/token?client_id=${clientId}&client_secret=${clientSecret}`;
    expect((await post(app, inAddress, { grant_type: 'client_credentials' })).status).toBe(400);
  });

  it('gets nothing for another grant, or for a parameter given twice', async () => {
    const { clientId, clientSecret } = await givenClient(app);
    for (const grant of ['password', 'authorization_code', 'refresh_token', 'implicit', 'urn:x']) {
      const answer = await requestToken(app, { clientId, clientSecret }, { grant_type: grant });
      expect([answer.status, answer.body['error']]).toEqual([400, 'unsupported_grant_type']);
    }
    const twice: [string, string][] = [
      ['grant_type', 'client_credentials'],
      ['scope', 'alerts:read'],
      ['scope', 'alerts:publish'],
    ];
    expect((await post(app, '/oauth/token', twice, basic(clientId, clientSecret))).status).toBe(400);
  });

  it('gets a token only from the networks that it may be used from', async () => {
    const elsewhere = await givenClient(app, { allowedNetworks: ['203.0.113.0/24'] });
    const here = await givenClient(app, { allowedNetworks: ['203.0.113.0/24', '127.0.0.0/8'] });
    expect((await requestToken(app, elsewhere)).body['error']).toBe('unauthorized_client');
    const forwarded = {
      ...basic(elsewhere.clientId, elsewhere.clientSecret),
      'X-Forwarded-For': '203.0.113.9',
    };
    const form = { grant_type: 'client_credentials' };
    expect((await post(app, '/oauth/token', form, forwarded)).body['error']).toBe('unauthorized_client');
    expect((await requestToken(app, here)).status).toBe(200);
  });

  it('is answered in JSON, whatever it accepts', async () => {
    const headers = { Accept: 'text/html', ...basic('c_nobody', WRONG) };
    const answer = await post(app, '/oauth/token', { grant_type: 'client_credentials' }, headers);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.body['error']).toBe('invalid_client');
  });
});

describe('a client with a key', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ed = generateKeyPairSync('ed25519');
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = (key: KeyObject, kid: string) => ({ ...key.export({ format: 'jwk' }), kid });
  let clientId: string;
  beforeAll(async () => {
    const keys = [jwk(ec.publicKey, 'ec'), jwk(ed.publicKey, 'ed'), jwk(rsa.publicKey, 'rsa')];
    ({ clientId } = await givenClient(app, { authentication: 'private_key_jwt', jwks: { keys } }));
  });
  const claims = () => assertionClaims(app, clientId);
  const es256 = (payload: object) => sign({ ...payload }, { alg: 'ES256', kid: 'ec' }, ec.privateKey);
  const refusal = async (assertion: string) => {
    const { status, body } = await requestTokenByAssertion(app, assertion);
    return [status, body['error']];
  };

  it.each([
    ['ES256', 'ec', ec.privateKey],
    ['EdDSA', 'ed', ed.privateKey],
    ['Ed25519', 'ed', ed.privateKey],
    ['RS256', 'rsa', rsa.privateKey],
    ['PS256', 'rsa', rsa.privateKey],
  ])('gets a token for an assertion signed by %s', async (alg, kid, key) => {
    const answer = await requestTokenByAssertion(app, await sign(claims(), { alg, kid }, key));
    expect(answer.status).toBe(200);
    expect((await get(app, '/v1/me', bearer(answer.body['access_token'] as string))).status).toBe(200);
  });

  it('need not name its key, and may address the token endpoint', async () => {
    const unnamed = await sign(claims(), { alg: 'ES256' }, ec.privateKey);
    expect((await requestTokenByAssertion(app, unnamed)).status).toBe(200);
    const addressed = await es256({ ...claims(), aud: `${app.url}/oauth/token` });
    expect((await requestTokenByAssertion(app, addressed)).status).toBe(200);
  });

  it('may use an assertion once, however often and quickly it is sent', async () => {
    const assertion = await es256(claims());
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => requestTokenByAssertion(app, assertion)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(401)]);
    expect(await refusal(assertion)).toEqual([401, 'invalid_client']);
  });

  it.each<[string, (good: object) => object]>([
    ['is addressed to somebody else', (good) => ({ ...good, aud: 'https://example.org/oauth' })],
    ['is addressed to the API', (good) => ({ ...good, aud: app.url })],
    ['is addressed to nobody', (good) => ({ ...good, aud: undefined })],
    ['has expired', (good) => ({ ...good, iat: inSeconds(-120), exp: inSeconds(-60) })],
    ['never expires', (good) => ({ ...good, exp: undefined })],
    ['expires in a year', (good) => ({ ...good, exp: inSeconds(365 * 86_400) })],
    ['is not valid yet', (good) => ({ ...good, nbf: inSeconds(60) })],
    ['has no id', (good) => ({ ...good, jti: undefined })],
    ['was issued by another client', (good) => ({ ...good, iss: 'c_somebodyelse' })],
    ['stands for another client', (good) => ({ ...good, sub: 'c_somebodyelse' })],
    ['stands for nobody', (good) => ({ ...good, sub: undefined })],
  ])('is refused when its assertion %s', async (_, change) => {
    expect(await refusal(await es256(change(claims())))).toEqual([401, 'invalid_client']);
  });

  it('is refused when the assertion was signed by another key, or not at all', async () => {
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(await refusal(await sign(claims(), { alg: 'ES256', kid: 'ec' }, stranger.privateKey))).toEqual([
      401,
      'invalid_client',
    ]);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    expect(await refusal(`${part({ alg: 'none' })}.${part(claims())}.`)).toEqual([401, 'invalid_client']);
    const [header, , signature] = (await es256(claims())).split('.');
    expect(await refusal(`${header}.${part(claims())}.${signature}`)).toEqual([401, 'invalid_client']);
  });

  it.each([
    ['as PEM', () => Buffer.from(rsa.publicKey.export({ type: 'spki', format: 'pem' }))],
    ['as DER', () => rsa.publicKey.export({ type: 'spki', format: 'der' })],
    ['as JWK', () => Buffer.from(JSON.stringify(jwk(rsa.publicKey, 'rsa')))],
  ])('is refused when its public key, %s, served as the secret of HS256', async (_, secret) => {
    for (const kid of ['rsa', 'ec']) {
      expect(await refusal(await sign(claims(), { alg: 'HS256', kid }, secret()))).toEqual([
        401,
        'invalid_client',
      ]);
    }
  });

  it('is refused when the assertion brings its own key', async () => {
    const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const header = { alg: 'ES256', jwk: jwk(own.publicKey, 'own') };
    expect(await refusal(await sign(claims(), header, own.privateKey))).toEqual([401, 'invalid_client']);
  });

  it('is refused when the assertion demands what nobody here understands', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const input = `${part({ alg: 'ES256', kid: 'ec', crit: ['x'], x: 1 })}.${part(claims())}`;
    const key = { key: ec.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    const signature = signBytes('sha256', Buffer.from(input), key).toString('base64url');
    expect(createPublicKey(ec.privateKey).asymmetricKeyType).toBe('ec');
    expect(await refusal(`${input}.${signature}`)).toEqual([401, 'invalid_client']);
  });

  it('cannot use a secret, nor a client with a secret an assertion', async () => {
    expect((await requestToken(app, { clientId, clientSecret: WRONG })).status).toBe(401);
    const secretive = await givenClient(app);
    const assertion = await sign(
      assertionClaims(app, secretive.clientId),
      { alg: 'HS256' },
      Buffer.from(secretive.clientSecret),
    );
    expect(await refusal(assertion)).toEqual([401, 'invalid_client']);
  });

  it('cannot be borrowed by a client with other keys', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwks = { keys: [jwk(other.publicKey, 'ec')] };
    await givenClient(app, { authentication: 'private_key_jwt', jwks });
    expect(await refusal(await sign(claims(), { alg: 'ES256', kid: 'ec' }, other.privateKey))).toEqual([
      401,
      'invalid_client',
    ]);
  });
});

describe('the authorization server', () => {
  it('describes what there is, at both addresses that RFC 8414 knows', async () => {
    const metadata = await get(app, '/.well-known/oauth-authorization-server/oauth');
    expect(metadata.body).toEqual({
      issuer: `${app.url}/oauth`,
      token_endpoint: `${app.url}/oauth/token`,
      jwks_uri: `${app.url}/oauth/jwks`,
      revocation_endpoint: `${app.url}/oauth/revocation`,
      scopes_supported: ALL_SCOPES,
      response_types_supported: [],
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'],
      dpop_signing_alg_values_supported: ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'],
      revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'private_key_jwt'],
      revocation_endpoint_auth_signing_alg_values_supported: ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'],
    });
    expect(metadata.headers.get('content-type')).toMatch(/^application\/json/);
    expect((await get(app, '/oauth/.well-known/oauth-authorization-server')).text).toBe(metadata.text);
  });

  it('names itself by its public address, whatever a request says', async () => {
    const headers = {
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'https',
      Forwarded: 'host=evil.example',
    };
    const { text } = await get(app, '/oauth/.well-known/oauth-authorization-server', headers);
    expect(text).not.toContain('evil.example');
    expect(text).not.toContain('https://');
    expect(text).toContain(`${app.url}/oauth/token`);
  });

  it('publishes public keys only', async () => {
    const { body, headers } = await get(app, '/oauth/jwks');
    const keys = body['keys'] as Record<string, unknown>[];
    expect(keys).toHaveLength(1);
    for (const key of keys)
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    expect(headers.get('cache-control')).toBe('public, max-age=3600');
  });

  it.each([
    ['GET', '/oauth/auth'],
    ['POST', '/oauth/auth'],
    ['GET', '/oauth/auth/abc'],
    ['GET', '/oauth/.well-known/openid-configuration'],
    ['GET', '/.well-known/openid-configuration'],
    ['GET', '/oauth/me'],
    ['POST', '/oauth/me'],
    ['POST', '/oauth/reg'],
    ['GET', '/oauth/session/end'],
    ['POST', '/oauth/session/end'],
    ['POST', '/oauth/request'],
    ['POST', '/oauth/token/introspection'],
    ['POST', '/oauth/device/auth'],
    ['GET', '/oauth/device'],
    ['POST', '/oauth/backchannel'],
    ['GET', '/oauth/interaction/abc'],
    ['GET', '/oauth/token'],
    ['PUT', '/oauth/token'],
    ['POST', '/oauth/TOKEN'],
    ['POST', '/oauth/jwks'],
    ['GET', '/oauth'],
    ['GET', '/oauth/'],
  ])('knows no %s %s', async (method, path) => {
    expect((await fetch(app.url + path, { method, redirect: 'manual' })).status).toBe(404);
  });

  it('keeps secrets as digests only, and lets no private key out', async () => {
    const client = await givenClient(app);
    const token = await accessToken(app, client);
    const tables = await query<{ name: string }>(
      app.database.superuserUrl,
      `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
    );
    const dump: string[] = [];
    for (const { name } of tables) {
      const rows = await query<{ row: string }>(
        app.database.superuserUrl,
        `select t::text as row from "${name}" t`,
      );
      dump.push(...rows.map(({ row }) => row));
    }
    const everything = dump.join('\n');
    expect(everything).toContain(client.clientId);
    for (const secret of [client.clientSecret, token]) {
      expect(everything).not.toContain(secret);
      expect(everything).not.toContain(Buffer.from(secret).toString('hex'));
      expect(everything).not.toContain(Buffer.from(secret).toString('base64'));
    }

    const keys = await query<{ jwk: { d: string } }>(
      app.database.superuserUrl,
      'select private_jwk as jwk from signing_key',
    );
    expect(keys.length).toBeGreaterThan(0);
    const answers = await Promise.all([
      get(app, '/oauth/jwks'),
      get(app, '/oauth/.well-known/oauth-authorization-server'),
      get(app, '/v1/me', bearer(token)),
      requestToken(app, client),
    ]);
    for (const { jwk: key } of keys) {
      for (const { text } of answers) expect(text).not.toContain(key.d);
    }
  });

  it('keeps its tables from the role that serves requests', async () => {
    for (const table of ['signing_key', 'oidc_record', 'revoked_token', 'installation_secret']) {
      await expect(query(app.database.serviceUrl, `select * from ${table}`)).rejects.toThrow(
        /permission denied/,
      );
    }
  });
});
