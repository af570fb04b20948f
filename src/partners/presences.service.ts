import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database, type Tx } from '../core/database.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
import { problems } from '../core/problem.js';
import { PartnersService } from './partners.service.js';
import { type PresenceDecision, requireProposed } from './presence.rules.js';
import { type ListPresencesQuery, type StatePresenceDto } from './presences.dto.js';
import { type PresenceRow, PresencesRepository } from './presences.repository.js';

const MAX_PROPOSED = 50;

/** The second tier: where partners work. A partner proposes, the steward confirms. */
@Injectable()
export class PresencesService {
  constructor(
    private readonly database: Database,
    private readonly presences: PresencesRepository,
    private readonly partners: PartnersService,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  async list(
    actor: Actor,
    partnerId: string,
    { cursor, limit }: ListPresencesQuery,
  ): Promise<{ rows: PresenceRow[]; nextCursor: string | null }> {
    const place = `presences ${partnerId}`;
    const before =
      cursor === undefined ? undefined : placeToId(this.cursors.open(actor.readerId, place, cursor));
    const found = await this.database.readAs(actor, async (tx) => {
      await this.partners.describe(tx, partnerId);
      return this.presences.list(tx, partnerId, before, limit + 1);
    });
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    const more = found.length > limit && last !== undefined;
    return { rows, nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.id)) : null };
  }

  /** @throws Problem 403 for the presence of others, without managing partners; 409 while too many proposals wait */
  async state(
    actor: Actor,
    partnerId: string,
    dto: StatePresenceDto,
    idempotency?: IdempotencyKey,
  ): Promise<PresenceRow> {
    const isSteward = actor.manages.includes('partners');
    return this.database.asPatiently(actor, async (tx) => {
      const { id, repeated } = await claimId(tx, actor, idempotency);
      if (repeated) return this.getIn(tx, partnerId, id);
      await this.partners.describe(tx, partnerId);
      if (!isSteward && partnerId !== actor.partnerId) {
        throw problems.forbidden('A partner says where it works itself, or the steward does.');
      }
      if (!isSteward && (await this.presences.countProposed(tx, partnerId)) >= MAX_PROPOSED) {
        throw problems.conflict(`${MAX_PROPOSED} proposals wait for a decision already.`);
      }
      await this.presences.insert(tx, {
        id,
        partner_id: partnerId,
        country: dto.country,
        status: dto.status,
        starts_at: dto.from === undefined ? null : new Date(dto.from),
        state: isSteward ? 'planned' : 'proposed',
        reason: dto.reason ?? null,
      });
      const { country, status } = dto;
      await this.record(tx, actor, 'stated', partnerId, { country, status });
      return this.getIn(tx, partnerId, id);
    });
  }

  /** @throws Problem 409 for what was decided already; 403 for whoever neither manages partners nor the arrangement */
  async decide(
    actor: Actor,
    partnerId: string,
    id: string,
    decision: PresenceDecision,
  ): Promise<PresenceRow> {
    return this.database.as(actor, async (tx) => {
      const row = await this.presences.lock(tx, partnerId, id);
      if (row === null) {
        requireProposed((await this.getIn(tx, partnerId, id)).state);
        throw problems.forbidden('That is for the steward, or the chair of its arrangement there.');
      }
      requireProposed(row.state);
      await this.presences.changeState(tx, id, decision);
      await this.record(tx, actor, decision === 'planned' ? 'confirmed' : 'refused', partnerId, {
        country: row.country,
      });
      return this.getIn(tx, partnerId, id);
    });
  }

  /** Lets one presence take effect whose time has come, unless a later one already did. @returns whether there may be another */
  async advanceAsSystem(): Promise<boolean> {
    return this.database.asSystemPatiently(async (tx) => {
      const due = await this.presences.takeDue(tx);
      if (due === null) return false;
      if (await this.presences.isOvertaken(tx, due.id)) {
        await this.presences.changeState(tx, due.id, 'past');
        return true;
      }
      await this.presences.endCurrent(tx, due.partner_id, due.country);
      await this.presences.changeState(tx, due.id, 'current');
      await this.audit.recordAsSystem(tx, {
        action: 'partner.presence_began',
        object: { type: 'partner', id: due.partner_id },
        about: [due.partner_id],
        details: { country: due.country, status: due.status },
      });
      return true;
    });
  }

  private async getIn(tx: Tx, partnerId: string, id: string): Promise<PresenceRow> {
    const row = await this.presences.find(tx, partnerId, id);
    if (row === null) throw problems.notFound();
    return row;
  }

  private async record(
    tx: Tx,
    actor: Actor,
    act: string,
    id: string,
    details: Record<string, unknown>,
  ): Promise<void> {
    const object = { type: 'partner', id };
    await this.audit.record(tx, actor, { action: `partner.presence_${act}`, object, about: [id], details });
  }
}
