import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/access.module.js';
import { AlertsModule } from '../../alerts/alerts.module.js';
import { AuditModule } from '../../audit/audit.module.js';
import { AddressedFeedsController } from './addressed-feeds.controller.js';
import { AlertFeedsController } from './alert-feeds.controller.js';
import { FeedAddressesController } from './feed-addresses.controller.js';
import { FeedAddressesRepository } from './feed-addresses.repository.js';
import { FeedAddressesService } from './feed-addresses.service.js';
import { FeedAnswers } from './feed-answers.js';
import { PublicFeedsController } from './public-feeds.controller.js';

/**
 * Alerts as feeds, in the formats that other programs read. Owns feed_address; calls alerts and decides nothing about
 * who sees what: a feed address is a reader like others.
 */
@Module({
  imports: [AccessModule, AlertsModule, AuditModule],
  controllers: [
    AlertFeedsController,
    AddressedFeedsController,
    FeedAddressesController,
    PublicFeedsController,
  ],
  providers: [FeedAddressesRepository, FeedAddressesService, FeedAnswers],
  exports: [FeedAddressesService],
})
export class FeedsModule {}
