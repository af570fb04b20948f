import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import { Database } from '../core/database.js';
import { describeError } from '../core/logging.js';
import { NoticesRepository, type TakenNotice } from './notices.repository.js';
import { NoticesService } from './notices.service.js';
import { writeHtml } from './render/html.js';
import { oneLine } from './render/document.js';
import { writeText } from './render/text.js';
import { MAILS_AT_ONCE, SmtpService } from './smtp.service.js';
import { retryAt } from './smtp.rules.js';

/** Sends the notices that are due, some at once in every process; the database keeps them from taking the same one. */
@Injectable()
export class NoticeSender extends Clock implements BeforeApplicationShutdown {
  private readonly log = new Logger(NoticeSender.name);
  private sending: Promise<unknown> = Promise.resolve();
  private isEnding = false;

  constructor(
    private readonly database: Database,
    private readonly repository: NoticesRepository,
    private readonly notices: NoticesService,
    private readonly smtp: SmtpService,
  ) {
    super('notices could not be sent');
  }

  protected async tick(): Promise<boolean> {
    const kinds = this.notices.defined;
    if (this.isEnding || !this.smtp.isConfigured || kinds.length === 0) return false;
    const taken = await this.database.asSystem((tx) => this.repository.take(tx, kinds, MAILS_AT_ONCE));
    this.sending = Promise.all(taken.map((notice) => this.try(notice)));
    await this.sending;
    return taken.length === MAILS_AT_ONCE;
  }

  /** What is being sent is sent, and counts as sent; nothing else is begun. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isEnding = true;
    await this.sending;
  }

  /** Whatever goes wrong, it stays taken for a while and is tried again after that. */
  private async try(notice: TakenNotice): Promise<void> {
    try {
      await this.send(notice);
    } catch (error) {
      this.log.warn({ msg: 'a notice stays where it is', notice: notice.id, error: describeError(error) });
    }
  }

  private async send(notice: TakenNotice): Promise<void> {
    const now = new Date();
    const { subject, document } = this.notices.write(notice, now);
    const outcome = await this.smtp.send({
      messageId: this.smtp.idOf('notice', notice.id),
      to: notice.address,
      subject: oneLine(subject),
      text: writeText(document),
      html: writeHtml(document),
      language: notice.language,
    });
    if (outcome.as === 'sent') return this.forget(notice);
    const { attempts: attempt, first_tried_at } = notice;
    const reason = outcome.as === 'refused' ? outcome.code : outcome.reason;
    this.log.warn({ msg: 'a notice could not be sent', notice: notice.id, attempt, reason });
    const at = outcome.as === 'refused' ? null : retryAt(attempt, first_tried_at, now);
    if (at === null) return this.forget(notice);
    await this.database.asSystem((tx) => this.repository.postpone(tx, notice, at));
  }

  private async forget(notice: TakenNotice): Promise<void> {
    await this.database.asSystem((tx) => this.repository.delete(tx, notice));
  }
}
