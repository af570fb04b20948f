import { applyDecorators } from '@nestjs/common';
import { IsISO8601, Matches, ValidateBy } from 'class-validator';

// The offsets that exist: PostgreSQL takes no others.
const WITH_OFFSET = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)$/;

/** A date-time of RFC 3339 that exists and says its offset: local times mean something else to every reader. */
export const IsTimestamp = (): PropertyDecorator =>
  applyDecorators(
    IsISO8601({ strict: true, strictSeparator: true }, { message: 'must be a date-time that exists' }),
    Matches(WITH_OFFSET, { message: 'must be a date-time with offset, such as 2026-01-31T06:00:00Z' }),
    ValidateBy(
      { name: 'isWritable', validator: { validate: isWritable } },
      { message: 'must lie within the years 1 to 9999' },
    ),
  );

/** In UTC, in which it is kept: neither XML nor JSON can write other years. */
function isWritable(value: unknown): boolean {
  const year = typeof value === 'string' ? new Date(value).getUTCFullYear() : NaN;
  return !(year < 1 || year > 9999);
}
