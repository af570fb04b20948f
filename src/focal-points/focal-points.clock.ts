import { Injectable } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import { LivenessService } from './liveness.service.js';

/** Asks, reminds, lapses and ends focal points, and restricts what nobody answers for, within about a second. */
@Injectable()
export class FocalPointsClock extends Clock {
  constructor(private readonly liveness: LivenessService) {
    super('focal points could not be looked after');
  }

  protected async tick(): Promise<boolean> {
    const restricted = await this.liveness.restrictAsSystem();
    return (await this.liveness.moveOnAsSystem()) || restricted;
  }
}
