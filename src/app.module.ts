import { type DynamicModule, Module } from '@nestjs/common';
import { AccessModule } from './access/access.module.js';
import { AlertsModule } from './alerts/alerts.module.js';
import { ENTITIES } from './app.entities.js';
import { ApplicationsModule } from './applications/applications.module.js';
import { AuditModule } from './audit/audit.module.js';
import { Bootstrap } from './bootstrap.js';
import { ArrangementsModule } from './arrangements/arrangements.module.js';
import { AttachmentsModule } from './attachments/attachments.module.js';
import { CommitmentsModule } from './commitments/commitments.module.js';
import { type Config } from './core/config.js';
import { CoreModule } from './core/core.module.js';
import { type RuntimeUrls } from './core/database-roles.js';
import { DeliveryModule } from './delivery/delivery.module.js';
import { ContactTreeModule } from './contact-tree/contact-tree.module.js';
import { FocalPointsModule } from './focal-points/focal-points.module.js';
import { ForumsModule } from './forums/forums.module.js';
import { HealthController } from './health.controller.js';
import { MailModule } from './mail/mail.module.js';
import { MetricsController } from './metrics.controller.js';
import { LiaisonModule } from './liaison/liaison.module.js';
import { PartnersModule } from './partners/partners.module.js';
import { ReferenceModule } from './reference/reference.module.js';
import { ReportsModule } from './reports/reports.module.js';
import { SharingModule } from './sharing/sharing.module.js';
import { WithdrawalsModule } from './withdrawals/withdrawals.module.js';

/** The six commitments, one module each, above what they stand on. */
@Module({})
export class AppModule {
  static forRoot(
    config: Config,
    publicUrl: string,
    { serviceUrl, backgroundUrl }: RuntimeUrls,
  ): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CoreModule.forRoot(config, publicUrl, { serviceUrl, backgroundUrl, entities: ENTITIES }),
        AccessModule,
        MailModule,
        AuditModule,
        ReferenceModule,
        PartnersModule,
        ArrangementsModule,
        ContactTreeModule,
        FocalPointsModule,
        CommitmentsModule,
        ForumsModule,
        LiaisonModule,
        SharingModule,
        AttachmentsModule,
        AlertsModule,
        ReportsModule,
        ApplicationsModule,
        DeliveryModule,
        WithdrawalsModule,
      ],
      controllers: [HealthController, MetricsController],
      providers: [Bootstrap],
    };
  }
}
