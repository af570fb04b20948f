import { Injectable } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import { StandingService } from './standing.service.js';

/** Partnerships end by themselves, within about a second of their dates. */
@Injectable()
export class PartnerClock extends Clock {
  constructor(private readonly standing: StandingService) {
    super('partnerships that have had their time could not be ended');
  }

  protected async tick(): Promise<boolean> {
    return this.standing.expireDueAsSystem();
  }
}
