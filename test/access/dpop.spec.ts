import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, decodeJwt } from 'jose';
import { Database } from '../../src/core/database.js';
import { ClientsService } from '../../src/access/clients.service.js';
import { ExpiredRecords } from '../../src/access/oauth/expired-records.js';
import { EventStream } from '../delivery/event-stream.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { accessToken, bearer, get, givenClient, inSeconds, post, basic, sign } from './issuing.js';
import {
  athOf,
  boundToken,
  ecHolder,
  type Holder,
  type ProofChanges,
  proofOf,
  requestBoundToken,
  sendRaw,
} from './proofs.js';

let app: TestApp;
let other: TestApp;
/** How partners reach it, which is not how these tests do. */
const PUBLIC = 'https://slt.example.org';
const SOON = 20_000;
beforeAll(async () => {
  app = await startApp({ settings: { SLT_PUBLIC_URL: PUBLIC } });
  other = await startApp({ database: app.database, settings: { SLT_PUBLIC_URL: PUBLIC } });
});
afterAll(async () => {
  await other.close();
  await app.close();
});

type Client = Awaited<ReturnType<typeof givenClient>>;
const jwkOf = (key: KeyObject) => key.export({ format: 'jwk' });
const TOKEN = `${PUBLIC}/oauth/token`;
const ME = `${PUBLIC}/v1/me`;

describe('the token endpoint', () => {
  let client: Client;
  const holder = ecHolder();
  beforeAll(async () => {
    client = await givenClient(app);
  });
  const ask = async (proof: string, at: { url: string } = app) => {
    const { status, body } = await requestBoundToken(at, client, proof);
    return [status, body['error']];
  };

  it('binds the token to the key of the proof', async () => {
    const { status, body } = await requestBoundToken(app, client, await proofOf(holder, 'POST', TOKEN));
    expect([status, body['token_type'], body['expires_in']]).toEqual([200, 'DPoP', 600]);
    const jkt = await calculateJwkThumbprint(jwkOf(holder.publicKey));
    expect(decodeJwt(body['access_token'] as string)['cnf']).toEqual({ jkt });
  });

  it('says in which algorithms proofs may be', async () => {
    const { body } = await get(app, '/oauth/.well-known/oauth-authorization-server');
    expect(body['dpop_signing_alg_values_supported']).toEqual([
      'ES256',
      'RS256',
      'PS256',
      'EdDSA',
      'Ed25519',
    ]);
  });

  it.each<[string, ProofChanges]>([
    ['for another method', { claims: { htm: 'GET' } }],
    ['for another address', { claims: { htu: ME } }],
    ['without a name', { claims: { jti: undefined } }],
    ['with the key of somebody else', { header: { jwk: jwkOf(ecHolder().publicKey) } }],
    ['with a private key', { header: { jwk: jwkOf(holder.privateKey) } }],
    ['without a key', { header: { jwk: undefined } }],
    ['of another type', { header: { typ: 'JWT' } }],
    ['signed with a secret', { header: { alg: 'HS256' }, key: Buffer.alloc(32, 1) }],
  ])('takes no proof %s', async (_, changes) => {
    expect(await ask(await proofOf(holder, 'POST', TOKEN, changes))).toEqual([400, 'invalid_dpop_proof']);
  });

  it('takes a proof once, whichever process has it first', async () => {
    const proof = await proofOf(holder, 'POST', TOKEN);
    expect(await ask(proof)).toEqual([200, undefined]);
    expect(await ask(proof, other)).toEqual([400, 'invalid_grant']);
    const raced = await proofOf(holder, 'POST', TOKEN);
    const all = await Promise.all([app, other, app, other].map((at) => ask(raced, at)));
    expect(all.filter(([status]) => status === 200)).toHaveLength(1);
  });

  it('remembers a proof for as long as its date makes it good', async () => {
    const iat = inSeconds(280);
    const jti = randomUUID();
    expect(await ask(await proofOf(holder, 'POST', TOKEN, { claims: { iat, jti } }))).toEqual([
      200,
      undefined,
    ]);
    const [row] = await query<{ last: Date }>(
      app.database.superuserUrl,
      `select max(expires_at) as last from oidc_record where model = 'ReplayDetection' and payload->>'iss' = $1`,
      [client.clientId],
    );
    expect(row?.last.getTime()).toBeGreaterThan((iat + 300) * 1000);
  });

  it('gives whoever has a wrong clock a nonce, which every process knows', async () => {
    const late = { iat: inSeconds(-4000) };
    const refused = await requestBoundToken(
      app,
      client,
      await proofOf(holder, 'POST', TOKEN, { claims: late }),
    );
    expect([refused.status, refused.body['error']]).toEqual([400, 'use_dpop_nonce']);
    const nonce = refused.headers.get('dpop-nonce');
    expect(nonce).toMatch(/^[\w-]{43}$/);
    const proof = await proofOf(holder, 'POST', TOKEN, { claims: { ...late, nonce } });
    expect(await ask(proof, other)).toEqual([200, undefined]);
    const made = { ...late, nonce: 'A'.repeat(43) };
    expect(await ask(await proofOf(holder, 'POST', TOKEN, { claims: made }))).toEqual([
      400,
      'use_dpop_nonce',
    ]);
  });
});

