import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/access.module.js';
import { AlertsModule } from '../../alerts/alerts.module.js';
import { AuditModule } from '../../audit/audit.module.js';
import { MailModule } from '../../mail/mail.module.js';
import { PartnersModule } from '../../partners/partners.module.js';
import { FollowingModule } from '../following/following.module.js';
import { LettersService } from './letters.service.js';
import { MailSender } from './mail-sender.js';
import { MailingService } from './mailing.service.js';
import { OutboxRepository } from './outbox.repository.js';
import { RecipientsController } from './recipients.controller.js';
import { RecipientsService } from './recipients.service.js';
import { SubscriptionClock } from './subscription.clock.js';
import { SubscriptionFollower } from './subscription.follower.js';
import { SubscriptionsController } from './subscriptions.controller.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';
import { SubscriptionsService } from './subscriptions.service.js';

/**
 * Alerts by mail: who is told of what, when and how, and that nothing of it is lost or sent twice. Owns subscriptions,
 * recipients and the outbox; follows change logs, reads alerts, sends by mail.
 */
@Module({
  imports: [AccessModule, AlertsModule, AuditModule, FollowingModule, MailModule, PartnersModule],
  controllers: [SubscriptionsController, RecipientsController],
  providers: [
    LettersService,
    MailSender,
    MailingService,
    OutboxRepository,
    RecipientsService,
    SubscriptionClock,
    SubscriptionFollower,
    SubscriptionsRepository,
    SubscriptionsService,
  ],
  exports: [SubscriptionsService],
})
export class SubscriptionsModule {}
