import { Module } from '@nestjs/common';
import { ArrangementsModule } from '../arrangements/arrangements.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { AttachmentsModule } from '../attachments/attachments.module.js';
import { type RawBody } from '../core/body-parsers.js';
import { PartnersModule } from '../partners/partners.module.js';
import { ReferenceModule } from '../reference/reference.module.js';
import { SharingModule } from '../sharing/sharing.module.js';
import { AlertAudienceService } from './alert-audience.service.js';
import { AlertImportService } from './alert-import.service.js';
import { AlertContributionsRepository } from './alert-contributions.repository.js';
import { AlertContributionsService } from './alert-contributions.service.js';
import { AlertContentsService } from './alert-contents.service.js';
import { AlertFeedService } from './alert-feed.service.js';
import { AlertFiltersService } from './alert-filters.service.js';
import { AlertPagesService } from './alert-pages.service.js';
import { AlertReadingService } from './alert-reading.service.js';
import { AlertReceiptsRepository } from './alert-receipts.repository.js';
import { AlertReceiptsService } from './alert-receipts.service.js';
import { AlertVersionsService } from './alert-versions.service.js';
import { AlertSearchRepository } from './alert-search.repository.js';
import { AlertStatisticsController } from './alert-statistics.controller.js';
import { AlertStatisticsRepository } from './alert-statistics.repository.js';
import { AlertStatisticsService } from './alert-statistics.service.js';
import { AlertsController } from './alerts.controller.js';
import { AlertsRepository } from './alerts.repository.js';
import { AlertsService } from './alerts.service.js';
import { CAP_MAX_BYTES } from './cap/parse-cap.js';
import { AudienceController } from './audience.controller.js';
import { ChallengesController } from './challenges.controller.js';
import { ChallengesRepository } from './challenges.repository.js';
import { ChallengesService } from './challenges.service.js';
import { HandlingStatisticsController } from './handling-statistics.controller.js';
import { HandlingStatisticsRepository } from './handling-statistics.repository.js';
import { HandlingStatisticsService } from './handling-statistics.service.js';
import { DowngradeClock } from './downgrade.clock.js';
import { DowngradeController } from './downgrade.controller.js';
import { DowngradeRepository } from './downgrade.repository.js';
import { DowngradeService } from './downgrade.service.js';
import { FeedbackController } from './feedback.controller.js';
import { FeedbackRepository } from './feedback.repository.js';
import { FeedbackService } from './feedback.service.js';
import { OnwardClock } from './onward.clock.js';
import { OnwardController } from './onward.controller.js';
import { OnwardRepository } from './onward.repository.js';
import { OnwardService } from './onward.service.js';
import { CAP_TYPES, PublishController } from './publish.controller.js';
import { FlashController } from './flash.controller.js';
import { PublicAlertsController } from './public-alerts.controller.js';
import { ReceiptsController } from './receipts.controller.js';
import { ReleaseController } from './release.controller.js';
import { ReleaseGateService } from './release-gate.service.js';
import { ReleasePolicyController } from './release-policy.controller.js';
import { ReleasePolicyRepository } from './release-policy.repository.js';
import { ReleasePolicyService } from './release-policy.service.js';
import { ReleaseRepository } from './release.repository.js';
import { ReleaseService } from './release.service.js';
import { RenditionCache } from './rendition.cache.js';
import { SensitivityGateService } from './sensitivity-gate.service.js';
import { SensitivityMatchesRepository } from './sensitivity.repository.js';
import { VerificationController } from './verification.controller.js';
import { VerificationService } from './verification.service.js';

export { CAP_MAX_BYTES } from './cap/parse-cap.js';
export { CAP_TYPES } from './publish.controller.js';

/** Bodies of this module that are not JSON. */
export const ALERT_BODIES: RawBody[] = [{ route: 'POST /v1/alerts', types: CAP_TYPES, limit: CAP_MAX_BYTES }];

/**
 * Commitment 2: security alerts. Owns alert_rendition, alert_shape, alert_feedback, alert_challenge, alert_known,
 * alert_release, release_policy and release_request; calls sharing for handling, renditions and grants; publishes as JSON and CAP 1.2,
 * reads as JSON, CAP and GeoJSON.
 */
@Module({
  imports: [
    AuditModule,
    PartnersModule,
    ReferenceModule,
    ArrangementsModule,
    SharingModule,
    AttachmentsModule,
  ],
  controllers: [
    FlashController,
    PublishController,
    AudienceController,
    ReceiptsController,
    ReleaseController,
    ReleasePolicyController,
    AlertStatisticsController,
    DowngradeController,
    OnwardController,
    AlertsController,
    PublicAlertsController,
    ChallengesController,
    FeedbackController,
    HandlingStatisticsController,
    VerificationController,
  ],
  providers: [
    AlertAudienceService,
    AlertImportService,
    AlertContentsService,
    AlertFeedService,
    AlertFiltersService,
    AlertPagesService,
    AlertReadingService,
    AlertReceiptsRepository,
    AlertReceiptsService,
    AlertSearchRepository,
    AlertStatisticsRepository,
    AlertStatisticsService,
    AlertContributionsRepository,
    AlertContributionsService,
    AlertVersionsService,
    AlertsRepository,
    AlertsService,
    ChallengesRepository,
    ChallengesService,
    FeedbackRepository,
    FeedbackService,
    HandlingStatisticsRepository,
    HandlingStatisticsService,
    DowngradeClock,
    DowngradeRepository,
    DowngradeService,
    OnwardClock,
    OnwardRepository,
    OnwardService,
    ReleaseGateService,
    SensitivityGateService,
    SensitivityMatchesRepository,
    ReleasePolicyRepository,
    ReleasePolicyService,
    ReleaseRepository,
    ReleaseService,
    RenditionCache,
    VerificationService,
  ],
  exports: [AlertContributionsService, AlertFeedService, AlertPagesService, AlertReadingService],
})
export class AlertsModule {}
