import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** @param id a UUID: the same one gives the same client id */
export const clientIdOf = (id: string): string =>
  `c_${Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')}`;

/** 256 random bits behind a prefix by which secret scanners know it, in characters that need no encoding anywhere. */
export const newClientSecret = (): string => `slt_${randomBytes(32).toString('base64url')}`;

/** A plain digest is enough: what has 256 bits of chance cannot be guessed, however quickly guesses can be tried. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Takes as long for a wrong secret as for a right one. */
export function matchesSecret(secret: string, hashes: readonly Buffer[]): boolean {
  const digest = hashSecret(secret);
  return hashes.filter((hash) => hash.length === digest.length && timingSafeEqual(hash, digest)).length > 0;
}
