import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../core/clock.js';
import { Database, type Tx } from '../core/database.js';
import { NoticesService } from '../mail/notices.service.js';
import { textsOf } from './reminder.words.js';
import { type DueReminder, RemindersRepository } from './reminders.repository.js';

const INTERVAL_MS = 5_000;
const AT_ONCE = 100;
const LAPSED = -1;

/** Says what is due, once: the row that says so is written in the transaction that posts the mail. */
@Injectable()
export class RemindersClock extends Clock implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly reminders: RemindersRepository,
    private readonly notices: NoticesService,
    private readonly audit: AuditService,
  ) {
    super('reminders of commitments could not be looked after', INTERVAL_MS);
  }

  onModuleInit(): void {
    this.notices.define('commitments.reminder', { texts: textsOf('reminder') });
    this.notices.define('commitments.lapsed', { texts: textsOf('lapsed') });
  }

  protected async tick(): Promise<boolean> {
    return this.database.asSystem(async (tx) => {
      const due = await this.reminders.listDue(tx, AT_ONCE);
      let said = 0;
      for (const one of due) if (await this.say(tx, one)) said++;
      return said === AT_ONCE;
    });
  }

  private async say(tx: Tx, due: DueReminder): Promise<boolean> {
    const { partner_id: partnerId, reminder_address: to, reminder_language: language, stage } = due;
    // Without a mail server it is found in the status; a mail that left months later would be wrong.
    const isMailed = to !== null && language !== null && this.notices.canBeSent;
    if (!(await this.reminders.insert(tx, due, isMailed))) return false;
    if (isMailed) {
      const date = due.due_at.toISOString().slice(0, 16).replace('T', ' ');
      const kind = stage === LAPSED ? 'commitments.lapsed' : 'commitments.reminder';
      await this.notices.post(tx, { to, language, kind, params: { name: due.name, date } });
    }
    if (stage === LAPSED) {
      const object = { type: 'partner', id: partnerId };
      const details = { dueAt: due.due_at.toISOString() };
      const act = { action: 'commitments.lapsed', object, about: [partnerId], details };
      await this.audit.recordAsSystem(tx, act);
    }
    return true;
  }
}
