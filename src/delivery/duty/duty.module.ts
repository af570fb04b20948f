import { Module } from '@nestjs/common';
import { AlertsModule } from '../../alerts/alerts.module.js';
import { MailModule } from '../../mail/mail.module.js';
import { DutyClock } from './duty.clock.js';
import { DutyRepository } from './duty.repository.js';
import { DutyService } from './duty.service.js';

/**
 * Life-safety alerts for organisations of which nobody confirms any more. Owns duty_watch and duty_mail; follows change
 * logs of restricted partners, reads alerts, sends by mail.
 */
@Module({
  imports: [AlertsModule, MailModule],
  providers: [DutyClock, DutyRepository, DutyService],
})
export class DutyModule {}
