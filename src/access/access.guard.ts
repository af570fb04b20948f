import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Request, type Response } from 'express';
import { problems } from '../core/problem.js';
import { RateLimits } from '../core/rate-limits.js';
import { nameNobody } from '../core/request-context.js';
import { type Actor, mayRead } from './actor.js';
import { ActorsService, type TokenClaims } from './actors.service.js';
import { DpopProofs } from './dpop-proofs.js';
import { JwtStrategy } from './jwt.strategy.js';
import { LastUses } from './last-uses.js';
import { SIGNATURES } from './oauth/signatures.js';
import {
  ANY_SCOPE,
  keepRights,
  NAMES_NOBODY,
  PUBLIC,
  READS_ONLY,
  ROUTE_SCOPE,
  type RouteScope,
} from './route.decorator.js';

const WITHHELD = {
  unattested:
    'Nobody said in time that this client is still needed. It may only read until another client of your organisation, or the steward, does: POST /v1/partners/{id}/clients/{clientId}/attestations.',
  lapsed:
    'Your organisation’s acceptance of the commitments has lapsed. It may only read until a senior officer signs again: POST /v1/partners/{id}/acceptances.',
};

/** Lets in whoever the route is declared for. A route that declares nothing is for nobody. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: JwtStrategy,
    private readonly proofs: DpopProofs,
    private readonly actors: ActorsService,
    private readonly uses: LastUses,
    private readonly limits: RateLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = [context.getHandler(), context.getClass()];
    const scope = this.reflector.getAllAndOverride<RouteScope | undefined>(ROUTE_SCOPE, route);
    if (scope === PUBLIC) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const namesNobody = this.reflector.getAllAndOverride<boolean | undefined>(NAMES_NOBODY, route) === true;
    const readsOnly =
      request.method === 'GET' &&
      this.reflector.getAllAndOverride<boolean | undefined>(READS_ONLY, route) === true;
    if (namesNobody) nameNobody(response);
    const { claims, proof } = await this.authenticate(request, response);
    // Kept for later: a connection that is closed has no address.
    const { ip } = request;
    const actor = await this.identify(claims, ip);
    if (proof !== null) await this.useProof(proof, request, actor);
    request.user = actor;
    admit(actor, scope, readsOnly);
    // A source could be recognised by the hour in which its client was last used.
    if (!namesNobody) this.uses.note(actor.clientId);
    const renew = async (): Promise<Actor> => {
      const same = admit(await this.identify(claims, ip), scope, readsOnly);
      if (!namesNobody) this.uses.note(same.clientId);
      return same;
    };
    keepRights(request, { claims, renew });
    return true;
  }

  /**
   * @returns with a proof that is still to be used up, for a token that is bound to a key
   * @throws Problem 401 without a valid token, and for one that is bound to a key without proof of that
   */
  private async authenticate(
    request: Request,
    response: Response,
  ): Promise<{ claims: TokenClaims; proof: string | null }> {
    const { authorization } = request.headers;
    const claims = await this.tokens.authenticate(request, response);
    // RFC 9449 §7.2: neither may such a token be used like any other, nor any other like such a token.
    const isBound = claims?.thumbprint !== undefined || /^dpop /i.test(authorization ?? '');
    if (claims !== null && !isBound) return { claims, proof: null };
    const proof = claims && (await this.proofs.check(request, claims));
    if (claims !== null && proof !== null) return { claims, proof };
    if (isBound) throw problems.unproven(SIGNATURES);
    throw problems.unauthenticated(authorization === undefined ? undefined : 'invalid_token');
  }

  /**
   * Writes, so that nothing of it is done for a client that asks too much; one that was used is not counted as its client's,
   * for anybody could have seen it.
   * @throws Problem 401 for one that was used, 429
   */
  private async useProof(proof: string, request: Request, actor: Actor): Promise<void> {
    const spent = await this.limits.spent(actor);
    if (spent !== undefined) {
      request.user = actor;
      throw spent;
    }
    if (!(await this.proofs.use(proof))) throw problems.unproven(SIGNATURES);
  }

  /** @throws Problem 401 once the token has ended, 403 from a network that the client may not be used from */
  private async identify(claims: TokenClaims, ip: string | undefined): Promise<Actor> {
    const bearer = await this.actors.resolve(claims);
    if (bearer === null) {
      throw claims.thumbprint === undefined
        ? problems.unauthenticated('invalid_token')
        : problems.unproven(SIGNATURES);
    }
    if (!bearer.networks.admits(ip)) {
      throw problems.forbidden('The client may not be used from this network.');
    }
    return bearer.actor;
  }
}

/** @throws Problem 403 for whoever the route is not declared for */
function admit(actor: Actor, scope: RouteScope | undefined, readsOnly: boolean): Actor {
  if (scope === undefined) throw problems.forbidden('This route is open to nobody.');
  if (scope === ANY_SCOPE || scope === PUBLIC) return actor;
  const scopes = typeof scope === 'string' ? [scope] : scope;
  if (scopes.some((one) => actor.scopes.has(one)) || (readsOnly && mayRead(actor, ...scopes))) return actor;
  const { withheld } = actor;
  if (withheld !== undefined && scopes.some((one) => withheld.scopes.has(one)))
    throw problems.forbidden(WITHHELD[withheld.because]);
  throw problems.insufficientScope(...scopes);
}
