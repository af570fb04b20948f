import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ReferenceController } from './reference.controller.js';
import { ReferenceRepository } from './reference.repository.js';
import { ReferenceService } from './reference.service.js';
import { SeedsRepository } from './seeds.repository.js';
import { Seeds } from './seeds.js';

/**
 * Taxonomies as data. Owns reference_list and what belongs to it: entries, labels, crosswalks, history. A release plants
 * from seeds/ what is missing and overwrites nothing; the steward keeps the rest. Other modules ask for `faults`.
 */
@Module({
  imports: [AuditModule],
  controllers: [ReferenceController],
  providers: [ReferenceRepository, ReferenceService, Seeds, SeedsRepository],
  exports: [ReferenceService],
})
export class ReferenceModule {}
