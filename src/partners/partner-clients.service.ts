import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import {
  clientIdOf,
  type ClientRow,
  ClientsService,
  type NeglectedClients,
} from '../access/clients.service.js';
import { type Ceiling } from '../access/handling.js';
import { isForSubPartners, type Scope } from '../access/scopes.js';
import { Database, type Tx } from '../core/database.js';
import { requireVersion } from '../core/etag.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
import { type Fault, problems } from '../core/problem.js';
import { type ChangeClientDto, type CreateClientDto } from './clients.dto.js';
import { PartnersRepository } from './partners.repository.js';

/** The most that sub-partners may have: with a ceiling a client is a reader of its own, and not the partner itself. */
const ALL_OF_A_SUB_PARTNER: Ceiling = { tlp: 'AMBER' };

/** The credentials of a partner's systems. */
@Injectable()
export class PartnerClientsService {
  constructor(
    private readonly database: Database,
    private readonly partners: PartnersRepository,
    private readonly clients: ClientsService,
    private readonly audit: AuditService,
  ) {}

  /** A repeat answers without the secret, which is shown once. */
  async create(
    actor: Actor,
    partnerId: string,
    dto: CreateClientDto,
    idempotency?: IdempotencyKey,
  ): Promise<{ row: ClientRow; clientSecret?: string }> {
    if (dto.jwksUri !== undefined) await this.clients.checkKeyAddress(dto.jwksUri);
    return this.database.asPatiently(actor, async (tx) => {
      const { id, repeated } = await claimId(tx, actor, idempotency);
      const clientId = clientIdOf(id);
      await this.requireOwn(tx, actor, partnerId, dto.scopes);
      if (repeated) return { row: await this.clients.lock(tx, partnerId, clientId) };
      const { clientSecret } = await this.clients.create(tx, {
        clientId,
        partnerId,
        name: dto.name,
        scopes: dto.scopes,
        ceiling: dto.ceiling ?? (isSponsor(actor) ? ALL_OF_A_SUB_PARTNER : undefined),
        arrangementIds: dto.arrangements && (await this.resolve(tx, dto.arrangements)),
        allowedNetworks: dto.allowedNetworks,
        expiresAt: dto.expiresAt === undefined ? undefined : new Date(dto.expiresAt),
        authentication: dto.authentication ?? 'client_secret',
        jwks: dto.jwks,
        jwksUri: dto.jwksUri,
        requireDpop: dto.requireDpop,
        focalPointId: await this.keeperOf(tx, partnerId, dto.focalPointId),
      });
      await this.record(tx, actor, 'client.created', partnerId, clientId, { scopes: dto.scopes });
      return { row: await this.clients.lock(tx, partnerId, clientId), clientSecret };
    });
  }

  async list(actor: Actor, partnerId: string): Promise<ClientRow[]> {
    return this.database.readAs(actor, async (tx) => {
      await this.requirePartner(tx, partnerId);
      return this.clients.listOfPartner(tx, partnerId);
    });
  }

  /** @throws Problem 404 for a partner that is hidden or missing */
  async report(
    actor: Actor,
    partnerId: string,
    days: { dormant: number; expiring: number; attesting: number },
  ): Promise<NeglectedClients> {
    return this.database.readAs(actor, async (tx) => {
      await this.requirePartner(tx, partnerId);
      return this.clients.listNeglected(tx, partnerId, days);
    });
  }

  /** @throws Problem 403 for a sponsor that says how much it may ask; 409 for a client that was revoked; 412 */
  async change(
    actor: Actor,
    partnerId: string,
    clientId: string,
    dto: ChangeClientDto,
    ifMatch?: string,
  ): Promise<ClientRow> {
    return this.database.as(actor, async (tx) => {
      const client = await this.clients.lock(tx, partnerId, clientId);
      requireVersion(ifMatch, client.version);
      if (dto.requestsPerMinute !== undefined && !actor.manages.includes('partners')) {
        throw problems.forbidden('How much a client may ask is for the steward to say.');
      }
      if (client.revoked_at !== null) throw problems.conflict('The client was revoked.');
      const focalPointId = await this.keeperOf(tx, partnerId, dto.focalPointId);
      await this.clients.change(tx, client, { ...dto, focalPointId });
      const { name, ...details } = dto;
      // What it is called can name a person, whom the audit would keep.
      if (name !== undefined) Object.assign(details, { renamed: true });
      await this.record(tx, actor, 'client.changed', partnerId, clientId, details);
      return this.clients.lock(tx, partnerId, clientId);
    });
  }

