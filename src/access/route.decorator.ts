import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiOAuth2, ApiSecurity } from '@nestjs/swagger';
import { type Request } from 'express';
import { type Actor } from './actor.js';
import { type TokenClaims } from './actors.service.js';
import { type Scope } from './scopes.js';

export const ROUTE_SCOPE = Symbol('route scope');
export const ANY_SCOPE = 'any';
export const PUBLIC = 'public';
export type RouteScope = Scope | readonly Scope[] | typeof ANY_SCOPE | typeof PUBLIC;

/** Who may call this route, said once: the guard enforces it and OpenAPI documents it. Of several scopes any will do. */
export const RequireScope = (scope: Scope, ...others: Scope[]) =>
  applyDecorators(
    SetMetadata(ROUTE_SCOPE, others.length === 0 ? scope : [scope, ...others]),
    ...[scope, ...others].map((one) => ApiOAuth2([one], 'oauth2')),
  );

/** For whoever holds a valid token. */
export const AnyClient = () => applyDecorators(SetMetadata(ROUTE_SCOPE, ANY_SCOPE), ApiOAuth2([], 'oauth2'));

/** For everybody, without a token. */
export const Public = () => applyDecorators(SetMetadata(ROUTE_SCOPE, PUBLIC), ApiSecurity({}));

export const READS_ONLY = Symbol('reads only');

/** For routes that change nothing, of scopes by which more is done than reading: open also to whoever may only read for a while. */
export const ReadsOnly = () => SetMetadata(READS_ONLY, true);

export const NAMES_NOBODY = Symbol('names nobody');

/** For routes by which a source could be recognised: their lines in the log do not say who called. */
export const NamesNobody = () => SetMetadata(NAMES_NOBODY, true);

/** What an answer that goes on asks while it does. */
export interface Rights {
  claims: TokenClaims;
  /** As the guard asks. @throws Problem 401 or 403 for whoever would not be let in any more */
  renew(): Promise<Actor>;
}

const RIGHTS = new WeakMap<Request, Rights>();

export const keepRights = (request: Request, rights: Rights): unknown => RIGHTS.set(request, rights);

/** The rights by which the guard let the request in. */
export const CurrentRights = createParamDecorator((_: unknown, context: ExecutionContext): Rights => {
  const rights = RIGHTS.get(context.switchToHttp().getRequest<Request>());
  if (rights === undefined) throw new Error('nobody was let in');
  return rights;
});

/** The actor that the guard let in; never undefined behind a scope. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const { user } = context.switchToHttp().getRequest<Request>();
  return user as Actor;
});
