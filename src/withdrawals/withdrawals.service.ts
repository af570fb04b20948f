import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Database } from '../core/database.js';
import { problems } from '../core/problem.js';
import { type PartnerRow } from '../partners/partners.service.js';
import { StandingService } from '../partners/standing.service.js';
import { leaveHashOf, newLeaveToken } from './withdrawal-link.js';
import { FETCHED_WITHIN_DAYS, nextWithdrawalState, type WithdrawalChoice } from './withdrawal.rules.js';
import { type WithdrawalRow, WithdrawalsRepository } from './withdrawals.repository.js';

const DAY_MS = 24 * 3_600_000;

/** Partners leave for good, and say what becomes of what they contributed. */
@Injectable()
export class WithdrawalsService {
  constructor(
    private readonly database: Database,
    private readonly withdrawals: WithdrawalsRepository,
    private readonly standing: StandingService,
    private readonly audit: AuditService,
  ) {}

  /**
   * @returns the token of the private link, for what is returned
   * @throws Problem 400 for a partner that does not choose; 403 for others that would have it returned
   */
  async withdraw(
    actor: Actor,
    partnerId: string,
    choice: WithdrawalChoice | undefined,
  ): Promise<{ partner: PartnerRow; withdrawal: WithdrawalRow | null; token?: string }> {
    const isItself = partnerId === actor.partnerId;
    // Somebody has to be left who keeps the others.
    if (isItself && actor.manages.includes('partners')) {
      throw problems.forbidden('A partner that manages partners cannot end its own partnership.');
    }
    return this.database.asPatiently(actor, async (tx) => {
      if (isItself && choice === undefined) {
        throw problems.invalidInput([{ pointer: '#/choice', detail: 'must be return or deletion' }]);
      }
      // Whoever fetches it reads reports whose source nobody else knows.
      if (!isItself && choice === 'return') {
        throw problems.forbidden('What a partner contributed is returned to itself alone, when it asks.');
      }
      const partner = await this.standing.withdrawIn(tx, actor, partnerId);
      if (choice === undefined) return { partner, withdrawal: null };
      const token = choice === 'return' ? newLeaveToken() : undefined;
      await this.withdrawals.insert(tx, {
        partnerId,
        choice,
        state: nextWithdrawalState('active', choice === 'return' ? 'ask_return' : 'ask_deletion'),
        fetchUntil: token === undefined ? null : new Date(Date.now() + FETCHED_WITHIN_DAYS * DAY_MS),
        linkHash: token === undefined ? null : leaveHashOf(token),
      });
      await this.audit.record(tx, actor, {
        action: 'partner.withdrawal_chosen',
        object: { type: 'partner', id: partnerId },
        about: [partnerId],
        details: { choice },
      });
      const withdrawal = await this.withdrawals.find(tx, partnerId);
      return { partner, withdrawal, ...(token !== undefined && { token }) };
    });
  }

  /** @throws Problem 404 where nothing becomes of what it contributed, or for whom that is hidden */
  async get(actor: Actor, partnerId: string): Promise<WithdrawalRow> {
    return this.database.readAs(actor, async (tx) => {
      const row = await this.withdrawals.find(tx, partnerId);
      if (row === null) throw problems.notFound();
      return row;
    });
  }
}
