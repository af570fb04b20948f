import { Injectable } from '@nestjs/common';
import { type Actor } from '../../access/actor.js';
import { Cursors } from '../../core/cursor.js';
import { Database, type Tx } from '../../core/database.js';
import { problems } from '../../core/problem.js';
import { ChangeLogsService, type LogBounds } from '../../sharing/change-logs.service.js';
import { type ChangeRow, type ShareableType } from '../../sharing/sharing.service.js';
import { ContentsService } from '../contents/contents.service.js';
import { BEGINNING, fromNumber, type Place, toNumber } from './place.js';

/** What somebody follows. */
export interface Topic {
  /** Drills have a log of their own. */
  isDrill: boolean;
  /** Undefined: all. */
  types: readonly ShareableType[] | undefined;
  withContent: boolean;
}

export interface ReadChange {
  row: ChangeRow;
  /** Where to go on after it. */
  after: Place;
  /** Absent where none was asked for, for tombstones, and where the reader has it no more. */
  content?: object;
}

export interface ReadPart {
  changes: ReadChange[];
  /** Where to go on. */
  next: Place;
  /** Whether these are objects that the reader has, and not what happened to them. */
  isSnapshot: boolean;
  /** Whether there may be more at once. */
  hasMore: boolean;
}

/** Content of so many objects comes at once. */
export const CONTENTS_AT_ONCE = 50;

const logOf = ({ isDrill }: Topic): string => (isDrill ? 'changes of drills' : 'changes');

/** The change log of a reader, as every channel that follows it reads it. */
@Injectable()
export class ChangesService {
  constructor(
    private readonly database: Database,
    private readonly logs: ChangeLogsService,
    private readonly contents: ContentsService,
    private readonly cursors: Cursors,
  ) {}

  /** @throws Problem 400 for a cursor that was not given to this reader for this log */
  open(actor: Actor, topic: Topic, cursor: string, pointer = '?after'): Place {
    return fromNumber(this.cursors.open(actor.readerId, logOf(topic), cursor, pointer));
  }

  seal(actor: Actor, topic: Topic, place: Place): string {
    return this.cursors.seal(actor.readerId, logOf(topic), toNumber(place));
  }

  /** Where one begins who wants what the reader has now, and then what happens. */
  async snapshot(actor: Actor, topic: Topic): Promise<Place> {
    const { head } = await this.database.readAs(actor, (tx) => this.logs.bounds(tx, topic.isDrill));
    return { kind: 'snapshot', after: 0n, until: head };
  }

  /**
   * What comes next for this reader. From the beginning of a log that is not whole any more, that is what it has now.
   * @throws Problem 410 for a place after which something is gone
   */
  async read(
    actor: Actor,
    topic: Topic,
    place: Place,
    limit: number,
    acceptLanguage?: string,
  ): Promise<ReadPart> {
    const most = topic.withContent ? Math.min(limit, CONTENTS_AT_ONCE) : limit;
    const part = await this.database.readAs(actor, (tx) => this.readIn(tx, topic, place, most));
    const told = topic.withContent ? part.changes.filter(({ row }) => row.change !== 'withdrawn') : [];
    if (told.length === 0) return part;
    const contents = await this.contents.read(
      actor,
      told.map(({ row }) => ({ type: row.type, id: row.shareable_id })),
      acceptLanguage,
    );
    const changes = part.changes.map((change): ReadChange => {
      const { row } = change;
      const content = row.change === 'withdrawn' ? undefined : contents.get(row.shareable_id);
      return content === undefined ? change : { ...change, content };
    });
    return { ...part, changes };
  }

  private async readIn(tx: Tx, topic: Topic, place: Place, limit: number): Promise<ReadPart> {
    const { isDrill, types } = topic;
    const asked = { isDrill, types, limit, after: place.after };
    if (place.kind === 'snapshot') {
      const found = await this.logs.listHeld(tx, asked, place.until);
      refuseExpired(found, place.until);
      const changes = found.rows.map((row) => ({ row, after: { ...place, after: BigInt(row.position) } }));
      const isWhole = changes.length < limit;
      const next = (!isWhole && changes.at(-1)?.after) || { kind: 'log' as const, after: place.until };
      return { changes, next, isSnapshot: true, hasMore: true };
    }
    const found = await this.logs.listEntries(tx, asked);
    if (found.trimmed > 0n && place.after === BEGINNING.after) {
      return this.readIn(tx, topic, { kind: 'snapshot', after: 0n, until: found.head }, limit);
    }
    refuseExpired(found, place.after);
    const changes = found.rows.map((row) => ({
      row,
      after: { kind: 'log' as const, after: BigInt(row.position) },
    }));
    const hasMore = changes.length === limit;
    // What there is of other topics need not be looked at again.
    const rest: Place = { kind: 'log', after: found.head };
    return { changes, next: (hasMore && changes.at(-1)?.after) || rest, isSnapshot: false, hasMore };
  }
}

/** What is not in the log any more cannot be told, nor what took the place of what a restored database forgot. */
function refuseExpired({ head, trimmed }: LogBounds, after: bigint): void {
  if (after < trimmed || after > head) throw problems.cursorExpired();
}
