import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type Wording } from './commitment.rules.js';
import { type TextRow } from './texts.dto.js';

const SELECT = `select id, version, title, principles, commitments, effective_at, accept_by, validity_days, grace_days,
    published_at, version = (select max(c.version) from commitment_text c where c.effective_at <= now()) as is_in_force
  from commitment_text`;

export interface NewText {
  id: string;
  title: string;
  principles: string[];
  commitments: Wording[];
  effectiveAt: Date;
  acceptBy: Date | null;
  validityDays: number;
  graceDays: number;
}

/** All SQL on texts. What follows from them for partners is settled by triggers, in the same transaction. */
@Injectable()
export class TextsRepository {
  /** One after the other, before anything is read: numbers and dates follow each other. */
  async lock(tx: Tx): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('slt commitments', 0))`);
  }

  /** By the clock that will decide what is in force. */
  async now(tx: Tx): Promise<Date> {
    const rows: { now: Date }[] = await tx.query(`select now() as now`);
    return rows[0]?.now ?? new Date();
  }

  async insert(tx: Tx, text: NewText): Promise<void> {
    await tx.query(
      `insert into commitment_text (id, version, title, principles, commitments, effective_at, accept_by,
         validity_days, grace_days)
       select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7, $8 from commitment_text`,
      [
        text.id,
        text.title,
        text.principles,
        JSON.stringify(text.commitments),
        text.effectiveAt,
        text.acceptBy,
        text.validityDays,
        text.graceDays,
      ],
    );
  }

  async setDeadline(tx: Tx, id: string, acceptBy: Date): Promise<void> {
    await tx.query(`update commitment_text set accept_by = $2 where id = $1`, [id, acceptBy]);
  }

  async find(tx: Tx, id: string): Promise<TextRow | null> {
    const rows: TextRow[] = await tx.query(`${SELECT} where id = $1`, [id]);
    return rows[0] ?? null;
  }

  async findInForce(tx: Tx): Promise<TextRow | null> {
    const rows: TextRow[] = await tx.query(
      `${SELECT} where effective_at <= now() order by version desc limit 1`,
    );
    return rows[0] ?? null;
  }

  /** Latest first. */
  async list(tx: Tx): Promise<TextRow[]> {
    return tx.query(`${SELECT} order by version desc`);
  }
}
