import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX } from '../core/limits.js';
import { ToNumber } from '../core/page.dto.js';
import { type Change, type ChangeRow, type ShareableType } from './sharing.repository.js';

export class ListChangesQuery {
  /** `nextCursor` of the page before; absent: from the beginning. */
  @IfPresent()
  @IsString()
  @MaxLength(64)
  after?: string;

  /** Exercises, tests and whatever else is not meant for action have a log of their own: `true` reads that one. */
  @IfPresent()
  @IsIn(['true'])
  drill?: 'true';

  /** Items on a page, at most 200. */
  @IfPresent()
  @ToNumber()
  @IsInt()
  @Min(1)
  @Max(PAGE_LIMIT_MAX)
  limit: number = PAGE_LIMIT_DEFAULT;
}

export class ChangedObjectView {
  type: ShareableType;
  id: string;
  /** Counts what you were given of it. */
  @ApiProperty({ type: 'integer' })
  version: number;
}

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
}

export class ChangePage {
  items: ChangeView[];
  /** Where to go on, now or later; never null. */
  nextCursor: string;
}

export function presentChange(row: ChangeRow): ChangeView {
  return {
    position: Number(row.position),
    change: row.change,
    alarm: row.alarm,
    at: row.at.toISOString(),
    object: { type: row.type, id: row.shareable_id, version: row.version },
  };
}
