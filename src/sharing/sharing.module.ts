import { Module } from '@nestjs/common';
import { ArrangementsModule } from '../arrangements/arrangements.module.js';
import { PartnersModule } from '../partners/partners.module.js';
import { ChangeLogsClock } from './change-logs.clock.js';
import { ChangeLogsRepository } from './change-logs.repository.js';
import { ChangeLogsService } from './change-logs.service.js';
import { ExpiryClock } from './expiry.clock.js';
import { ExplanationRepository } from './explanation.repository.js';
import { ExplanationService } from './explanation.service.js';
import { FetchesService } from './fetches.service.js';
import { ReceiptsRepository } from './receipts.repository.js';
import { ReceiptsService } from './receipts.service.js';
import { SharingRepository } from './sharing.repository.js';
import { SharingService } from './sharing.service.js';

/**
 * Who sees what, decided once and written down. Owns shareable, rendition, custody, onward_release, share_grant,
 * change_head, change_entry, and the receipts: fetch_receipt, acknowledgement, purge_confirmation.
 * The rule itself is the view `admission` in migrations/…-focal-points.ts; every channel reads grants.
 */
@Module({
  imports: [PartnersModule, ArrangementsModule],
  providers: [
    ChangeLogsClock,
    ChangeLogsRepository,
    ChangeLogsService,
    ExpiryClock,
    ExplanationRepository,
    ExplanationService,
    FetchesService,
    ReceiptsRepository,
    ReceiptsService,
    SharingRepository,
    SharingService,
  ],
  exports: [ChangeLogsService, ExplanationService, FetchesService, ReceiptsService, SharingService],
})
export class SharingModule {}
