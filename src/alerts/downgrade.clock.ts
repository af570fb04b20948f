import { Injectable } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import { DowngradeService } from './downgrade.service.js';

/** Texts become less restricted at the time that their originators named. */
@Injectable()
export class DowngradeClock extends Clock {
  constructor(private readonly downgrades: DowngradeService) {
    super('texts that are to become less restricted could not');
  }

  protected async tick(): Promise<boolean> {
    return this.downgrades.downgradeDueAsSystem();
  }
}
