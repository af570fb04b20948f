import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type Due } from '../core/rounds.js';
import { type WithdrawalChoice, type WithdrawalState } from './withdrawal.rules.js';

export interface WithdrawalRow {
  partner_id: string;
  choice: WithdrawalChoice;
  state: WithdrawalState;
  requested_at: Date;
  fetch_until: Date | null;
  finished_at: Date | null;
}

export type DueWithdrawal = Due & { state: WithdrawalState };

const COLUMNS = 'partner_id, choice, state, requested_at, fetch_until, finished_at';

/** All SQL on withdrawals. */
@Injectable()
export class WithdrawalsRepository {
  async insert(
    tx: Tx,
    values: {
      partnerId: string;
      choice: WithdrawalChoice;
      state: WithdrawalState;
      fetchUntil: Date | null;
      linkHash: Buffer | null;
    },
  ): Promise<void> {
    await tx.query(
      `insert into partner_withdrawal (partner_id, choice, state, fetch_until, link_hash)
       values ($1, $2, $3, $4, $5)`,
      [values.partnerId, values.choice, values.state, values.fetchUntil, values.linkHash],
    );
  }

  async find(tx: Tx, partnerId: string): Promise<WithdrawalRow | null> {
    const rows: WithdrawalRow[] = await tx.query(
      `select ${COLUMNS} from partner_withdrawal where partner_id = $1`,
      [partnerId],
    );
    return rows[0] ?? null;
  }

  /** While it can be fetched. */
  async findByLinkAsSystem(tx: Tx, linkHash: Buffer, lock: boolean): Promise<WithdrawalRow | null> {
    const rows: WithdrawalRow[] = await tx.query(
      `select ${COLUMNS} from partner_withdrawal
       where link_hash = $1 and state = 'returning' and fetch_until > now() ${lock ? 'for update' : ''}`,
      [linkHash],
    );
    return rows[0] ?? null;
  }

  /** Those that are being withdrawn, and those that were to be fetched until now; oldest first. */
  async listDueAsSystem(tx: Tx, after: Due | undefined, limit: number): Promise<DueWithdrawal[]> {
    return tx.query(
      `select partner_id as id, requested_at::text as due_at, state from partner_withdrawal
       where state <> 'done' and (state = 'withdrawing' or fetch_until <= now())
         and ($1::timestamptz is null or (requested_at, partner_id) > ($1, $2::uuid))
       order by requested_at, partner_id limit $3`,
      [after?.due_at ?? null, after?.id ?? null, limit],
    );
  }

  /** @returns false when it was no longer in this state */
  async moveAsSystem(
    tx: Tx,
    partnerId: string,
    from: WithdrawalState,
    to: WithdrawalState,
  ): Promise<boolean> {
    const [, moved]: [unknown, number] = await tx.query(
      `update partner_withdrawal set state = $3, link_hash = null, finished_at = case when $3 = 'done' then now() end
       where partner_id = $1 and state = $2`,
      [partnerId, from, to],
    );
    return moved > 0;
  }
}
