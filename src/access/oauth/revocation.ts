import { decodeProtectedHeader, jwtVerify } from 'jose';
import { type Context } from 'oidc-provider';
import { type SigningKeys } from './signing-keys.js';

export interface OwnToken {
  tokenId: string;
  expiresAt: number;
}

/**
 * RFC 7009 for self-contained tokens. The library authenticates the client and then refuses such tokens; from there it
 * goes on here, and whatever is no living token of this client is answered like one that was revoked.
 */
export function revocation(
  find: (token: string, clientId: string) => Promise<OwnToken | null>,
  revoke: (token: OwnToken) => Promise<void>,
) {
  return async (ctx: Context, next: () => Promise<void>): Promise<void> => {
    await next();
    const { route, client, params } = ctx.oidc ?? {};
    if (route !== 'revocation' || !client || !isUnsupportedTokenType(ctx.body)) return;
    const token = await find(String(params?.['token']), client.clientId);
    if (token !== null) await revoke(token);
    ctx.status = 200;
    ctx.body = '';
  };
}

/** @returns null for everything but a living access token of this client */
export async function findOwnToken(
  token: string,
  expected: { clientId: string; issuer: string; audience: string },
  keys: SigningKeys,
): Promise<OwnToken | null> {
  const { kid } = decodeProtectedHeader(token);
  // Outside of what is caught below: a database that is away must not be taken for a token that is not ours.
  const key = await keys.findPublicKey(String(kid));
  if (key === undefined) return null;
  const { clientId, issuer, audience } = expected;
  const rules = { issuer, audience, algorithms: ['ES256'], typ: 'at+jwt', requiredClaims: ['exp', 'jti'] };
  const verified = await jwtVerify(token, key, rules).catch(() => null);
  const { jti, exp, client_id: owner } = verified?.payload ?? {};
  return jti !== undefined && exp !== undefined && owner === clientId
    ? { tokenId: jti, expiresAt: exp }
    : null;
}

const isUnsupportedTokenType = (body: unknown): boolean =>
  (body as { error?: unknown } | null)?.error === 'unsupported_token_type';
