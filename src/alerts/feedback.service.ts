import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Database, type Tx } from '../core/database.js';
import { problems } from '../core/problem.js';
import { type GiveFeedbackDto } from './feedback.dto.js';
import { FeedbackRepository, type OwnFeedbackRow, type ReceivedFeedbackRow } from './feedback.repository.js';
import { type FeedbackKind } from './feedback.rules.js';

export interface Feedback {
  counts: number[];
  own: OwnFeedbackRow[];
  /** Null for whoever is not the originator. */
  received: ReceivedFeedbackRow[] | null;
}

/** What organisations say to an alert that they may read: each counts once, named or not as it chooses. */
@Injectable()
export class FeedbackService {
  constructor(
    private readonly database: Database,
    private readonly feedback: FeedbackRepository,
    private readonly audit: AuditService,
  ) {}

  /** @throws Problem 404 when the alert is missing or hidden; 409 for its originator */
  async give(actor: Actor, alertId: string, dto: GiveFeedbackDto): Promise<Feedback> {
    return this.database.as(actor, async (tx) => {
      const standing = await this.feedback.findStanding(tx, alertId);
      if (standing === null) throw problems.notFound();
      if (standing.is_originators) throw problems.conflict('An originator cannot corroborate itself.');
      if (!(await this.feedback.give(tx, alertId, dto))) throw problems.notFound();
      await this.record(
        tx,
        actor,
        'feedback.given',
        alertId,
        standing.originator_id,
        dto.kind,
        dto.anonymous,
      );
      return this.getIn(tx, alertId);
    });
  }

  /** @throws Problem 404 when the alert, or such feedback of one's own, is missing or hidden */
  async withdraw(actor: Actor, alertId: string, kind: FeedbackKind): Promise<void> {
    await this.database.as(actor, async (tx) => {
      const standing = await this.feedback.findStanding(tx, alertId);
      const withdrawn = standing && (await this.feedback.withdraw(tx, alertId, kind));
      if (!withdrawn) throw problems.notFound();
      const { originator_id } = standing;
      await this.record(tx, actor, 'feedback.withdrawn', alertId, originator_id, kind, withdrawn.isAnonymous);
    });
  }

  /** @throws Problem 404 when the alert is missing or hidden */
  async get(actor: Actor, alertId: string): Promise<Feedback> {
    return this.database.readAs(actor, (tx) => this.getIn(tx, alertId));
  }

  private async getIn(tx: Tx, alertId: string): Promise<Feedback> {
    const standing = await this.feedback.findStanding(tx, alertId);
    if (standing === null) throw problems.notFound();
    return {
      counts: await this.feedback.count(tx, alertId),
      own: await this.feedback.listOwn(tx, alertId),
      received: standing.is_owner ? await this.feedback.listReceived(tx, alertId) : null,
    };
  }

  /** The originator has no copy of what was given anonymously: its time would stand beside what it was sent when. */
  private async record(
    tx: Tx,
    actor: Actor,
    action: string,
    alertId: string,
    originatorId: string,
    kind: FeedbackKind,
    anonymous: boolean,
  ): Promise<void> {
    await this.audit.record(tx, actor, {
      action,
      object: { type: 'alert', id: alertId },
      about: anonymous ? [] : [originatorId],
      details: { kind },
      escrowed: anonymous,
    });
  }
}
