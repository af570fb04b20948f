import { Injectable } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import { Database } from '../core/database.js';
import { CONFIRM_WITHIN_DAYS } from '../mail/mail-links.service.js';
import { ApplicationRecordService } from './application-record.service.js';
import { ERASED_AFTER_DAYS, nextState, OPEN_DAYS, UNDECIDED_DAYS } from './application.rules.js';
import { ApplicationsRepository } from './applications.repository.js';
import { ApplyingService } from './applying.service.js';

const INTERVAL_MS = 5_000;
const AT_ONCE = 100;

/** Sends the links that were asked for, forgets what nobody confirmed, ends what nobody answered or decided, and erases what has been over for long enough. */
@Injectable()
export class ApplicationsClock extends Clock {
  constructor(
    private readonly database: Database,
    private readonly applications: ApplicationsRepository,
    private readonly record: ApplicationRecordService,
    private readonly applying: ApplyingService,
  ) {
    super('applications could not be looked after', INTERVAL_MS);
  }

  protected async tick(): Promise<boolean> {
    while (await this.applying.sendLinksAsSystem());
    await this.database.asSystem(async (tx) => {
      await this.applications.deleteUnconfirmed(tx, CONFIRM_WITHIN_DAYS + 1);
      await this.applications.erase(tx);
      await this.applications.deleteAskings(tx);
    });
    return this.database.asSystem(async (tx) => {
      const rows = await this.applications.takeOverdue(tx, UNDECIDED_DAYS, OPEN_DAYS, AT_ONCE);
      for (const row of rows) {
        const state = nextState(row.state, 'lapse', 'exchange');
        await this.applications.changeState(tx, row.id, {
          ...{ state, decideBy: row.decide_by, answerBy: null, eraseInDays: ERASED_AFTER_DAYS[state] },
        });
        await this.record.record(tx, null, row.id, { act: 'lapse', state, side: 'exchange' });
        await this.record.tell(tx, row);
      }
      return rows.length === AT_ONCE;
    });
  }
}
