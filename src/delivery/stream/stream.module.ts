import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { ChangeStreamController } from './change-stream.controller.js';

/** Change logs as server-sent events. Owns nothing; calls changes. */
@Module({ imports: [ChangesModule], controllers: [ChangeStreamController] })
export class StreamModule {}
