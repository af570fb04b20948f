import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { PartnersModule } from '../partners/partners.module.js';
import { ArrangementsController } from './arrangements.controller.js';
import { ArrangementsRepository } from './arrangements.repository.js';
import { ArrangementsService } from './arrangements.service.js';
import { LevelClock } from './level.clock.js';
import { LevelsController } from './levels.controller.js';
import { LevelsRepository } from './levels.repository.js';
import { LevelsService } from './levels.service.js';
import { MeController } from './me.controller.js';
import { MembershipClock } from './membership.clock.js';
import { LevelSettingsController, ReadinessController } from './readiness.controller.js';
import { ReadinessRepository } from './readiness.repository.js';
import { ReadinessService } from './readiness.service.js';

/**
 * Commitment 1: country- and area-level arrangements and who is a member when, the SLT level
 * with its history, and what of it is in place. Owns arrangement, membership, arrangement_level, level_setting and
 * readiness_provision.
 * Membership changes re-evaluate who sees what, by trigger, in the same transaction.
 */
@Module({
  imports: [AuditModule, PartnersModule],
  controllers: [
    ArrangementsController,
    LevelsController,
    LevelSettingsController,
    ReadinessController,
    MeController,
  ],
  providers: [
    ArrangementsRepository,
    ArrangementsService,
    LevelClock,
    LevelsRepository,
    LevelsService,
    MembershipClock,
    ReadinessRepository,
    ReadinessService,
  ],
  exports: [ArrangementsService],
})
export class ArrangementsModule {}
