import { type KeyObject, generateKeyPairSync } from 'node:crypto';
import { clientFaults, keySetFaults, type NewClient } from '../../src/access/client.rules.js';
import { clientIdOf, hashSecret, matchesSecret, newClientSecret } from '../../src/access/secrets.js';

const jwk = (key: KeyObject): Record<string, unknown> => ({ ...key.export({ format: 'jwk' }) });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe('the keys of a client', () => {
  it('may be EC on P-256, Ed25519 and RSA of 2048 bits', () => {
    const keys = [
      { ...jwk(ec.publicKey), kid: 'a', alg: 'ES256', use: 'sig', key_ops: ['verify'] },
      { ...jwk(ed.publicKey), kid: 'b', alg: 'EdDSA' },
      { ...jwk(rsa.publicKey), kid: 'c', alg: 'PS256' },
      jwk(rsa.publicKey),
    ];
    expect(keySetFaults({ keys })).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['a private EC key', jwk(ec.privateKey)],
    ['a private Ed25519 key', jwk(ed.privateKey)],
    ['a private RSA key', jwk(rsa.privateKey)],
    ['a symmetric key', { kty: 'oct', k: 'c2VjcmV0' }],
    ['a symmetric member in a public key', { ...jwk(ec.publicKey), k: 'c2VjcmV0' }],
    ['an address to fetch keys from', { ...jwk(ec.publicKey), x5u: 'https://example.org/key' }],
    ['an RSA key of 1024 bits', jwk(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey)],
    ['an RSA key with exponent 3', { ...jwk(rsa.publicKey), e: 'Aw' }],
    ['a key on another curve', jwk(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)],
    ['a key for agreement', jwk(generateKeyPairSync('x25519').publicKey)],
    ['a key for encryption', { ...jwk(rsa.publicKey), use: 'enc' }],
    ['another algorithm', { ...jwk(ec.publicKey), alg: 'HS256' }],
    ['an algorithm that is no string', { ...jwk(ec.publicKey), alg: ['ES256'] }],
    ['the algorithm none', { ...jwk(rsa.publicKey), alg: 'none' }],
    ['a point off the curve', { ...jwk(ec.publicKey), y: jwk(ec.publicKey)['x'] }],
    ['missing members', { kty: 'EC', crv: 'P-256' }],
    ['a kid with a line break', { ...jwk(ec.publicKey), kid: 'a\nb' }],
    ['a prototype for a type', { kty: 'constructor' }],
    ['text', 'key'],
    ['null', null],
    ['a list', []],
  ])('may not be %s', (_, key) => {
    expect(keySetFaults({ keys: [key] })).toEqual([
      { pointer: '#/jwks/keys/0', detail: expect.any(String) as string },
    ]);
  });

  it('number from 1 to 10 and have each its own kid', () => {
    const key = jwk(ec.publicKey);
    expect(keySetFaults({ keys: [] })).toHaveLength(1);
    expect(keySetFaults({ keys: Array<unknown>(11).fill(key) })).toHaveLength(1);
    expect(keySetFaults({})).toHaveLength(1);
    expect(keySetFaults({ keys: 'all' })).toHaveLength(1);
    const twins = { keys: [1, 2].map(() => ({ ...key, kid: 'same' })) };
    expect(keySetFaults(twins)).toEqual([{ pointer: '#/jwks/keys', detail: 'must not repeat a kid' }]);
  });
});

describe('a new client', () => {
  const client: NewClient = { partnerId: 'p', name: 'n', scopes: [], authentication: 'client_secret' };
  const now = new Date('2026-01-01T00:00:00Z');

  it('is told of all its faults at once', () => {
    const faulty = {
      ...client,
      allowedNetworks: ['192.0.2.0/24', 'here'],
      expiresAt: now,
      authentication: 'private_key_jwt',
    } as const;
    expect(clientFaults(faulty, now).map(({ pointer }) => pointer)).toEqual([
      '#/allowedNetworks/1',
      '#/expiresAt',
      '#/jwks',
    ]);
  });

  it('has a secret or keys, never both', () => {
    const jwks = { keys: [jwk(ec.publicKey)] };
    expect(clientFaults(client, now)).toEqual([]);
    expect(clientFaults({ ...client, jwks }, now)).toHaveLength(1);
    expect(clientFaults({ ...client, jwks, authentication: 'private_key_jwt' }, now)).toEqual([]);
  });
});

describe('secrets', () => {
  it('have 256 bits, a prefix to know them by and characters that need no encoding', () => {
    const secrets = Array.from({ length: 100 }, newClientSecret);
    expect(new Set(secrets).size).toBe(100);
    for (const secret of secrets) expect(secret).toMatch(/^slt_[\w-]{43}$/);
    expect(clientIdOf('019b2f00-0000-7000-8000-000000000b01')).toMatch(/^c_[\w-]{22}$/);
  });

  it('match any of their digests and nothing else', () => {
    const [one, other, stranger] = [newClientSecret(), newClientSecret(), newClientSecret()];
    const hashes = [one, other].map(hashSecret);
    expect([one, other, stranger, ''].map((secret) => matchesSecret(secret, hashes))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(matchesSecret(one, [])).toBe(false);
    expect(matchesSecret(one, [Buffer.alloc(0)])).toBe(false);
  });
});
