import { createPublicKey, verify } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { BundleView } from '../bundles.dto.js';
import { FORMAT_VERSION, MAGIC, partsOf, signedBytes } from './bundle-format.js';

/** What two clocks may differ. */
const CLOCKS_DIFFER_MS = 10 * 60_000;
const UNPACKED_MOST = 64 * 1024 * 1024;

export type Refusal =
  | 'not-a-bundle'
  | 'unknown-version'
  | 'unknown-key'
  | 'wrong-signature'
  | 'unreadable'
  | 'old'
  | 'from-the-future';

export class BundleRefused extends Error {
  constructor(
    readonly reason: Refusal,
    message: string,
  ) {
    super(message);
  }
}

/** As `GET /v1/bundles/keys` answers. */
export interface KeySet {
  keys: { kid: string; kty: string; crv?: string; x?: string }[];
}

export interface CheckOptions {
  now: Date;
  /** Takes what is old, or made after `now`; its signature is checked all the same. */
  anyTime?: boolean;
}

/**
 * What a bundle says, if it is one, was signed by one of these keys, and is not old. Needs no network.
 * @throws BundleRefused
 */
export function checkBundle(file: Uint8Array, keySet: KeySet, { now, anyTime }: CheckOptions): BundleView {
  const parts = partsOf(file);
  if (parts === undefined) throw new BundleRefused('not-a-bundle', 'This is no bundle, or it is damaged.');
  const { version, kid, signature, compressed } = parts;
  if (version !== FORMAT_VERSION) {
    throw new BundleRefused(
      'unknown-version',
      `It is of format ${version}; this verifier knows ${FORMAT_VERSION}.`,
    );
  }
  const key = keySet.keys.find((one) => one.kid === kid);
  if (key?.kty !== 'OKP' || key.crv !== 'Ed25519' || key.x === undefined) {
    throw new BundleRefused('unknown-key', `None of the keys is ${kid}: fetch the published keys again.`);
  }
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.x }, format: 'jwk' });
  const bytes = Buffer.from(signature, 'base64url');
  // One signature can be written in several ways; only the one that was made counts.
  const isCanonical = bytes.toString('base64url') === signature;
  if (!isCanonical || !verify(null, signedBytes(kid, compressed), publicKey, bytes)) {
    throw new BundleRefused('wrong-signature', 'The signature does not fit: it was changed or is damaged.');
  }
  const bundle = unpack(compressed);
  if (!anyTime) refuseByTime(bundle, now.getTime());
  return bundle;
}

function unpack(compressed: Uint8Array): BundleView {
  try {
    const text = gunzipSync(compressed, { maxOutputLength: UNPACKED_MOST }).toString('utf8');
    return JSON.parse(text) as BundleView;
  } catch {
    throw new BundleRefused('unreadable', `It is signed, but not ${MAGIC}${FORMAT_VERSION}.`);
  }
}

function refuseByTime({ madeAt, expiresAt }: BundleView, now: number): void {
  if (Date.parse(madeAt) > now + CLOCKS_DIFFER_MS) {
    throw new BundleRefused(
      'from-the-future',
      `It was made at ${madeAt}, which is not yet by this clock: check it.`,
    );
  }
  // Written this way round so that a time which is none counts as over.
  if (!(now < Date.parse(expiresAt) + CLOCKS_DIFFER_MS)) {
    throw new BundleRefused(
      'old',
      `It is old: made at ${madeAt}, good until ${expiresAt}. Ask for a new one.`,
    );
  }
}
