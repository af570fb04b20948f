import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../core/clock.js';
import { Database } from '../../core/database.js';
import { describeError } from '../../core/logging.js';
import { MAILS_AT_ONCE, SmtpService } from '../../mail/smtp.service.js';
import { MailingService } from './mailing.service.js';
import { OutboxRepository, type TakenMail } from './outbox.repository.js';

const INTERVAL_MS = 500;

/** Sends what is due, some mails at once in every process; the database keeps them from taking the same one. */
@Injectable()
export class MailSender extends Clock implements BeforeApplicationShutdown {
  private readonly log = new Logger(MailSender.name);
  private readonly sending = new Set<Promise<void>>();
  private isEnding = false;

  constructor(
    private readonly database: Database,
    private readonly outbox: OutboxRepository,
    private readonly mailing: MailingService,
    private readonly smtp: SmtpService,
  ) {
    super('mails could not be sent', INTERVAL_MS);
  }

  protected async tick(): Promise<boolean> {
    if (this.isEnding || !this.smtp.isConfigured) return false;
    const room = MAILS_AT_ONCE - this.sending.size;
    if (room === 0) {
      await Promise.race(this.sending);
      return true;
    }
    const taken = await this.database.asSystem((tx) => this.outbox.take(tx, room));
    for (const mail of taken) this.begin(mail);
    return taken.length > 0;
  }

  /** What is being sent is sent, and marked as sent; nothing else is begun. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isEnding = true;
    await Promise.all(this.sending);
  }

  private begin(mail: TakenMail): void {
    const sent = this.mailing
      .send(mail)
      // It stays taken for a while, and is tried again after that.
      .catch((error: unknown) =>
        this.log.warn({ msg: 'a mail stays where it is', mail: mail.id, error: describeError(error) }),
      )
      .finally(() => this.sending.delete(sent));
    this.sending.add(sent);
  }
}
