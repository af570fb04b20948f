import { Injectable, Logger } from '@nestjs/common';
import { type Actor } from '../../access/actor.js';
import { AlertReadingService, type ReadAlert } from '../../alerts/alert-reading.service.js';
import { Database } from '../../core/database.js';
import { dutyWords, mailLanguage } from '../../focal-points/focal-points.module.js';
import { MailLinksService } from '../../mail/mail-links.service.js';
import { say, writeHtml, writeText } from '../../mail/mail.module.js';
import { retryAt, SmtpService } from '../../mail/smtp.service.js';
import { alertMail, headlineFor, subjectOf } from '../mail/render/alert-mail.js';
import { DutyRepository, type TakenDutyMail } from './duty.repository.js';

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

/** Severe alerts for whom nobody confirms any more: by mail to the duty address, each once, whoever subscribed. */
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
    const [alert] =
      email === null ? [] : await this.alerts.getEach(onDuty(mail.partner_id), [mail.alert_id], mayBeMailed);
    if (email === null || alert === undefined || !mayBeMailed(alert)) return this.settle(mail, 'dropped');
    const language = mailLanguage(mail.languages ?? []);
    const reader = { language, timeZone: 'UTC', addressOf: (id: string) => this.links.alert(id) };
    const body = alertMail(alert, reader);
    const document = { ...body, footer: [say(dutyWords(language), { partner: mail.partner_name })] };
    const outcome = await this.smtp.send({
      messageId: this.smtp.idOf('duty', mail.alert_id, mail.focal_point_id),
      to: email,
      subject: subjectOf(body.marks, headlineFor(alert.content, reader)),
      text: writeText(document),
      html: writeHtml(document),
      language,
    });
    if (outcome.as === 'sent') return this.settle(mail, 'sent');
    const reason = outcome.as === 'refused' ? outcome.code : outcome.reason;
    const { alert_id, focal_point_id, attempts } = mail;
    this.logger.warn({
      msg: 'a duty address was not reached',
      alert: alert_id,
      focalPoint: focal_point_id,
      reason,
    });
    const at = outcome.as === 'refused' ? null : retryAt(attempts, mail.first_tried_at, new Date());
    if (at === null) return this.settle(mail, 'dropped');
    await this.database.asSystem((tx) => this.duty.postpone(tx, mail, at));
  }

  private async settle(mail: TakenDutyMail, state: 'sent' | 'dropped'): Promise<void> {
    await this.database.asSystem((tx) => this.duty.settle(tx, mail, state));
  }
}

const mayBeMailed = ({ content: { handling } }: ReadAlert): boolean =>
  MAIL_MAY_CARRY.includes(handling.tlp) && handling.classification === 'UNCLASSIFIED';
