import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { type Fault } from '../core/problem.js';
import { type Ceiling } from './handling.js';
import { networkFault } from './networks.js';
import { decidesOverOthers, type Scope } from './scopes.js';

export type Authentication = 'client_secret' | 'private_key_jwt';

/** A JSON Web Key Set (RFC 7517) as it came in: nothing about it is taken for granted. */
export type KeySetInput = Readonly<Record<string, unknown>>;

export interface NewClient {
  partnerId: string;
  name: string;
  scopes: readonly Scope[];
  /** Given, the client reads less than its partner. */
  ceiling?: Ceiling;
  /** Given, the client reads only what reaches its partner through these. */
  arrangementIds?: readonly string[];
  /** CIDR; absent or empty means from everywhere. */
  allowedNetworks?: readonly string[];
  expiresAt?: Date;
  /** Who keeps it, and with whom it ends. */
  focalPointId?: string;
  authentication: Authentication;
  jwks?: KeySetInput;
  /** Where it publishes its keys, in place of `jwks`. */
  jwksUri?: string;
  /** Its tokens must be bound to a key (RFC 9449). */
  requireDpop?: boolean;
  /** Of the steward, which may choose its own. */
  clientId?: string;
  clientSecret?: string;
}

const MAX_KEYS = 10;
const RSA_BITS = { least: 2048, most: 8192 };
/** RFC 7517 §4 and RFC 7518 §6, public members only: whatever else a key carries is refused unread. */
const MEMBERS: Record<string, readonly string[]> = {
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
  RSA: ['n', 'e'],
};
const COMMON_MEMBERS = ['kty', 'kid', 'use', 'alg', 'key_ops'];
/** What a key is for, by type and curve: the algorithms in which assertions are accepted. */
const ALGORITHMS: Record<string, readonly string[]> = {
  'EC P-256': ['ES256'],
  'OKP Ed25519': ['EdDSA', 'Ed25519'],
  RSA: ['RS256', 'PS256'],
};

/** Everything that is wrong with a new client, with pointers into the body that asked for it. */
export function clientFaults(client: NewClient, now: Date): Fault[] {
  const faults = (client.allowedNetworks ?? []).flatMap((network, index) => {
    const detail = networkFault(network);
    return detail === null ? [] : [{ pointer: `#/allowedNetworks/${index}`, detail }];
  });
  if (client.ceiling ?? client.arrangementIds) {
    for (const [index, scope] of client.scopes.entries()) {
      if (decidesOverOthers(scope)) {
        faults.push({ pointer: `#/scopes/${index}`, detail: 'is not for a client that is narrowed' });
      }
    }
  }
  if (client.expiresAt && client.expiresAt <= now) {
    faults.push({ pointer: '#/expiresAt', detail: 'must lie in the future' });
  }
  if (client.authentication === 'client_secret') {
    if (client.jwks) faults.push({ pointer: '#/jwks', detail: 'belongs to private_key_jwt' });
    if (client.jwksUri) faults.push({ pointer: '#/jwksUri', detail: 'belongs to private_key_jwt' });
    return faults;
  }
  if (client.jwks && client.jwksUri)
    faults.push({ pointer: '#/jwksUri', detail: 'stands in the place of jwks' });
  if (!client.jwks && !client.jwksUri) {
    faults.push({ pointer: '#/jwks', detail: 'or jwksUri is needed for private_key_jwt' });
  }
  return client.jwks ? [...faults, ...keySetFaults(client.jwks)] : faults;
}

/** Public keys for signatures only; a private or symmetric key must not reach the database, not even by mistake. */
export function keySetFaults(jwks: KeySetInput): Fault[] {
  const keys: unknown = jwks['keys'];
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MAX_KEYS) {
    return [{ pointer: '#/jwks/keys', detail: `must be a list of 1 to ${MAX_KEYS} keys` }];
  }
  const faults = keys.flatMap((key: unknown, index) => {
    const detail = keyFault(key);
    return detail === null ? [] : [{ pointer: `#/jwks/keys/${index}`, detail }];
  });
  const ids = keys
    .map((key: unknown) => (key as { kid?: unknown } | null)?.kid)
    .filter((id) => id !== undefined);
  if (new Set(ids).size < ids.length)
    faults.push({ pointer: '#/jwks/keys', detail: 'must not repeat a kid' });
  return faults;
}

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/**
 * Of a set that somebody publishes, the keys that this service can use, with their public members; sets may hold others
 * (RFC 7517 §5). A key whose private part is published as well is anybody's.
 * @returns null when there is none
 */
export function usableKeys(published: unknown): KeySetInput | null {
  const all = (published as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(all)) return null;
  const keys = all.slice(0, MAX_KEYS).flatMap((key: unknown) => {
    if (typeof key !== 'object' || key === null || PRIVATE_MEMBERS.some((name) => name in key)) return [];
    const members = [...COMMON_MEMBERS, ...(MEMBERS[String((key as { kty?: unknown }).kty)] ?? [])];
    const open = Object.fromEntries(Object.entries(key).filter(([name]) => members.includes(name)));
    return keyFault(open) === null ? [open] : [];
  });
  return keys.length > 0 && keySetFaults({ keys }).length === 0 ? { keys } : null;
}

function keyFault(key: unknown): string | null {
  if (typeof key !== 'object' || key === null || Array.isArray(key)) return 'must be a JSON Web Key';
  const { kty, crv, kid, use, alg, key_ops: operations } = key as Record<string, unknown>;
  if (typeof kty !== 'string' || !Object.hasOwn(MEMBERS, kty)) return 'must be of kty EC, OKP or RSA';
  const allowed = [...COMMON_MEMBERS, ...(MEMBERS[kty] ?? [])];
  const foreign = Object.keys(key).filter((name) => !allowed.includes(name));
  if (foreign.length > 0) return `must have none but public members: ${allowed.join(', ')}`;
  const algorithms = ALGORITHMS[kty === 'RSA' ? kty : `${kty} ${String(crv)}`];
  if (!algorithms) return 'must be on the curve P-256 or Ed25519';
  if (alg !== undefined && !algorithms.some((name) => name === alg))
    return `alg must be ${algorithms.join(' or ')}`;
  if (use !== undefined && use !== 'sig') return 'use must be sig';
  if (operations !== undefined && !(Array.isArray(operations) && operations.join() === 'verify')) {
    return 'key_ops must be ["verify"]';
  }
  if (kid !== undefined && (typeof kid !== 'string' || !/^[\x21-\x7e]{1,128}$/.test(kid))) {
    return 'kid must be 1 to 128 visible ASCII characters';
  }
  return materialFault(key as JsonWebKey);
}

function materialFault(jwk: JsonWebKey): string | null {
  try {
    const { modulusLength, publicExponent } =
      createPublicKey({ key: jwk, format: 'jwk' }).asymmetricKeyDetails ?? {};
    if (jwk.kty !== 'RSA') return null;
    const bits = modulusLength ?? 0;
    if (bits < RSA_BITS.least || bits > RSA_BITS.most) {
      return `an RSA key must have ${RSA_BITS.least} to ${RSA_BITS.most} bits`;
    }
    return (publicExponent ?? 0n) < 65_537n ? 'the exponent of an RSA key must be at least 65537' : null;
  } catch {
    return 'is not a public key that can be read';
  }
}
