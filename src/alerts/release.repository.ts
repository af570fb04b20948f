import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type TranslateAlertDto, type UpdateAlertDto } from './alerts.dto.js';

/** What is to be released: an alert that nobody has yet, or a change of one that stands. */
export type Subject =
  | { subject: 'alert'; proposal: null }
  | { subject: 'update'; proposal: UpdateAlertDto }
  | { subject: 'translation'; proposal: TranslateAlertDto };

export interface ReleaseRow {
  subject: Subject['subject'];
  state: 'waiting' | 'released' | 'refused';
  proposal: UpdateAlertDto | TranslateAlertDto | null;
  asked_by: string;
  asked_at: Date;
  asked_version: number;
  asked_state: string;
  decided_by: string | null;
  decided_at: Date | null;
  reason: string | null;
}

@Injectable()
export class ReleaseRepository {
  /** One for each alert: a later one takes the place of the one before. */
  async ask(tx: Tx, alertId: string, clientId: string, { subject, proposal }: Subject): Promise<void> {
    await tx.query(
      `insert into alert_release (alert_id, partner_id, subject, state, proposal, asked_by, asked_version, asked_state)
       select id, acting_partner(), $2, 'waiting', $3, $4, version, state from shareable where id = $1
       on conflict (alert_id) do update set subject = excluded.subject, state = excluded.state,
         proposal = excluded.proposal, asked_by = excluded.asked_by, asked_at = now(),
         asked_version = excluded.asked_version, asked_state = excluded.asked_state, decided_by = null,
         decided_at = null, reason = null`,
      [alertId, subject, proposal === null ? null : JSON.stringify(proposal), clientId],
    );
  }

  async find(tx: Tx, alertId: string): Promise<ReleaseRow | null> {
    const rows: ReleaseRow[] = await tx.query(
      `select subject, state, proposal, asked_by, asked_at, asked_version, asked_state, decided_by, decided_at, reason
       from alert_release where alert_id = $1`,
      [alertId],
    );
    return rows[0] ?? null;
  }

  async decide(tx: Tx, alertId: string, clientId: string, reason: string | null): Promise<void> {
    await tx.query(
      `update alert_release set state = $3, proposal = null, decided_by = $2, decided_at = now(), reason = $4
       where alert_id = $1`,
      [alertId, clientId, reason === null ? 'released' : 'refused', reason],
    );
  }

  async drop(tx: Tx, alertId: string): Promise<void> {
    await tx.query(`delete from alert_release where alert_id = $1`, [alertId]);
  }
}
