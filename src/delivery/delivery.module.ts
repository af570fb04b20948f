import { Module } from '@nestjs/common';
import { AlertsModule } from '../alerts/alerts.module.js';
import { AlertFeedController } from './alert-feed.controller.js';
import { FollowingModule } from './following/following.module.js';
import { SubscriptionsModule } from './subscriptions/subscriptions.module.js';

/** The channels beyond the API itself. Calls alerts; decides nothing about who sees what. */
@Module({ imports: [AlertsModule, FollowingModule, SubscriptionsModule], controllers: [AlertFeedController] })
export class DeliveryModule {}
