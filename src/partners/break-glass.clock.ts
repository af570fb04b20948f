import { Injectable } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import { PartnerBreakGlassService } from './partner-break-glass.service.js';

/** What was granted for some hours ends by itself, within about a second. */
@Injectable()
export class BreakGlassClock extends Clock {
  constructor(private readonly grants: PartnerBreakGlassService) {
    super('grants that have had their time could not be ended');
  }

  protected async tick(): Promise<boolean> {
    return this.grants.endDueAsSystem();
  }
}
