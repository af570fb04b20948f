import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  Param,
  type PipeTransform,
} from '@nestjs/common';
import { ApiHeader, ApiParam } from '@nestjs/swagger';
import { type Request } from 'express';
import { readIdempotencyKey } from './idempotency.js';
import { isId } from './ids.js';
import { problems } from './problem.js';

class IdPipe implements PipeTransform<string, string> {
  /** What cannot be an id is answered like an id that is not there. */
  transform(value: string): string {
    if (!isId(value)) throw problems.notFound();
    return value.toLowerCase();
  }
}

/** An id in the path. */
export const Id = (name = 'id') => Param(name, IdPipe);

export const ApiId = (name = 'id') => ApiParam({ name, schema: { type: 'string', format: 'uuid' } });

/** The promise of a creating request that its repeats mean the same one; undefined when none was made. */
export const Idempotency = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<Request>();
  return readIdempotencyKey(
    request.headers['idempotency-key'],
    request.method,
    request.originalUrl,
    request.body,
  );
});

export const ApiIdempotencyKey = () =>
  applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'A repeat with the same key answers with what the first request made.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    }),
  );

export const ApiAcceptLanguage = () =>
  ApiHeader({
    name: 'Accept-Language',
    required: false,
    description: 'Languages that serve you, best first; another one comes when there is none of them.',
    schema: { type: 'string', maxLength: 200 },
  });

export const ApiIfMatch = ({ required = false } = {}) =>
  ApiHeader({
    name: 'If-Match',
    required,
    description: 'The `ETag` of the version that the change was made for.',
    schema: { type: 'string', maxLength: 200 },
  });
