import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';

/** Standard Webhooks 1.0: the secret of `v1` and the private key of `v1a`, each of 32 bytes. */
const SECRET_BYTES = 32;
const SEED_BYTES = 32;
/** RFC 8410 §7: what stands before the 32 bytes of an Ed25519 key in PKCS #8 and SPKI. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_BYTES = 12;

/** Both of one webhook, as one piece, so that they are replaced together. */
export const newKeys = (): Buffer => randomBytes(SECRET_BYTES + SEED_BYTES);

/** As the libraries of receivers take it. */
export const presentSecret = (keys: Buffer): string =>
  `whsec_${keys.subarray(0, SECRET_BYTES).toString('base64')}`;

/** With it anybody can check who sent a message; nobody can send one. */
export const presentPublicKey = (keys: Buffer): string => {
  const spki = createPublicKey(privateKey(keys)).export({ format: 'der', type: 'spki' });
  return `whpk_${spki.subarray(SPKI_BYTES).toString('base64')}`;
};

/**
 * The three headers of a message. While two pairs of keys are good it carries the signatures of both.
 * @param id the same for every attempt; without a dot
 * @param timestamp seconds since 1970 of this attempt
 */
export function signatureHeaders(
  keys: Buffer[],
  id: string,
  timestamp: number,
  body: string,
): Record<string, string> {
  const content = Buffer.from(`${id}.${timestamp}.${body}`);
  const signatures = keys.flatMap((pair) => [
    `v1,${createHmac('sha256', pair.subarray(0, SECRET_BYTES)).update(content).digest('base64')}`,
    `v1a,${sign(null, content, privateKey(pair)).toString('base64')}`,
  ]);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}

const privateKey = (keys: Buffer): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([PKCS8, keys.subarray(SECRET_BYTES)]),
    format: 'der',
    type: 'pkcs8',
  });
