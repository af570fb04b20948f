import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { MailModule } from '../mail/mail.module.js';
import { AccessReviewController } from './access-review.controller.js';
import { AccessReviewService } from './access-review.service.js';
import { BreakGlassClock } from './break-glass.clock.js';
import { BreakGlassController } from './break-glass.controller.js';
import { ClientReportController } from './client-report.controller.js';
import { ClientReportService } from './client-report.service.js';
import { ClientsController } from './clients.controller.js';
import { PartnerBreakGlassService } from './partner-break-glass.service.js';
import { PartnerClock } from './partner.clock.js';
import { PartnerClientsService } from './partner-clients.service.js';
import { PartnersController } from './partners.controller.js';
import { PartnersRepository } from './partners.repository.js';
import { PartnersService } from './partners.service.js';
import { PresenceClock } from './presence.clock.js';
import { PresencesController } from './presences.controller.js';
import { PresencesRepository } from './presences.repository.js';
import { PresencesService } from './presences.service.js';
import { StandingService } from './standing.service.js';
import { SubPartnersController } from './sub-partners.controller.js';
import { SubPartnersService } from './sub-partners.service.js';

export { describeStanding } from './partner.rules.js';

/**
 * Commitment 1: the organisations that take part, their ceilings, standing, clients and sub-partners. Owns partner and
 * partner_presence.
 * Changes of ceiling or standing re-evaluate who sees what, by trigger, in the same transaction.
 */
@Module({
  imports: [AccessModule, AuditModule, MailModule],
  controllers: [
    PartnersController,
    ClientReportController,
    ClientsController,
    SubPartnersController,
    PresencesController,
    BreakGlassController,
    AccessReviewController,
  ],
  providers: [
    AccessReviewService,
    ClientReportService,
    BreakGlassClock,
    PartnerBreakGlassService,
    PartnerClientsService,
    PartnerClock,
    PartnersRepository,
    PartnersService,
    PresenceClock,
    PresencesRepository,
    PresencesService,
    StandingService,
    SubPartnersService,
  ],
  exports: [PartnersService, StandingService],
})
export class PartnersModule {}
