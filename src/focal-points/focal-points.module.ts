import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.js';
import { ArrangementsModule } from '../arrangements/arrangements.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { MailModule } from '../mail/mail.module.js';
import { PartnersModule } from '../partners/partners.module.js';
import { ConfirmationsController } from './confirmations.controller.js';
import { DeparturesService } from './departures.service.js';
import { DirectoryController } from './directory.controller.js';
import { DirectoryService } from './directory.service.js';
import { FocalPointsClock } from './focal-points.clock.js';
import { FocalPointsController } from './focal-points.controller.js';
import { FocalPointsRepository } from './focal-points.repository.js';
import { FocalPointsService } from './focal-points.service.js';
import { LivenessRepository } from './liveness.repository.js';
import { LivenessService } from './liveness.service.js';
import { ReviewRemindersClock } from './review-reminders.clock.js';
import { ReviewRemindersRepository } from './review-reminders.repository.js';
import { ReviewRemindersService } from './review-reminders.service.js';

export { describeTransitions } from './focal-point.rules.js';
export { dutyWords, mailLanguage } from './words/words.js';

/**
 * Commitment 1: who speaks for a partner, where, and whether they still answer. Owns focal_point with contacts and
 * hand-overs, and of membership and partner since when nobody answers for them, by which the rule gives less.
 */
@Module({
  imports: [AccessModule, ArrangementsModule, AuditModule, MailModule, PartnersModule],
  controllers: [FocalPointsController, DirectoryController, ConfirmationsController],
  providers: [
    DeparturesService,
    DirectoryService,
    FocalPointsClock,
    FocalPointsRepository,
    FocalPointsService,
    LivenessRepository,
    LivenessService,
    ReviewRemindersClock,
    ReviewRemindersRepository,
    ReviewRemindersService,
  ],
  exports: [LivenessService],
})
export class FocalPointsModule {}
