import { Module } from '@nestjs/common';
import { AlertsModule } from '../../alerts/alerts.module.js';
import { ReportsModule } from '../../reports/reports.module.js';
import { ContentsService } from './contents.service.js';

/** What objects of all types say to one reader, for channels that carry content. Owns nothing. */
@Module({ imports: [AlertsModule, ReportsModule], providers: [ContentsService], exports: [ContentsService] })
export class ContentsModule {}
