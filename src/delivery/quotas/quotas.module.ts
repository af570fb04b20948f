import { Module } from '@nestjs/common';
import { AttachmentsModule } from '../../attachments/attachments.module.js';
import { ChangesModule } from '../changes/changes.module.js';
import { FeedsModule } from '../feeds/feeds.module.js';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.js';
import { WebhooksModule } from '../webhooks/webhooks.module.js';
import { QuotasController } from './quotas.controller.js';
import { QuotasService } from './quotas.service.js';

/** Tells clients what the other modules allow them; owns nothing, and refuses nothing. */
@Module({
  imports: [AttachmentsModule, ChangesModule, FeedsModule, SubscriptionsModule, WebhooksModule],
  controllers: [QuotasController],
  providers: [QuotasService],
})
export class QuotasModule {}
