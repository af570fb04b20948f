import { Module } from '@nestjs/common';
import { ArrangementsModule } from '../arrangements/arrangements.module.js';
import { PartnersModule } from '../partners/partners.module.js';
import { ChangesController } from './changes.controller.js';
import { SharingRepository } from './sharing.repository.js';
import { SharingService } from './sharing.service.js';

/**
 * Who sees what, decided once and written down. Owns shareable, rendition, share_grant, change_head, change_entry.
 * The rule itself is the view `admission` in migrations/…-sharing-rule.ts; every channel reads grants.
 */
@Module({
  imports: [PartnersModule, ArrangementsModule],
  controllers: [ChangesController],
  providers: [SharingRepository, SharingService],
  exports: [SharingService],
})
export class SharingModule {}
