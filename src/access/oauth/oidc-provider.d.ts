/** The part of oidc-provider 9 that this service uses; the package brings no types of its own. */
declare module 'oidc-provider' {
  import { type IncomingMessage, type ServerResponse } from 'node:http';
  import { type JWK } from 'jose';

  export interface Client {
    clientId: string;
    scope?: string;
    /** Extra metadata keeps its name. */
    secret_hashes: string[];
    allowed_networks: string[];
  }

  export interface Context {
    /** Express has made it its own before. */
    req: IncomingMessage & { ip?: string };
    readonly method: string;
    remove(header: string): void;
    status: number;
    body: unknown;
    set(headers: Record<string, string>): void;
    /** Absent where no route of the provider has matched. */
    oidc?: { route: string; client?: Client; params: Record<string, string | string[] | undefined> };
  }

  export interface Adapter {
    find(id: string): Promise<object | undefined>;
    upsert(id: string, payload: object, expiresIn: number): Promise<void>;
    destroy(id: string): Promise<void>;
  }

  export interface ResourceServer {
    audience: string;
    scope: string;
    accessTokenTTL: number;
    accessTokenFormat: 'jwt';
    jwt: { sign: { alg: 'ES256'; kid: string } };
  }

  interface Switch {
    enabled: boolean;
  }

  export interface Configuration {
    adapter: (model: string) => Adapter;
    jwks: { keys: JWK[] };
    cookies: { keys: string[] };
    scopes: readonly string[];
    responseTypes: string[];
    clientAuthMethods: ('client_secret_basic' | 'private_key_jwt')[];
    clientDefaults: Record<string, unknown>;
    enabledJWA: { clientAuthSigningAlgValues: string[]; dPoPSigningAlgValues: string[] };
    extraClientMetadata: { properties: string[]; validator: () => void };
    routes: Record<'token' | 'revocation' | 'jwks', string>;
    ttl: { ClientCredentials: number };
    features: {
      clientCredentials: Switch;
      revocation: Switch & {
        allowedPolicy: (ctx: Context, client: Client, token: { clientId: string }) => boolean;
      };
      resourceIndicators: Switch & {
        defaultResource: () => string;
        getResourceServerInfo: (ctx: Context, resource: string, client: Client) => ResourceServer;
      };
      devInteractions: Switch;
      dPoP: Switch & { nonceSecret: Buffer; requireNonce: (ctx: Context) => boolean };
      pushedAuthorizationRequests: Switch;
      rpInitiatedLogout: Switch;
      userinfo: Switch;
    };
    clientBasedCORS: () => boolean;
    renderError: (ctx: Context, out: object) => void;
    assertJwtClientAuthClaimsAndHeader: (ctx: Context, claims: { exp: number }) => Promise<void>;
  }

  export class Provider {
    constructor(issuer: string, configuration: Configuration);
    use(middleware: (ctx: Context, next: () => Promise<void>) => Promise<void>): this;
    callback(): (req: IncomingMessage, res: ServerResponse) => Promise<void>;
    urlFor(route: string): string;
    on(event: 'grant.success', listener: (ctx: Context) => void): this;
    on(event: 'grant.error' | 'revocation.error', listener: (ctx: Context, error: Error) => void): this;
    on(event: 'server_error', listener: (ctx: Context, error: unknown) => void): this;
    on(event: 'error', listener: (error: unknown) => void): this;
    readonly Client: { prototype: { compareClientSecret(this: Client, secret: string): boolean } };
    readonly OIDCContext: { prototype: { urlFor(route: string): string } };
  }

  class ProviderError extends Error {
    error: string;
    /** For the log; never part of the answer. */
    error_detail?: string;
  }
  export const errors: {
    InvalidClientAuth: new (detail: string) => ProviderError;
    InvalidScope: new (description: string, scope: string) => ProviderError;
    InvalidTarget: new () => ProviderError;
    UnauthorizedClient: new (description: string) => ProviderError;
  };
}
