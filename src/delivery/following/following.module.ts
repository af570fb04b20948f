import { Module } from '@nestjs/common';
import { SharingModule } from '../../sharing/sharing.module.js';
import { FollowingRepository } from './following.repository.js';
import { FollowingService } from './following.service.js';

/** How far webhooks and subscriptions have followed the change logs of their readers. Owns follower and follower_told. */
@Module({
  imports: [SharingModule],
  providers: [FollowingRepository, FollowingService],
  exports: [FollowingService],
})
export class FollowingModule {}
