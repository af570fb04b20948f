import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { classificationLabel, tlpLabel } from '../access/handling.js';
import { AuditService } from '../audit/audit.service.js';
import { Database, type Tx } from '../core/database.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
import { problems } from '../core/problem.js';
import { ceilingBelow } from './partner.rules.js';
import { type PartnerRow, type RegisterSubPartnerDto } from './partners.dto.js';
import { PartnersRepository } from './partners.repository.js';
import { PartnersService } from './partners.service.js';

/** Organisations registered under an INGO; the database keeps them below it, and ends them with it. */
@Injectable()
export class SubPartnersService {
  constructor(
    private readonly database: Database,
    private readonly partners: PartnersRepository,
    private readonly admissions: PartnersService,
    private readonly audit: AuditService,
  ) {}

  /**
   * @throws Problem 403 for whoever is neither the sponsor nor the steward; 409 for a sponsor that is not active, or that
   * cannot be one
   */
  async register(
    actor: Actor,
    sponsorId: string,
    dto: RegisterSubPartnerDto,
    idempotency?: IdempotencyKey,
  ): Promise<PartnerRow> {
    return this.database.asPatiently(actor, async (tx) => {
      const sponsor = await this.getIn(tx, sponsorId);
      if (sponsorId !== actor.partnerId && !actor.manages.includes('partners')) {
        throw problems.forbidden('Organisations are registered by their sponsor, or by the steward.');
      }
      if (sponsor.kind !== 'ingo' || sponsor.sponsor_id !== null) {
        throw problems.conflict('Only an INGO sponsors others.');
      }
      if (sponsor.status !== 'active') throw problems.conflict(`The sponsor is ${sponsor.status}.`);
      const { tlp, classification } = ceilingBelow(sponsor, dto.ceiling);
      const { id, repeated } = await claimId(tx, actor, idempotency);
      if (!repeated) {
        const ceiling = { tlp: tlpLabel(tlp), classification: classificationLabel(classification) };
        await this.admissions.insert(tx, id, { ...dto, kind: 'national_ngo', ceiling }, sponsorId);
        await this.audit.record(tx, actor, {
          action: 'partner.registered',
          object: { type: 'partner', id },
          about: [id, sponsorId],
          details: { sponsor: sponsorId },
        });
      }
      return this.getIn(tx, id);
    });
  }

  /** Those that the actor can see: of its own all of them. */
  async list(actor: Actor, sponsorId: string): Promise<PartnerRow[]> {
    return this.database.readAs(actor, async (tx) => {
      await this.getIn(tx, sponsorId);
      return this.partners.listSponsored(tx, sponsorId);
    });
  }

  private async getIn(tx: Tx, id: string): Promise<PartnerRow> {
    const partner = await this.partners.find(tx, id);
    if (partner === null) throw problems.notFound();
    return partner;
  }
}
