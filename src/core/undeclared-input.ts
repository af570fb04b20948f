import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { type Request } from 'express';
import { type Observable } from 'rxjs';
import { problems } from './problem.js';

const OWN_INPUT = Symbol('validates its own input');
const MOST_NAMED = 20;

/** For the route whose input depends on the media type of what is sent. */
export const ValidatesItsOwnInput = () => SetMetadata(OWN_INPUT, true);

/** Names that a route does not declare are refused too where it declares no input at all: no DTO looks at them there. */
@Injectable()
export class UndeclaredInput implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const handler = context.getHandler();
    if (Reflect.getMetadata(OWN_INPUT, handler) !== true) {
      const request = context.switchToHttp().getRequest<Request>();
      const body: unknown = request.body;
      const declared = declaredInputs(context);
      const names = [
        ...(declared.has(RouteParamtypes.QUERY) ? [] : Object.keys(request.query).map((name) => `?${name}`)),
        ...(declared.has(RouteParamtypes.BODY) ? [] : bodyNames(body)),
      ];
      if (names.length > 0) {
        throw problems.invalidInput(
          names
            .slice(0, MOST_NAMED)
            .map((name) => ({ pointer: name.slice(0, 100), detail: 'is not a known name' })),
        );
      }
    }
    return next.handle();
  }
}

function declaredInputs(context: ExecutionContext): Set<number> {
  const parameters = (Reflect.getMetadata(
    ROUTE_ARGS_METADATA,
    context.getClass(),
    context.getHandler().name,
  ) ?? {}) as Record<string, unknown>;
  return new Set(Object.keys(parameters).map((key) => Number(key.split(':')[0])));
}

function bodyNames(body: unknown): string[] {
  if (body === undefined || body === null) return [];
  return typeof body === 'object' && !Array.isArray(body)
    ? Object.keys(body).map((name) => `#/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    : ['#'];
}
