import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/access.module.js';
import { SharingModule } from '../../sharing/sharing.module.js';
import { ContentsModule } from '../contents/contents.module.js';
import { ChangesController } from './changes.controller.js';
import { ChangesService } from './changes.service.js';
import { LongAnswersService } from './long-answers.service.js';
import { WaitingService } from './waiting.service.js';

/** Change logs as their readers read them: in pages, waiting for more, from a snapshot. Owns nothing; calls sharing. */
@Module({
  imports: [AccessModule, SharingModule, ContentsModule],
  controllers: [ChangesController],
  providers: [ChangesService, LongAnswersService, WaitingService],
  exports: [ChangesService, LongAnswersService],
})
export class ChangesModule {}
