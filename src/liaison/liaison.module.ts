import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { LiaisonClock } from './liaison.clock.js';
import { LiaisonController } from './liaison.controller.js';
import { LiaisonRepository } from './liaison.repository.js';
import { LiaisonService } from './liaison.service.js';

/**
 * Commitment 1: whom the UN talks to in the host government, what was said and what came of it. Owns liaison_contact,
 * liaison_meeting, liaison_undertaking and liaison_follow_up. For UN members of the arrangement alone, which the
 * database enforces by their kind.
 */
@Module({
  imports: [AuditModule],
  controllers: [LiaisonController],
  providers: [LiaisonRepository, LiaisonService, LiaisonClock],
})
export class LiaisonModule {}
