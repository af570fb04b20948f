import { Module } from '@nestjs/common';
import { AttachmentsModule } from '../attachments/attachments.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { MailModule } from '../mail/mail.module.js';
import { PartnersModule } from '../partners/partners.module.js';
import { ApplicantsController } from './applicants.controller.js';
import { ApplicationRecordService } from './application-record.service.js';
import { ApplicationsClock } from './applications.clock.js';
import { ApplicationsRepository } from './applications.repository.js';
import { ApplyingService } from './applying.service.js';
import { CasesService } from './cases.service.js';
import { DecisionsService } from './decisions.service.js';
import { DuplicatesService } from './duplicates.service.js';
import { VettingController } from './vetting.controller.js';
import { VettingService } from './vetting.service.js';

export { describeTransitions, DOCUMENT_MAX_BYTES } from './application.rules.js';

/**
 * Commitment 1: how an organisation comes to be a partner. Owns partner_application with its documents, messages and
 * events; applicants come by links, vetting by scope. Admits through partners, checks files through attachments.
 */
@Module({
  imports: [AttachmentsModule, AuditModule, MailModule, PartnersModule],
  controllers: [ApplicantsController, VettingController],
  providers: [
    ApplicationRecordService,
    ApplicationsClock,
    ApplicationsRepository,
    ApplyingService,
    CasesService,
    DecisionsService,
    DuplicatesService,
    VettingService,
  ],
})
export class ApplicationsModule {}
