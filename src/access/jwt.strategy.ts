import { Inject, Injectable } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { decodeProtectedHeader } from 'jose';
import { type KeyObject } from 'node:crypto';
import passport from 'passport';
import { Strategy } from 'passport-jwt';
import { PUBLIC_URL } from '../core/config.provider.js';
import { type TokenClaims } from './actors.service.js';
import { carriedToken } from './carried-token.js';
import { issuerOf } from './oauth/issuer.js';
import { TOKEN_LIFETIME } from './oauth/key-rotation.rules.js';
import { SigningKeys } from './oauth/signing-keys.js';
import { VerifiedTokens } from './verified-tokens.js';

const STRATEGY = 'access-token';
/** RFC 9068 §4; media types do not depend on case. */
const TYPES = ['at+jwt', 'application/at+jwt'];
/** Seconds by which the clocks of the processes may differ. */
const CLOCK_TOLERANCE = 5;

/** Reads and verifies access tokens (RFC 9068) with passport-jwt, of which nothing is left at its defaults. */
@Injectable()
export class JwtStrategy {
  // Of our own: two applications in one process must not get each other's strategy.
  private readonly passport = new passport.Passport();
  private readonly verified = new VerifiedTokens();

  constructor(
    @Inject(PUBLIC_URL) publicUrl: string,
    private readonly keys: SigningKeys,
  ) {
    if (!publicUrl) throw new Error('Without the public address no audience could be checked.');
    const options = {
      jwtFromRequest: (request: Request) => carriedToken(request)?.token ?? null,
      secretOrKeyProvider: (
        _: Request,
        token: string,
        done: (error: Error | null, key?: KeyObject) => void,
      ) => {
        this.keyOf(token).then(
          (key) => done(key === undefined ? new Error('no key of ours') : null, key),
          (error: Error) => done(error),
        );
      },
      algorithms: ['ES256'],
      issuer: issuerOf(publicUrl),
      audience: publicUrl,
      ignoreExpiration: false,
      jsonWebTokenOptions: { clockTolerance: CLOCK_TOLERANCE, maxAge: TOKEN_LIFETIME },
    };
    // The typings leave out key objects, which the library passes on as they are.
    const strategy = new Strategy(
      options as never,
      (payload: unknown, done: (error: null, user: unknown) => void) =>
        done(null, toClaims(payload) ?? false),
    );
    this.passport.use(STRATEGY, strategy);
  }

  /** @returns null without a valid token; whether it may be used by this sender is not asked here */
  async authenticate(request: Request, response: Response): Promise<TokenClaims | null> {
    const token = carriedToken(request)?.token;
    if (token === undefined) return null;
    const { fingerprint } = this.keys.current;
    const known = this.verified.find(token, fingerprint);
    if (known !== null) return known;
    const claims = await this.verify(request, response);
    // Not if the keys have changed meanwhile: then this was found right by one that may be gone.
    const isCurrent = this.keys.current.fingerprint === fingerprint;
    if (claims !== null && isCurrent) this.verified.remember(token, claims);
    return claims;
  }

  private verify(request: Request, response: Response): Promise<TokenClaims | null> {
    return new Promise((resolve, reject) => {
      const finish = (error: unknown, claims: TokenClaims | false): void => {
        if (error) reject(error instanceof Error ? error : new Error('the token could not be checked'));
        else resolve(claims || null);
      };
      const middleware = this.passport.authenticate(STRATEGY, { session: false }, finish) as (
        request: Request,
        response: Response,
        next: (error?: unknown) => void,
      ) => void;
      middleware(request, response, (error) =>
        reject(error instanceof Error ? error : new Error('passport failed')),
      );
    });
  }

  /** The header decides nothing but which of our own keys is meant; what it brings along itself is not looked at. */
  private async keyOf(token: string): Promise<KeyObject | undefined> {
    const { alg, typ, kid, crit } = decodeProtectedHeader(token);
    if (alg !== 'ES256' || crit !== undefined || typeof kid !== 'string') return undefined;
    return TYPES.includes((typ ?? '').toLowerCase()) ? this.keys.findPublicKey(kid) : undefined;
  }
}

function toClaims(payload: unknown): TokenClaims | null {
  const { jti, sub, client_id: clientId, exp, iat, scope, cnf } = payload as Record<string, unknown>;
  const complete =
    typeof jti === 'string' &&
    typeof clientId === 'string' &&
    typeof exp === 'number' &&
    typeof iat === 'number';
  if (!complete || sub !== clientId) return null;
  const { jkt: thumbprint } = (cnf ?? {}) as { jkt?: unknown };
  // RFC 7800 §3.1: a binding that is not understood is not ignored.
  if (cnf !== undefined && typeof thumbprint !== 'string') return null;
  return {
    tokenId: jti,
    clientId,
    expiresAt: exp,
    scopes: typeof scope === 'string' ? scope.split(' ') : [],
    ...(typeof thumbprint === 'string' && { thumbprint }),
  };
}
