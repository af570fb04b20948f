import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type ArrangementLevel } from './arrangement.rules.js';
import { type LevelChangeRow } from './levels.dto.js';

const COLUMNS = 'id, level, state, starts_at, ends_at, issuer, reason, recorded_at';

export interface NewLevel {
  id: string;
  arrangementId: string;
  level: ArrangementLevel;
  state: 'planned' | 'current';
  startsAt: Date;
  reason?: string;
  issuer?: string;
}

/** All SQL on the history of levels. Whoever writes it holds the lock on the arrangement. */
@Injectable()
export class LevelsRepository {
  /** @returns false when a level is planned for this very time */
  async insert(tx: Tx, level: NewLevel): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `insert into arrangement_level (id, arrangement_id, level, state, starts_at, reason, issuer, partner_id)
       values ($1, $2, $3, $4, $5, $6,
         coalesce($7, (select name from partner where id = acting_partner())), acting_partner())
       on conflict (arrangement_id, starts_at) where state = 'planned' do nothing returning id`,
      [
        level.id,
        level.arrangementId,
        level.level,
        level.state,
        level.startsAt,
        level.reason ?? null,
        level.issuer ?? null,
      ],
    );
    return rows.length > 0;
  }

  async endCurrent(tx: Tx, arrangementId: string, endsAt: Date): Promise<void> {
    await tx.query(
      `update arrangement_level set state = 'past', ends_at = greatest($2, starts_at)
       where arrangement_id = $1 and state = 'current'`,
      [arrangementId, endsAt],
    );
  }

  async setLevel(tx: Tx, arrangementId: string, level: ArrangementLevel): Promise<void> {
    await tx.query(
      `update arrangement set level = $2, version = version + 1, updated_at = now() where id = $1`,
      [arrangementId, level],
    );
  }

  async findCurrent(tx: Tx, arrangementId: string): Promise<LevelChangeRow | null> {
    const rows: LevelChangeRow[] = await tx.query(
      `select ${COLUMNS} from arrangement_level where arrangement_id = $1 and state = 'current'`,
      [arrangementId],
    );
    return rows[0] ?? null;
  }

  async find(tx: Tx, arrangementId: string, id: string): Promise<LevelChangeRow | null> {
    const rows: LevelChangeRow[] = await tx.query(
      `select ${COLUMNS} from arrangement_level where arrangement_id = $1 and id = $2`,
      [arrangementId, id],
    );
    return rows[0] ?? null;
  }

  /** Recorded last comes first. */
  async list(
    tx: Tx,
    arrangementId: string,
    beforeId: string | undefined,
    limit: number,
  ): Promise<LevelChangeRow[]> {
    return tx.query(
      `select ${COLUMNS} from arrangement_level
       where arrangement_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
      [arrangementId, beforeId ?? null, limit],
    );
  }

  /** @returns false when it is not planned any more */
  async cancel(tx: Tx, id: string): Promise<boolean> {
    const [, cancelled]: [unknown, number] = await tx.query(
      `update arrangement_level set state = 'cancelled' where id = $1 and state = 'planned'`,
      [id],
    );
    return cancelled > 0;
  }

  /** An arrangement with a level that is due, locked; several processes may try at once, and none waits. */
  async lockDue(tx: Tx): Promise<string | null> {
    const rows: { id: string }[] = await tx.query(
      `select a.id from arrangement a
       where exists (select from arrangement_level l
                     where l.arrangement_id = a.id and l.state = 'planned' and l.starts_at <= now())
       order by random() limit 1 for no key update skip locked`,
    );
    return rows[0]?.id ?? null;
  }

  /** The earliest that is due; another process may just have moved it on. */
  async findDue(
    tx: Tx,
    arrangementId: string,
  ): Promise<(LevelChangeRow & { partner_id: string | null }) | null> {
    const rows: (LevelChangeRow & { partner_id: string | null })[] = await tx.query(
      `select ${COLUMNS}, partner_id from arrangement_level
       where arrangement_id = $1 and state = 'planned' and starts_at <= now() order by starts_at limit 1`,
      [arrangementId],
    );
    return rows[0] ?? null;
  }

  async begin(tx: Tx, id: string): Promise<void> {
    await tx.query(`update arrangement_level set state = 'current' where id = $1 and state = 'planned'`, [
      id,
    ]);
  }
}
