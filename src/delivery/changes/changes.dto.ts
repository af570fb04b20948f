import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { ArrayUnique, IsArray, IsIn, IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { AlertView } from '../../alerts/alert-reading.service.js';
import { IfPresent } from '../../core/if-present.decorator.js';
import { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX } from '../../core/limits.js';
import { ToList, ToNumber } from '../../core/page.dto.js';
import { problems } from '../../core/problem.js';
import { ReportView } from '../../reports/report-reading.service.js';
import { type Change, SHAREABLE_TYPES, type ShareableType } from '../../sharing/sharing.service.js';
import { type ReadChange, type Topic } from './changes.service.js';

export const WAIT_SECONDS_MAX = 30;

/** What every way of following a change log takes. */
export class FollowChangesQuery {
  /**
   * `nextCursor` of the page before, or the id of an event. Good for at least 90 days; absent: from the beginning, or,
   * where the beginning is not kept any more, from a snapshot.
   */
  @IfPresent()
  @IsString()
  @MaxLength(64)
  after?: string;

  /**
   * `true` begins with what you have now: the latest change of each object, then what happens after that. Whatever else
   * you hold when a page says `"snapshot": false`, delete.
   */
  @IfPresent()
  @IsIn(['true'])
  snapshot?: 'true';

  /** Exercises, tests and whatever else is not meant for action have a log of their own: `true` reads that one. */
  @IfPresent()
  @IsIn(['true'])
  drill?: 'true';

  /** Topics: one or several kinds of object, separated by commas; absent: all. The cursor goes on over the others. */
  @IfPresent()
  @ToList()
  @IsArray()
  @ArrayUnique()
  @IsIn(SHAREABLE_TYPES, { each: true })
  types?: ShareableType[];

  /** `content` embeds what each object says to you now, where you have the scope for its kind. */
  @IfPresent()
  @IsIn(['content'])
  include?: 'content';
}

export class ListChangesQuery extends FollowChangesQuery {
  /** Items on a page, at most 200; with content at most 50 come at once. */
  @IfPresent()
  @ToNumber()
  @IsInt()
  @Min(1)
  @Max(PAGE_LIMIT_MAX)
  limit: number = PAGE_LIMIT_DEFAULT;

  /** Seconds, at most 30, to wait for something to happen where there is nothing to tell yet. */
  @IfPresent()
  @ToNumber()
  @IsInt()
  @Min(0)
  @Max(WAIT_SECONDS_MAX)
  wait: number = 0;
}

/** @throws Problem 400 for a snapshot that is to begin in the midst of it */
export function topicOf({ after, snapshot, drill, types, include }: FollowChangesQuery): Topic {
  if (snapshot && after !== undefined) {
    throw problems.invalidInput([{ pointer: '?snapshot', detail: 'begins anew, so it goes without after' }]);
  }
  return { isDrill: drill === 'true', types, withContent: include === 'content' };
}

export class ChangedObjectView {
  type: ShareableType;
  id: string;
  /** Counts what you were given of it. */
  @ApiProperty({ type: 'integer' })
  version: number;
}

@ApiExtraModels(AlertView, ReportView)
export class ChangeView {
  /** Place in your own log: 1, 2, 3 and so on, without gaps. */
  @ApiProperty({ type: 'integer' })
  position: number;
  /** `withdrawn` is a tombstone: delete what you hold of it. */
  change: Change;
  /** False when nobody needs to be woken: only a translation was added, or its time was over. */
  alarm: boolean;
  at: string;
  object: ChangedObjectView;
  /**
   * With `include=content`: what the object says to you now, which can be later than this change. Absent for a tombstone,
   * for what you have no more, and without the scope for its kind.
   */
  @ApiProperty({
    required: false,
    anyOf: [{ $ref: getSchemaPath(AlertView) }, { $ref: getSchemaPath(ReportView) }],
  })
  content?: object;
}

export class ChangePage {
  items: ChangeView[];
  /** Where to go on, now or later; never null. */
  nextCursor: string;
  /** True while these are the objects that you have, each by its latest change, and not all that happened. */
  snapshot: boolean;
}

/** What a stream says of itself: a snapshot begins, or what you had is told and the log goes on. */
export class StreamMarkView {
  snapshot: boolean;
}

export function presentChange({ row, content }: ReadChange): ChangeView {
  return {
    position: Number(row.position),
    change: row.change,
    alarm: row.alarm,
    at: row.at.toISOString(),
    object: { type: row.type, id: row.shareable_id, version: row.version },
    ...(content && { content }),
  };
}
