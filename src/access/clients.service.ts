import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { newId } from '../core/ids.js';
import { problems } from '../core/problem.js';
import { TargetGuard, TargetRefused } from '../core/target-guard.js';
import { clientFaults, type NewClient } from './client.rules.js';
import { type ClientRow, ClientsRepository, type NeglectedRow } from './clients.repository.js';
import { ceilingRanks, HIGHEST_RANKS } from './handling.js';
import { clientIdOf, hashSecret, newClientSecret } from './secrets.js';

export { type ClientRow } from './clients.repository.js';
export { clientIdOf } from './secrets.js';

export interface IssuedClient {
  clientId: string;
  /** Shown this once; absent for a client that has its own key. */
  clientSecret?: string;
}

export { type NeglectedRow } from './clients.repository.js';

export interface NeglectedClients {
  dormant: ClientRow[];
  expiring: ClientRow[];
  toAttest: ClientRow[];
}

/** The systems that call on behalf of partners. What row-level security hides from the actor is not found. */
@Injectable()
export class ClientsService {
  constructor(
    private readonly clients: ClientsRepository,
    private readonly guard: TargetGuard,
  ) {}

  /** The reader that a partner itself is, with the partner's own id; its ceilings are those of the partner. */
  async openReader(tx: Tx, partnerId: string): Promise<void> {
    await this.clients.insertReader(tx, {
      id: partnerId,
      partnerId,
      ceiling: HIGHEST_RANKS,
      arrangementIds: null,
    });
  }

  /**
   * Looks up where the address of a key set leads; outside of transactions, since that takes its time.
   * @throws Problem 400 for one that may not be asked
   */
  async checkKeyAddress(address: string): Promise<void> {
    try {
      await this.guard.check(address);
    } catch (error) {
      if (!(error instanceof TargetRefused)) throw error;
      throw problems.invalidInput([{ pointer: '#/jwksUri', detail: error.message }]);
    }
  }

  /** @throws Problem 400 naming every fault, 409 when the chosen id is taken */
  async create(tx: Tx, client: NewClient): Promise<IssuedClient> {
    const faults = clientFaults(client, new Date());
    if (faults.length > 0) throw problems.invalidInput(faults);
    const clientId = client.clientId ?? clientIdOf(newId());
    const clientSecret =
      client.authentication === 'client_secret' ? (client.clientSecret ?? newClientSecret()) : undefined;
    const inserted = await this.clients.insert(tx, {
      id: clientId,
      partnerId: client.partnerId,
      readerId: await this.readerOf(tx, client),
      name: client.name,
      scopes: [...new Set(client.scopes)],
      authentication: client.authentication,
      secretHash: clientSecret === undefined ? null : hashSecret(clientSecret),
      jwks: client.jwks ? { keys: client.jwks['keys'] } : null,
      jwksUri: client.jwksUri ?? null,
      allowedNetworks: client.allowedNetworks ?? [],
      expiresAt: client.expiresAt ?? null,
      focalPointId: client.focalPointId ?? null,
      requiresDpop: client.requireDpop ?? false,
    });
    if (!inserted) throw problems.conflict('There is a client of this id already.');
    return { clientId, ...(clientSecret !== undefined && { clientSecret }) };
  }

  async listOfPartner(tx: Tx, partnerId: string): Promise<ClientRow[]> {
    return this.clients.listOfPartner(tx, partnerId);
  }

  /** Usable clients that nobody used, that end soon, and for which somebody must speak soon, each by so many days. */
  async listNeglected(
    tx: Tx,
    partnerId: string,
    days: { dormant: number; expiring: number; attesting: number },
  ): Promise<NeglectedClients> {
    const rows = await this.clients.listNeglected(tx, partnerId, days);
    return {
      dormant: rows.filter((row) => row.is_dormant),
      expiring: rows.filter((row) => row.is_expiring),
      toAttest: rows.filter((row) => row.is_to_attest),
    };
  }

  /** The same of every partner, a page at a time. */
  async listNeglectedOfAll(
    tx: Tx,
    days: { dormant: number; expiring: number; attesting: number },
    slice: { after: string | undefined; limit: number },
  ): Promise<NeglectedRow[]> {
    return this.clients.listNeglectedOfAll(tx, days, slice);
  }

  /** Leaves what is not named as it is. */
  async change(
    tx: Tx,
    client: ClientRow,
    {
      name,
      requestsPerMinute,
      focalPointId,
      requireDpop,
    }: { name?: string; requestsPerMinute?: number | null; focalPointId?: string; requireDpop?: boolean },
  ): Promise<void> {
    await this.clients.change(tx, client.id, {
      name: name ?? client.name,
      requestsPerMinute: requestsPerMinute === undefined ? client.requests_per_minute : requestsPerMinute,
      focalPointId: focalPointId ?? client.focal_point_id,
      requiresDpop: requireDpop ?? client.requires_dpop,
    });
  }

  /** @throws Problem 404 for a client that is hidden, missing or another partner's */
  async get(tx: Tx, partnerId: string, clientId: string): Promise<ClientRow> {
    const client = await this.clients.find(tx, clientId);
    if (client?.partner_id !== partnerId) throw problems.notFound();
    return client;
  }

  /** @throws Problem as `get` */
  async lock(tx: Tx, partnerId: string, clientId: string): Promise<ClientRow> {
    const client = await this.lockAny(tx, clientId);
    if (client.partner_id !== partnerId) throw problems.notFound();
    return client;
  }

  /**
   * Gives the client a new secret; the one before it works for another `overlapSeconds`, the one before that no more.
   * @throws Problem 409 for a client that was revoked or has no secret
   */
  async rotate(tx: Tx, clientId: string, overlapSeconds: number): Promise<Required<IssuedClient>> {
    const client = await this.lockAny(tx, clientId);
    if (client.revoked_at !== null) throw problems.conflict('The client was revoked.');
    if (client.authentication !== 'client_secret')
      throw problems.conflict('The client has a key, not a secret.');
    const clientSecret = newClientSecret();
    await this.clients.replaceSecret(tx, clientId, hashSecret(clientSecret), overlapSeconds);
    return { clientId, clientSecret };
  }

  /** For good, and within about a second for tokens that it still holds. What it was given is withdrawn with it. */
  async revoke(tx: Tx, clientId: string): Promise<ClientRow> {
    const client = await this.lockAny(tx, clientId);
    await this.clients.revoke(tx, clientId);
    if (client.reader_id !== client.partner_id) await this.clients.closeReader(tx, client.reader_id);
    return client;
  }

  private async lockAny(tx: Tx, clientId: string): Promise<ClientRow> {
    const client = await this.clients.lock(tx, clientId);
    if (client === null) throw problems.notFound();
    return client;
  }

  /** A client that may read less than its partner is a reader of its own. */
  private async readerOf(tx: Tx, { partnerId, ceiling, arrangementIds }: NewClient): Promise<string> {
    if (ceiling === undefined && arrangementIds === undefined) return partnerId;
    const id = newId();
    await this.clients.insertReader(tx, {
      id,
      partnerId,
      ceiling: ceiling === undefined ? HIGHEST_RANKS : ceilingRanks(ceiling),
      arrangementIds: arrangementIds ?? null,
    });
    return id;
  }
}
