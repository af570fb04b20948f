import { Injectable } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import { PresencesService } from './presences.service.js';

/** Presences begin and end by themselves, within about a second of their dates. */
@Injectable()
export class PresenceClock extends Clock {
  constructor(private readonly presences: PresencesService) {
    super('presences could not be moved on');
  }

  protected async tick(): Promise<boolean> {
    return this.presences.advanceAsSystem();
  }
}
