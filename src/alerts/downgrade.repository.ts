import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type Due } from '../core/rounds.js';

export interface ReviewRow {
  rendition_id: string;
  alert_id: string;
  identifier: string;
  event: string;
  tlp: number;
  classification: number;
  review_at: string;
  is_due: boolean;
}

export interface DueDowngrade extends Due {
  originator_id: string;
}

@Injectable()
export class DowngradeRepository {
  /** Alerts with a text whose handling is to be lowered now. As the system. */
  async listDue(tx: Tx, after: Due | undefined, limit: number): Promise<DueDowngrade[]> {
    return tx.query(
      `select s.id, s.originator_id, min(r.downgrade_at)::text as due_at from rendition r join shareable s on s.id = r.shareable_id
       where r.is_current and r.downgrade_at <= now() and s.type = 'alert'
         and s.state in ('published', 'expired', 'cancelled')
       group by s.id having $1::timestamptz is null or (min(r.downgrade_at), s.id) > ($1, $2::uuid)
       order by min(r.downgrade_at), s.id limit $3`,
      [after?.due_at ?? null, after?.id ?? null, limit],
    );
  }

  /** Texts of the acting partner that stand and are to be looked at again, or that are overdue for it. */
  async listReviews(
    tx: Tx,
    dueOnly: boolean,
    afterId: string | undefined,
    limit: number,
  ): Promise<ReviewRow[]> {
    return tx.query(
      `select r.id as rendition_id, s.id as alert_id, a.identifier, a.content->>'event' as event, r.tlp,
         r.classification, to_char(r.review_at, 'YYYY-MM-DD') as review_at, r.review_at <= current_date as is_due
       from rendition r join shareable s on s.id = r.shareable_id join alert_rendition a on a.rendition_id = r.id
       where s.originator_id = acting_owner() and s.type = 'alert' and r.is_current and r.review_at is not null
         and s.state in ('published', 'expired', 'cancelled')
         and (not $1::boolean or r.review_at <= current_date) and ($2::uuid is null or r.id > $2)
       order by r.id limit $3`,
      [dueOnly, afterId ?? null, limit],
    );
  }
}
