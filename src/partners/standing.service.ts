import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Database, type Tx } from '../core/database.js';
import { problems } from '../core/problem.js';
import { nextStatus, type StandingChange } from './partner.rules.js';
import { type PartnerRow } from './partners.dto.js';
import { PartnersRepository } from './partners.repository.js';
import { PartnersService } from './partners.service.js';

/**
 * Suspends, reinstates, ends; what the partner and those that it sponsors may read follows in the same transaction.
 */
@Injectable()
export class StandingService {
  constructor(
    private readonly database: Database,
    private readonly partners: PartnersRepository,
    private readonly register: PartnersService,
    private readonly audit: AuditService,
  ) {}

  async change(actor: Actor, id: string, change: 'suspend' | 'reinstate' | 'withdraw'): Promise<PartnerRow> {
    return this.database.asPatiently(actor, (tx) => this.changeIn(tx, actor, id, change));
  }

  /** Ends the partnership for good, in the transaction of the caller; a partner may do that itself, if not the steward. */
  async withdrawIn(tx: Tx, actor: Actor, id: string): Promise<PartnerRow> {
    return this.changeIn(tx, actor, id, 'withdraw');
  }

  /** Ends one partnership whose day has come. @returns whether there may be another */
  async expireDueAsSystem(): Promise<boolean> {
    return this.database.asSystemPatiently(async (tx) => {
      const id = await this.partners.expireDue(tx);
      if (id === null) return false;
      await this.audit.recordAsSystem(tx, {
        action: 'partner.standing_changed',
        object: { type: 'partner', id },
        about: [id],
        details: { status: 'expired' },
      });
      return true;
    });
  }

  private async changeIn(tx: Tx, actor: Actor, id: string, change: StandingChange): Promise<PartnerRow> {
    const partner = await this.register.lockIn(tx, id);
    const isItself = change === 'withdraw' && !actor.manages.includes('partners');
    if (id === actor.partnerId && !isItself) {
      throw problems.forbidden('A partner cannot change its own standing.');
    }
    const isHeld = change === 'suspend' && canBeHeld(actor, partner);
    const status = nextStatus(partner.status, isHeld ? 'hold' : change);
    if (change === 'reinstate') await this.requireGround(tx, actor, partner);
    if (isHeld) await this.partners.hold(tx, id);
    else await this.partners.updateStatus(tx, id, status);
    await this.register.record(tx, actor, 'partner.standing_changed', id, {
      status,
      ...(isHeld && { held: true }),
    });
    return this.register.getIn(tx, id);
  }

  /** @throws Problem 409 for a partner that would fall again at once, and for one that the steward alone reinstates */
  private async requireGround(tx: Tx, actor: Actor, partner: PartnerRow): Promise<void> {
    if (partner.expires_at !== null && partner.expires_at <= new Date()) {
      throw problems.conflict('Its time is over: give it a later end first.');
    }
    if (partner.sponsor_id === null) return;
    if (partner.suspended_by_steward && !actor.manages.includes('partners')) {
      throw problems.conflict('The steward suspended it, and reinstates it.');
    }
    const { status } = await this.register.getIn(tx, partner.sponsor_id);
    if (status !== 'active') throw problems.conflict(`Its sponsor is ${status}.`);
  }
}

/** Of a sub-partner that is suspended already the steward may take over the suspension. */
const canBeHeld = (actor: Actor, partner: PartnerRow): boolean =>
  actor.manages.includes('partners') &&
  partner.sponsor_id !== null &&
  partner.status === 'suspended' &&
  !partner.suspended_by_steward;
