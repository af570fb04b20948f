import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { PartnersModule } from '../partners/partners.module.js';
import { ReferenceModule } from '../reference/reference.module.js';
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
import { SensitivityController } from './sensitivity.controller.js';
import { SensitivityRepository } from './sensitivity.repository.js';
import { SensitivityService } from './sensitivity.service.js';

/**
 * Commitment 1: country- and area-level arrangements and who is a member when, the SLT level
 * with its history, what of it is in place, and the sensitivity matrix. Owns arrangement, membership, arrangement_level,
 * level_setting, readiness_provision, sensitivity_matrix and sensitivity_line.
 * Membership changes re-evaluate who sees what, by trigger, in the same transaction.
 */
@Module({
  imports: [AuditModule, PartnersModule, ReferenceModule],
  controllers: [
    ArrangementsController,
    LevelsController,
    LevelSettingsController,
    ReadinessController,
    MeController,
    SensitivityController,
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
    SensitivityRepository,
    SensitivityService,
  ],
  exports: [ArrangementsService, SensitivityService],
})
export class ArrangementsModule {}
