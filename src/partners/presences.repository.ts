import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type PresenceState, type PresenceStatus } from './presence.rules.js';

export interface PresenceRow {
  id: string;
  partner_id: string;
  country: string;
  status: PresenceStatus;
  starts_at: Date;
  state: PresenceState;
  reason: string | null;
  created_at: Date;
}

export type DuePresence = Pick<PresenceRow, 'id' | 'partner_id' | 'country' | 'status'>;

/** `$1` is the partner; why is read by itself and the steward alone. */
const FROM = `select n.id, n.partner_id, n.country, n.status, n.starts_at, n.state, n.created_at, r.reason
  from partner_presence n left join presence_reasons($1) r on r.id = n.id where n.partner_id = $1`;

/** All SQL on presences; memberships follow them by trigger. */
@Injectable()
export class PresencesRepository {
  /** Without a time it begins now, by the one clock that all processes share. */
  async insert(
    tx: Tx,
    row: Omit<PresenceRow, 'created_at' | 'starts_at'> & { starts_at: Date | null },
  ): Promise<void> {
    await tx.query(
      `insert into partner_presence (id, partner_id, country, status, starts_at, state, reason)
       values ($1, $2, $3, $4, coalesce($5::timestamptz, now()), $6, $7)`,
      [row.id, row.partner_id, row.country, row.status, row.starts_at, row.state, row.reason],
    );
  }

  /** As far as the actor sees them; what was stated last comes first. */
  async list(tx: Tx, partnerId: string, beforeId: string | undefined, limit: number): Promise<PresenceRow[]> {
    return tx.query(`${FROM} and ($2::uuid is null or n.id < $2) order by n.id desc limit $3`, [
      partnerId,
      beforeId ?? null,
      limit,
    ]);
  }

  /** How many wait for a decision; others that propose wait, too. */
  async countProposed(tx: Tx, partnerId: string): Promise<number> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('presences proposed ' || $1, 0))`, [
      partnerId,
    ]);
    const rows: { count: number }[] = await tx.query(
      `select count(*)::int as count from partner_presence where partner_id = $1 and state = 'proposed'`,
      [partnerId],
    );
    return rows[0]?.count ?? 0;
  }

  async find(tx: Tx, partnerId: string, id: string): Promise<PresenceRow | null> {
    const rows: PresenceRow[] = await tx.query(`${FROM} and n.id = $2`, [partnerId, id]);
    return rows[0] ?? null;
  }

  async lock(tx: Tx, partnerId: string, id: string): Promise<PresenceRow | null> {
    const rows: PresenceRow[] = await tx.query(`${FROM} and n.id = $2 for update of n`, [partnerId, id]);
    return rows[0] ?? null;
  }

  async changeState(tx: Tx, id: string, state: PresenceState): Promise<void> {
    await tx.query(`update partner_presence set state = $2 where id = $1`, [id, state]);
  }

  /**
   * The earliest planned one of some partner and country whose time has come; whose is left to chance.
   * @returns null when there is none, or another process has it
   */
  async takeDue(tx: Tx): Promise<DuePresence | null> {
    const rows: DuePresence[] = await tx.query(
      `select id, partner_id, country, status from partner_presence d
       where state = 'planned' and starts_at <= now() and not exists (
         select from partner_presence e
         where e.partner_id = d.partner_id and e.country = d.country and e.state = 'planned'
           and (e.starts_at, e.id) < (d.starts_at, d.id))
       order by random() limit 1 for update skip locked`,
    );
    return rows[0] ?? null;
  }

  /** Whether what is current there began later than this one. */
  async isOvertaken(tx: Tx, id: string): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `select from partner_presence d join partner_presence c
         on c.partner_id = d.partner_id and c.country = d.country and c.state = 'current' and c.starts_at > d.starts_at
       where d.id = $1`,
      [id],
    );
    return rows.length > 0;
  }

  async endCurrent(tx: Tx, partnerId: string, country: string): Promise<void> {
    await tx.query(
      `update partner_presence set state = 'past' where partner_id = $1 and country = $2 and state = 'current'`,
      [partnerId, country],
    );
  }
}
