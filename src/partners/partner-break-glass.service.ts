import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { type BreakGlassRow, BreakGlassService } from '../access/break-glass.service.js';
import { ClientsService } from '../access/clients.service.js';
import { AuditService } from '../audit/audit.service.js';
import { Database, type Tx } from '../core/database.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
import { problems } from '../core/problem.js';
import { type Due, Rounds } from '../core/rounds.js';
import { NoticesService } from '../mail/notices.service.js';
import { type GrantBreakGlassDto, type ReviewBreakGlassDto } from './break-glass.dto.js';
import { BREAK_GLASS_WORDS } from './break-glass.words.js';
import { PartnersRepository } from './partners.repository.js';

type DueGrant = Due & { partner_id: string; client_id: string };

/** For when somebody needs more at once than anybody foresaw: for hours, with a reason, and looked at afterwards. */
@Injectable()
export class PartnerBreakGlassService implements OnModuleInit {
  private readonly due = new Rounds<DueGrant>(
    (after, limit) => this.database.asSystem((tx) => this.grants.listDueAsSystem(tx, after, limit)),
    (grant) => this.endAsSystem(grant),
  );

  constructor(
    private readonly database: Database,
    private readonly partners: PartnersRepository,
    private readonly clients: ClientsService,
    private readonly grants: BreakGlassService,
    private readonly audit: AuditService,
    private readonly notices: NoticesService,
  ) {}

  onModuleInit(): void {
    this.notices.define('focal_point.break_glass', { texts: BREAK_GLASS_WORDS });
  }

  async grant(
    actor: Actor,
    partnerId: string,
    clientId: string,
    dto: GrantBreakGlassDto,
    idempotency?: IdempotencyKey,
  ): Promise<BreakGlassRow> {
    return this.database.asPatiently(actor, async (tx) => {
      const { id, repeated } = await claimId(tx, actor, idempotency);
      if (repeated) return this.grants.lock(tx, partnerId, id);
      const client = await this.clients.lock(tx, partnerId, clientId);
      const partner = await this.partners.find(tx, partnerId);
      const grant = await this.grants.grant(tx, id, client, dto, {
        grantedBy: actor.clientId,
        isOfSubPartner: partner !== null && partner.sponsor_id !== null,
      });
      const details = { scopes: grant.scopes, ...(dto.ceiling && { ceiling: { ...dto.ceiling } }) };
      const { reason, minutes } = dto;
      await this.record(tx, actor, 'break_glass.granted', grant, { ...details, reason, minutes });
      await this.tell(tx, grant);
      return grant;
    });
  }

  /** @throws Problem 404 for a partner that is hidden or missing */
  async list(actor: Actor, partnerId: string): Promise<BreakGlassRow[]> {
    return this.database.readAs(actor, async (tx) => {
      if ((await this.partners.find(tx, partnerId)) === null) throw problems.notFound();
      return this.grants.listOfPartner(tx, partnerId);
    });
  }

  /** @throws Problem 409 when it has ended */
  async end(actor: Actor, partnerId: string, id: string): Promise<BreakGlassRow> {
    return this.database.asPatiently(actor, async (tx) => {
      const grant = await this.grants.lock(tx, partnerId, id);
      if (!(await this.grants.end(tx, id))) throw problems.conflict('It has ended already.');
      await this.record(tx, actor, 'break_glass.ended', grant, {});
      return this.grants.lock(tx, partnerId, id);
    });
  }

  async review(
    actor: Actor,
    partnerId: string,
    id: string,
    dto: ReviewBreakGlassDto,
  ): Promise<BreakGlassRow> {
    return this.database.as(actor, async (tx) => {
      const grant = await this.grants.lock(tx, partnerId, id);
      await this.grants.review(tx, grant, actor.clientId, dto);
      await this.record(tx, actor, 'break_glass.reviewed', grant, { outcome: dto.outcome, note: dto.note });
      return this.grants.lock(tx, partnerId, id);
    });
  }

  /** Ends some of what has had its time, each in a transaction of its own. @returns whether there may be more */
  async endDueAsSystem(): Promise<boolean> {
    return this.due.next();
  }

  private async endAsSystem({ id, partner_id: partnerId, client_id: client }: DueGrant): Promise<boolean> {
    return this.database.asSystemPatiently(async (tx) => {
      if (!(await this.grants.end(tx, id))) return false;
      await this.audit.recordAsSystem(tx, {
        action: 'break_glass.ended',
        object: { type: 'break_glass', id },
        about: [partnerId],
        details: { client },
      });
      return true;
    });
  }

  /** Not why: that is in the audit. */
  private async tell(
    tx: Tx,
    { partner_id: partnerId, client_id: client, until }: BreakGlassRow,
  ): Promise<void> {
    const name = (await this.partners.find(tx, partnerId))?.name ?? '';
    const end = `${until.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    const kind = 'focal_point.break_glass';
    const params = { name, client, until: end };
    await this.notices.tell(tx, { partnerIds: [partnerId], arrangementId: null, kind, params });
  }

  /** The partner finds it in its audit, and the exchange in its own. */
  private async record(
    tx: Tx,
    actor: Actor,
    action: string,
    { id, partner_id: partnerId, client_id: client }: BreakGlassRow,
    details: Record<string, unknown>,
  ): Promise<void> {
    const object = { type: 'break_glass', id };
    await this.audit.record(tx, actor, {
      action,
      object,
      about: [partnerId],
      details: { client, ...details },
    });
  }
}
