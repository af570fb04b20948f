import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { classificationRank, type Handling, tlpRank } from '../access/handling.js';
import { AuditService } from '../audit/audit.service.js';
import { Database, type Tx } from '../core/database.js';
import { requireTag, tagOf } from '../core/etag.js';
import { problems } from '../core/problem.js';
import { type PolicyRow, ReleasePolicyRepository } from './release-policy.repository.js';
import { isSame, type ReleasePolicy, tighterOf } from './release-policy.rules.js';
import { presentPolicy } from './release-policy.dto.js';

/** When a second person is needed. One person can ask for more of it; less of it needs a second person itself. */
@Injectable()
export class ReleasePolicyService {
  constructor(
    private readonly database: Database,
    private readonly policies: ReleasePolicyRepository,
    private readonly audit: AuditService,
  ) {}

  async get(actor: Actor): Promise<PolicyRow> {
    refuseNarrowed(actor);
    return this.database.readAs(actor, (tx) => this.policies.find(tx));
  }

  /**
   * From now on, as far as it holds more; the rest is a proposal, in the place of any other. What waits goes on waiting.
   */
  async state(actor: Actor, { tlp, classification }: Partial<Handling>): Promise<PolicyRow> {
    refuseNarrowed(actor);
    const stated: ReleasePolicy = {
      tlp: tlp === undefined ? null : tlpRank(tlp),
      classification: classification === undefined ? null : classificationRank(classification),
    };
    return this.database.as(actor, async (tx) => {
      const standing = await this.policies.lock(tx);
      const tighter = tighterOf(standing, stated);
      const isLooser = !isSame(tighter, stated);
      await this.policies.put(tx, tighter, isLooser ? { policy: stated, by: actor.clientId } : null);
      if (!isLooser || !isSame(standing, tighter)) await this.record(tx, actor, 'changed', tighter);
      if (isLooser) await this.record(tx, actor, 'loosening_proposed', stated);
      return this.policies.find(tx);
    });
  }

  /**
   * Makes the proposed policy the one that stands, for whoever looked at it.
   * @throws Problem 409 when nothing is proposed; 403 for the client that proposed it; 428 when it does not say what it
   * looked at; 412 when something else stands or is proposed by now
   */
  async confirm(actor: Actor, ifMatch?: string): Promise<PolicyRow> {
    refuseNarrowed(actor);
    return this.database.as(actor, async (tx) => {
      const standing = await this.policies.lock(tx);
      const { proposed } = standing;
      if (proposed === null) throw problems.conflict('No looser policy is proposed.');
      if (proposed.by === actor.clientId) {
        throw problems.forbidden(
          'Another client of your organisation than the one that proposed it must confirm it.',
        );
      }
      if (ifMatch === undefined || ifMatch.trim() === '*') throw problems.preconditionRequired();
      requireTag(ifMatch, policyTag(standing));
      await this.policies.put(tx, proposed, null);
      await this.record(tx, actor, 'loosening_confirmed', proposed);
      return { tlp: proposed.tlp, classification: proposed.classification, proposed: null };
    });
  }

  private async record(
    tx: Tx,
    actor: Actor,
    change: 'changed' | 'loosening_proposed' | 'loosening_confirmed',
    policy: ReleasePolicy,
  ): Promise<void> {
    const { tlp = null, classification = null } = presentPolicy({ ...policy, proposed: null });
    await this.audit.record(tx, actor, {
      action: `release_policy.${change}`,
      object: { type: 'partner', id: actor.partnerId },
      details: { tlp, classification },
    });
  }
}

/** Of what stands and what is proposed in its place. */
export const policyTag = (row: PolicyRow): string => tagOf('release policy', JSON.stringify(row));

function refuseNarrowed(actor: Actor): void {
  if (actor.narrowed)
    throw problems.forbidden('A client that may read less than its partner cannot do this.');
}
