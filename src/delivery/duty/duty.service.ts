import { Injectable, Logger } from '@nestjs/common';
import { type Actor } from '../../access/actor.js';
import { tlpLabel, tlpRank } from '../../access/handling.js';
import { AlertReadingService, type ReadAlert } from '../../alerts/alert-reading.service.js';
import { Database } from '../../core/database.js';
import { dutyWords, mailLanguage } from '../../focal-points/focal-points.module.js';
import { MailLinksService } from '../../mail/mail-links.service.js';
import { type Document, say, writeHtml, writeText } from '../../mail/mail.module.js';
import { retryAt, SmtpService } from '../../mail/smtp.service.js';
import { CATALOGUES } from '../mail/languages.js';
import { alertMail, headlineFor, subjectOf } from '../mail/render/alert-mail.js';
import { aboveMail, withdrawalMail } from '../mail/render/other-mails.js';
import { DutyRepository, type TakenDutyMail } from './duty.repository.js';

interface Letter {
  subject: string;
  body: Omit<Document, 'footer'>;
  /** The label under which it counts as told. */
  tlp: number;
  /** That it is withdrawn: nothing is told after it. */
  isLast: boolean;
}

const MAIL_MAY_CARRY = ['CLEAR', 'GREEN'];

/** The partner itself, of which nobody may be there: to have sent to it what it still receives, and nothing else. */
const onDuty = (partnerId: string): Actor => ({
  clientId: 'exchange',
  partnerId,
  readerId: partnerId,
  partnerKind: '',
  partnerStatus: 'active',
  scopes: new Set(['alerts:read'] as const),
  narrowed: false,
  manages: [],
});

/**
 * Severe alerts for whom nobody confirms any more: by mail to the duty address, each once, whoever subscribed. Whoever
 * was told of one hears how it goes on, or it would act on what is known to be wrong.
 */
@Injectable()
export class DutyService {
  private readonly logger = new Logger(DutyService.name);

  constructor(
    private readonly database: Database,
    private readonly duty: DutyRepository,
    private readonly alerts: AlertReadingService,
    private readonly smtp: SmtpService,
    private readonly links: MailLinksService,
  ) {}

  get canBeSent(): boolean {
    return this.smtp.isConfigured;
  }

  /** Watches whoever is restricted, and nobody else. */
  async watchAsSystem(): Promise<void> {
    await this.database.asSystem(async (tx) => {
      await this.duty.endWatches(tx);
      await this.duty.beginWatches(tx);
    });
  }

  async follow(): Promise<boolean> {
    return this.database.asSystem((tx) => this.duty.follow(tx));
  }

  async take(limit: number): Promise<TakenDutyMail[]> {
    return this.database.asSystem((tx) => this.duty.take(tx, limit));
  }

  /** Read in the moment of sending, with the rights that the partner then has. */
  async send(mail: TakenDutyMail): Promise<void> {
    const { email } = mail;
    const letter = email === null ? null : await this.write(mail);
    if (email === null || letter === null) return this.settle(mail, 'dropped', null);
    const begun = await this.database.asSystem((tx) => this.duty.beginTelling(tx, mail, letter.tlp));
    if (!begun) return this.settle(mail, 'dropped', null);
    const { body, subject } = letter;
    const footer = mail.is_restricted ? [say(dutyWords(body.language), { partner: mail.partner_name })] : [];
    const document = { ...body, footer };
    const thread = ['duty', mail.alert_id, mail.focal_point_id];
    const outcome = await this.smtp.send({
      messageId: this.smtp.idOf(...thread, mail.position),
      threadId: this.smtp.idOf(...thread),
      to: email,
      subject,
      text: writeText(document),
      html: writeHtml(document),
      language: body.language,
    });
    if (outcome.as === 'sent') return this.settle(mail, 'sent', letter.isLast ? null : letter.tlp);
    const reason = outcome.as === 'refused' ? outcome.code : outcome.reason;
    const { alert_id, focal_point_id, attempts } = mail;
    this.logger.warn({
      msg: 'a duty address was not reached',
      alert: alert_id,
      focalPoint: focal_point_id,
      reason,
    });
    const at = outcome.as === 'refused' ? null : retryAt(attempts, mail.first_tried_at, new Date());
    if (at === null) return this.settle(mail, 'dropped', mail.tlp);
    await this.database.asSystem((tx) => this.duty.postpone(tx, mail, at));
  }

  /** @returns null where there is nothing to tell: of what it does not know it need not hear that it is over */
  private async write(mail: TakenDutyMail): Promise<Letter | null> {
    const language = mailLanguage(mail.languages ?? []);
    const words = CATALOGUES[language];
    const reader = { language, timeZone: 'UTC', addressOf: (id: string) => this.links.alert(id) };
    const [alert] = await this.alerts.getEach(onDuty(mail.partner_id), [mail.alert_id], mayBeMailed);
    if (alert !== undefined && mayBeMailed(alert)) {
      const body = alertMail(alert, reader);
      const subject = subjectOf(body.marks, headlineFor(alert.content, reader));
      return { body, subject, tlp: tlpRank(alert.content.handling.tlp), isLast: false };
    }
    if (mail.tlp === null) return null;
    const body =
      alert === undefined
        ? withdrawalMail({ tlp: tlpLabel(mail.tlp), isDrill: false }, reader)
        : aboveMail(alert, reader);
    const { subject } = alert === undefined ? words.withdrawn : words.above;
    return { body, subject: subjectOf(body.marks, subject), tlp: mail.tlp, isLast: alert === undefined };
  }

  private async settle(mail: TakenDutyMail, state: 'sent' | 'dropped', tlp: number | null): Promise<void> {
    await this.database.asSystem((tx) => this.duty.settle(tx, mail, state, tlp));
  }
}

const mayBeMailed = ({ content: { handling } }: ReadAlert): boolean =>
  MAIL_MAY_CARRY.includes(handling.tlp) && handling.classification === 'UNCLASSIFIED';
