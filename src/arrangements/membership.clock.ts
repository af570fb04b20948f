import { Injectable } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import { ArrangementsService } from './arrangements.service.js';

/** Memberships begin and end by themselves, within about a second of their dates. */
@Injectable()
export class MembershipClock extends Clock {
  constructor(private readonly arrangements: ArrangementsService) {
    super('memberships could not be moved on');
  }

  protected async tick(): Promise<boolean> {
    return (await this.arrangements.advanceMembershipsAsSystem()) > 0;
  }
}