  /** @throws Problem 403 for a sponsor and a client that is not one of its making; 409 for one that was revoked, or has a key */
  async rotate(
    actor: Actor,
    partnerId: string,
    clientId: string,
    overlapSeconds: number,
  ): Promise<{ row: ClientRow; clientSecret?: string }> {
    return this.database.as(actor, async (tx) => {
      const client = await this.clients.lock(tx, partnerId, clientId);
      if (isSponsor(actor) && client.reader_id === client.partner_id) {
        throw problems.forbidden(
          'It reads as the sub-partner itself, also what that reports in confidence: the steward rotates it.',
        );
      }
      const { clientSecret } = await this.clients.rotate(tx, clientId, overlapSeconds);
      await this.record(tx, actor, 'client.rotated', partnerId, clientId);
      return { row: await this.clients.lock(tx, partnerId, clientId), clientSecret };
    });
  }

  async revoke(actor: Actor, partnerId: string, clientId: string): Promise<void> {
    await this.database.asPatiently(actor, async (tx) => {
      await this.clients.lock(tx, partnerId, clientId);
      await this.clients.revoke(tx, clientId);
      await this.record(tx, actor, 'client.revoked', partnerId, clientId);
    });
  }

  /** Whoever makes a client of a partner can be that partner: the partner itself finds it in its audit. */
  private async record(
    tx: Tx,
    actor: Actor,
    action: string,
    partnerId: string,
    client: string,
    details: Record<string, unknown> = {},
  ): Promise<void> {
    const object = { type: 'partner', id: partnerId };
    await this.audit.record(tx, actor, {
      action,
      object,
      about: [partnerId],
      details: { client, ...details },
    });
  }

  /** What a sponsor opens to a sub-partner it opens in its own name; to the systems of others it gives nothing. */
  private async requireOwn(tx: Tx, actor: Actor, partnerId: string, scopes: readonly Scope[]): Promise<void> {
    const partner = await this.partners.find(tx, partnerId);
    if (partner === null) throw problems.notFound();
    if (isSponsor(actor) && partner.sponsor_id !== actor.partnerId) {
      throw problems.forbidden('A sponsor makes clients of its sub-partners alone.');
    }
    if (partner.sponsor_id === null) return;
    const faults: Fault[] = scopes.flatMap((scope, index) => {
      const pointer = `#/scopes/${index}`;
      if (!isForSubPartners(scope)) return [{ pointer, detail: 'is not for a sub-partner' }];
      if (scope !== 'reports:submit' || !isSponsor(actor)) return [];
      return [{ pointer, detail: 'is for clients that the steward makes: those of a sponsor cannot report' }];
    });
    if (faults.length > 0) throw problems.invalidInput(faults);
  }

  private async keeperOf(tx: Tx, partnerId: string, id: string | undefined): Promise<string | undefined> {
    if (id !== undefined && !(await this.partners.hasFocalPoint(tx, partnerId, id))) {
      throw problems.invalidInput([
        { pointer: '#/focalPointId', detail: 'is not a focal point of the partner who is there' },
      ]);
    }
    return id?.toLowerCase();
  }

  private async requirePartner(tx: Tx, id: string): Promise<void> {
    if ((await this.partners.find(tx, id)) === null) throw problems.notFound();
  }

  private async resolve(tx: Tx, references: string[]): Promise<string[]> {
    const known = await this.partners.resolveArrangements(tx, references);
    const faults: Fault[] = references.flatMap((reference, index) =>
      known.has(reference)
        ? []
        : [{ pointer: `#/arrangements/${index}`, detail: 'is not an arrangement that you can see' }],
    );
    if (faults.length > 0) throw problems.invalidInput(faults);
    return references.map((reference) => known.get(reference) as string);
  }
}

/** Whoever is here manages all partners, or those that are registered under its own. */
const isSponsor = (actor: Actor): boolean => !actor.manages.includes('partners');
