import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Context, type Provider } from 'oidc-provider';
import { PUBLIC_URL } from '../../core/config.provider.js';
import { Database, isUnavailable } from '../../core/database.js';
import { installationSecret } from '../../core/installation-secrets.js';
import { describeError } from '../../core/logging.js';
import { Problem } from '../../core/problem.js';
import { ALL_SCOPES } from '../scopes.js';
import { issuerOf } from './issuer.js';
import { type KeySet } from './key-set.js';
import { shapeMetadata } from './metadata.js';
import { OAuthRepository } from './oauth.repository.js';
import { createProvider } from './provider.js';
import { findOwnToken, revocation } from './revocation.js';
import { SigningKeys } from './signing-keys.js';
import { Storage } from './storage.js';

interface Running {
  keys: KeySet;
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

/** The provider with the keys of the moment: its own cannot be changed, so a new one takes over when they do. */
@Injectable()
export class AuthorizationServer implements OnModuleInit {
  private readonly logger = new Logger('OAuth');
  private readonly issuer: string;
  private cookieKey = '';
  private nonceSecret: Buffer = Buffer.alloc(0);
  private running: Running | undefined;

  constructor(
    @Inject(PUBLIC_URL) private readonly audience: string,
    private readonly database: Database,
    private readonly storage: Storage,
    private readonly records: OAuthRepository,
    private readonly signingKeys: SigningKeys,
  ) {
    this.issuer = issuerOf(audience);
  }

  async onModuleInit(): Promise<void> {
    this.cookieKey = (await installationSecret(this.database, 'oauth cookies')).toString('base64url');
    this.nonceSecret = await installationSecret(this.database, 'dpop nonces');
  }

  /** @param path of the endpoint below the issuer, such as `/token` */
  async handle(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.url = path;
    await this.upToDate().handle(request, response);
  }

  private upToDate(): Running {
    const keys = this.signingKeys.current;
    if (this.running?.keys.fingerprint === keys.fingerprint) this.running.keys = keys;
    else this.running = this.start(keys);
    return this.running;
  }

  private start(keys: KeySet): Running {
    const { issuer, audience } = this;
    const running: Running = { keys, handle: () => Promise.resolve() };
    const provider = createProvider({
      issuer,
      audience,
      storage: this.storage,
      keys: keys.keys,
      signingKid: () => running.keys.signingKid(),
      cookieKey: this.cookieKey,
      nonceSecret: this.nonceSecret,
    });
    provider.use((ctx, next) => this.guardAnswer(ctx, next));
    provider.use(shapeMetadata(ALL_SCOPES));
    provider.use(
      revocation(
        (token, clientId) => findOwnToken(token, { clientId, issuer, audience }, this.signingKeys),
        ({ tokenId, expiresAt }) =>
          this.database.asSystem((tx) => this.records.revokeToken(tx, tokenId, expiresAt)),
      ),
    );
    this.listen(provider);
    running.handle = provider.callback();
    return running;
  }

  /** RFC 6749 §5.1: nothing that was asked with credentials may be kept. What fails in our own steps is answered too. */
  private async guardAnswer(ctx: Context, next: () => Promise<void>): Promise<void> {
    if (ctx.method === 'POST') ctx.set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' });
    try {
      await next();
    } catch (error) {
      this.answerFailure(ctx, error);
    }
    // The library lets pages of every origin read what is public; this service is not for pages.
    for (const name of ['Access-Control-Allow-Origin', 'Access-Control-Expose-Headers']) ctx.remove(name);
  }

  private answerFailure(ctx: Context, error: unknown): void {
    if (isUnavailable(error) || (error instanceof Problem && error.type === 'unavailable')) {
      ctx.status = 503;
      ctx.set({ 'Retry-After': '2' });
      ctx.body = { error: 'temporarily_unavailable' };
      return;
    }
    this.logger.error({ msg: 'the authorization server failed', error: describeError(error) });
    ctx.status = 500;
    ctx.body = { error: 'server_error' };
  }

  /** The log names clients that exist and says why; it never repeats what was sent. */
  private listen(provider: Provider): void {
    const refused = (ctx: Context, error: Error & { error?: string; error_detail?: string }): void => {
      if (error.error === 'unsupported_token_type') return;
      const client = ctx.oidc?.client?.clientId ?? '(none)';
      const { route = 'oauth' } = ctx.oidc ?? {};
      this.logger.warn(
        `${route} refused: client ${client}, ${error.error}, ${error.error_detail ?? 'no detail'}`,
      );
    };
    provider.on('grant.error', refused);
    provider.on('revocation.error', refused);
    provider.on('server_error', (ctx, error) => this.answerFailure(ctx, error));
    provider.on('error', (error) =>
      this.logger.error({ msg: 'a request failed', error: describeError(error) }),
    );
  }
}
