import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type MailLanguage } from '../mail/mail.module.js';

export interface DueReminder {
  partner_id: string;
  name: string;
  due_at: Date;
  /** The same to the microsecond, which no Date holds. */
  due_exactly: string;
  stage: number;
  reminder_address: string | null;
  reminder_language: MailLanguage | null;
}

/** All SQL of the clock on reminders. */
@Injectable()
export class RemindersRepository {
  /** The latest that is due of each partner, and was not said: what was missed before it is said no more. */
  async listDue(tx: Tx, limit: number): Promise<DueReminder[]> {
    return tx.query(
      `select d.*, a.reminder_address, a.reminder_language
       from (
         select p.id as partner_id, p.name, p.renew_by as due_at, p.renew_by::text as due_exactly,
           case when p.read_only_from <= now() then -1
             when p.renew_by <= now() then 0
             when p.renew_by <= now() + interval '168 hours' then 7 else 30 end as stage
         from partner p
         where p.renew_by <= now() + interval '720 hours' and p.status in ('active', 'suspended')) d
       left join lateral (
         select c.reminder_address, c.reminder_language from commitment_acceptance c
         where c.partner_id = d.partner_id order by c.signed_at desc, c.id desc limit 1) a on true
       where not exists (select from commitment_reminder r
         where r.partner_id = d.partner_id and r.due_at = d.due_at and r.stage <= d.stage)
       order by d.due_at, d.partner_id limit $1`,
      [limit],
    );
  }

  /** @returns false when another process has said it, or the date has moved meanwhile */
  async insert(tx: Tx, due: DueReminder, isMailed: boolean): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `insert into commitment_reminder (partner_id, due_at, stage, is_mailed, lapsed_at)
       select id, renew_by, $2::smallint, $3::boolean, case when $2::smallint = -1 then read_only_from end from partner
       where id = $1 and renew_by = $4::timestamptz
       on conflict do nothing returning stage`,
      [due.partner_id, due.stage, isMailed, due.due_exactly],
    );
    return rows.length > 0;
  }
}
