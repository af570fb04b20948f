import { createPublicKey, type KeyObject } from 'node:crypto';
import { signingKeyAt } from './key-rotation.rules.js';
import { type SigningKey } from './oauth.repository.js';

/** The keys as they were read, and what time it was in the database: processes with other clocks choose the same. */
export class KeySet {
  private readonly readAt = performance.now();
  private readonly publicKeys: Map<string, KeyObject>;
  /** Changes when a key comes or goes. */
  readonly fingerprint: string;

  constructor(
    readonly keys: readonly SigningKey[],
    private readonly databaseTime: number,
  ) {
    this.publicKeys = new Map(
      keys.map(({ kid, privateJwk: { kty, crv, x, y } }) => [
        kid,
        createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' }),
      ]),
    );
    this.fingerprint = keys.map(({ kid }) => kid).join(' ');
  }

  /** @throws Error when no key signs now, which the next rotation mends */
  signingKid(): string {
    const key = signingKeyAt(this.keys, this.now());
    if (key === undefined) throw new Error('No key signs access tokens at this time.');
    return key.kid;
  }

  findPublicKey(kid: string): KeyObject | undefined {
    const key = this.keys.find((candidate) => candidate.kid === kid);
    return key !== undefined && this.now() < key.publishedUntil ? this.publicKeys.get(kid) : undefined;
  }

  private now(): number {
    return this.databaseTime + performance.now() - this.readAt;
  }
}
