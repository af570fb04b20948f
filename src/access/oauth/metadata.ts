import { type Context } from 'oidc-provider';

/** RFC 8414 §2: what there is here. The library also names what belongs to people signing in, which is off. */
const MEMBERS = [
  'issuer',
  'token_endpoint',
  'jwks_uri',
  'revocation_endpoint',
  'scopes_supported',
  'response_types_supported',
  'grant_types_supported',
  'token_endpoint_auth_methods_supported',
  'token_endpoint_auth_signing_alg_values_supported',
  'dpop_signing_alg_values_supported',
] as const;

/** Scopes that the library adds by itself are not ours to advertise. */
export function shapeMetadata(scopes: readonly string[]) {
  return async (ctx: Context, next: () => Promise<void>): Promise<void> => {
    await next();
    const isMetadata = ctx.oidc?.route === 'discovery';
    if ((!isMetadata && ctx.oidc?.route !== 'jwks') || ctx.status !== 200) return;
    // Far less than the day for which a key is published before it signs.
    ctx.set({ 'Cache-Control': 'public, max-age=3600' });
    if (!isMetadata) return;
    const body = ctx.body as Record<string, unknown>;
    ctx.body = {
      ...Object.fromEntries(MEMBERS.map((name) => [name, body[name]])),
      scopes_supported: scopes,
      revocation_endpoint_auth_methods_supported: body['token_endpoint_auth_methods_supported'],
      revocation_endpoint_auth_signing_alg_values_supported:
        body['token_endpoint_auth_signing_alg_values_supported'],
    };
  };
}
