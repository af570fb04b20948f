import { type TokenClaims } from './actors.service.js';

const MANY = 10_000;

/**
 * Tokens whose signature was found right, which it then stays: checking it again would cost more than the rest of a
 * small request. Whether they have ended, and what they still open, is asked every time.
 */
export class VerifiedTokens {
  private readonly claims = new Map<string, TokenClaims>();
  private keys = '';

  /** @param keys that are in use: when one goes, so does everything that it signed */
  find(token: string, keys: string): TokenClaims | null {
    if (keys !== this.keys) this.claims.clear();
    this.keys = keys;
    return this.claims.get(token) ?? null;
  }

  remember(token: string, claims: TokenClaims): void {
    if (this.claims.size >= MANY) this.makeRoom();
    this.claims.set(token, claims);
  }

  private makeRoom(): void {
    const now = Date.now() / 1000;
    for (const [token, { expiresAt }] of this.claims) if (expiresAt <= now) this.claims.delete(token);
    if (this.claims.size >= MANY) this.claims.clear();
  }
}
