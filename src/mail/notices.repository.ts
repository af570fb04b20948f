import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type MailLanguage } from './languages.js';
import { type Notice, type NoticeParams, type PartnerNotice } from './notice.js';

/** Longer than a mail server may take; what a process left undone goes on after it. */
const TAKEN_SECONDS = 90;

export interface TakenNotice {
  id: string;
  address: string;
  language: MailLanguage;
  kind: string;
  params: NoticeParams;
  attempts: number;
  first_tried_at: Date;
}

/** All SQL on notices. Any role may post one; only the background reads them. */
@Injectable()
export class NoticesRepository {
  async insert(tx: Tx, id: string, { to, language, kind, params }: Notice): Promise<void> {
    await tx.query(
      `insert into mail_notice (id, address, language, kind, params) values ($1, $2, $3, $4, $5)`,
      [id, to, language, kind, params],
    );
  }

  /** To whoever speaks for these partners, whose addresses nobody else sees. */
  async tell(tx: Tx, { partnerIds, arrangementId, kind, params }: PartnerNotice): Promise<void> {
    await tx.query(`select notice_tell($1, $2, $3, $4)`, [partnerIds, arrangementId, kind, params]);
  }

  /** What is due, which nobody else takes for a while. */
  async take(tx: Tx, kinds: string[], limit: number): Promise<TakenNotice[]> {
    const [rows]: [TakenNotice[]] = await tx.query(
      `update mail_notice set attempts = attempts + 1, first_tried_at = coalesce(first_tried_at, now()),
         due_at = now() + make_interval(secs => ${TAKEN_SECONDS})
       where id in (
         select id from mail_notice where due_at <= now() and kind = any ($1)
         order by due_at limit $2 for update skip locked)
       returning id, address, language, kind, params, attempts, first_tried_at`,
      [kinds, limit],
    );
    return rows;
  }

  async postpone(tx: Tx, { id, attempts }: TakenNotice, until: Date): Promise<void> {
    await tx.query(`update mail_notice set due_at = $3 where id = $1 and attempts = $2`, [
      id,
      attempts,
      until,
    ]);
  }

  async delete(tx: Tx, { id, attempts }: TakenNotice): Promise<void> {
    await tx.query(`delete from mail_notice where id = $1 and attempts = $2`, [id, attempts]);
  }
}
