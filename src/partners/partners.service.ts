import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { ClientsService } from '../access/clients.service.js';
import { ceilingRanks } from '../access/handling.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database, type Tx } from '../core/database.js';
import { requireVersion } from '../core/etag.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
import { problems } from '../core/problem.js';
import { ceilingBelow, endOf, type PartnerStatus } from './partner.rules.js';
import {
  type ChangePartnerDto,
  type CreatePartnerDto,
  type ListPartnersQuery,
  type PartnerRow,
} from './partners.dto.js';
import { PartnersRepository } from './partners.repository.js';

export { PartnerView, presentPartner } from './partners.dto.js';
export { type PartnerRow } from './partners.dto.js';
export { PARTNER_KINDS, type PartnerKind, type PartnerStatus } from './partner.rules.js';

@Injectable()
export class PartnersService {
  constructor(
    private readonly database: Database,
    private readonly partners: PartnersRepository,
    private readonly clients: ClientsService,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  async admit(actor: Actor, dto: CreatePartnerDto, idempotency?: IdempotencyKey): Promise<PartnerRow> {
    return this.database.asPatiently(actor, async (tx) => {
      const { id, repeated } = await claimId(tx, actor, idempotency);
      if (!repeated) {
        await this.insert(tx, id, dto);
        await this.record(tx, actor, 'partner.admitted', id);
      }
      return this.getIn(tx, id);
    });
  }

  /** Inside the bootstrap's or a caller's transaction. */
  async insert(tx: Tx, id: string, dto: CreatePartnerDto, sponsorId: string | null = null): Promise<void> {
    const { code, name, kind, country = null } = dto;
    const inserted = await this.partners.insert(tx, {
      id,
      code,
      name,
      kind,
      country,
      ceiling: ceilingRanks(dto.ceiling),
      sponsorId,
      expiresAt: endOf(dto.until),
    });
    if (!inserted) {
      throw problems.conflict(`There is a partner ${code} already.`, [
        { pointer: '#/code', detail: 'is taken' },
      ]);
    }
    await this.clients.openReader(tx, id);
  }

  async existAny(tx: Tx): Promise<boolean> {
    return this.partners.existAny(tx);
  }

  async findId(tx: Tx, code: string): Promise<string | null> {
    return this.partners.findId(tx, code);
  }

  /** Every partner there is, for comparison. */
  async listAllAsSystem(
    tx: Tx,
  ): Promise<{ id: string; code: string; name: string; country: string | null; status: PartnerStatus }[]> {
    return this.partners.listAll(tx);
  }

  async get(actor: Actor, id: string): Promise<PartnerRow> {
    return this.database.readAs(actor, (tx) => this.getIn(tx, id));
  }

  async list(
    actor: Actor,
    query: ListPartnersQuery,
  ): Promise<{ rows: PartnerRow[]; nextCursor: string | null }> {
    const place = `partners ${query.kind ?? ''} ${query.status ?? ''}`;
    const afterId =
      query.cursor === undefined
        ? undefined
        : placeToId(this.cursors.open(actor.readerId, place, query.cursor));
    const rows = await this.database.readAs(actor, (tx) =>
      this.partners.list(tx, { kind: query.kind, status: query.status, afterId, limit: query.limit + 1 }),
    );
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    const more = rows.length > query.limit && last !== undefined;
    return {
      rows: page,
      nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.id)) : null,
    };
  }

  async change(actor: Actor, id: string, dto: ChangePartnerDto, ifMatch?: string): Promise<PartnerRow> {
    return this.database.asPatiently(actor, async (tx) => {
      const partner = await this.lockIn(tx, id);
      // Whoever may end its own partnership finds itself here, too.
      if (!actor.manages.includes('partners') && partner.sponsor_id !== actor.partnerId) throw notYours();
      requireVersion(ifMatch, partner.version);
      await this.partners.update(tx, id, {
        name: dto.name ?? partner.name,
        country: dto.country ?? partner.country,
        ceiling: await this.ceilingOf(tx, actor, partner, dto),
        expiresAt: this.endFor(actor, partner, dto),
      });
      await this.record(tx, actor, 'partner.changed', id, { ...dto });
      return this.getIn(tx, id);
    });
  }

  async effectiveCeiling(actor: Actor): Promise<{ tlp: number; classification: number }> {
    return this.database.readAs(actor, (tx) => this.partners.effectiveCeiling(tx));
  }

  /**
   * How a partner is called towards others.
   * @throws Problem 404 for a partner that is missing or hidden
   */
  async describe(tx: Tx, id: string): Promise<{ code: string; name: string }> {
    const { code, name } = await this.getIn(tx, id);
    return { code, name };
  }

  /** Under whom it is registered; null for one of its own standing. @throws Problem 404 for one that is hidden */
  async getStanding(tx: Tx, id: string): Promise<{ sponsorId: string | null; status: PartnerStatus }> {
    const { sponsor_id: sponsorId, status } = await this.getIn(tx, id);
    return { sponsorId, status };
  }

  /** Ids of the partners named by code or id, among those that the actor can see. */
  async resolve(tx: Tx, references: string[]): Promise<Map<string, string>> {
    return references.length === 0 ? new Map() : this.partners.resolve(tx, references);
  }

  /** Ids of partners addressed by code or id, whether or not the actor can look them up. */
  async resolveNamed(tx: Tx, references: string[]): Promise<Map<string, string>> {
    return references.length === 0 ? new Map() : this.partners.resolveNamed(tx, references);
  }

  async record(
    tx: Tx,
    actor: Actor,
    action: string,
    id: string,
    details: Record<string, unknown> = {},
  ): Promise<void> {
    await this.audit.record(tx, actor, { action, object: { type: 'partner', id }, about: [id], details });
  }

  /** @throws Problem 404 for one that is hidden */
  async getIn(tx: Tx, id: string): Promise<PartnerRow> {
    const partner = await this.partners.find(tx, id);
    if (partner === null) throw problems.notFound();
    return partner;
  }

  /** @throws Problem 403 for one that the actor does not keep */
  async lockIn(tx: Tx, id: string): Promise<PartnerRow> {
    const partner = await this.partners.lock(tx, id);
    if (partner !== null) return partner;
    await this.getIn(tx, id);
    throw notYours();
  }

  private async ceilingOf(
    tx: Tx,
    actor: Actor,
    partner: PartnerRow,
    { ceiling }: ChangePartnerDto,
  ): Promise<{ tlp: number; classification: number }> {
    if (ceiling === undefined) {
      return { tlp: partner.ceiling_tlp, classification: partner.ceiling_classification };
    }
    if (partner.sponsor_id === null) return ceilingRanks(ceiling);
    // What the steward lowered its sponsor does not raise.
    if (!actor.manages.includes('partners')) return ceilingBelow(partner, ceiling);
    return ceilingBelow(await this.getIn(tx, partner.sponsor_id), ceiling);
  }

  /** @throws Problem 400 for an end that is past, or later than a sponsor may set it */
  private endFor(actor: Actor, { expires_at }: PartnerRow, { until }: ChangePartnerDto): Date | null {
    const end = endOf(until);
    if (end === null) return expires_at;
    if (!actor.manages.includes('partners') && expires_at !== null && end > expires_at) {
      throw problems.invalidInput([{ pointer: '#/until', detail: 'is made later by the steward alone' }]);
    }
    return end;
  }
}

const notYours = (): Error =>
  problems.forbidden('Only the steward can do this, or the sponsor of a sub-partner.');
