import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { TargetGuard } from '../core/target-guard.js';
import { AccessGuard } from './access.guard.js';
import { ActorsService } from './actors.service.js';
import { BreakGlassRepository } from './break-glass.repository.js';
import { BreakGlassService } from './break-glass.service.js';
import { ClientsRepository } from './clients.repository.js';
import { ClientsService } from './clients.service.js';
import { DeclaredRoutes } from './declared-routes.js';
import { DpopProofs } from './dpop-proofs.js';
import { JwtStrategy } from './jwt.strategy.js';
import { AttestationsRepository } from './attestations.repository.js';
import { AttestationsService } from './attestations.service.js';
import { LastUses } from './last-uses.js';
import { AuthorizationServer } from './oauth/authorization-server.js';
import { ExpiredRecords } from './oauth/expired-records.js';
import { OAuthRepository } from './oauth/oauth.repository.js';
import { RemoteKeySets } from './oauth/remote-key-sets.js';
import { SigningKeys } from './oauth/signing-keys.js';
import { Storage } from './oauth/storage.js';

export { mountAuthorizationServer } from './oauth/mount.js';

/**
 * Who calls, and what they may. Owns clients and readers, and the authorization server at /oauth with its records and
 * keys; guards every route of the application. Calls core only, emits nothing.
 */
@Module({
  imports: [DiscoveryModule],
  providers: [
    ActorsService,
    AttestationsRepository,
    AttestationsService,
    AuthorizationServer,
    BreakGlassRepository,
    BreakGlassService,
    ClientsRepository,
    ClientsService,
    DeclaredRoutes,
    DpopProofs,
    ExpiredRecords,
    JwtStrategy,
    LastUses,
    OAuthRepository,
    {
      provide: RemoteKeySets,
      inject: [TargetGuard],
      useFactory: (guard: TargetGuard) => new RemoteKeySets(guard),
    },
    SigningKeys,
    Storage,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [ActorsService, AttestationsService, BreakGlassService, ClientsService],
})
export class AccessModule {}
