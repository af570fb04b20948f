import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Database, type Tx } from '../core/database.js';
import { problems } from '../core/problem.js';
import { MailLinksService } from '../mail/mail-links.service.js';
import { say, writePage } from '../mail/mail.module.js';
import { NoticesService } from '../mail/notices.service.js';
import { CONFIRM_EVERY_DAYS, dayAfter, dueAt, LINK_DAYS, nextState } from './focal-point.rules.js';
import { FocalPointsRepository } from './focal-points.repository.js';
import { FocalPointsService } from './focal-points.service.js';
import { type FocalPointRow, type OwnFocalPointView } from './focal-points.view.js';
import { LivenessRepository, type Restricted } from './liveness.repository.js';
import { defineNotices, FOCAL_POINT_WORDS, mailLanguage } from './words/words.js';

const DAY_MS = 86_400_000;

/** Whether those who speak for a partner are still there: asking them, and what follows when nobody answers. */
@Injectable()
export class LivenessService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly register: FocalPointsRepository,
    private readonly liveness: LivenessRepository,
    private readonly focalPoints: FocalPointsService,
    private readonly notices: NoticesService,
    private readonly links: MailLinksService,
    private readonly audit: AuditService,
  ) {}

  onModuleInit(): void {
    defineNotices(this.notices, (id, turn, now) =>
      this.links.within('focal-point', id, LINK_DAYS, now, turn),
    );
  }

  /** What was held back for want of an answer comes back when the transaction commits. */
  async confirm(actor: Actor, partnerId: string, id: string): Promise<OwnFocalPointView> {
    return this.database.asPatiently(actor, async (tx) => {
      const row = await this.focalPoints.lockIn(tx, actor, partnerId, id);
      const state = nextState(row.state, 'confirm', actor.partnerId === partnerId ? 'partner' : 'steward');
      requireBegun(row);
      await this.register.confirm(tx, id, state);
      await this.focalPoints.record(tx, actor, 'confirmed', partnerId, id);
      return this.focalPoints.view(tx, partnerId, id);
    });
  }

  /** Asks; changes nothing, for whatever looks through mails follows their links. */
  async showLink(token: string): Promise<string> {
    return this.database.asSystem(async (tx) => {
      const { row, standing } = await this.findLinked(tx, token, false);
      if (standing !== 'good') return sayOf(row, standing);
      const language = mailLanguage(row.languages ?? []);
      const { page } = FOCAL_POINT_WORDS[language];
      const { partner } = await this.liveness.findNames(tx, row.partner_id, null);
      return writePage(language, page.title, [say(page.question, { partner })], page.button);
    });
  }

  async useLink(token: string): Promise<string> {
    // Whoever made one up, or presses again, takes no turn from those whose answers give rights back.
    const first = await this.database.asSystem((tx) => this.findLinked(tx, token, false));
    if (first.standing !== 'good') return sayOf(first.row, first.standing);
    return this.database.asSystemPatiently(async (tx) => {
      const { row, standing } = await this.findLinked(tx, token, true);
      if (standing !== 'good') return sayOf(row, standing);
      requireBegun(row);
      await this.register.confirm(tx, row.id, nextState(row.state, 'confirm', 'person'));
      await this.audit.recordAsSystem(tx, {
        action: 'focal_point.confirmed',
        object: { type: 'focal_point', id: row.id },
        about: [row.partner_id],
        details: { by: 'person' },
      });
      return sayOf(row, 'done');
    });
  }

  /** What ends may narrow much when it commits. @returns whether there was one that was to be moved on */
  async moveOnAsSystem(): Promise<boolean> {
    return this.database.asSystemPatiently(async (tx) => {
      const row = await this.liveness.takeDue(tx);
      return row !== null && (await this.moveOn(tx, row, new Date()));
    });
  }

  /**
   * Restricts one partner or membership for which nobody has answered for 91 days.
   * @returns whether there was one
   */
  async restrictAsSystem(): Promise<boolean> {
    for (const restrict of ['restrictMembership', 'restrictPartner'] as const) {
      const found = await this.database.asSystemPatiently(async (tx) => {
        const restricted = await this.liveness[restrict](tx);
        if (restricted !== null) await this.tellRestricted(tx, restricted);
        return restricted;
      });
      if (found !== null) return true;
    }
    return false;
  }

  /** A clock that can be set: for demonstrations, as if nobody had answered for so long. */
  async letDaysPassAsSystem(partnerId: string, days: number): Promise<void> {
    await this.database.asSystem((tx) => this.liveness.letDaysPass(tx, partnerId, days));
  }

  private async moveOn(tx: Tx, row: FocalPointRow, now: Date): Promise<boolean> {
    const due = dueAt(
      {
        state: row.state,
        validFrom: row.valid_from,
        validUntil: row.valid_until,
        awaitedSince: row.awaited_since,
        reminders: row.reminders,
      },
      now,
    );
    if (due === null) return false;
    if (due.act === 'ask') {
      const state = due.fallsDue ? nextState(row.state, 'fall_due', 'exchange') : row.state;
      await this.liveness.setAsked(tx, row.id, due.reminders, state);
      await this.ask(tx, row, due.reminders, now);
    } else {
      await this.liveness.changeState(tx, row.id, nextState(row.state, due.act, 'exchange'));
    }
    await this.audit.recordAsSystem(tx, {
      action: `focal_point.${{ ask: 'asked', lapse: 'lapsed', end: 'ended' }[due.act]}`,
      object: { type: 'focal_point', id: row.id },
      about: [row.partner_id],
    });
    return true;
  }

  private async ask(tx: Tx, row: FocalPointRow, reminders: number, now: Date): Promise<void> {
    if (row.email === null || !this.notices.canBeSent) return;
    const { partner } = await this.liveness.findNames(tx, row.partner_id, null);
    const since = row.awaited_since > row.valid_from ? row.awaited_since : row.valid_from;
    const left = (dayAfter(since, CONFIRM_EVERY_DAYS).getTime() - now.getTime()) / DAY_MS;
    await this.notices.post(tx, {
      to: row.email,
      language: mailLanguage(row.languages ?? []),
      kind: reminders === 1 ? 'focal_point.ask' : 'focal_point.reminder',
      params: { id: row.id, turn: row.link_turn, partner, days: Math.max(0, Math.round(left)) },
    });
  }

  /** The partner itself, and the chair: a silence that nobody hears of would last. */
  private async tellRestricted(tx: Tx, restricted: Restricted): Promise<void> {
    const { partner_id, arrangement_id } = restricted;
    await this.audit.recordAsSystem(tx, {
      action: 'partner.unconfirmed',
      object: { type: 'partner', id: partner_id },
      about: [partner_id],
      details: arrangement_id === null ? {} : { arrangement: arrangement_id },
    });
    if (!this.notices.canBeSent) return;
    const { partner, arrangement } = await this.liveness.findNames(tx, partner_id, arrangement_id);
    await this.post(tx, 'suspended', partner_id, arrangement_id, {
      partner,
      place: arrangement ?? 'SLT Exchange',
    });
    for (const chair of await this.liveness.listChairs(tx, restricted)) {
      const place = chair.arrangement_code;
      await this.post(tx, 'unconfirmed', chair.partner_id, chair.arrangement_id, { partner, place });
    }
  }

  private async post(
    tx: Tx,
    kind: 'suspended' | 'unconfirmed',
    to: string,
    arrangementId: string | null,
    params: { partner: string; place: string },
  ): Promise<void> {
    for (const { id, email, languages } of await this.liveness.listAddressees(tx, to, arrangementId)) {
      await this.notices.post(tx, {
        to: email,
        language: mailLanguage(languages),
        kind: `focal_point.${kind}`,
        params: { id, ...params },
      });
    }
  }

  /** @throws Problem 404 for a link that was made up, and for those of a person that is there no more */
  private async findLinked(
    tx: Tx,
    token: string,
    locked: boolean,
  ): Promise<{ row: FocalPointRow; standing: 'good' | 'done' | 'over' }> {
    const id = this.links.claimedId(token);
    const row = id === null ? null : await this.register[locked ? 'lockAny' : 'findAny'](tx, id);
    if (row === null || row.email === null) throw problems.notFound();
    const read = (turn: number) => this.links.read('focal-point', token, new Date(), turn);
    const link = read(row.link_turn);
    if (link !== null) return { row, standing: link.isOver ? 'over' : 'good' };
    // Pressed twice: once is enough.
    if (row.link_turn > 0 && read(row.link_turn - 1) !== null) return { row, standing: 'done' };
    throw problems.notFound();
  }
}

function sayOf({ languages }: FocalPointRow, standing: 'done' | 'over'): string {
  const language = mailLanguage(languages ?? []);
  const { page } = FOCAL_POINT_WORDS[language];
  return writePage(language, page.title, [say(page[standing])]);
}

function requireBegun({ valid_from, valid_until }: FocalPointRow): void {
  const now = new Date();
  if (valid_from > now) throw problems.conflict('The validity has not begun.');
  if (valid_until !== null && valid_until <= now) throw problems.conflict('The validity is over.');
}
