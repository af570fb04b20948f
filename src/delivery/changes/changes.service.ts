import { Injectable } from '@nestjs/common';
import { type Actor } from '../../access/actor.js';
import { Cursors } from '../../core/cursor.js';
import { Database } from '../../core/database.js';
import { problems } from '../../core/problem.js';
import {
  ChangeLogsService,
  type LogBounds,
  type LogEntries,
  type ReaderLogPart,
} from '../../sharing/change-logs.service.js';
import { type ChangeRow, type ShareableType } from '../../sharing/sharing.service.js';
import { ContentsService } from '../contents/contents.service.js';
import { Gathering } from './gathering.js';
import { BEGINNING, fromNumber, type Place, toNumber } from './place.js';
import { Turns } from './turns.js';

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
/** Logs that are read together for those whom one wake-up woke. */
const LOGS_AT_ONCE = 100;
/** Connections of the pool for reading that streams may have at a time, of either kind: others read too. */
const READING_AT_ONCE = 2;

const logOf = ({ isDrill }: Topic): string => (isDrill ? 'changes of drills' : 'changes');

/** The change log of a reader, as every channel that follows it reads it. */
@Injectable()
export class ChangesService {
  private readonly turns = new Turns(READING_AT_ONCE);
  private readonly together = new Gathering(
    (parts: ReaderLogPart[]) => this.logs.listEntries(parts),
    LOGS_AT_ONCE,
    READING_AT_ONCE,
  );

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
    const asked = askedOf(actor, topic, place, limit);
    const part =
      place.kind === 'snapshot'
        ? await this.readHeld(actor, asked, place.until)
        : await this.readLog(actor, asked, (one) => this.logs.listEntries([one]));
    return this.withContents(actor, topic, part, acceptLanguage);
  }

  /** The same for one of many that are woken together: logs are read together, and the rest waits for its turn. */
  async readAmongMany(
    actor: Actor,
    topic: Topic,
    place: Place,
    limit: number,
    acceptLanguage?: string,
  ): Promise<ReadPart> {
    if (place.kind === 'snapshot') {
      return this.turns.take(() => this.read(actor, topic, place, limit, acceptLanguage));
    }
    const asked = askedOf(actor, topic, place, limit);
    const part = await this.readLog(actor, asked, async (one) => [await this.together.ask(one)]);
    return topic.withContent
      ? this.turns.take(() => this.withContents(actor, topic, part, acceptLanguage))
      : part;
  }

  private async readLog(
    actor: Actor,
    asked: ReaderLogPart,
    list: (one: ReaderLogPart) => Promise<LogEntries[]>,
  ): Promise<ReadPart> {
    const [found] = await list(asked);
    if (found === undefined) throw new Error('a log that was asked for was not answered');
    if (found.trimmed > 0n && asked.after === BEGINNING.after) {
      return this.readHeld(actor, asked, found.head);
    }
    refuseExpired(found, asked.after);
    const changes = found.rows.map((row) => ({
      row,
      after: { kind: 'log' as const, after: BigInt(row.position) },
    }));
    const hasMore = changes.length === asked.limit;
    // What there is of other topics need not be looked at again.
    const rest: Place = { kind: 'log', after: found.head };
    return { changes, next: (hasMore && changes.at(-1)?.after) || rest, isSnapshot: false, hasMore };
  }

  private async readHeld(actor: Actor, asked: ReaderLogPart, until: bigint): Promise<ReadPart> {
    const found = await this.database.readAs(actor, (tx) => this.logs.listHeld(tx, asked, until));
    refuseExpired(found, until);
    const changes = found.rows.map((row) => ({
      row,
      after: { kind: 'snapshot' as const, after: BigInt(row.position), until },
    }));
    const isWhole = changes.length < asked.limit;
    const next = (!isWhole && changes.at(-1)?.after) || { kind: 'log' as const, after: until };
    return { changes, next, isSnapshot: true, hasMore: true };
  }

  private async withContents(
    actor: Actor,
    topic: Topic,
    part: ReadPart,
    acceptLanguage?: string,
  ): Promise<ReadPart> {
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
}

const askedOf = (actor: Actor, topic: Topic, place: Place, limit: number): ReaderLogPart => ({
  partnerId: actor.partnerId,
  readerId: actor.readerId,
  isDrill: topic.isDrill,
  after: place.after,
  types: topic.types,
  limit: topic.withContent ? Math.min(limit, CONTENTS_AT_ONCE) : limit,
});

/** What is not in the log any more cannot be told, nor what took the place of what a restored database forgot. */
function refuseExpired({ head, trimmed }: LogBounds, after: bigint): void {
  if (after < trimmed || after > head) throw problems.cursorExpired();
}
