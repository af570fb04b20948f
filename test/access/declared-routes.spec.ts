import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { AccessGuard } from '../../src/access/access.guard.js';
import { AccessModule } from '../../src/access/access.module.js';
import { ActorsService } from '../../src/access/actors.service.js';
import { DeclaredRoutes } from '../../src/access/declared-routes.js';
import { DpopProofs } from '../../src/access/dpop-proofs.js';
import { JwtStrategy } from '../../src/access/jwt.strategy.js';
import { LastUses } from '../../src/access/last-uses.js';
import { AnyClient, Public, RequireScope } from '../../src/access/route.decorator.js';
import { ENTITIES } from '../../src/app.entities.js';
import { CoreModule } from '../../src/core/core.module.js';
import { readConfig } from '../../src/core/config.js';
import { RateLimits } from '../../src/core/rate-limits.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { startApp } from '../support/app.js';
import { accessToken, givenClient } from './issuing.js';

@Controller('declared')
class DeclaredController {
  @Get('scoped')
  @RequireScope('alerts:read')
  scoped(): string {
    return 'scoped';
  }
  @Get('either')
  @RequireScope('reports:submit', 'alerts:read')
  either(): string {
    return 'either';
  }
  @Get('any')
  @AnyClient()
  any(): string {
    return 'any';
  }
  @Get('public')
  @Public()
  open(): string {
    return 'public';
  }
  helper(): string {
    return 'not a route';
  }
}

@Controller('forgotten')
class ForgottenController {
  @Get()
  forgotten(): string {
    return 'open to all?';
  }
  @Get('too')
  @RequireScope('alerts:everything' as never)
  unknownScope(): string {
    return 'open to whom?';
  }
  @Get('either')
  @RequireScope('alerts:read', 'alerts:everything' as never)
  unknownAlternative(): string {
    return 'open to whom else?';
  }
}

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

async function application(controllers: (new () => object)[]): Promise<NestExpressApplication> {
  class Routes {}
  Module({ controllers })(Routes);
  const url = 'http://slt.example.org';
  const imports = [
    CoreModule.forRoot(readConfig({}), url, { ...database, entities: ENTITIES }),
    AccessModule,
    Routes,
  ];
  return NestFactory.create({ module: class Root {}, imports }, { logger: false, abortOnError: false });
}

describe('a route', () => {
  it('that does not say who may call it, or says it wrongly, keeps the service from starting', async () => {
    const app = await application([DeclaredController, ForgottenController]);
    await expect(app.init()).rejects.toThrow(
      'Routes that do not declare who may call them: ForgottenController.forgotten, ForgottenController.unknownScope, ForgottenController.unknownAlternative',
    );
    await app.close();
  });

  it('that says so is listed', async () => {
    const app = await application([DeclaredController]);
    await app.init();
    expect(app.get(DeclaredRoutes, { strict: false }).list()).toEqual([
      { name: 'DeclaredController.scoped', scope: 'alerts:read' },
      { name: 'DeclaredController.either', scope: ['reports:submit', 'alerts:read'] },
      { name: 'DeclaredController.any', scope: 'any' },
      { name: 'DeclaredController.open', scope: 'public' },
    ]);
    await app.close();
  });

  it('that slipped in undeclared is open to nobody', async () => {
    const app = await startApp();
    try {
      const service = <T>(type: new (...args: never[]) => T): T => app.nest.get(type, { strict: false });
      const guard = new AccessGuard(
        service(Reflector),
        service(JwtStrategy),
        service(DpopProofs),
        service(ActorsService),
        service(LastUses),
        service(RateLimits),
      );
      const visit = (controller: new () => object, method: string, token?: string): Promise<boolean> => {
        const handler = (controller.prototype as Record<string, () => unknown>)[method];
        if (!handler) throw new Error(`no ${method}`);
        const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
        const headersDistinct = token === undefined ? {} : { authorization: [headers.authorization] };
        const request = { headers, headersDistinct, query: {}, ip: '127.0.0.1' };
        return guard.canActivate(new ExecutionContextHost([request, {}], controller, handler));
      };
      const token = await accessToken(app, await givenClient(app));
      await expect(visit(ForgottenController, 'forgotten')).rejects.toMatchObject({ status: 401 });
      await expect(visit(ForgottenController, 'forgotten', token)).rejects.toMatchObject({ status: 403 });
      await expect(visit(ForgottenController, 'unknownScope', token)).rejects.toMatchObject({ status: 403 });
      await expect(visit(DeclaredController, 'any', token)).resolves.toBe(true);
      await expect(visit(DeclaredController, 'either', token)).resolves.toBe(true);
      await expect(visit(DeclaredController, 'any')).rejects.toMatchObject({ status: 401 });
      await expect(visit(DeclaredController, 'open')).resolves.toBe(true);
    } finally {
      await app.close();
    }
  });
});
