import { Inject, Injectable } from '@nestjs/common';
import { type Request } from 'express';
import {
  calculateJwkThumbprint,
  decodeProtectedHeader,
  EmbeddedJWK,
  type JWK,
  type JWTPayload,
  jwtVerify,
} from 'jose';
import { createHash } from 'node:crypto';
import { PUBLIC_URL } from '../core/config.provider.js';
import { Database } from '../core/database.js';
import { type TokenClaims } from './actors.service.js';
import { carriedToken } from './carried-token.js';
import { usableKeys } from './client.rules.js';
import { OAuthRepository } from './oauth/oauth.repository.js';
import { SIGNATURES } from './oauth/signatures.js';

/** Seconds that the clock of a client may be off, and that its request may take. */
const WINDOW = 60;
/** Longer than any process takes a proof for fresh, with room for clocks that differ. */
const REMEMBERED = 3 * WINDOW;

/** Whether who shows a token that is bound to a key also holds that key (RFC 9449 §4.3). */
@Injectable()
export class DpopProofs {
  constructor(
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
    private readonly database: Database,
    private readonly records: OAuthRepository,
  ) {}

  /** @returns the name of a proof that is good unless it was used; null for anything else */
  async check(request: Request, { thumbprint }: TokenClaims): Promise<string | null> {
    const carried = carriedToken(request);
    if (carried?.scheme !== 'dpop' || thumbprint === undefined) return null;
    const proof = await verify(request.headersDistinct['dpop'] ?? [], thumbprint).catch(() => null);
    return proof !== null && this.isFor(request, carried.token, proof) ? `${thumbprint} ${proof.jti}` : null;
  }

  private isFor(request: Request, token: string, { jti, htm, htu, iat, ath }: JWTPayload): boolean {
    return (
      typeof jti === 'string' &&
      jti !== '' &&
      htm === request.method &&
      withoutQuery(htu) === this.addressOf(request) &&
      iat !== undefined &&
      Math.abs(Date.now() / 1000 - iat) <= WINDOW &&
      ath === digest(token)
    );
  }

  /** As partners reach it, whatever the request itself says about its host. */
  private addressOf({ originalUrl }: Request): string {
    const url = new URL(this.publicUrl);
    url.pathname = url.pathname.replace(/\/$/, '') + (originalUrl.split('?', 1)[0] ?? '');
    return url.href;
  }

  /**
   * Good once: it is used up, in every process. By a digest: what clients choose may be of any length, and hold what
   * PostgreSQL does not take as text.
   * @returns false for one that was used
   */
  use(name: string): Promise<boolean> {
    return this.database.asSystem((tx) =>
      this.records.claimRecord(tx, 'DpopProof', digest(name), {}, REMEMBERED),
    );
  }
}

/** @throws Error for anything but one JWT that the one key signed which the token is bound to */
async function verify(headers: readonly string[], thumbprint: string): Promise<JWTPayload | null> {
  const [proof] = headers;
  if (proof === undefined || headers.length > 1) return null;
  // First, so that nobody but the holder of the key has signatures checked.
  const { jwk } = decodeProtectedHeader(proof);
  if (usableKeys({ keys: [jwk] }) === null) return null;
  if ((await calculateJwkThumbprint(jwk as JWK)) !== thumbprint) return null;
  const { payload } = await jwtVerify(proof, EmbeddedJWK, { algorithms: [...SIGNATURES], typ: 'dpop+jwt' });
  return payload;
}

/** Query and fragment do not count; host, port and dots are compared in their normal form. */
function withoutQuery(address: unknown): string | null {
  if (typeof address !== 'string' || !URL.canParse(address)) return null;
  return Object.assign(new URL(address), { search: '', hash: '' }).href;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');
