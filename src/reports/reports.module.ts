import { Module } from '@nestjs/common';
import { ArrangementsModule } from '../arrangements/arrangements.module.js';
import { AttachmentsModule } from '../attachments/attachments.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { PartnersModule } from '../partners/partners.module.js';
import { ReferenceModule } from '../reference/reference.module.js';
import { SharingModule } from '../sharing/sharing.module.js';
import { CorrespondenceService } from './correspondence.service.js';
import { LedgerRepository } from './ledger.repository.js';
import { ReportContributionsRepository } from './report-contributions.repository.js';
import { ReportContributionsService } from './report-contributions.service.js';
import { ReportAccessService } from './report-access.service.js';
import { ReportReadingService } from './report-reading.service.js';
import { ReportsController } from './reports.controller.js';
import { ReportsRepository } from './reports.repository.js';
import { ReportsService } from './reports.service.js';
import { TriageController } from './triage.controller.js';
import { TriageRepository } from './triage.repository.js';
import { TriageService } from './triage.service.js';

/**
 * Commitment 2, the other way: what partners report, held in custody so that its source is known to whom the source
 * wants. Owns report, report_rendition, report_outcome, report_link, report_message, source_reveal; whose a report is
 * stands in sharing's custody alone. Calls sharing, reference and audit.
 */
@Module({
  imports: [
    PartnersModule,
    ArrangementsModule,
    AttachmentsModule,
    AuditModule,
    ReferenceModule,
    SharingModule,
  ],
  controllers: [ReportsController, TriageController],
  providers: [
    CorrespondenceService,
    LedgerRepository,
    ReportAccessService,
    ReportContributionsRepository,
    ReportContributionsService,
    ReportReadingService,
    ReportsRepository,
    ReportsService,
    TriageRepository,
    TriageService,
  ],
  exports: [ReportContributionsService, ReportReadingService],
})
export class ReportsModule {}
