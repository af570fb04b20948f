import { Injectable, type OnApplicationBootstrap, RequestMethod } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ANY_SCOPE, PUBLIC, ROUTE_SCOPE, type RouteScope } from './route.decorator.js';
import { isScope } from './scopes.js';

export interface DeclaredRoute {
  /** Class and method, such as `AlertsController.publish`. */
  name: string;
  scope: RouteScope | undefined;
}

/** The service does not start while one of its routes does not say who may call it. */
@Injectable()
export class DeclaredRoutes implements OnApplicationBootstrap {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onApplicationBootstrap(): void {
    const undeclared = this.list().filter(({ scope }) => !isDeclared(scope));
    if (undeclared.length === 0) return;
    const names = undeclared.map(({ name }) => name).join(', ');
    throw new Error(`Routes that do not declare who may call them: ${names}`);
  }

  list(): DeclaredRoute[] {
    return this.discovery.getControllers().flatMap(({ instance, metatype }) => {
      if (typeof metatype !== 'function' || !instance) return [];
      const prototype = Object.getPrototypeOf(instance) as Record<string, () => unknown>;
      return this.scanner.getAllMethodNames(prototype).flatMap((method) => {
        const handler = prototype[method];
        if (!handler || !isRoute(handler)) return [];
        const scope = this.reflector.getAllAndOverride<RouteScope | undefined>(ROUTE_SCOPE, [
          handler,
          metatype,
        ]);
        return [{ name: `${metatype.name}.${method}`, scope }];
      });
    });
  }
}

/** What Nest's own route decorators leave on a method. */
const isRoute = (handler: object): boolean =>
  RequestMethod[Reflect.getMetadata('method', handler) as number] !== undefined;

const isDeclared = (scope: RouteScope | undefined): boolean =>
  scope !== undefined &&
  (typeof scope === 'string'
    ? scope === ANY_SCOPE || scope === PUBLIC || isScope(scope)
    : scope.length > 0 && scope.every(isScope));
