import { Injectable } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import { OnwardService } from './onward.service.js';

/** What was released until a certain time comes back by itself. */
@Injectable()
export class OnwardClock extends Clock {
  constructor(private readonly onward: OnwardService) {
    super('releases that have had their time could not be ended');
  }

  protected async tick(): Promise<boolean> {
    return this.onward.endDueAsSystem();
  }
}
