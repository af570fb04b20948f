import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ForumsController } from './forums.controller.js';
import { ForumsRepository } from './forums.repository.js';
import { ForumsService } from './forums.service.js';
import { MeetingsController } from './meetings.controller.js';
import { MeetingsRepository } from './meetings.repository.js';
import { MeetingsService } from './meetings.service.js';

/**
 * Commitment 1: forums of an arrangement, their meetings, minutes and actions. Owns forum and meeting. For current
 * members alone, not even for the steward; what is said under the Chatham House Rule is kept without attribution.
 */
@Module({
  imports: [AuditModule],
  controllers: [ForumsController, MeetingsController],
  providers: [ForumsRepository, ForumsService, MeetingsRepository, MeetingsService],
})
export class ForumsModule {}
