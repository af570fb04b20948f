import { Module } from '@nestjs/common';
import { AlertsModule } from '../alerts/alerts.module.js';
import { AlertFeedController } from './alert-feed.controller.js';

/** The channels beyond the API itself. Calls alerts; decides nothing about who sees what. */
@Module({ imports: [AlertsModule], controllers: [AlertFeedController] })
export class DeliveryModule {}
