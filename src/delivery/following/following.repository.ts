import { Injectable } from '@nestjs/common';
import { type Tx } from '../../core/database.js';
import { type ChangeRow } from '../../sharing/sharing.service.js';

export const FOLLOWER_KINDS = ['webhook', 'subscription'] as const;
export type FollowerKind = (typeof FOLLOWER_KINDS)[number];

export interface Follower {
  id: string;
  partnerId: string;
  readerId: string;
  /** Its keeper, on whose behalf it is told. */
  clientId: string;
}

/** A follower that is behind in one of the two logs of its reader, and its place there. */
export interface FollowerBehind extends Follower {
  isDrill: boolean;
  place: string;
}

const ENTRIES_AT_ONCE = 200;
/** Nobody else takes it for so long; a process that ended meanwhile delays it by no more than that. */
const TAKEN_SECONDS = 5;

/** Which of its two places a follower has in a log. */
const placeIn = (isDrill: boolean): string => (isDrill ? 'drill_position' : 'position');

@Injectable()
export class FollowingRepository {
  async insert(
    tx: Tx,
    kind: FollowerKind,
    { id, partnerId, readerId, clientId }: Follower,
    places: { position: bigint; drillPosition: bigint },
  ): Promise<void> {
    await tx.query(
      `insert into follower (id, kind, partner_id, reader_id, client_id, position, drill_position)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [id, kind, partnerId, readerId, clientId, places.position.toString(), places.drillPosition.toString()],
    );
  }

  async lock(tx: Tx, id: string): Promise<void> {
    await tx.query(`select from follower where id = $1 for no key update`, [id]);
  }

  async updateKeeper(tx: Tx, id: string, clientId: string): Promise<void> {
    await tx.query(`update follower set client_id = $2 where id = $1`, [id, clientId]);
  }

  async updateOpen(tx: Tx, id: string, isOpen: boolean): Promise<void> {
    await tx.query(`update follower set is_open = $2, taken_until = now() where id = $1`, [id, isOpen]);
  }

  /** Never forward: what lies between would be missed. */
  async moveBack(tx: Tx, id: string, isDrill: boolean, position: bigint): Promise<void> {
    const place = placeIn(isDrill);
    await tx.query(`update follower set ${place} = least(${place}, $2) where id = $1`, [
      id,
      position.toString(),
    ]);
  }

  async delete(tx: Tx, id: string): Promise<void> {
    await tx.query(`delete from follower where id = $1`, [id]);
  }

  /** One that is behind: in what is meant for action before drills, and of those the one that has waited longest. */
  async take(tx: Tx, kind: FollowerKind): Promise<FollowerBehind | null> {
    const [rows]: [FollowerBehind[]] = await tx.query(
      `with behind as (
         select f.id, h.is_drill from follower f join change_head h on h.reader_id = f.reader_id
         where f.kind = $1 and f.is_open and f.taken_until <= now()
           and h.position > case when h.is_drill then f.drill_position else f.position end
         order by h.is_drill, f.taken_until limit 1 for update of f skip locked)
       update follower f set taken_until = now() + make_interval(secs => ${TAKEN_SECONDS})
       from behind b where f.id = b.id
       returning f.id, f.partner_id as "partnerId", f.reader_id as "readerId", f.client_id as "clientId",
         b.is_drill as "isDrill", case when b.is_drill then f.drill_position else f.position end as place`,
      [kind],
    );
    return rows[0] ?? null;
  }

  async listEntries(tx: Tx, { readerId, isDrill, place }: FollowerBehind): Promise<ChangeRow[]> {
    return tx.query(
      `select position, change, alarm, type, shareable_id, version, at from change_entry
       where reader_id = $1 and is_drill = $2 and position > $3 order by position limit ${ENTRIES_AT_ONCE}`,
      [readerId, isDrill, place],
    );
  }

  /** @returns whether it still stands where it stood when it was taken, and is to go on */
  async lockAt(tx: Tx, { id, isDrill, place }: FollowerBehind): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `select from follower where id = $1 and ${placeIn(isDrill)} = $2 and is_open for no key update`,
      [id, place],
    );
    return rows.length > 0;
  }

  async advance(tx: Tx, { id, isDrill }: FollowerBehind, position: string): Promise<void> {
    await tx.query(`update follower set ${placeIn(isDrill)} = $2, taken_until = now() where id = $1`, [
      id,
      position,
    ]);
  }

  async listTold(tx: Tx, id: string, shareableIds: string[]): Promise<string[]> {
    const rows: { shareable_id: string }[] = await tx.query(
      `select shareable_id from follower_told where follower_id = $1 and shareable_id = any ($2)`,
      [id, shareableIds],
    );
    return rows.map((row) => row.shareable_id);
  }

  async insertTold(tx: Tx, id: string, shareableIds: string[]): Promise<void> {
    await tx.query(
      `insert into follower_told (follower_id, shareable_id) select $1, unnest($2::uuid[]) on conflict do nothing`,
      [id, shareableIds],
    );
  }
}
