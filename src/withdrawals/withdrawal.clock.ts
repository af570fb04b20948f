import { Injectable } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import { ContributionsService } from './contributions.service.js';

/** What partners that have left contributed in their names is withdrawn, one by one. */
@Injectable()
export class WithdrawalClock extends Clock {
  constructor(private readonly contributions: ContributionsService) {
    super('contributions could not be withdrawn');
  }

  protected async tick(): Promise<boolean> {
    return this.contributions.goOnAsSystem();
  }
}
