import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type FeedbackKind, topicOf } from './feedback.rules.js';

export interface OwnFeedbackRow {
  kind: FeedbackKind;
  note: string | null;
  is_anonymous: boolean;
  at: Date;
}

export interface ReceivedFeedbackRow {
  kind: FeedbackKind;
  note: string | null;
  code: string | null;
  name: string | null;
  given_at: Date | null;
}

/** How the acting reader stands to an alert that it may see. */
export interface StandingRow {
  /** It acts as the originator itself, not as a narrowed client of it. */
  is_owner: boolean;
  is_originators: boolean;
  originator_id: string;
}

/** All SQL on feedback. A sender sees its own rows alone; counts and what was received come from masking functions. */
@Injectable()
export class FeedbackRepository {
  /** Null when it is missing or hidden. */
  async findStanding(tx: Tx, alertId: string): Promise<StandingRow | null> {
    const rows: StandingRow[] = await tx.query(
      `select coalesce(originator_id = acting_owner(), false) as is_owner,
         originator_id = acting_partner() as is_originators, originator_id
       from shareable where id = $1 and type = 'alert'`,
      [alertId],
    );
    return rows[0] ?? null;
  }

  /** The organisation's word on the topic, about the text that the acting reader holds. @returns false without one */
  async give(
    tx: Tx,
    alertId: string,
    { kind, note, anonymous }: { kind: FeedbackKind; note?: string; anonymous: boolean },
  ): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `insert into alert_feedback (alert_id, partner_id, topic, tlp, classification, kind, note, is_anonymous)
       select g.shareable_id, acting_partner(), $2, r.tlp, r.classification, $3, $4, $5
       from share_grant g join rendition r on r.id = g.rendition_id
       where g.reader_id = acting_reader() and g.shareable_id = $1 and g.type = 'alert'
       on conflict on constraint alert_feedback_pkey do update
         set kind = excluded.kind, note = excluded.note, is_anonymous = excluded.is_anonymous, given_at = now()
       returning kind`,
      [alertId, topicOf(kind), kind, note ?? null, anonymous],
    );
    return rows.length > 0;
  }

  /**
   * Takes the organisation's word on the topic back, with earlier ones about other texts, if it is of this kind.
   * @returns whether it was to stay anonymous; null when there is no such word
   */
  async withdraw(tx: Tx, alertId: string, kind: FeedbackKind): Promise<{ isAnonymous: boolean } | null> {
    await tx.query(
      `select from alert_feedback where alert_id = $1 and partner_id = acting_partner() and topic = $2 for update`,
      [alertId, topicOf(kind)],
    );
    const current = (await this.listOwn(tx, alertId)).find((row) => row.kind === kind);
    if (current === undefined) return null;
    await tx.query(
      `delete from alert_feedback where alert_id = $1 and partner_id = acting_partner() and topic = $2`,
      [alertId, topicOf(kind)],
    );
    return { isAnonymous: current.is_anonymous };
  }

  /** What the acting partner says now; a narrowed client sees what was said to texts that it may have. */
  async listOwn(tx: Tx, alertId: string): Promise<OwnFeedbackRow[]> {
    return tx.query(
      `select distinct on (topic) kind, note, is_anonymous, date_trunc('hour', given_at, 'UTC') as at
       from alert_feedback where alert_id = $1 and partner_id = acting_partner() order by topic, given_at desc`,
      [alertId],
    );
  }

  async count(tx: Tx, alertId: string): Promise<number[]> {
    const rows: { counts: number[] }[] = await tx.query(`select alert_corroboration($1) as counts`, [
      alertId,
    ]);
    return rows[0]?.counts ?? [];
  }

  /** For the originator; of senders that stay unnamed neither name nor time. */
  async listReceived(tx: Tx, alertId: string): Promise<ReceivedFeedbackRow[]> {
    return tx.query(`select kind, note, code, name, given_at from alert_feedback_received($1)`, [alertId]);
  }
}
