import { Injectable } from '@nestjs/common';
import { classificationRank, tlpRank } from '../access/handling.js';
import { type Tx } from '../core/database.js';
import { type Minutes } from './forums.rules.js';
import { type CallMeetingDto, type MeetingRow } from './meetings.dto.js';

const MEETINGS = `
  select m.id, m.forum_id, m.title, m.starts_at, m.ends_at, f.time_zone, m.place, m.agenda, m.tlp, m.classification,
    m.is_unattributed, m.is_cancelled, m.minutes, m.actions, m.version
  from meeting m join forum f on f.id = m.forum_id`;

/** All SQL on meetings; whoever may not receive their handling finds none. */
@Injectable()
export class MeetingsRepository {
  /** @throws a refusal of the database for a handling that the caller could not read itself */
  async insert(tx: Tx, id: string, forumId: string, dto: CallMeetingDto): Promise<void> {
    await tx.query(
      `insert into meeting (id, forum_id, title, starts_at, ends_at, place, agenda, tlp, classification,
         is_unattributed)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        id,
        forumId,
        dto.title,
        new Date(dto.startsAt),
        dto.endsAt === undefined ? null : new Date(dto.endsAt),
        dto.place ?? null,
        dto.agenda,
        tlpRank(dto.handling.tlp),
        classificationRank(dto.handling.classification),
        dto.chathamHouse,
      ],
    );
  }

  async find(tx: Tx, forumId: string, id: string): Promise<MeetingRow | null> {
    const rows: MeetingRow[] = await tx.query(`${MEETINGS} where m.forum_id = $1 and m.id = $2`, [
      forumId,
      id,
    ]);
    return rows[0] ?? null;
  }

  async lock(tx: Tx, forumId: string, id: string): Promise<MeetingRow | null> {
    const rows: MeetingRow[] = await tx.query(
      `${MEETINGS} where m.forum_id = $1 and m.id = $2 for no key update of m`,
      [forumId, id],
    );
    return rows[0] ?? null;
  }

  /** Called last comes first. */
  async list(tx: Tx, forumId: string, beforeId: string | undefined, limit: number): Promise<MeetingRow[]> {
    return tx.query(
      `${MEETINGS} where m.forum_id = $1 and ($2::uuid is null or m.id < $2) order by m.id desc limit $3`,
      [forumId, beforeId ?? null, limit],
    );
  }

  async update(tx: Tx, row: MeetingRow): Promise<void> {
    await tx.query(
      `update meeting set title = $2, starts_at = $3, ends_at = $4, place = $5, agenda = $6, is_cancelled = $7,
         version = version + 1
       where id = $1`,
      [row.id, row.title, row.starts_at, row.ends_at, row.place, row.agenda, row.is_cancelled],
    );
  }

  /** In one statement, so that no attribution is left where none may be. */
  async writeDown(
    tx: Tx,
    id: string,
    isUnattributed: boolean,
    { minutes, actions }: { minutes: Minutes['minutes'] | null; actions: Minutes['actions'] },
  ): Promise<void> {
    await tx.query(
      `update meeting set is_unattributed = $2, minutes = $3, actions = $4, version = version + 1 where id = $1`,
      [id, isUnattributed, minutes === null ? null : JSON.stringify(minutes), JSON.stringify(actions)],
    );
  }
}
