import { type Client, type Context, errors, Provider } from 'oidc-provider';
import { AllowedNetworks } from '../networks.js';
import { ALL_SCOPES } from '../scopes.js';
import { matchesSecret } from '../secrets.js';
import { TOKEN_LIFETIME } from './key-rotation.rules.js';
import { type KeySet } from './key-set.js';
import { SIGNATURES } from './signatures.js';
import { type Storage } from './storage.js';

export interface ProviderOptions {
  issuer: string;
  /** Who the tokens are for: the API. */
  audience: string;
  storage: Storage;
  keys: KeySet['keys'];
  signingKid: () => string;
  cookieKey: string;
  /** 32 bytes, of which every process makes the same nonces (RFC 9449 §8). */
  nonceSecret: Buffer;
}

/** Seconds. An assertion is remembered until it expires, so it must not live long (RFC 7523 §3). */
const ASSERTION_MAX_LIFETIME = 600;
const CLOCK_TOLERANCE = 15;

/** The authorization server for machines: client credentials and nothing else. */
export function createProvider(options: ProviderOptions): Provider {
  const { issuer, audience, storage, keys, signingKid, cookieKey, nonceSecret } = options;
  const off = { enabled: false };
  const provider = new Provider(issuer, {
    adapter: storage.adapter,
    jwks: { keys: keys.map((key) => key.privateJwk) },
    cookies: { keys: [cookieKey] },
    scopes: ALL_SCOPES,
    responseTypes: [],
    clientAuthMethods: ['client_secret_basic', 'private_key_jwt'],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { clientAuthSigningAlgValues: [...SIGNATURES], dPoPSigningAlgValues: [...SIGNATURES] },
    extraClientMetadata: { properties: ['secret_hashes', 'allowed_networks'], validator: () => undefined },
    routes: { token: '/token', revocation: '/revocation', jwks: '/jwks' },
    ttl: { ClientCredentials: TOKEN_LIFETIME },
    features: {
      clientCredentials: { enabled: true },
      revocation: { enabled: true, allowedPolicy: (_, client, token) => client.clientId === token.clientId },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: (ctx, resource, client) => {
          if (resource !== audience) throw new errors.InvalidTarget();
          requireNetwork(ctx, client);
          return {
            audience,
            scope: settleScope(ctx, client),
            accessTokenTTL: TOKEN_LIFETIME,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'ES256', kid: signingKid() } },
          };
        },
      },
      devInteractions: off,
      // Nobody needs a nonce; who brings one may have a clock that is wrong.
      dPoP: { enabled: true, nonceSecret, requireNonce: () => false },
      pushedAuthorizationRequests: off,
      rpInitiatedLogout: off,
      userinfo: off,
    },
    clientBasedCORS: () => false,
    renderError: (ctx, out) => {
      ctx.body = out;
    },
    assertJwtClientAuthClaimsAndHeader: (_, { exp }) =>
      exp > Date.now() / 1000 + ASSERTION_MAX_LIFETIME + CLOCK_TOLERANCE
        ? Promise.reject(new errors.InvalidClientAuth('the client assertion lives too long'))
        : Promise.resolve(),
  });

  // The library awaits this method so that it can be replaced where only digests are kept.
  provider.Client.prototype.compareClientSecret = function (secret) {
    return matchesSecret(
      secret,
      this.secret_hashes.map((hash) => Buffer.from(hash, 'hex')),
    );
  };
  // Addresses follow from the issuer alone, never from what a request says about its host.
  provider.OIDCContext.prototype.urlFor = (route) => provider.urlFor(route);
  return provider;
}

/**
 * The scope that the token will have: what was asked for, or all that the client has when nothing was.
 * @throws invalid_scope for anything else, be it another client's scope or nobody's
 */
function settleScope(ctx: Context, client: Client): string {
  const own = client.scope ?? '';
  const params = ctx.oidc?.params ?? {};
  params['scope'] ??= own || undefined;
  const asked = typeof params['scope'] === 'string' ? params['scope'].split(' ') : [];
  const foreign = asked.find((scope) => !own.split(' ').includes(scope));
  if (foreign !== undefined) throw new errors.InvalidScope('requested scope is not allowed', foreign);
  return own;
}

function requireNetwork(ctx: Context, client: Client): void {
  if (new AllowedNetworks(client.allowed_networks).admits(ctx.req.ip)) return;
  throw new errors.UnauthorizedClient('the client may not be used from this network');
}
