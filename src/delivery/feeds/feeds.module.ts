import { Module } from '@nestjs/common';
import { AlertsModule } from '../../alerts/alerts.module.js';
import { AlertFeedsController } from './alert-feeds.controller.js';
import { FeedAnswers } from './feed-answers.js';

/** Alerts as feeds, in the formats that other programs read. Calls alerts; decides nothing about who sees what. */
@Module({ imports: [AlertsModule], controllers: [AlertFeedsController], providers: [FeedAnswers] })
export class FeedsModule {}
