import { Injectable } from '@nestjs/common';
import { prepared, type Tx } from '../core/database.js';
import { type ChangeRow, type ShareableType } from './sharing.repository.js';

/** How far a log reaches: its latest position, and the highest that is gone from it. */
export interface LogBounds {
  head: bigint;
  trimmed: bigint;
}

/** What is asked of a log; that of drills is another one. */
export interface LogPart {
  isDrill: boolean;
  after: bigint;
  /** Undefined: all. */
  types: readonly ShareableType[] | undefined;
  limit: number;
}

/** What is asked of the log of this reader. */
export interface ReaderLogPart extends LogPart {
  partnerId: string;
  readerId: string;
}

export type LogEntries = LogBounds & { rows: ChangeRow[] };

/** A place in the log of some reader. */
export interface LogPlace {
  readerId: string;
  isDrill: boolean;
  position: bigint;
}

type BoundedRow = { head: string; trimmed: string } & (ChangeRow | { position: null });

/** In one statement, so that what is read and how far the log reached are of one moment. */
const bounded = (rows: string): string => `
  select coalesce(h.position, 0) as head, coalesce(h.trimmed, 0) as trimmed,
    e.position, e.change, e.alarm, e.type, e.shareable_id, e.version, e.at
  from (select) as always
  left join change_head h on h.reader_id = acting_reader() and h.is_drill = $1
  left join lateral (${rows}) e on true
  order by e.position`;

const ENTRIES = bounded(`
  select c.* from change_entry c
  where c.reader_id = acting_reader() and c.is_drill = $1 and c.position > $2
    and ($3::text[] is null or c.type = any ($3))
  order by c.position limit $4`);

/** The latest entry of each object that the reader has. */
const HELD = bounded(`
  select c.* from change_entry c
  join share_grant g on g.reader_id = c.reader_id and g.shareable_id = c.shareable_id and g.position = c.position
    and g.is_drill = c.is_drill
  where c.reader_id = acting_reader() and c.is_drill = $1 and c.position > $2
    and ($3::text[] is null or c.type = any ($3)) and c.position <= $5
  order by c.position limit $4`);

/** SQL on change logs; only the sharing rule writes to them. */
@Injectable()
export class ChangeLogsRepository {
  /** Reads as each of these readers in turn, as the last of whom the transaction goes on; in the order of `parts`. */
  async listEntries(tx: Tx, parts: ReaderLogPart[]): Promise<LogEntries[]> {
    const asked = parts.map((part) => ({ ...part, after: part.after.toString() }));
    const rows = await prepared<BoundedRow & { place: string }>(
      tx,
      'change log',
      `select place, head, trimmed, position, change, alarm, type, shareable_id, version, at
       from change_log_parts($1)`,
      [JSON.stringify(asked)],
    );
    const found = parts.map((): BoundedRow[] => []);
    for (const row of rows) found[Number(row.place) - 1]?.push(row);
    return found.map(split);
  }

  /** Of the acting reader alone, within what else is read. */
  async listOwnEntries(tx: Tx, part: LogPart): Promise<LogEntries> {
    return split(await prepared<BoundedRow>(tx, 'own change log', ENTRIES, valuesOf(part)));
  }

  /** @param until the position up to which what the reader has is listed */
  async listHeld(tx: Tx, part: LogPart, until: bigint): Promise<LogEntries> {
    const values = [...valuesOf(part), until.toString()];
    return split(await prepared<BoundedRow>(tx, 'change log held', HELD, values));
  }

  async positionBefore(tx: Tx, isDrill: boolean, time: Date): Promise<bigint> {
    const rows: { position: string }[] = await tx.query(
      `select position from change_entry
       where reader_id = acting_reader() and is_drill = $1 and at < $2 order by position desc limit 1`,
      [isDrill, time],
    );
    return BigInt(rows[0]?.position ?? 0);
  }

  async bounds(tx: Tx, isDrill: boolean): Promise<LogBounds> {
    const rows = await prepared<{ head: string; trimmed: string }>(
      tx,
      'change log bounds',
      `select position as head, trimmed from change_head where reader_id = acting_reader() and is_drill = $1`,
      [isDrill],
    );
    return boundsOf(rows[0] ?? { head: '0', trimmed: '0' });
  }

  /** @returns the indexes of those places after which there is more */
  async listBehindAsSystem(tx: Tx, places: LogPlace[]): Promise<number[]> {
    const rows = await prepared<{ place: string }>(
      tx,
      'change logs behind',
      `select p.place from unnest($1::uuid[], $2::boolean[], $3::bigint[]) with ordinality
         as p (reader_id, is_drill, position, place)
       join change_head h on h.reader_id = p.reader_id and h.is_drill = p.is_drill and h.position > p.position`,
      [
        places.map((one) => one.readerId),
        places.map((one) => one.isDrill),
        places.map((one) => one.position.toString()),
      ],
    );
    return rows.map(({ place }) => Number(place) - 1);
  }

  /** Of the log that was longest not looked at. @returns whether there was one */
  async trimAsSystem(tx: Tx, days: number): Promise<boolean> {
    const rows: { found: boolean }[] = await tx.query(
      `select change_log_trim(now() - make_interval(days => $1)) as found`,
      [days],
    );
    return rows[0]?.found ?? false;
  }
}

const valuesOf = ({ isDrill, after, types, limit }: LogPart): unknown[] => [
  isDrill,
  after.toString(),
  types ?? null,
  limit,
];

const boundsOf = ({ head, trimmed }: { head: string; trimmed: string }): LogBounds => ({
  head: BigInt(head),
  trimmed: BigInt(trimmed),
});

/** There is always a row, which is none of the log where that has none. */
function split(found: BoundedRow[]): LogEntries {
  const rows = found.filter((row): row is typeof row & ChangeRow => row.position !== null);
  return { ...boundsOf(found[0] ?? { head: '0', trimmed: '0' }), rows };
}
