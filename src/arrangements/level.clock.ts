import { Injectable } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import { LevelsService } from './levels.service.js';

/** Levels that were planned begin by themselves, within about a second of their time. */
@Injectable()
export class LevelClock extends Clock {
  constructor(private readonly levels: LevelsService) {
    super('levels could not be moved on');
  }

  protected async tick(): Promise<boolean> {
    return (await this.levels.advanceAsSystem()) > 0;
  }
}
