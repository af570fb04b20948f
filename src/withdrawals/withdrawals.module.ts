import { Module } from '@nestjs/common';
import { AlertsModule } from '../alerts/alerts.module.js';
import { AttachmentsModule } from '../attachments/attachments.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { PartnersModule } from '../partners/partners.module.js';
import { ReportsModule } from '../reports/reports.module.js';
import { ContributionsService } from './contributions.service.js';
import { WithdrawalClock } from './withdrawal.clock.js';
import { WithdrawalsController } from './withdrawals.controller.js';
import { WithdrawalsRepository } from './withdrawals.repository.js';
import { WithdrawalsService } from './withdrawals.service.js';

export { describeWithdrawal } from './withdrawal.rules.js';

/**
 * Commitment 1, its end: a partner leaves, and has what it contributed returned or deleted. Owns partner_withdrawal. What
 * does not name it stays, with whoever holds it: that it went just then would say whose it was.
 */
@Module({
  imports: [AlertsModule, AttachmentsModule, AuditModule, PartnersModule, ReportsModule],
  controllers: [WithdrawalsController],
  providers: [ContributionsService, WithdrawalClock, WithdrawalsRepository, WithdrawalsService],
})
export class WithdrawalsModule {}
