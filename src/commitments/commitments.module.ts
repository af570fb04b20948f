import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { MailModule } from '../mail/mail.module.js';
import { AcceptancesController } from './acceptances.controller.js';
import { AcceptancesRepository } from './acceptances.repository.js';
import { AcceptancesService } from './acceptances.service.js';
import { AssessmentsController } from './assessments.controller.js';
import { AssessmentsRepository } from './assessments.repository.js';
import { AssessmentsService } from './assessments.service.js';
import { RemindersClock } from './reminders.clock.js';
import { RemindersRepository } from './reminders.repository.js';
import { CommitmentReportsController } from './reports.controller.js';
import { ReportsRepository } from './reports.repository.js';
import { CommitmentReportsService } from './reports.service.js';
import { ScorecardService } from './scorecard.service.js';
import { TextsController } from './texts.controller.js';
import { TextsRepository } from './texts.repository.js';
import { TextsService } from './texts.service.js';

/**
 * Commitment 1: what partners commit to, who signed it until when, and how each says that it meets it. Owns commitment_text,
 * _acceptance, _reminder, _assessment and _comment. When a partner may only read follows from texts and acceptances, is kept
 * in partner.read_only_from by triggers, and enforced by access.
 */
@Module({
  imports: [AuditModule, MailModule],
  controllers: [AcceptancesController, AssessmentsController, CommitmentReportsController, TextsController],
  providers: [
    AcceptancesRepository,
    AcceptancesService,
    AssessmentsRepository,
    AssessmentsService,
    CommitmentReportsService,
    RemindersClock,
    RemindersRepository,
    ReportsRepository,
    ScorecardService,
    TextsRepository,
    TextsService,
  ],
})
export class CommitmentsModule {}
