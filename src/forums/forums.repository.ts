import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type ForumRow, type OpenForumDto } from './forums.dto.js';

const FORUMS = `
  select f.id, f.arrangement_id, f.name, f.purpose, f.time_zone, f.schedule, f.is_closed, f.version, f.created_at, f.convenor_id,
    p.code as convenor_code, p.name as convenor_name
  from forum f left join partner p on p.id = f.convenor_id`;

export type HandingOver = 'done' | 'hidden' | 'forbidden' | 'no_member' | 'full';

/** All SQL on forums; whoever is no member now finds none. */
@Injectable()
export class ForumsRepository {
  async insert(tx: Tx, id: string, arrangementId: string, dto: OpenForumDto): Promise<void> {
    await tx.query(
      `insert into forum (id, arrangement_id, convenor_id, name, purpose, time_zone, schedule)
       values ($1, $2, acting_partner(), $3, $4, $5, $6)`,
      [id, arrangementId, dto.name, dto.purpose ?? null, dto.timeZone, dto.schedule ?? null],
    );
  }

  async find(tx: Tx, id: string): Promise<ForumRow | null> {
    const rows: ForumRow[] = await tx.query(`${FORUMS} where f.id = $1`, [id]);
    return rows[0] ?? null;
  }

  async lock(tx: Tx, id: string): Promise<ForumRow | null> {
    const rows: ForumRow[] = await tx.query(`${FORUMS} where f.id = $1 for no key update of f`, [id]);
    return rows[0] ?? null;
  }

  /** In order of id. */
  async list(tx: Tx, arrangementId: string, afterId: string | undefined, limit: number): Promise<ForumRow[]> {
    return tx.query(
      `${FORUMS} where f.arrangement_id = $1 and ($2::uuid is null or f.id > $2) order by f.id limit $3`,
      [arrangementId, afterId ?? null, limit],
    );
  }

  async update(
    tx: Tx,
    id: string,
    values: Pick<ForumRow, 'name' | 'purpose' | 'time_zone' | 'schedule' | 'is_closed'>,
  ): Promise<void> {
    await tx.query(
      `update forum set name = $2, purpose = $3, time_zone = $4, schedule = $5, is_closed = $6, version = version + 1
       where id = $1`,
      [id, values.name, values.purpose, values.time_zone, values.schedule, values.is_closed],
    );
  }

  /** How many a partner convenes here; others that are opened in its name, or handed to it, wait. */
  async countConvened(
    tx: Tx,
    arrangementId: string,
    convenorId: string,
  ): Promise<{ open: number; all: number }> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('forums ' || $1::uuid || $2::uuid, 0))`, [
      arrangementId,
      convenorId,
    ]);
    const rows: { open: number; all: number }[] = await tx.query(
      `select count(*) filter (where not is_closed)::int as open, count(*)::int as all from forum
       where arrangement_id = $1 and convenor_id = $2`,
      [arrangementId, convenorId],
    );
    return rows[0] ?? { open: 0, all: 0 };
  }

  /** By its convenor, or whoever manages arrangements, who need not be able to read it. */
  async handOver(
    tx: Tx,
    id: string,
    to: string,
    most: { open: number; all: number },
  ): Promise<{ outcome: HandingOver; former: string | null }> {
    const rows: { outcome: HandingOver; former: string | null }[] = await tx.query(
      `select outcome, former from forum_hand_over($1, $2, $3, $4)`,
      [id, to, most.open, most.all],
    );
    return rows[0] ?? { outcome: 'hidden', former: null };
  }

  /** Whether the acting partner is a member here now, as far as its reader reaches. */
  async isHere(tx: Tx, arrangementId: string): Promise<boolean> {
    const rows: unknown[] = await tx.query(`select from acting_places() where arrangement_id = $1`, [
      arrangementId,
    ]);
    return rows.length > 0;
  }
}
