import { Transform } from 'class-transformer';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { IfPresent } from './if-present.decorator.js';
import { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX } from './limits.js';

/** A query value that is a plain decimal number becomes one; whatever else stays text for the validator to refuse. */
export const ToNumber = () =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value,
  );

/** A comma-separated query value becomes its parts; a name that is said twice is no list. */
export const ToList = () =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : null));

export class PageQuery {
  /** Items on a page, at most 200. */
  @IfPresent()
  @ToNumber()
  @IsInt()
  @Min(1)
  @Max(PAGE_LIMIT_MAX)
  limit: number = PAGE_LIMIT_DEFAULT;

  /** `nextCursor` of the page before. */
  @IfPresent()
  @IsString()
  @MaxLength(64)
  cursor?: string;
}

/** For routes that take no query at all. */
export class NoQuery {}
