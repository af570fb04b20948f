import { Injectable } from '@nestjs/common';
import { type Actor } from '../../access/actor.js';
import { classificationRank, tlpRank } from '../../access/handling.js';
import { AlertReadingService, type ReadAlert } from '../../alerts/alert-reading.service.js';
import { Database } from '../../core/database.js';
import { MailLinksService } from '../../mail/mail-links.service.js';
import { type Document, fill } from '../../mail/mail.module.js';
import { CATALOGUES } from '../mail/languages.js';
import { alertMail, headlineFor, marksOf, type Reader, subjectOf } from '../mail/render/alert-mail.js';
import { aboveMail, digestMail, type Line } from '../mail/render/other-mails.js';
import { OutboxRepository, type TakenMail } from './outbox.repository.js';

export interface Letter {
  subject: string;
  body: Omit<Document, 'footer'>;
}

/**
 * What a mail about alerts says, read in the moment of sending with the rights that the keeper then has. What may not be
 * told by mail is announced with nothing but its handling and its address.
 */
@Injectable()
export class LettersService {
  constructor(
    private readonly database: Database,
    private readonly outbox: OutboxRepository,
    private readonly alerts: AlertReadingService,
    private readonly links: MailLinksService,
  ) {}

  /** @returns null when there is nothing left to tell */
  async write(actor: Actor, mail: TakenMail): Promise<Letter | null> {
    const lines = await this.linesOf(mail);
    const alerts = await this.alerts.getEach(
      actor,
      lines.map((line) => line.alert_id),
      (alert) => !isAbove(alert, mail),
    );
    const allowed = await this.database.asSystem((tx) =>
      this.outbox.beginTelling(
        tx,
        mail,
        alerts.map(({ row, content }) => ({ id: row.id, tlp: tlpRank(content.handling.tlp) })),
      ),
    );
    const told = lines.flatMap(({ alert_id, changes }): Line[] => {
      const alert = alerts.find(({ row }) => row.id === alert_id);
      return alert === undefined || !allowed.has(alert_id)
        ? []
        : [{ alert, changes, isAbove: isAbove(alert, mail) }];
    });
    const [first] = told;
    if (first === undefined) return null;
    return mail.kind === 'digest' ? this.digest(told, mail) : this.single(first, mail);
  }

  readerOf({ language, time_zone }: Pick<TakenMail, 'language' | 'time_zone'>): Reader {
    return { language, timeZone: time_zone, addressOf: (id) => this.links.alert(id) };
  }

  private async linesOf(mail: TakenMail): Promise<{ alert_id: string; changes: number }[]> {
    if (mail.kind === 'digest') return this.database.asSystem((tx) => this.outbox.listLines(tx, mail.id));
    return mail.alert_id === null ? [] : [{ alert_id: mail.alert_id, changes: 1 }];
  }

  private single({ alert, isAbove }: Line, mail: TakenMail): Letter {
    const reader = this.readerOf(mail);
    const body = isAbove ? aboveMail(alert, reader) : alertMail(alert, reader);
    const words = isAbove ? CATALOGUES[mail.language].above.subject : headlineFor(alert.content, reader);
    return { subject: subjectOf(body.marks, words), body };
  }

  private digest(lines: Line[], mail: TakenMail): Letter {
    const reader = this.readerOf(mail);
    const sorted = [...lines].sort((a, b) => placeOf(a) - placeOf(b));
    const told = sorted.filter((line) => !line.isAbove);
    const marks = highestMarks((told.length > 0 ? told : sorted).map(({ alert }) => alert));
    const body = digestMail(sorted, marks, mail.is_drill, reader);
    const words = fill(CATALOGUES[mail.language].digest.subject, { count: lines.length });
    return { subject: subjectOf(marks, words), body };
  }
}

const isAbove = ({ content: { handling } }: ReadAlert, mail: TakenMail): boolean =>
  tlpRank(handling.tlp) > mail.mail_tlp ||
  classificationRank(handling.classification) > mail.mail_classification;

const SEVEREST_FIRST = ['extreme', 'severe', 'moderate', 'minor', 'unknown'];
const placeOf = ({ alert }: Line): number => SEVEREST_FIRST.indexOf(alert.content.severity);

/** The whole is handled as the highest of its parts; drills are marked with all that they are. */
function highestMarks(alerts: ReadAlert[]): string[] {
  const handlings = alerts.map(({ content }) => content.handling);
  const highest = <Value>(values: Value[], rank: (value: Value) => number): Value =>
    values.reduce((best, value) => (rank(value) > rank(best) ? value : best));
  const handling = {
    tlp: highest(
      handlings.map(({ tlp }) => tlp),
      tlpRank,
    ),
    classification: highest(
      handlings.map(({ classification }) => classification),
      classificationRank,
    ),
  };
  const drills = alerts.map(({ content }) => content.status).filter((status) => status !== 'actual');
  const marks = [...new Set(drills)].map((status) => status.toUpperCase());
  return [...marks, ...marksOf({ handling, status: 'actual' })];
}
