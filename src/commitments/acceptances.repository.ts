import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type MailLanguage } from '../mail/mail.module.js';
import { type AcceptanceRow, type ReminderRow } from './acceptances.dto.js';
import { type Standing } from './commitment.rules.js';

/** Whoever signed before the last is named no more. */
const OFFICER = `case when not exists (
    select from commitment_acceptance l where l.partner_id = c.partner_id and (l.signed_at, l.id) > (c.signed_at, c.id)
  ) then c.officer_name end as officer_name`;
const SELECT = `select c.id, c.text_id, t.version, ${OFFICER}, c.officer_title, c.signed_at, c.accepted_at,
    c.valid_until, c.lapses_at, c.reminder_address, c.reminder_language
  from commitment_acceptance c join commitment_text t on t.id = c.text_id`;

export interface NewAcceptance {
  id: string;
  partnerId: string;
  textId: string;
  officerName: string;
  officerTitle: string;
  reminderAddress: string | null;
  reminderLanguage: MailLanguage;
  signedAt: Date;
  validUntil: Date;
  lapsesAt: Date;
}

/** All SQL on acceptances. A trigger settles in the same transaction what the partner may do from then on. */
@Injectable()
export class AcceptancesRepository {
  /** Until the end of the transaction: which acceptance is the latest does not change meanwhile. */
  async lock(tx: Tx, partnerId: string): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('slt acceptance ' || $1, 0))`, [partnerId]);
  }

  async insert(tx: Tx, acceptance: NewAcceptance): Promise<void> {
    await tx.query(
      `insert into commitment_acceptance (id, partner_id, text_id, officer_name, officer_title, reminder_address,
         reminder_language, signed_at, valid_until, lapses_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        acceptance.id,
        acceptance.partnerId,
        acceptance.textId,
        acceptance.officerName,
        acceptance.officerTitle,
        acceptance.reminderAddress,
        acceptance.reminderLanguage,
        acceptance.signedAt,
        acceptance.validUntil,
        acceptance.lapsesAt,
      ],
    );
  }

  async find(tx: Tx, partnerId: string, id: string): Promise<AcceptanceRow | null> {
    const rows: AcceptanceRow[] = await tx.query(`${SELECT} where c.partner_id = $1 and c.id = $2`, [
      partnerId,
      id,
    ]);
    return rows[0] ?? null;
  }

  /** Signed last. */
  async findLatest(tx: Tx, partnerId: string): Promise<AcceptanceRow | null> {
    const rows: AcceptanceRow[] = await tx.query(
      `${SELECT} where c.partner_id = $1 order by c.signed_at desc, c.id desc limit 1`,
      [partnerId],
    );
    return rows[0] ?? null;
  }

  /** Latest first. */
  async list(
    tx: Tx,
    partnerId: string,
    beforeId: string | undefined,
    limit: number,
  ): Promise<AcceptanceRow[]> {
    return tx.query(
      `${SELECT} where c.partner_id = $1 and ($2::uuid is null or c.id < $2) order by c.id desc limit $3`,
      [partnerId, beforeId ?? null, limit],
    );
  }

  async findStanding(tx: Tx, partnerId: string): Promise<(Standing & { now: Date }) | null> {
    const rows: (Standing & { now: Date })[] = await tx.query(
      `select p.renew_by as "renewBy", p.read_only_from as "readOnlyFrom", now() as now,
         (select t.version from commitment_acceptance c join commitment_text t on t.id = c.text_id
          where c.partner_id = p.id order by c.signed_at desc, c.id desc limit 1) as version
       from partner p where p.id = $1`,
      [partnerId],
    );
    return rows[0] ?? null;
  }

  /** Latest first. */
  async listReminders(tx: Tx, partnerId: string, limit: number): Promise<ReminderRow[]> {
    return tx.query(
      `select due_at, stage, at, is_mailed from commitment_reminder
       where partner_id = $1 order by at desc, due_at desc, stage limit $2`,
      [partnerId, limit],
    );
  }
}
