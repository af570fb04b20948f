import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { type Adapter, errors } from 'oidc-provider';
import { Database } from '../../core/database.js';
import { isCleanText } from '../../core/text.decorator.js';
import { type ClientCredentialsRow, ClientsRepository } from '../clients.repository.js';
import { isScope } from '../scopes.js';
import { OAuthRepository } from './oauth.repository.js';
import { RemoteKeySets } from './remote-key-sets.js';

/**
 * Seconds. The library takes a proof (RFC 9449) dated as far ahead as behind, and asks that it be remembered for one of both:
 * it could be used again once the date has passed.
 */
const AHEAD = 300;
const CLIENT_ID = /^[\w.-]{1,64}$/;

/** The provider's storage: clients come from the table that the API keeps, everything else from records. */
@Injectable()
export class Storage {
  constructor(
    private readonly database: Database,
    private readonly clients: ClientsRepository,
    private readonly records: OAuthRepository,
    private readonly keySets: RemoteKeySets,
  ) {}

  readonly adapter = (model: string): Adapter => {
    if (model === 'Client') return { ...readOnly, find: (id) => this.findClient(id) };
    const put = model === 'ReplayDetection' ? this.claim.bind(this) : this.put.bind(this);
    return {
      // What PostgreSQL cannot hold as text was never kept under.
      find: async (id) =>
        isCleanText(id)
          ? ((await this.database.asSystem((tx) => this.records.findRecord(tx, model, id))) ?? undefined)
          : undefined,
      upsert: (id, payload, seconds) => put(model, id, payload, seconds),
      destroy: (id) => this.database.asSystem((tx) => this.records.deleteRecord(tx, model, id)),
    };
  };

  private async findClient(id: string): Promise<object> {
    const row = CLIENT_ID.test(id)
      ? await this.database.asSystem((tx) => this.clients.findCredentialsAsSystem(tx, id))
      : null;
    return toMetadata((row && (await this.withKeys(row))) ?? NOBODY);
  }

  /** @returns null for a client that publishes its keys, while there are none */
  private async withKeys(row: ClientCredentialsRow): Promise<ClientCredentialsRow | null> {
    if (row.jwks_uri === null) return row;
    const jwks = await this.keySets.find(row.jwks_uri);
    return jwks && { ...row, jwks };
  }

  private async put(model: string, id: string, payload: object, seconds: number): Promise<void> {
    await this.database.asSystem((tx) => this.records.putRecord(tx, model, id, payload, seconds));
  }

  /** The library looks first and stores then; of two at the same instant only one may come through. */
  private async claim(model: string, id: string, payload: object, seconds: number): Promise<void> {
    const first =
      isCleanText(id) &&
      (await this.database.asSystem((tx) =>
        this.records.claimRecord(tx, model, id, payload, seconds + AHEAD),
      ));
    if (!first) throw new errors.InvalidClientAuth('assertions and proofs must only be used once');
  }
}

const refuse = (): Promise<never> => Promise.reject(new Error('Clients are kept by the API.'));
const readOnly = { upsert: refuse, destroy: refuse };

/**
 * Stands in for a client that is unknown, revoked, expired or of a partner without standing: it goes through the same
 * steps and no secret opens it, so that neither the answer nor its time tells a wrong name from a wrong secret.
 */
const NOBODY: ClientCredentialsRow = {
  id: '(unknown)',
  scopes: [],
  authentication: 'client_secret',
  secret_hashes: [],
  jwks: null,
  jwks_uri: null,
  allowed_networks: [],
  requires_dpop: false,
};

/** The library wants a secret to compare with. Should it ever compare with this one, nobody knows it. */
const UNKNOWN_SECRET = randomBytes(32).toString('base64url');

/** RFC 7591 §2. */
const toMetadata = (client: ClientCredentialsRow): object => ({
  client_id: client.id,
  scope: client.scopes.filter(isScope).join(' ') || undefined,
  grant_types: ['client_credentials'],
  response_types: [],
  redirect_uris: [],
  ...(client.authentication === 'private_key_jwt'
    ? { token_endpoint_auth_method: 'private_key_jwt', jwks: client.jwks }
    : { token_endpoint_auth_method: 'client_secret_basic', client_secret: UNKNOWN_SECRET }),
  secret_hashes: client.secret_hashes,
  allowed_networks: client.allowed_networks,
  // RFC 9449 §5.2
  dpop_bound_access_tokens: client.requires_dpop,
});
