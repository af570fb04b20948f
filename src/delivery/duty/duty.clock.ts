import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../core/clock.js';
import { describeError } from '../../core/logging.js';
import { MAILS_AT_ONCE } from '../../mail/smtp.service.js';
import { type TakenDutyMail } from './duty.repository.js';
import { DutyService } from './duty.service.js';

/** Looks what whoever is restricted was given, and mails it, some at once in every process. */
@Injectable()
export class DutyClock extends Clock implements BeforeApplicationShutdown {
  private readonly log = new Logger(DutyClock.name);
  private sending: Promise<unknown> = Promise.resolve();
  private isEnding = false;

  constructor(private readonly duty: DutyService) {
    super('duty addresses could not be told');
  }

  protected async tick(): Promise<boolean> {
    if (this.isEnding || !this.duty.canBeSent) return false;
    await this.duty.watchAsSystem();
    while (await this.duty.follow());
    const taken = await this.duty.take(MAILS_AT_ONCE);
    this.sending = Promise.all(taken.map((mail) => this.try(mail)));
    await this.sending;
    return taken.length === MAILS_AT_ONCE;
  }

  /** What is being sent is sent, and counts as sent; nothing else is begun. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isEnding = true;
    await this.sending;
  }

  /** Whatever goes wrong, it stays taken for a while and is tried again after that. */
  private async try(mail: TakenDutyMail): Promise<void> {
    try {
      await this.duty.send(mail);
    } catch (error) {
      this.log.warn({
        msg: 'a duty mail stays where it is',
        alert: mail.alert_id,
        error: describeError(error),
      });
    }
  }
}
