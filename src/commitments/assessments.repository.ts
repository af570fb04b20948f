import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import {
  type AssessCommitmentDto,
  type AssessmentRow,
  type CommentRow,
  type ListAssessmentsQuery,
} from './assessments.dto.js';

const COLUMNS = `id, partner_id, country, commitment, version, rating, text, evidence, is_shared, is_current, assessed_at,
  recorded_at`;
const COMMENTS = `select c.id, p.code as partner_code, c.text, c.at, c.answer, c.answered_at
  from commitment_comment c left join partner p on p.id = c.partner_id`;
const COMMENTS_SHOWN = 200;

/** All SQL on assessments and what is said to them; row-level security decides which of them the actor can find. */
@Injectable()
export class AssessmentsRepository {
  /** Versions follow each other. */
  async lock(tx: Tx, partnerId: string): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('slt assessments ' || $1, 0))`, [
      partnerId,
    ]);
  }

  /** The next version takes the place of the one before. */
  async insert(
    tx: Tx,
    id: string,
    partnerId: string,
    { country, commitment, rating, text, evidence, shared }: AssessCommitmentDto,
    assessedAt: Date,
  ): Promise<void> {
    await tx.query(
      `update commitment_assessment set is_current = false
       where partner_id = $1 and country = $2 and commitment = $3 and is_current`,
      [partnerId, country, commitment],
    );
    await tx.query(
      `insert into commitment_assessment (id, partner_id, country, commitment, version, rating, text, evidence,
         is_shared, assessed_at)
       select $1, $2, $3, $4, coalesce(max(version), 0) + 1, $5, $6, $7, $8, $9 from commitment_assessment
       where partner_id = $2 and country = $3 and commitment = $4`,
      [id, partnerId, country, commitment, rating, text, JSON.stringify(evidence), shared, assessedAt],
    );
  }

  async find(tx: Tx, partnerId: string, id: string): Promise<AssessmentRow | null> {
    const rows: AssessmentRow[] = await tx.query(
      `select ${COLUMNS} from commitment_assessment where partner_id = $1 and id = $2`,
      [partnerId, id],
    );
    return rows[0] ?? null;
  }

  /** Recorded last comes first. */
  async list(
    tx: Tx,
    partnerId: string,
    { country, commitment, history }: ListAssessmentsQuery,
    beforeId: string | undefined,
    limit: number,
  ): Promise<AssessmentRow[]> {
    return tx.query(
      `select ${COLUMNS} from commitment_assessment
       where partner_id = $1 and ($2::text is null or country = $2) and ($3::text is null or commitment = $3)
         and (is_current or $4) and ($5::uuid is null or id < $5)
       order by id desc limit $6`,
      [partnerId, country ?? null, commitment ?? null, history === 'true', beforeId ?? null, limit],
    );
  }

  /** Whether the actor may comment on what this partner says about the country. */
  async isNeighbour(tx: Tx, partnerId: string, country: string): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `select from acting_neighbours() n where n.partner_id = $1 and n.country = $2`,
      [partnerId, country],
    );
    return rows.length > 0;
  }

  async comment(tx: Tx, id: string, assessmentId: string, text: string): Promise<void> {
    await tx.query(
      `insert into commitment_comment (id, assessment_id, partner_id, text) values ($1, $2, acting_owner(), $3)`,
      [id, assessmentId, text],
    );
  }

  /** @returns false when it was answered already */
  async answer(tx: Tx, id: string, answer: string): Promise<boolean> {
    const [, answered]: [unknown, number] = await tx.query(
      `update commitment_comment set answer = $2, answered_at = now() where id = $1 and answer is null`,
      [id, answer],
    );
    return answered > 0;
  }

  async findComment(tx: Tx, assessmentId: string, id: string): Promise<CommentRow | null> {
    const rows: CommentRow[] = await tx.query(`${COMMENTS} where c.assessment_id = $1 and c.id = $2`, [
      assessmentId,
      id,
    ]);
    return rows[0] ?? null;
  }

  /** How many the acting partner made on it; others in its name that comment wait. */
  async countOwnComments(tx: Tx, assessmentId: string): Promise<number> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('comments ' || $1 || acting_owner(), 0))`, [
      assessmentId,
    ]);
    const rows: { count: number }[] = await tx.query(
      `select count(*)::int as count from commitment_comment where assessment_id = $1 and partner_id = acting_owner()`,
      [assessmentId],
    );
    return rows[0]?.count ?? 0;
  }

  /** What was said last, in the order in which it was said. */
  async listLatestComments(tx: Tx, assessmentId: string): Promise<CommentRow[]> {
    return (await this.listComments(tx, assessmentId, undefined, COMMENTS_SHOWN)).reverse();
  }

  /** What was said last comes first. */
  async listComments(
    tx: Tx,
    assessmentId: string,
    beforeId: string | undefined,
    limit: number,
  ): Promise<CommentRow[]> {
    return tx.query(
      `${COMMENTS} where c.assessment_id = $1 and ($2::uuid is null or c.id < $2) order by c.id desc limit $3`,
      [assessmentId, beforeId ?? null, limit],
    );
  }
}
