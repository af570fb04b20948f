import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type Due } from '../core/rounds.js';
import { type ReviewOutcome } from './break-glass.entity.js';

export interface BreakGlassRow {
  id: string;
  partner_id: string;
  client_id: string;
  scopes: string[];
  ceiling_tlp: number | null;
  ceiling_classification: number | null;
  reason: string;
  granted_by: string;
  state: 'open' | 'ended';
  created_at: Date;
  until: Date;
  ended_at: Date | null;
  outcome: ReviewOutcome | null;
  review_note: string | null;
  reviewed_at: Date | null;
}

interface Ranks {
  tlp: number;
  classification: number;
}

export interface NewBreakGlass {
  id: string;
  partnerId: string;
  clientId: string;
  scopes: readonly string[];
  raised: { to: Ranks; from: Ranks } | null;
  reason: string;
  grantedBy: string;
  minutes: number;
}

const COLUMNS = `id, partner_id, client_id, scopes, ceiling_tlp, ceiling_classification, reason, granted_by, state,
  created_at, until, ended_at, outcome, review_note, reviewed_at`;

@Injectable()
export class BreakGlassRepository {
  async isOpen(tx: Tx, clientId: string): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `select 1 from break_glass where client_id = $1 and state = 'open'`,
      [clientId],
    );
    return rows.length > 0;
  }

  async insert(tx: Tx, grant: NewBreakGlass): Promise<void> {
    await tx.query(
      `insert into break_glass (id, partner_id, client_id, scopes, ceiling_tlp, ceiling_classification, former_tlp,
         former_classification, reason, granted_by, until)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now() + make_interval(mins => $11))`,
      [
        grant.id,
        grant.partnerId,
        grant.clientId,
        grant.scopes,
        grant.raised?.to.tlp ?? null,
        grant.raised?.to.classification ?? null,
        grant.raised?.from.tlp ?? null,
        grant.raised?.from.classification ?? null,
        grant.reason,
        grant.grantedBy,
        grant.minutes,
      ],
    );
  }

  /** What that opens or closes to the reader follows in the same transaction, by trigger. */
  async setCeiling(tx: Tx, readerId: string, { tlp, classification }: Ranks): Promise<void> {
    await tx.query(`update reader set ceiling_tlp = $2, ceiling_classification = $3 where id = $1`, [
      readerId,
      tlp,
      classification,
    ]);
  }

  /**
   * Takes back all that it gave, in this transaction.
   * @returns false when it had ended before
   */
  async end(tx: Tx, id: string): Promise<boolean> {
    const [rows]: [
      { client_id: string; former_tlp: number | null; former_classification: number | null }[],
      number,
    ] = await tx.query(
      `update break_glass set state = 'ended', ended_at = now() where id = $1 and state = 'open'
         returning client_id, former_tlp, former_classification`,
      [id],
    );
    const [ended] = rows;
    if (ended === undefined) return false;
    if (ended.former_tlp !== null) {
      await tx.query(
        `update reader r set ceiling_tlp = $2, ceiling_classification = $3 from client c
         where c.id = $1 and r.id = c.reader_id and r.id <> r.partner_id`,
        [ended.client_id, ended.former_tlp, ended.former_classification],
      );
    }
    return true;
  }

  async review(tx: Tx, id: string, outcome: ReviewOutcome, note: string): Promise<void> {
    await tx.query(
      `update break_glass set outcome = $2, review_note = $3, reviewed_at = now() where id = $1`,
      [id, outcome, note],
    );
  }

  /** Newest first. */
  async list(tx: Tx, partnerId: string, limit: number): Promise<BreakGlassRow[]> {
    return tx.query(`select ${COLUMNS} from break_glass where partner_id = $1 order by id desc limit $2`, [
      partnerId,
      limit,
    ]);
  }

  async lock(tx: Tx, id: string): Promise<BreakGlassRow | null> {
    const rows: BreakGlassRow[] = await tx.query(
      `select ${COLUMNS} from break_glass where id = $1 for update`,
      [id],
    );
    return rows[0] ?? null;
  }

  async listDueAsSystem(
    tx: Tx,
    after: Due | undefined,
    limit: number,
  ): Promise<(Due & { partner_id: string; client_id: string })[]> {
    return tx.query(
      `select id, partner_id, client_id, until::text as due_at from break_glass
       where state = 'open' and until <= now() and ($1::timestamptz is null or (until, id) > ($1, $2::uuid))
       order by until, id limit $3`,
      [after?.due_at ?? null, after?.id ?? null, limit],
    );
  }
}
