import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { classificationRank, tlpRank } from '../access/handling.js';
import { AuditService } from '../audit/audit.service.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database, type Tx } from '../core/database.js';
import { newId } from '../core/ids.js';
import { PAGE_LIMIT_MAX } from '../core/limits.js';
import { problems } from '../core/problem.js';
import { PartnersService } from '../partners/partners.service.js';
import { SharingService } from '../sharing/sharing.service.js';
import { answerBy, proposalFaults } from './challenge.rules.js';
import {
  type AnswerChallengeDto,
  type ChallengeAlertDto,
  type ListChallengesQuery,
} from './challenges.dto.js';
import { type ChallengeRow, ChallengesRepository } from './challenges.repository.js';
import { FeedbackRepository } from './feedback.repository.js';

/** A reader doubts how a text is handled; the originator answers in time, and both and the steward see whether it does. */
@Injectable()
export class ChallengesService {
  constructor(
    private readonly database: Database,
    private readonly challenges: ChallengesRepository,
    private readonly standing: FeedbackRepository,
    private readonly sharing: SharingService,
    private readonly partners: PartnersService,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  /** @throws Problem 404 when the alert is missing or hidden, 409 for its originator or a second one, 400 */
  async make(actor: Actor, alertId: string, dto: ChallengeAlertDto): Promise<ChallengeRow> {
    return this.database.as(actor, async (tx) => {
      const standing = await this.standing.findStanding(tx, alertId);
      if (standing === null) throw problems.notFound();
      if (standing.is_originators) {
        throw problems.conflict('An originator changes the handling of its alert by an update.');
      }
      const held = await this.challenges.findHeld(tx, alertId);
      if (held === null) throw problems.notFound();
      const { reason, proposed } = dto;
      const faults = proposalFaults(proposed, held);
      if (faults.length > 0) throw problems.invalidInput(faults);
      const id = newId();
      await this.challenges.insert(tx, {
        id,
        alertId,
        challenger: await this.partners.describe(tx, actor.partnerId),
        proposedTlp: proposed.tlp === undefined ? null : tlpRank(proposed.tlp),
        proposedClassification:
          proposed.classification === undefined ? null : classificationRank(proposed.classification),
        reason,
        answerBy: answerBy(new Date()),
      });
      await this.audit.record(tx, actor, {
        action: 'challenge.made',
        object: { type: 'alert', id: alertId },
        about: [standing.originator_id],
        details: { challenge: id },
      });
      return this.getIn(tx, id);
    });
  }

  /** @throws Problem 404, 403 for whoever is not the originator, 409 when it is answered */
  async answer(actor: Actor, alertId: string, id: string, dto: AnswerChallengeDto): Promise<ChallengeRow> {
    return this.database.as(actor, async (tx) => {
      await this.sharing.getOwn(tx, actor, alertId, 'alert');
      const challenge = await this.challenges.lock(tx, alertId, id);
      if (challenge === null) throw problems.notFound();
      if (challenge.answered_at !== null) throw problems.conflict('The challenge has been answered.');
      await this.challenges.answer(tx, id, dto.decision, dto.reason);
      // The challenger has the answer itself; an entry of its own would name an originator that stays unnamed.
      await this.audit.record(tx, actor, {
        action: 'challenge.answered',
        object: { type: 'alert', id: alertId },
        details: { challenge: id, decision: dto.decision },
      });
      return this.getIn(tx, id);
    });
  }

  /** Of one alert: all for its originator, their own for its readers. @throws Problem 404 */
  async listOf(actor: Actor, alertId: string): Promise<ChallengeRow[]> {
    return this.database.readAs(actor, async (tx) => {
      if ((await this.standing.findStanding(tx, alertId)) === null) throw problems.notFound();
      return this.challenges.list(tx, { alertId, limit: PAGE_LIMIT_MAX });
    });
  }

  /** Those that one made or is to answer; all for the steward. */
  async list(
    actor: Actor,
    { state, cursor, limit }: ListChallengesQuery,
  ): Promise<{ rows: ChallengeRow[]; nextCursor: string | null }> {
    const place = `challenges ${state ?? ''}`;
    const beforeId =
      cursor === undefined ? undefined : placeToId(this.cursors.open(actor.readerId, place, cursor));
    const found = await this.database.readAs(actor, (tx) =>
      this.challenges.list(tx, {
        ...(state !== undefined && { state }),
        ...(beforeId !== undefined && { beforeId }),
        limit: limit + 1,
      }),
    );
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    const more = found.length > limit && last !== undefined;
    return { rows, nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.id)) : null };
  }

  private async getIn(tx: Tx, id: string): Promise<ChallengeRow> {
    const row = await this.challenges.find(tx, id);
    if (row === null) throw problems.notFound();
    return row;
  }
}
