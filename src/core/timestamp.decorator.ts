import { applyDecorators } from '@nestjs/common';
import { IsISO8601, Matches } from 'class-validator';

const WITH_OFFSET = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** A date-time of RFC 3339 that exists and says its offset: local times mean something else to every reader. */
export const IsTimestamp = (): PropertyDecorator =>
  applyDecorators(
    IsISO8601({ strict: true, strictSeparator: true }, { message: 'must be a date-time that exists' }),
    Matches(WITH_OFFSET, { message: 'must be a date-time with offset, such as 2026-01-31T06:00:00Z' }),
  );
