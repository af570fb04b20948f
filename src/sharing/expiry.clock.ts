import { Injectable } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import { SharingService } from './sharing.service.js';

/** What was published until a certain time expires by itself, in whichever process is up. */
@Injectable()
export class ExpiryClock extends Clock {
  constructor(private readonly sharing: SharingService) {
    super('what has had its time could not be ended');
  }

  protected async tick(): Promise<boolean> {
    return this.sharing.expireDueAsSystem();
  }
}
