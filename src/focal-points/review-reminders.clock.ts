import { Injectable } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import { ReviewRemindersService } from './review-reminders.service.js';

const INTERVAL_MS = 5000;

@Injectable()
export class ReviewRemindersClock extends Clock {
  constructor(private readonly reminders: ReviewRemindersService) {
    super('reminders of clients that somebody must speak for could not be looked after', INTERVAL_MS);
  }

  protected async tick(): Promise<boolean> {
    return this.reminders.remindAsSystem();
  }
}
