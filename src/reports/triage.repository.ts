import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { newId } from '../core/ids.js';
import { type ReportOutcome, type Side } from './report.values.js';

export interface OutcomeRow {
  report_id: string;
  outcome: ReportOutcome;
  reason: string | null;
  explanation: string;
  decided_at: Date;
  /** Null when there is none, or when the actor cannot see it. */
  target_id: string | null;
}

export interface MessageRow {
  id: string;
  side: Side;
  text: string;
  sent_at: Date;
}

export interface RevealRow {
  report_id: string;
  revealed_to_name: string;
  reason: string;
  revealed_at: Date;
}

/** SQL on what becomes of reports, and on what is said about them. */
@Injectable()
export class TriageRepository {
  async insertOutcome(
    tx: Tx,
    reportId: string,
    values: {
      outcome: ReportOutcome;
      reason?: string;
      explanation: string;
      decidedBy: string;
      targetId?: string;
    },
  ): Promise<void> {
    const id = newId();
    await tx.query(
      `insert into report_outcome (id, report_id, outcome, reason, explanation, decided_by)
       values ($1, $2, $3, $4, $5, $6)`,
      [id, reportId, values.outcome, values.reason ?? null, values.explanation, values.decidedBy],
    );
    if (values.targetId === undefined) return;
    await tx.query(`insert into report_link (outcome_id, target_id) values ($1, $2)`, [id, values.targetId]);
  }

  /** Of these reports, latest first. */
  async listOutcomes(tx: Tx, reportIds: string[]): Promise<OutcomeRow[]> {
    return tx.query(
      `select o.report_id, o.outcome, o.reason, o.explanation, o.decided_at, l.target_id
       from report_outcome o left join report_link l on l.outcome_id = o.id
       where o.report_id = any ($1) order by o.id desc`,
      [reportIds],
    );
  }

  /** Reports whose latest outcome is that they were merged into one of these. */
  async listMerged(tx: Tx, reportIds: string[]): Promise<{ report_id: string; into_id: string }[]> {
    return tx.query(
      `select o.report_id, l.target_id as into_id
       from report_link l join report_outcome o on o.id = l.outcome_id
       where l.target_id = any ($1) and o.outcome = 'merged' and not exists (
         select from report_outcome later where later.report_id = o.report_id and later.id > o.id)
       order by o.report_id`,
      [reportIds],
    );
  }

  async listReveals(tx: Tx, reportIds: string[]): Promise<RevealRow[]> {
    return tx.query(
      `select report_id, revealed_to_name, reason, revealed_at from source_reveal
       where report_id = any ($1) order by id`,
      [reportIds],
    );
  }

  /** The one way to a protected identity: written down, audited and told to the source by the database itself. */
  async reveal(
    tx: Tx,
    reportId: string,
    clientId: string,
    reason: string,
  ): Promise<{ partner_id: string; code: string; name: string }> {
    const rows: { partner_id: string; code: string; name: string }[] = await tx.query(
      `select partner_id, code, name from report_reveal($1, $2, $3, $4, $5)`,
      [newId(), reportId, [newId(), newId(), newId()], clientId, reason],
    );
    if (rows[0] === undefined) throw new Error('a reveal that is granted names a partner');
    return rows[0];
  }

  async insertMessage(
    tx: Tx,
    message: { id: string; reportId: string; side: Side; deskId: string | null; text: string },
  ): Promise<void> {
    await tx.query(
      `insert into report_message (id, report_id, side, desk_id, text) values ($1, $2, $3, $4, $5)`,
      [message.id, message.reportId, message.side, message.deskId, message.text],
    );
  }

  async findMessage(tx: Tx, id: string): Promise<MessageRow | null> {
    const rows: MessageRow[] = await tx.query(
      `select id, side, text, sent_at from report_message where id = $1`,
      [id],
    );
    return rows[0] ?? null;
  }

  /** Oldest first. */
  async listMessages(
    tx: Tx,
    reportId: string,
    afterId: string | undefined,
    limit: number,
  ): Promise<MessageRow[]> {
    return tx.query(
      `select id, side, text, sent_at from report_message
       where report_id = $1 and ($2::uuid is null or id > $2) order by id limit $3`,
      [reportId, afterId ?? null, limit],
    );
  }
}
