import { Module } from '@nestjs/common';
import { PartnersModule } from '../partners/partners.module.js';
import { ArrangementsController } from './arrangements.controller.js';
import { ArrangementsRepository } from './arrangements.repository.js';
import { ArrangementsService } from './arrangements.service.js';
import { MeController } from './me.controller.js';
import { MembershipClock } from './membership.clock.js';

/**
 * Commitment 1: country- and area-level arrangements and who is a member when. Owns arrangement and membership.
 * Membership changes re-evaluate who sees what, by trigger, in the same transaction.
 */
@Module({
  imports: [PartnersModule],
  controllers: [ArrangementsController, MeController],
  providers: [ArrangementsRepository, ArrangementsService, MembershipClock],
  exports: [ArrangementsService],
})
export class ArrangementsModule {}
