import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type Asked } from './receipts.dto.js';

export interface UnacknowledgedRow {
  id: string;
  version: number;
  event: string;
  asked: Asked;
}

/** What readers are asked to acknowledge. */
@Injectable()
export class AlertReceiptsRepository {
  /** Of the text that the acting reader may have. */
  async findAsked(tx: Tx, alertId: string): Promise<Asked | null> {
    const rows: { asked: Asked }[] = await tx.query(
      `select jsonb_strip_nulls(jsonb_build_object('acknowledgement', a.acknowledgement,
         'acknowledgeBy', a.content->>'acknowledgeBy')) as asked
       from share_grant g join alert_rendition a on a.rendition_id = g.rendition_id
       where g.reader_id = acting_reader() and g.shareable_id = $1 and g.type = 'alert'`,
      [alertId],
    );
    return rows[0]?.asked ?? null;
  }

  /** What its originator asks now, or asked last. */
  async findOwnAsked(tx: Tx, alertId: string): Promise<Asked> {
    const rows: { asked: Asked }[] = await tx.query(
      `select jsonb_strip_nulls(jsonb_build_object('acknowledgement', a.acknowledgement,
         'acknowledgeBy', a.content->>'acknowledgeBy')) as asked
       from alert_rendition a
       where a.alert_id = $1 and a.originator_id = acting_owner() order by a.rendition_id desc limit 1`,
      [alertId],
    );
    return rows[0]?.asked ?? {};
  }

  /** Alerts of others that the acting partner has not acknowledged and is asked to, in order of id. */
  async listUnacknowledged(tx: Tx, afterId: string | undefined, limit: number): Promise<UnacknowledgedRow[]> {
    return tx.query(
      `select g.shareable_id as id, g.version, a.content->>'event' as event,
         jsonb_strip_nulls(jsonb_build_object('acknowledgement', a.acknowledgement,
           'acknowledgeBy', a.content->>'acknowledgeBy')) as asked
       from share_grant g join alert_rendition a on a.rendition_id = g.rendition_id
       where g.reader_id = acting_reader() and g.type = 'alert' and a.acknowledgement is not null
         and a.originator_id <> acting_partner() and ($1::uuid is null or g.shareable_id > $1)
         and not exists (select from acknowledgement k
                         where k.shareable_id = g.shareable_id and k.partner_id = acting_partner())
       order by g.shareable_id limit $2`,
      [afterId ?? null, limit],
    );
  }
}
