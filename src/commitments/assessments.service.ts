import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database, type Tx } from '../core/database.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
import { problems } from '../core/problem.js';
import {
  type AssessCommitmentDto,
  type AssessmentRow,
  type CommentRow,
  type ListAssessmentsQuery,
  type ListCommentsQuery,
} from './assessments.dto.js';
import { AssessmentsRepository } from './assessments.repository.js';
import { TextsRepository } from './texts.repository.js';

/** Of one counterpart on one assessment: nobody hides what others say. */
const MAX_COMMENTS = 20;

/** Who may see an assessment is decided by the database; what nobody may see is answered like what is not there. */
@Injectable()
export class AssessmentsService {
  constructor(
    private readonly database: Database,
    private readonly assessments: AssessmentsRepository,
    private readonly texts: TextsRepository,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  async assess(
    actor: Actor,
    partnerId: string,
    dto: AssessCommitmentDto,
    idempotency?: IdempotencyKey,
  ): Promise<AssessmentRow> {
    if (!isOwn(actor, partnerId)) throw problems.notFound();
    return this.database.as(actor, async (tx) => {
      const { id, repeated } = await claimId(tx, actor, idempotency);
      if (!repeated) {
        await this.assessments.lock(tx, partnerId);
        const now = await this.texts.now(tx);
        const assessedAt = dto.assessedAt === undefined ? now : new Date(dto.assessedAt);
        if (assessedAt > now) {
          throw problems.invalidInput([{ pointer: '#/assessedAt', detail: 'must not lie in the future' }]);
        }
        await this.assessments.insert(tx, id, partnerId, dto, assessedAt);
        const { country, commitment, shared } = dto;
        await this.record(tx, actor, 'commitments.assessed', id, [], { country, commitment, shared });
      }
      return this.getIn(tx, partnerId, id);
    });
  }

  async list(
    actor: Actor,
    partnerId: string,
    query: ListAssessmentsQuery,
  ): Promise<{ rows: AssessmentRow[]; nextCursor: string | null }> {
    const { country, commitment, history, cursor, limit } = query;
    const place = `assessments ${JSON.stringify([partnerId, country, commitment, history])}`;
    const beforeId =
      cursor === undefined ? undefined : placeToId(this.cursors.open(actor.readerId, place, cursor));
    const found = await this.database.readAs(actor, (tx) =>
      this.assessments.list(tx, partnerId, query, beforeId, limit + 1),
    );
    // A partner without any to see, and one that is not there, are the same.
    if (found.length === 0 && beforeId === undefined && !isOwn(actor, partnerId)) throw problems.notFound();
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    const more = found.length > limit && last !== undefined;
    return { rows, nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.id)) : null };
  }

  async get(
    actor: Actor,
    partnerId: string,
    id: string,
  ): Promise<{ assessment: AssessmentRow; comments: CommentRow[] }> {
    return this.database.readAs(actor, async (tx) => ({
      assessment: await this.getIn(tx, partnerId, id),
      comments: await this.assessments.listLatestComments(tx, id),
    }));
  }

  /** All that was said to it. */
  async listComments(
    actor: Actor,
    partnerId: string,
    id: string,
    { cursor, limit }: ListCommentsQuery,
  ): Promise<{ rows: CommentRow[]; nextCursor: string | null }> {
    const place = `comments ${id}`;
    const beforeId =
      cursor === undefined ? undefined : placeToId(this.cursors.open(actor.readerId, place, cursor));
    const all = await this.database.readAs(actor, async (tx) => {
      await this.getIn(tx, partnerId, id);
      return this.assessments.listComments(tx, id, beforeId, limit + 1);
    });
    const rows = all.slice(0, limit);
    const last = rows.at(-1);
    const more = all.length > limit && last !== undefined;
    return { rows, nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.id)) : null };
  }

  /** By a counterpart in the country, on what stands now and is shared with it; so often at most. */
  async comment(
    actor: Actor,
    partnerId: string,
    assessmentId: string,
    text: string,
    idempotency?: IdempotencyKey,
  ): Promise<CommentRow> {
    return this.database.as(actor, async (tx) => {
      const { id, repeated } = await claimId(tx, actor, idempotency);
      if (!repeated) {
        const { country, is_current, is_shared } = await this.getIn(tx, partnerId, assessmentId);
        const isSeen = await this.assessments.isNeighbour(tx, partnerId, country);
        if (actor.narrowed || partnerId === actor.partnerId || !isSeen || !is_shared || !is_current) {
          throw problems.forbidden('Comments are for the counterparts with which it is shared.');
        }
        if ((await this.assessments.countOwnComments(tx, assessmentId)) >= MAX_COMMENTS) {
          throw problems.conflict(`Your organisation has commented on it ${MAX_COMMENTS} times.`);
        }
        await this.assessments.comment(tx, id, assessmentId, text);
        await this.record(tx, actor, 'commitments.commented', assessmentId, [partnerId], {});
      }
      return found(await this.assessments.findComment(tx, assessmentId, id));
    });
  }

  /** By the partner that was commented on, once. */
  async answer(
    actor: Actor,
    partnerId: string,
    assessmentId: string,
    id: string,
    answer: string,
  ): Promise<CommentRow> {
    return this.database.as(actor, async (tx) => {
      await this.getIn(tx, partnerId, assessmentId);
      found(await this.assessments.findComment(tx, assessmentId, id));
      if (!isOwn(actor, partnerId)) throw problems.forbidden('The partner that was commented on answers.');
      if (!(await this.assessments.answer(tx, id, answer))) throw problems.conflict('It has been answered.');
      await this.record(tx, actor, 'commitments.comment_answered', assessmentId, [], {});
      return found(await this.assessments.findComment(tx, assessmentId, id));
    });
  }

  private async getIn(tx: Tx, partnerId: string, id: string): Promise<AssessmentRow> {
    return found(await this.assessments.find(tx, partnerId, id));
  }

  private async record(
    tx: Tx,
    actor: Actor,
    action: string,
    id: string,
    about: string[],
    details: Record<string, unknown>,
  ): Promise<void> {
    const object = { type: 'commitment_assessment', id };
    await this.audit.record(tx, actor, { action, object, about, details });
  }
}

const isOwn = (actor: Actor, partnerId: string): boolean => partnerId === actor.partnerId && !actor.narrowed;

function found<Row>(row: Row | null): Row {
  if (row === null) throw problems.notFound();
  return row;
}
