import { Injectable } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import { PartnersService } from './partners.service.js';

/** Partnerships end by themselves, within about a second of their dates. */
@Injectable()
export class PartnerClock extends Clock {
  constructor(private readonly partners: PartnersService) {
    super('partnerships that have had their time could not be ended');
  }

  protected async tick(): Promise<boolean> {
    return this.partners.expireDueAsSystem();
  }
}
