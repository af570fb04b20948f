import { createHash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { type Actor } from '../../access/actor.js';
import { ActorsService } from '../../access/actors.service.js';
import { tlpLabel } from '../../access/handling.js';
import { AuditService } from '../../audit/audit.service.js';
import { Database } from '../../core/database.js';
import { CONFIRM_WITHIN_DAYS, MailLinksService } from '../../mail/mail-links.service.js';
import { type Document, say, writeHtml, writeText } from '../../mail/mail.module.js';
import { GIVE_UP_AFTER_MS, retryAt, SmtpService } from '../../mail/smtp.service.js';
import { CATALOGUES } from '../mail/languages.js';
import { subjectOf } from '../mail/render/alert-mail.js';
import { confirmationMail, withdrawalMail } from '../mail/render/other-mails.js';
import { type Letter, LettersService } from './letters.service.js';
import { OutboxRepository, type TakenMail } from './outbox.repository.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';

/** An address that somebody else entered is asked no more often than this in a day, whoever it was. */
const ASKED_PER_DAY = 3;
const HOUR_MS = 3_600_000;
/** How soon it is looked again whether the keeper may read again. */
const REST_MS = 300_000;

/** Sends one mail that was taken: under the rights of this moment, outside of any transaction, and says what came of it. */
@Injectable()
export class MailingService {
  private readonly logger = new Logger(MailingService.name);

  constructor(
    private readonly database: Database,
    private readonly outbox: OutboxRepository,
    private readonly subscriptions: SubscriptionsRepository,
    private readonly actors: ActorsService,
    private readonly letters: LettersService,
    private readonly smtp: SmtpService,
    private readonly links: MailLinksService,
    private readonly audit: AuditService,
  ) {}

  async send(mail: TakenMail): Promise<void> {
    switch (mail.kind) {
      case 'confirmation':
        return this.ask(mail);
      case 'withdrawal':
        return this.tellWithdrawn(mail);
      case 'alert':
      case 'digest':
        return this.tell(mail);
    }
  }

  private async ask(mail: TakenMail): Promise<void> {
    if (mail.state !== 'unconfirmed') return this.settle(mail, 'dropped');
    const digest = createHash('sha256').update(mail.address.toLowerCase()).digest();
    const may =
      mail.attempts > 1 ||
      (await this.database.asSystem((tx) => this.outbox.claimAsking(tx, digest, ASKED_PER_DAY)));
    if (!may) return this.postpone(mail, HOUR_MS);
    const now = new Date();
    const document = confirmationMail(
      {
        partner: mail.partner_name,
        subscription: mail.subscription_name,
        address: mail.address,
        link: this.links.confirm(mail.recipient_id, now),
        days: CONFIRM_WITHIN_DAYS,
      },
      mail,
    );
    await this.hand(mail, { document, subject: CATALOGUES[mail.language].confirmation.subject }, null);
  }

  /** It has no content, so it needs nobody's rights; and it must arrive. */
  private async tellWithdrawn(mail: TakenMail): Promise<void> {
    if (mail.state !== 'confirmed') return this.settle(mail, 'dropped');
    const tlp = tlpLabel(mail.tlp ?? 0);
    const reader = this.letters.readerOf(mail);
    const body = withdrawalMail({ tlp, isDrill: mail.is_drill }, reader);
    const subject = subjectOf(body.marks, CATALOGUES[mail.language].withdrawn.subject);
    await this.hand(mail, { document: this.withFooter(body, mail), subject }, null);
  }

  private async tell(mail: TakenMail): Promise<void> {
    if (mail.state !== 'confirmed') return this.settle(mail, 'dropped');
    const actor = await this.actors.actingFor(mail.client_id);
    if (!actor?.scopes.has('alerts:read')) return this.postpone(mail, REST_MS);
    const letter = await this.letters.write(actor, mail);
    if (letter === null) return this.settle(mail, 'dropped');
    const { body, subject } = letter;
    await this.hand(mail, { document: this.withFooter(body, mail), subject }, actor);
  }

  private withFooter(body: Letter['body'], mail: TakenMail): Document {
    const { footer } = CATALOGUES[mail.language];
    return {
      ...body,
      footer: [
        say(footer.why, { partner: mail.partner_name, subscription: mail.subscription_name }),
        say(footer.stop),
        { address: this.links.unsubscribe(mail.recipient_id) },
      ],
    };
  }

  private async hand(
    mail: TakenMail,
    { document, subject }: { document: Document; subject: string },
    actor: Actor | null,
  ): Promise<void> {
    const thread = mail.alert_id === null ? undefined : this.smtp.idOf(mail.alert_id, mail.recipient_id);
    const outcome = await this.smtp.send({
      messageId: mail.is_first && thread !== undefined ? thread : this.smtp.idOf(mail.id),
      threadId: mail.is_first ? undefined : thread,
      to: mail.address,
      subject,
      text: writeText(document),
      html: writeHtml(document),
      language: mail.language,
      unsubscribeUrl: mail.kind === 'confirmation' ? undefined : this.links.unsubscribe(mail.recipient_id),
    });
    switch (outcome.as) {
      case 'sent':
        return this.settle(mail, 'sent');
      case 'refused':
        return this.refuse(mail, outcome.code, actor);
      case 'failed':
        return this.retry(mail, outcome.reason);
    }
  }

  private async settle(mail: TakenMail, state: 'sent' | 'dropped'): Promise<void> {
    await this.database.asSystem((tx) => this.outbox.settle(tx, mail, state));
  }

  private async retry(mail: TakenMail, reason: string): Promise<void> {
    const at = retryAt(mail.attempts, mail.first_tried_at, new Date());
    this.logger.warn({ msg: 'a mail could not be sent', mail: mail.id, attempt: mail.attempts, reason });
    if (at === null) return this.settle(mail, 'dropped');
    await this.database.asSystem((tx) => this.outbox.postpone(tx, mail, at, true));
  }

  /** Until it can be tried at all, which may be never. */
  private async postpone(mail: TakenMail, milliseconds: number): Promise<void> {
    const now = Date.now();
    if (now - mail.created_at.getTime() > GIVE_UP_AFTER_MS) return this.settle(mail, 'dropped');
    const until = new Date(now + milliseconds);
    await this.database.asSystem((tx) => this.outbox.postpone(tx, mail, until, false));
  }

  /** Its own server refuses it for good: it gets nothing more, and its owner finds out. */
  private async refuse(mail: TakenMail, code: string, known: Actor | null): Promise<void> {
    await this.database.asSystem(async (tx) => {
      await this.outbox.settle(tx, mail, 'dropped');
      await this.outbox.dropWaiting(tx, mail.recipient_id);
      await this.subscriptions.changeRecipientState(
        tx,
        mail.recipient_id,
        ['unconfirmed', 'confirmed'],
        'failed',
        code,
      );
    });
    const actor = known ?? (await this.actors.actingFor(mail.client_id));
    if (actor === null) return;
    await this.database.as(actor, (tx) =>
      this.audit.record(tx, actor, {
        action: 'subscription.recipient_failed',
        object: { type: 'subscription', id: mail.subscription_id },
        details: { recipient: mail.recipient_id, code },
      }),
    );
  }
}
