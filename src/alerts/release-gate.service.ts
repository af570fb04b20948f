import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { classificationRank, type Handling, tlpRank } from '../access/handling.js';
import { AuditService } from '../audit/audit.service.js';
import { type Tx } from '../core/database.js';
import { problems } from '../core/problem.js';
import { ReleasePolicyRepository } from './release-policy.repository.js';
import { ReleaseRepository, type Subject } from './release.repository.js';

/**
 * Whether a text waits for a second person, asked in the very transaction that would publish it. Every way of
 * publishing texts asks: publication of new alerts, of drafts and of CAP messages, updates and translations. What adds
 * neither a text nor a reader does not: files' and time's own changes, downgrades; nor does what takes away, withdrawal.
 * Verification and cancellation never wait, so what holds texts refuses their notes. A flash alone goes out unseen.
 */
@Injectable()
export class ReleaseGateService {
  constructor(
    private readonly policies: ReleasePolicyRepository,
    private readonly releases: ReleaseRepository,
    private readonly audit: AuditService,
  ) {}

  /** @throws Problem 403 for a narrowed client, which could not find again what waits */
  async holds(tx: Tx, actor: Actor, handlings: Partial<Handling>[]): Promise<boolean> {
    const { tlp: fromTlp, classification: from } = await this.policies.find(tx);
    const holds = handlings.some(
      ({ tlp, classification = 'UNCLASSIFIED' }) =>
        (fromTlp !== null && tlp !== undefined && tlpRank(tlp) >= fromTlp) ||
        (from !== null && classificationRank(classification) >= from),
    );
    if (holds && actor.narrowed) {
      throw problems.forbidden('A client that may read less than its partner cannot ask for a release.');
    }
    return holds;
  }

  /** In the place of whatever waited before. */
  async ask(tx: Tx, actor: Actor, alertId: string, subject: Subject): Promise<void> {
    await this.releases.ask(tx, alertId, actor.clientId, subject);
    await this.audit.record(tx, actor, {
      action: 'release.requested',
      object: { type: 'alert', id: alertId },
      details: { subject: subject.subject },
    });
  }

  /** There is nothing left to release. */
  async drop(tx: Tx, alertId: string): Promise<void> {
    await this.releases.drop(tx, alertId);
  }
}
