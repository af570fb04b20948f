import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/access.module.js';
import { AlertsModule } from '../../alerts/alerts.module.js';
import { AuditModule } from '../../audit/audit.module.js';
import { Database } from '../../core/database.js';
import { installationSecret } from '../../core/installation-secrets.js';
import { ContentsModule } from '../contents/contents.module.js';
import { FollowingModule } from '../following/following.module.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { Sealing } from '../../core/sealing.js';
import { WebhookCare, WebhookWaker } from './webhook.clock.js';
import { WebhookContentsService } from './webhook-contents.service.js';
import { WebhookFollowingService } from './webhook-following.service.js';
import { WebhookLogService } from './webhook-log.service.js';
import { WebhookRecallsService } from './webhook-recalls.service.js';
import { WebhookScheduleService } from './webhook-schedule.service.js';
import { WebhookSendingService } from './webhook-sending.service.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhooksRepository } from './webhooks.repository.js';
import { WebhooksService } from './webhooks.service.js';

/**
 * Standard Webhooks 1.0: tells endpoints of partners what changed for them. Owns webhook, webhook_delivery and
 * webhook_attempt; follows change logs, asks for rights again whenever it sends, and decides nothing about who sees what.
 */
@Module({
  imports: [AccessModule, AuditModule, AlertsModule, ContentsModule, FollowingModule],
  controllers: [WebhooksController],
  providers: [
    DeliveriesRepository,
    WebhookCare,
    WebhookContentsService,
    WebhookFollowingService,
    WebhookLogService,
    WebhookRecallsService,
    WebhookScheduleService,
    WebhookSendingService,
    WebhookWaker,
    WebhooksRepository,
    WebhooksService,
    {
      provide: Sealing,
      inject: [Database],
      useFactory: async (database: Database) =>
        new Sealing(await installationSecret(database, 'webhook-keys')),
    },
  ],
  exports: [WebhooksService],
})
export class WebhooksModule {}
