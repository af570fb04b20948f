import { Injectable } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { type Tx } from '../core/database.js';
import { problems } from '../core/problem.js';
import { type ChallengeState, type Decision } from './challenge.rules.js';

export interface ChallengeRow {
  id: string;
  alert_id: string;
  challenger_code: string;
  challenger_name: string;
  /** For the steward alone. */
  originator_code: string | null;
  originator_name: string | null;
  tlp: number;
  classification: number;
  proposed_tlp: number | null;
  proposed_classification: number | null;
  reason: string;
  made_at: Date;
  answer_by: Date;
  decision: Decision | null;
  answer: string | null;
  answered_at: Date | null;
}

export interface NewChallenge {
  id: string;
  alertId: string;
  challenger: { code: string; name: string };
  proposedTlp: number | null;
  proposedClassification: number | null;
  reason: string;
  answerBy: Date;
}

const COLUMNS = `c.id, c.alert_id, c.challenger_code, c.challenger_name, c.tlp, c.classification, c.proposed_tlp,
  c.proposed_classification, c.reason, c.made_at, c.answer_by, c.decision, c.answer, c.answered_at`;

const WITH_ORIGINATORS = `select page.*, o.code as originator_code, o.name as originator_name
  from page left join alert_originators(array(select alert_id from page)) o on o.alert_id = page.alert_id
  order by page.id desc`;

/** All SQL on challenges; row-level security shows them to both parties and the steward. */
@Injectable()
export class ChallengesRepository {
  /** Ranks of the text that the acting reader holds. */
  async findHeld(tx: Tx, alertId: string): Promise<{ tlp: number; classification: number } | null> {
    const rows: { tlp: number; classification: number }[] = await tx.query(
      `select r.tlp, r.classification from share_grant g join rendition r on r.id = g.rendition_id
       where g.reader_id = acting_reader() and g.shareable_id = $1 and g.type = 'alert'`,
      [alertId],
    );
    return rows[0] ?? null;
  }

  /** @throws Problem 409 when the organisation has an open challenge of the same text */
  async insert(tx: Tx, challenge: NewChallenge): Promise<void> {
    const { id, alertId, challenger, proposedTlp, proposedClassification, reason, answerBy } = challenge;
    const inserted = tx.query(
      `insert into alert_challenge (id, alert_id, rendition_id, challenger_id, reader_id, challenger_code,
         challenger_name, tlp, classification, proposed_tlp, proposed_classification, reason, answer_by)
       select $1, g.shareable_id, r.id, acting_partner(), acting_reader(), $3, $4, r.tlp, r.classification, $5, $6,
         $7, $8
       from share_grant g join rendition r on r.id = g.rendition_id
       where g.reader_id = acting_reader() and g.shareable_id = $2 and g.type = 'alert'`,
      [id, alertId, challenger.code, challenger.name, proposedTlp, proposedClassification, reason, answerBy],
    );
    await inserted.catch((error: unknown) => {
      throw isOpenAlready(error)
        ? problems.conflict('Your organisation has challenged this text, and has no answer yet.')
        : error;
    });
  }

  /** Locked against a second answer. Null when there is none that the acting partner could answer. */
  async lock(tx: Tx, alertId: string, id: string): Promise<{ answered_at: Date | null } | null> {
    const find = (suffix: string): Promise<{ answered_at: Date | null }[]> =>
      tx.query(`select answered_at from alert_challenge where id = $1 and alert_id = $2 ${suffix}`, [
        id,
        alertId,
      ]);
    // What is answered can no longer be locked, since nobody may change it.
    const [open] = await find('for update');
    return open ?? (await find(''))[0] ?? null;
  }

  async answer(tx: Tx, id: string, decision: Decision, answer: string): Promise<void> {
    await tx.query(
      `update alert_challenge set decision = $2, answer = $3, answered_at = now() where id = $1`,
      [id, decision, answer],
    );
  }

  async find(tx: Tx, id: string): Promise<ChallengeRow | null> {
    const rows: ChallengeRow[] = await tx.query(
      `with page as (select ${COLUMNS} from alert_challenge c where c.id = $1) ${WITH_ORIGINATORS}`,
      [id],
    );
    return rows[0] ?? null;
  }

  /** Those that the acting reader may see, the latest first. */
  async list(
    tx: Tx,
    filter: { alertId?: string; state?: ChallengeState; beforeId?: string; limit: number },
  ): Promise<ChallengeRow[]> {
    return tx.query(
      `with page as (
         select ${COLUMNS} from alert_challenge c
         where ($1::uuid is null or c.alert_id = $1) and ($2::uuid is null or c.id < $2)
           and ($3::text is null or $3 = case when c.answered_at is not null then 'answered'
             when c.answer_by < now() then 'overdue' else 'open' end)
         order by c.id desc limit $4
       ) ${WITH_ORIGINATORS}`,
      [filter.alertId ?? null, filter.beforeId ?? null, filter.state ?? null, filter.limit],
    );
  }
}

function isOpenAlready(error: unknown): boolean {
  return (
    error instanceof QueryFailedError &&
    (error.driverError as { constraint?: string }).constraint === 'alert_challenge_open_key'
  );
}