describe('a token that is bound to a key', () => {
  let client: Client;
  let token: string;
  let plain: string;
  const holder = ecHolder();
  beforeAll(async () => {
    client = await givenClient(app);
    token = await boundToken(app, client, holder, PUBLIC);
    plain = await accessToken(app, client);
  });
  const prove = (changes: ProofChanges = {}, by: Holder = holder, method = 'GET', address = ME) =>
    proofOf(by, method, address, { ...changes, claims: { ath: athOf(token), ...changes.claims } });
  const show = (proof: string, at: { url: string } = app, path = '/v1/me') =>
    get(at, path, { Authorization: `DPoP ${token}`, DPoP: proof });

  it('opens in every process, each time with a proof of its own', async () => {
    for (const at of [app, other, app]) {
      const answer = await show(await prove(), at);
      expect([answer.status, answer.body['clientId']]).toEqual([200, client.clientId]);
    }
  });

  it('opens for the holder of a key of every kind', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const ed25519 = generateKeyPairSync('ed25519');
    const holders: Holder[] = [
      ...['RS256', 'PS256'].map((alg) => ({ ...rsa, alg })),
      ...['EdDSA', 'Ed25519'].map((alg) => ({ ...ed25519, alg })),
    ];
    for (const by of holders) {
      const its = await boundToken(app, client, by, PUBLIC);
      const DPoP = await prove({ claims: { ath: athOf(its) } }, by);
      expect([by.alg, (await get(app, '/v1/me', { Authorization: `DPoP ${its}`, DPoP })).status]).toEqual([
        by.alg,
        200,
      ]);
    }
  });

  it.each([
    ['a query', `${ME}?a=b`, '/v1/me'],
    ['a fragment', `${ME}#here`, '/v1/me'],
    ['the port that goes without saying', 'https://slt.example.org:443/v1/me', '/v1/me'],
    ['capitals in the host', 'HTTPS://SLT.Example.ORG/v1/me', '/v1/me'],
    ['no query where the request has one', `${PUBLIC}/v1/partners`, '/v1/partners?limit=1'],
  ])('opens with a proof whose address has %s', async (_, address, path) => {
    expect((await show(await prove({}, holder, 'GET', address), app, path)).status).toBe(200);
  });

  it('opens with scheme and clocks that differ a little, and with HEAD by its own name', async () => {
    for (const iat of [inSeconds(-45), inSeconds(45)]) {
      expect((await show(await prove({ claims: { iat } }))).status).toBe(200);
    }
    const head = async (htm: string) =>
      (
        await sendRaw(app, 'HEAD', '/v1/me', [
          'Authorization',
          `dpop ${token}`,
          'DPoP',
          await prove({ claims: { htm } }),
        ])
      ).status;
    expect([await head('HEAD'), await head('GET')]).toEqual([200, 401]);
  });

  it('is told in its own scheme which scope is missing', async () => {
    const reader = await givenClient(app, { scopes: ['alerts:read', 'reports:submit'] });
    const its = await boundToken(app, reader, holder, PUBLIC);
    const ask = async (path: string) => {
      const proof = await prove({ claims: { ath: athOf(its) } }, holder, 'GET', `${PUBLIC}${path}`);
      const { status, challenge } = await sendRaw(app, 'GET', path, [
        ...['Authorization', `DPoP ${its}`],
        ...['DPoP', proof],
      ]);
      return [status, challenge];
    };
    expect(await ask('/v1/partners')).toEqual([
      403,
      'DPoP error="insufficient_scope", scope="partners:read"',
    ]);
    const asBearer = await get(app, '/v1/partners', bearer(await accessToken(app, reader)));
    expect([asBearer.status, asBearer.headers.get('www-authenticate')]).toEqual([
      403,
      'Bearer error="insufficient_scope", scope="partners:read"',
    ]);
  });

  it('counts against the limit of its client', async () => {
    const { headers } = await show(await prove());
    expect(headers.get('ratelimit-policy')).toMatch(/^"client";/);
  });

  it('writes nothing down for a client that asks too much, and replays of others are not counted as its own', async () => {
    const settings = { SLT_PUBLIC_URL: PUBLIC, SLT_REQUESTS_PER_MINUTE: '3' };
    const limited = await startApp({ database: app.database, settings });
    try {
      const kept = async (): Promise<number> => {
        const sql = `select count(*)::int as count from oidc_record where model = 'DpopProof'`;
        return (await query<{ count: number }>(app.database.superuserUrl, sql))[0]?.count ?? 0;
      };
      const before = await kept();
      const first = await prove();
      const statuses = [(await show(first, limited)).status];
      for (let replay = 0; replay < 5; replay++) statuses.push((await show(first, limited)).status);
      for (let more = 0; more < 4; more++) statuses.push((await show(await prove(), limited)).status);
      expect(statuses).toEqual([200, 401, 401, 401, 401, 401, 200, 200, 429, 429]);
      expect((await kept()) - before).toBe(3);
      const { headers } = await show(await prove(), limited);
      expect([headers.get('ratelimit-policy'), Number(headers.get('retry-after')) > 0]).toEqual([
        '"client";q=3;w=60',
        true,
      ]);
    } finally {
      await limited.close();
    }
  });

  it('leaves nothing behind that could be used, nor for longer than it is of use', async () => {
    const jti = randomUUID();
    expect((await show(await prove({ claims: { jti } }))).status).toBe(200);
    const rows = await query<{ id: string; payload: object; stays: boolean }>(
      app.database.superuserUrl,
      `select id, payload, expires_at between now() + interval '121 seconds' and now() + interval '5 minutes' as stays
       from oidc_record where model = 'DpopProof' order by expires_at desc limit 1`,
    );
    expect(rows).toEqual([{ id: expect.stringMatching(/^[\w-]{43}$/) as string, payload: {}, stays: true }]);
    await query(
      app.database.superuserUrl,
      `update oidc_record set expires_at = now() where model = 'DpopProof'`,
    );
    await app.nest.get(ExpiredRecords, { strict: false }).forgetAsSystem();
    expect(
      await query(app.database.superuserUrl, `select from oidc_record where model = 'DpopProof'`),
    ).toEqual([]);
  });

  describe('is refused, always in the same words,', () => {
    const CHALLENGE = 'DPoP error="invalid_token", algs="ES256 RS256 PS256 EdDSA Ed25519"';
    const BODY = JSON.stringify({
      type: '/problems/unauthenticated',
      title: 'A valid access token is needed',
      status: 401,
    });
    const refuse = async (headers: string[], at: { url: string } = app, path = '/v1/me') => {
      const { status, challenge, text } = await sendRaw(at, 'GET', path, headers);
      expect([status, challenge, text]).toEqual([401, CHALLENGE, BODY]);
    };
    const shown = (...proofs: string[]): string[] => [
      ...['Authorization', `DPoP ${token}`],
      ...proofs.flatMap((proof) => ['DPoP', proof]),
    ];

    it('as a bearer token, with a proof or without', async () => {
      await refuse(['Authorization', `Bearer ${token}`]);
      await refuse(['Authorization', `Bearer ${token}`, 'DPoP', await prove()]);
    });

    it('without a proof, and with several', async () => {
      await refuse(shown());
      await refuse(shown(''));
      await refuse(shown(await prove(), await prove()));
      const same = await prove();
      await refuse(shown(same, same));
      await refuse(shown(`${await prove()}, ${await prove()}`));
    });

    it('with a proof that was used, also in another process, also in the same instant', async () => {
      const proof = await prove();
      expect((await show(proof)).status).toBe(200);
      await refuse(shown(proof));
      await refuse(shown(proof), other);
      const raced = await prove();
      const all = await Promise.all([app, other, app, other, app, other].map((at) => show(raced, at)));
      expect(all.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401, 401]);
    });

    it('by the same name that another key may use', async () => {
      const jti = randomUUID();
      const second = ecHolder();
      const its = await boundToken(app, client, second, PUBLIC);
      const DPoP = await prove({ claims: { jti, ath: athOf(its) } }, second);
      expect((await get(app, '/v1/me', { Authorization: `DPoP ${its}`, DPoP })).status).toBe(200);
      expect((await show(await prove({ claims: { jti } }))).status).toBe(200);
      await refuse(shown(await prove({ claims: { jti } })));
    });

    it('with the proof of another key', async () => {
      const thief = ecHolder();
      await refuse(shown(await prove({}, thief)));
      // Its own signature under the key that it does not have, and the other way round.
      await refuse(shown(await prove({ key: thief.privateKey })));
      await refuse(shown(await prove({ header: { jwk: jwkOf(thief.publicKey) } })));
    });

    const ed25519 = generateKeyPairSync('ed25519');
    it.each<[string, ProofChanges]>([
      ['for another method', { claims: { htm: 'POST' } }],
      ['for a method in small letters', { claims: { htm: 'get' } }],
      ['for no method', { claims: { htm: undefined } }],
      ['for another path', { claims: { htu: `${PUBLIC}/v1/partners` } }],
      ['for a path below', { claims: { htu: `${ME}/` } }],
      ['for another host', { claims: { htu: 'https://evil.example/v1/me' } }],
      ['for the same without TLS', { claims: { htu: 'http://slt.example.org/v1/me' } }],
      ['for a path alone', { claims: { htu: '/v1/me' } }],
      ['for no address', { claims: { htu: undefined } }],
      ['for a list of addresses', { claims: { htu: [ME] } }],
      ['without a date', { claims: { iat: undefined } }],
      ['that has expired by its own word', { claims: { exp: inSeconds(-5) } }],
      ['for another token', { claims: { ath: athOf('another') } }],
      ['for no token', { claims: { ath: undefined } }],
      ['without a name', { claims: { jti: undefined } }],
      ['with an empty name', { claims: { jti: '' } }],
      ['of another type', { header: { typ: 'JWT' } }],
      ['of no type', { header: { typ: undefined } }],
      ['with the private part of its key', { header: { jwk: jwkOf(holder.privateKey) } }],
      ['without its key', { header: { jwk: undefined } }],
      ['with a key that is none', { header: { jwk: 'key' } }],
      ['that names another algorithm', { header: { alg: 'EdDSA' }, key: ed25519.privateKey }],
    ])('with a proof %s', async (_, changes) => {
      await refuse(shown(await prove(changes)));
    });

    it('with a proof that is old, or from the future', async () => {
      for (const seconds of [-75, 75, -4000, 1e12]) {
        await refuse(shown(await prove({ claims: { iat: inSeconds(seconds) } })));
      }
    });

    it('with a proof that is not signed, or signed with what everybody knows', async () => {
      const claims = { jti: randomUUID(), htm: 'GET', htu: ME, iat: inSeconds(0), ath: athOf(token) };
      const jwk = jwkOf(holder.publicKey);
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      await refuse(shown(`${part({ typ: 'dpop+jwt', alg: 'none', jwk })}.${part(claims)}.`));
      for (const alg of ['HS256', 'HS512']) {
        for (const secret of [
          JSON.stringify(jwk),
          holder.publicKey.export({ type: 'spki', format: 'pem' }) as string,
        ]) {
          await refuse(shown(await sign(claims, { typ: 'dpop+jwt', alg, jwk }, Buffer.from(secret))));
        }
        const symmetric = { kty: 'oct', k: Buffer.alloc(32, 1).toString('base64url') };
        const header = { typ: 'dpop+jwt', alg, jwk: symmetric } as never;
        await refuse(shown(await sign(claims, header, Buffer.alloc(64, 1))));
      }
      for (const nothing of ['x', 'a.b.c', '..', token]) await refuse(shown(nothing));
    });

    it('where the request names another host than partners use', async () => {
      const at = `${app.url}/v1/me`;
      await refuse(shown(await prove({ claims: { htu: at } })));
    });

    it('once it was revoked', async () => {
      const its = await boundToken(app, client, holder, PUBLIC);
      const { clientId, clientSecret } = client;
      await post(app, '/oauth/revocation', { token: its }, basic(clientId, clientSecret));
      const proof = () => prove({ claims: { ath: athOf(its) } });
      await refuse(['Authorization', `DPoP ${its}`, 'DPoP', await proof()]);
    });

    it('like a plain token that is shown as if it were bound', async () => {
      const claims = { ath: athOf(plain) };
      await refuse(['Authorization', `DPoP ${plain}`, 'DPoP', await prove({ claims })]);
      await refuse(['Authorization', `DPoP ${plain}`]);
      expect((await get(app, '/v1/me', { ...bearer(plain), DPoP: await prove({ claims }) })).status).toBe(
        200,
      );
    });

    it('like a token that is none', async () => {
      await refuse(['Authorization', 'DPoP not.a.token', 'DPoP', await prove()]);
      await refuse([
        'Authorization',
        `DPoP ${token}`,
        'Authorization',
        `DPoP ${token}`,
        'DPoP',
        await prove(),
      ]);
    });
  });

  it('opens a stream with one proof for as long as its client lasts', async () => {
    const owner = await givenClient(app);
    const its = await boundToken(app, owner, holder, PUBLIC);
    const address = `${PUBLIC}/v1/changes/stream`;
    const open = (proof: string, at = app) =>
      EventStream.open(at.anonymous.with({ Authorization: `DPoP ${its}`, DPoP: proof }));
    const proof = await prove({ claims: { ath: athOf(its) } }, holder, 'GET', address);
    const stream = await open(proof);
    expect(stream.status).toBe(200);
    for (const [again, at] of [
      [proof, other],
      [await prove({ claims: { ath: athOf(its) } }), app],
    ] as const) {
      const refused = await open(again, at);
      expect(refused.status).toBe(401);
      refused.close();
    }
    // Its rights are asked again every second, and no other proof for that.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(stream.ended).toBe(false);
    const service = app.nest.get(ClientsService, { strict: false });
    await app.nest.get(Database).asSystem((tx) => service.revoke(tx, owner.clientId));
    await stream.until(({ ended }) => ended, SOON);
  });
});
