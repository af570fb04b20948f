import { applyDecorators } from '@nestjs/common';
import { IsBoolean, IsUUID, MaxLength, ValidateBy } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { PageQuery } from '../core/page.dto.js';
import { IsText } from '../core/text.decorator.js';
import { isTimeZone } from './forums.rules.js';

const IsTimeZone = (): PropertyDecorator =>
  applyDecorators(
    MaxLength(64),
    ValidateBy(
      { name: 'isTimeZone', validator: { validate: isTimeZone } },
      { message: 'must be a time zone such as Africa/Khartoum' },
    ),
  );

export class OpenForumDto {
  @IsText(2, 200)
  name: string;

  @IfPresent()
  @IsText(2, 1000)
  purpose?: string;

  /** IANA name of the time zone in which it meets. */
  @IsTimeZone()
  timeZone: string;

  /** When it usually meets, in words and in its own time zone. */
  @IfPresent()
  @IsText(2, 200)
  schedule?: string;
}

export class ChangeForumDto {
  @IfPresent()
  @IsText(2, 200)
  name?: string;

  @IfPresent()
  @IsText(2, 1000)
  purpose?: string;

  @IfPresent()
  @IsTimeZone()
  timeZone?: string;

  @IfPresent()
  @IsText(2, 200)
  schedule?: string;

  /** Whether it meets no more; what was written stays. */
  @IfPresent()
  @IsBoolean()
  closed?: boolean;
}

export class HandOverForumDto {
  /** A current member of the arrangement, which convenes it from now on. */
  @IsUUID()
  partnerId: string;
}

export class ListForumsQuery extends PageQuery {}

export class ConvenorView {
  code: string;
  name: string;
}

export class ForumView {
  id: string;
  arrangementId: string;
  name: string;
  purpose?: string;
  timeZone: string;
  schedule?: string;
  closed: boolean;
  /** Who calls the meetings; absent when it is no longer a member. */
  convenor?: ConvenorView;
  createdAt: string;
  /** For `If-Match` of the next change; what others do shows without a new one. */
  version: number;
}

export class ForumPage {
  items: ForumView[];
  nextCursor: string | null;
}

export interface ForumRow {
  id: string;
  arrangement_id: string;
  name: string;
  purpose: string | null;
  time_zone: string;
  schedule: string | null;
  is_closed: boolean;
  version: number;
  created_at: Date;
  convenor_id: string;
  convenor_code: string | null;
  convenor_name: string | null;
}

export function presentForum(row: ForumRow): ForumView {
  return {
    id: row.id,
    arrangementId: row.arrangement_id,
    name: row.name,
    ...(row.purpose !== null && { purpose: row.purpose }),
    timeZone: row.time_zone,
    ...(row.schedule !== null && { schedule: row.schedule }),
    closed: row.is_closed,
    ...(row.convenor_code !== null && {
      convenor: { code: row.convenor_code, name: row.convenor_name ?? row.convenor_code },
    }),
    createdAt: row.created_at.toISOString(),
    version: row.version,
  };
}
