import { Module } from '@nestjs/common';
import { BundlesModule } from './bundles/bundles.module.js';
import { ChangesModule } from './changes/changes.module.js';
import { DutyModule } from './duty/duty.module.js';
import { FeedsModule } from './feeds/feeds.module.js';
import { FollowingModule } from './following/following.module.js';
import { QuotasModule } from './quotas/quotas.module.js';
import { StreamModule } from './stream/stream.module.js';
import { SubscriptionsModule } from './subscriptions/subscriptions.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

/** The channels beyond the API itself, each in a folder of its own; none decides who sees what. */
@Module({
  imports: [
    BundlesModule,
    ChangesModule,
    DutyModule,
    FeedsModule,
    FollowingModule,
    QuotasModule,
    StreamModule,
    SubscriptionsModule,
    WebhooksModule,
  ],
})
export class DeliveryModule {}
