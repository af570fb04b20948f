import { Injectable } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import { LiaisonService } from './liaison.service.js';

/** Persons are forgotten when their time in office ends, within seconds. */
@Injectable()
export class LiaisonClock extends Clock {
  constructor(private readonly liaison: LiaisonService) {
    super('liaison contacts could not be forgotten');
  }

  protected async tick(): Promise<boolean> {
    return this.liaison.forgetDueAsSystem();
  }
}
