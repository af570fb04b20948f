import { Module } from '@nestjs/common';
import { AlertsModule } from '../../alerts/alerts.module.js';
import { ArrangementsModule } from '../../arrangements/arrangements.module.js';
import { Database } from '../../core/database.js';
import { installationSecret } from '../../core/installation-secrets.js';
import { Sealing } from '../../core/sealing.js';
import { PartnersModule } from '../../partners/partners.module.js';
import { SharingModule } from '../../sharing/sharing.module.js';
import { BundleKeysRepository } from './bundle-keys.repository.js';
import { BundleKeysService } from './bundle-keys.service.js';
import { BundlesController } from './bundles.controller.js';
import { BundlesService } from './bundles.service.js';

/**
 * What a field team takes along: a part of its reader's log, small, signed, and checked without a network by
 * `verify/verify-bundle.ts`. Owns bundle_key; calls alerts, arrangements and sharing, and decides nothing about who sees
 * what.
 */
@Module({
  imports: [AlertsModule, ArrangementsModule, PartnersModule, SharingModule],
  controllers: [BundlesController],
  providers: [
    BundleKeysRepository,
    BundleKeysService,
    BundlesService,
    {
      provide: Sealing,
      inject: [Database],
      useFactory: async (database: Database) =>
        new Sealing(await installationSecret(database, 'bundle-keys')),
    },
  ],
})
export class BundlesModule {}
