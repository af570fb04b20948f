import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Request, type Response } from 'express';
import { problems } from '../core/problem.js';
import { nameNobody } from '../core/request-context.js';
import { type Actor } from './actor.js';
import { ActorsService } from './actors.service.js';
import { JwtStrategy } from './jwt.strategy.js';
import { ANY_SCOPE, NAMES_NOBODY, PUBLIC, ROUTE_SCOPE, type RouteScope } from './route.decorator.js';

/** Lets in whoever the route is declared for. A route that declares nothing is for nobody. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: JwtStrategy,
    private readonly actors: ActorsService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = [context.getHandler(), context.getClass()];
    const scope = this.reflector.getAllAndOverride<RouteScope | undefined>(ROUTE_SCOPE, route);
    if (scope === PUBLIC) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    if (this.reflector.getAllAndOverride<boolean | undefined>(NAMES_NOBODY, route)) nameNobody(response);
    const actor = await this.authenticate(request, response);
    request.user = actor;
    if (scope === undefined) throw problems.forbidden('This route is open to nobody.');
    if (scope === ANY_SCOPE) return true;
    const scopes = typeof scope === 'string' ? [scope] : scope;
    if (!scopes.some((one) => actor.scopes.has(one))) throw problems.insufficientScope(...scopes);
    return true;
  }

  /** @throws Problem 401 without a valid token, 403 from a network that the client may not be used from */
  private async authenticate(request: Request, response: Response): Promise<Actor> {
    const claims = await this.tokens.authenticate(request, response);
    const bearer = claims && (await this.actors.resolve(claims));
    if (bearer === null) {
      throw problems.unauthenticated(
        request.headers.authorization === undefined ? undefined : 'invalid_token',
      );
    }
    if (!bearer.networks.admits(request.ip)) {
      throw problems.forbidden('The client may not be used from this network.');
    }
    return bearer.actor;
  }
}
