import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { ceilingRanks } from '../access/handling.js';
import { AuditService } from '../audit/audit.service.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database, type Tx } from '../core/database.js';
import { requireVersion } from '../core/etag.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
import { problems } from '../core/problem.js';
import { PartnersService } from '../partners/partners.service.js';
import { membershipState } from './arrangement.rules.js';
import {
  type AddMemberDto,
  type ArrangementRow,
  type ChangeArrangementDto,
  type CreateArrangementDto,
  type ListArrangementsQuery,
  type MembershipRow,
} from './arrangements.dto.js';
import { ArrangementsRepository, type CrowdRow } from './arrangements.repository.js';
import { LevelsService } from './levels.service.js';

export { type SensitivityEffect } from './sensitivity.entities.js';

const LIST = 'arrangements';

@Injectable()
export class ArrangementsService {
  constructor(
    private readonly database: Database,
    private readonly arrangements: ArrangementsRepository,
    private readonly partners: PartnersService,
    private readonly levels: LevelsService,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  async establish(
    actor: Actor,
    dto: CreateArrangementDto,
    idempotency?: IdempotencyKey,
  ): Promise<ArrangementRow> {
    return this.database.as(actor, async (tx) => {
      const { id, repeated } = await claimId(tx, actor, idempotency);
      if (repeated) return this.getIn(tx, id);
      if (!(await this.arrangements.insert(tx, { id, ...dto }))) {
        throw problems.conflict(`There is an arrangement ${dto.code} already.`, [
          { pointer: '#/code', detail: 'is taken' },
        ]);
      }
      await this.record(tx, actor, 'arrangement.established', id, { details: { code: dto.code } });
      await this.levels.begin(tx, actor, id, dto.level);
      return this.getIn(tx, id);
    });
  }

  async get(actor: Actor, id: string): Promise<ArrangementRow> {
    return this.database.readAs(actor, (tx) => this.getIn(tx, id));
  }

  async list(
    actor: Actor,
    query: ListArrangementsQuery,
  ): Promise<{ rows: ArrangementRow[]; nextCursor: string | null }> {
    const afterId =
      query.cursor === undefined
        ? undefined
        : placeToId(this.cursors.open(actor.readerId, LIST, query.cursor));
    const rows = await this.database.readAs(actor, (tx) =>
      this.arrangements.list(tx, { afterId, limit: query.limit + 1 }),
    );
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    const more = rows.length > query.limit && last !== undefined;
    return {
      rows: page,
      nextCursor: more ? this.cursors.seal(actor.readerId, LIST, idToPlace(last.id)) : null,
    };
  }

  /** With the highest handling that can be given through each. */
  async listOwn(
    actor: Actor,
  ): Promise<(ArrangementRow & { ceiling: { tlp: number; classification: number } })[]> {
    return this.database.readAs(actor, async (tx) => {
      const ceilings = new Map((await this.arrangements.listCeilings(tx)).map((one) => [one.id, one]));
      const rows = await this.arrangements.listActing(tx);
      return rows.map((row) => ({ ...row, ceiling: ceilings.get(row.id) ?? { tlp: 0, classification: 0 } }));
    });
  }

  /** What memberships give follows the countries, as far as partners have said where they work. */
  async change(
    actor: Actor,
    id: string,
    dto: ChangeArrangementDto,
    ifMatch?: string,
  ): Promise<ArrangementRow> {
    return this.database.asPatiently(actor, async (tx) => {
      const arrangement = await this.arrangements.lock(tx, id);
      if (arrangement === null) throw problems.notFound();
      requireVersion(ifMatch, arrangement.version);
      await this.arrangements.update(tx, id, {
        name: dto.name ?? arrangement.name,
        countries: dto.countries ?? arrangement.countries,
        level: dto.level ?? arrangement.level,
      });
      const { name, countries } = dto;
      if (name !== undefined || countries !== undefined) {
        await this.record(tx, actor, 'arrangement.changed', id, {
          details: { ...(name !== undefined && { name }), ...(countries !== undefined && { countries }) },
        });
      }
      await this.levels.replace(tx, actor, arrangement, dto.level ?? arrangement.level);
      return this.getIn(tx, id);
    });
  }

  /**
   * What the arrangement was given becomes visible to the new member when the transaction commits. Whoever was a member before
   * has the ceiling of then, unless the steward states another.
   */
  async addMember(
    actor: Actor,
    id: string,
    dto: AddMemberDto,
    idempotency?: IdempotencyKey,
  ): Promise<MembershipRow> {
    const partnerId = dto.partnerId.toLowerCase();
    const now = new Date();
    const startsAt = dto.from === undefined ? now : new Date(dto.from);
    const endsAt = dto.until === undefined ? undefined : new Date(dto.until);
    const state = membershipState(startsAt, endsAt, now);
    return this.database.asPatiently(actor, async (tx) => {
      const membership = await claimId(tx, actor, idempotency);
      if (membership.repeated) return this.getMemberIn(tx, id, partnerId);
      await this.getIn(tx, id);
      const known = await this.partners.resolve(tx, [partnerId]);
      if (!known.has(partnerId)) {
        throw problems.invalidInput([{ pointer: '#/partnerId', detail: 'is not a known partner' }]);
      }
      await this.requireAddable(tx, actor, id, partnerId);
      const added = await this.arrangements.insertMembership(tx, {
        id: membership.id,
        arrangementId: id,
        partnerId,
        startsAt,
        endsAt: endsAt ?? null,
        state,
        ceiling: dto.ceiling === undefined ? null : ceilingRanks(dto.ceiling),
      });
      if (!added) throw problems.conflict('The partner is a member already, or has just left.');
      const member = await this.getMemberIn(tx, id, partnerId);
      const { from, until, ceiling } = dto;
      await this.record(tx, actor, 'membership.added', id, {
        about: [partnerId],
        details: {
          ...{ partner: partnerId, state: member.state },
          ...(from !== undefined && { from }),
          ...(until !== undefined && { until }),
          ...(ceiling !== undefined && { ceiling: { ...ceiling } }),
        },
      });
      return member;
    });
  }

  /** @throws Problem 400 for whoever is no member */
  async appointChair(actor: Actor, id: string, partnerId: string): Promise<MembershipRow> {
    return this.database.as(actor, async (tx) => {
      if ((await this.arrangements.lock(tx, id)) === null) throw problems.notFound();
      const members = await this.arrangements.listMemberships(tx, id);
      const chair = members.find((row) => row.partner_id === partnerId);
      if (chair === undefined) {
        throw problems.invalidInput([
          { pointer: '#/partnerId', detail: 'is not a member of the arrangement' },
        ]);
      }
      if (chair.is_chair) return chair;
      await this.arrangements.replaceChair(tx, id, partnerId);
      const before = members.find((row) => row.is_chair)?.partner_id;
      await this.record(tx, actor, 'arrangement.chair_appointed', id, {
        about: [partnerId, ...(before === undefined ? [] : [before])],
        details: { chair: partnerId, ...(before !== undefined && { before }) },
      });
      return { ...chair, is_chair: true };
    });
  }

  async listMembers(actor: Actor, id: string): Promise<MembershipRow[]> {
    return this.database.readAs(actor, async (tx) => {
      await this.getIn(tx, id);
      return this.arrangements.listMemberships(tx, id);
    });
  }

  /** What came through this membership alone is withdrawn from the partner when the transaction commits. */
  async endMembership(actor: Actor, id: string, partnerId: string): Promise<void> {
    await this.database.asPatiently(actor, async (tx) => {
      await this.getIn(tx, id);
      if (!(await this.arrangements.endMembership(tx, id, partnerId))) throw problems.notFound();
      const details = { partner: partnerId };
      await this.record(tx, actor, 'membership.ended', id, { about: [partnerId], details });
    });
  }

  /** Lets one membership begin or end at its date: each in a transaction of its own, so that locks keep their order. */
  async advanceMembershipsAsSystem(): Promise<number> {
    return this.database.asSystemPatiently((tx) => this.arrangements.advanceDue(tx));
  }

  /** Ids of the arrangements named by code or id, among those that the actor can see. */
  async resolve(tx: Tx, references: string[]): Promise<Map<string, string>> {
    return references.length === 0 ? new Map() : this.arrangements.resolve(tx, references);
  }

  /** Ids of arrangements addressed by code or id, whether or not the actor can look them up. */
  async resolveNamed(tx: Tx, references: string[]): Promise<Map<string, string>> {
    return references.length === 0 ? new Map() : this.arrangements.resolveNamed(tx, references);
  }

  /** Who is in these arrangements, or in those of a country, as far as the actor can see. */
  async listCrowds(tx: Tx, ids: string[], country: string): Promise<CrowdRow[]> {
    return this.arrangements.listCrowds(tx, ids, country);
  }

  /**
   * @throws Problem 403 for whoever adds others than its own sub-partners without managing arrangements; 409 for whoever is
   * no partner any more, and for a sub-partner whose sponsor is not a member
   */
  private async requireAddable(tx: Tx, actor: Actor, id: string, partnerId: string): Promise<void> {
    const { sponsorId, status } = await this.partners.getStanding(tx, partnerId);
    if (!actor.manages.includes('arrangements') && sponsorId !== actor.partnerId) {
      throw problems.forbidden('A sponsor adds its sub-partners alone.');
    }
    if (status !== 'active' && status !== 'suspended') throw problems.conflict(`The partner is ${status}.`);
    if (sponsorId === null) return;
    const members = await this.arrangements.listMemberships(tx, id);
    if (!members.some((row) => row.partner_id === sponsorId && row.state === 'current')) {
      throw problems.conflict('Its sponsor is not a member of the arrangement.');
    }
  }

  private async getMemberIn(tx: Tx, id: string, partnerId: string): Promise<MembershipRow> {
    const members = await this.arrangements.listMemberships(tx, id);
    const member = members.find((row) => row.partner_id === partnerId);
    if (member === undefined) throw problems.notFound();
    return member;
  }

  private async record(
    tx: Tx,
    actor: Actor,
    action: string,
    id: string,
    more: { about?: string[]; details: Record<string, unknown> },
  ): Promise<void> {
    await this.audit.record(tx, actor, { action, object: { type: 'arrangement', id }, ...more });
  }

  /** @throws Problem 404 when the actor does not see it */
  async getIn(tx: Tx, id: string): Promise<ArrangementRow> {
    const arrangement = await this.arrangements.find(tx, id);
    if (arrangement === null) throw problems.notFound();
    return arrangement;
  }
}
