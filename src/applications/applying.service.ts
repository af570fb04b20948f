import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { type Config } from '../core/config.js';
import { CONFIG, PUBLIC_URL } from '../core/config.provider.js';
import { Database, type Tx } from '../core/database.js';
import { newId } from '../core/ids.js';
import { problems } from '../core/problem.js';
import { networkOf, widerNetworkOf } from '../core/rate-limits.js';
import { CONFIRM_WITHIN_DAYS, MailLinksService } from '../mail/mail-links.service.js';
import { say, writePage } from '../mail/mail.module.js';
import { type Notice, type NoticeParams, NoticesService } from '../mail/notices.service.js';
import { ApplicationRecordService } from './application-record.service.js';
import { applicationFaults, newApplication } from './application.input.js';
import { DECIDED_WITHIN_DAYS, nextState } from './application.rules.js';
import { type ApplyDto } from './applications.dto.js';
import { type ApplicationRow, ApplicationsRepository } from './applications.repository.js';
import { caseHashOf, casePath, newCaseToken } from './case-token.js';
import { APPLICATION_WORDS, defineNotices } from './words/words.js';

/** Mails that applications can cause to an address whose owner confirms none, in a day. */
const ASKED_PER_DAY = 3;
const LINKS_AT_ONCE = 100;
const HOUR_SECONDS = 60 * 60;
/** What a wider network may cause in a day, as so many hours of one network in it. */
const PREFIX_HOURS = 5;
/** Mails to addresses that nobody confirmed, as so many days of applications: not one flood, but many together reach it. */
const UNCONFIRMED_DAYS = 20;

/** Applying, and the way to the private link: by the address of mail that the application names, and no other. */
@Injectable()
export class ApplyingService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly applications: ApplicationsRepository,
    private readonly record: ApplicationRecordService,
    private readonly notices: NoticesService,
    private readonly links: MailLinksService,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  onModuleInit(): void {
    defineNotices(this.notices, (id, turn, now) =>
      this.links.within('application', id, CONFIRM_WITHIN_DAYS, now, turn),
    );
  }

  /**
   * Does the same for whoever asks: what is known of the organisation already shows nowhere.
   * @throws Problem 429 for what is too much from one network, and when as many as can be vetted were confirmed
   */
  async apply(dto: ApplyDto, address: string): Promise<void> {
    this.requireMail();
    const faults = applicationFaults(dto);
    if (faults.length > 0) throw problems.invalidInput(faults);
    await this.countAsking(address, null);
    const id = newId();
    const one = newApplication(id, dto);
    await this.database.asSystem(async (tx) => {
      if ((await this.applications.countAsked(tx, one.contact.email)) >= ASKED_PER_DAY) return;
      await this.applications.insert(tx, one);
      // Without the name: whoever asks would write to others through it.
      const to = { to: one.contact.email, language: one.language };
      await this.postLink(tx, 'application.confirmation', to, { id, turn: 0 });
    });
  }

  /**
   * A new way to the private link, to the address alone. It is looked for later: how long the answer takes must not show
   * whether there is one.
   * @throws Problem 429 for what is too much from one network
   */
  async askLink(email: string, address: string): Promise<void> {
    this.requireMail();
    await this.countAsking(address, email.toLowerCase());
  }

  /** Sends some of the links that were asked for. @returns whether there may be more */
  async sendLinksAsSystem(): Promise<boolean> {
    return this.database.asSystem(async (tx) => {
      const addresses = await this.applications.takeAsked(tx, LINKS_AT_ONCE);
      for (const address of addresses) await this.sendLink(tx, address);
      return addresses.length > 0;
    });
  }

  /** Asks; changes nothing. */
  async showLink(token: string): Promise<string> {
    return this.database.asSystem(async (tx) => {
      const { row, isOver } = await this.findLinked(token, (id) => this.applications.find(tx, id));
      const { page } = APPLICATION_WORDS[row.language];
      if (isOver) return writePage(row.language, page.title, [say(page.over)]);
      const { name } = row;
      return writePage(row.language, page.title, [say(page.question, { name })], page.button);
    });
  }

  /** Confirms the address, if it was not, and shows the private link; any older one stops working. */
  async useLink(token: string): Promise<string> {
    return this.database.asSystem(async (tx) => {
      const { row, isOver } = await this.findLinked(token, (id) => this.applications.lock(tx, id));
      const { page } = APPLICATION_WORDS[row.language];
      if (isOver) return writePage(row.language, page.title, [say(page.over)]);
      if (row.state === 'unconfirmed') {
        const state = nextState(row.state, 'confirm', 'applicant');
        await this.applications.submit(tx, row.id, DECIDED_WITHIN_DAYS);
        await this.record.record(tx, null, row.id, { act: 'confirm', state, side: 'applicant' });
      }
      const caseToken = newCaseToken();
      await this.applications.openCase(tx, row.id, caseHashOf(caseToken) as Buffer);
      const address = `${this.publicUrl}${casePath(caseToken)}`;
      return writePage(row.language, page.title, [say(page.shown), { address }, say(page.keep)]);
    });
  }

  private async sendLink(tx: Tx, address: string): Promise<void> {
    const claimed = await this.applications.claimLink(tx, address);
    const row = claimed && (await this.applications.find(tx, claimed.id));
    if (row === null || row.contact_email === null) return;
    const { id, link_turn: turn, name, contact_email: to, language } = row;
    await this.postLink(tx, 'application.link', { to, language }, { id, turn, name });
  }

  /**
   * Strangers can fill their own share alone: those of others, and the day of vetting, they leave.
   * @param linkTo who asks for a link; null for who applies
   */
  private async countAsking(address: string, linkTo: string | null): Promise<void> {
    const { applicationsPerHour: perHour, applicationsPerDay: perDay } = this.config;
    const from = { network: networkOf(address), prefix: widerNetworkOf(address), address: linkTo };
    const limits = { perHour, perPrefix: perHour * PREFIX_HOURS, perDay: perDay * UNCONFIRMED_DAYS };
    const isCounted = await this.database.asSystem(
      async (tx) =>
        (linkTo !== null || (await this.applications.countConfirmed(tx)) < perDay) &&
        (await this.applications.countAsking(tx, from, limits)),
    );
    if (!isCounted) throw problems.tooManyRequests(HOUR_SECONDS);
  }

  private async postLink(
    tx: Tx,
    kind: string,
    to: Pick<Notice, 'to' | 'language'>,
    params: NoticeParams,
  ): Promise<void> {
    await this.notices.post(tx, { ...to, kind, params: { ...params, days: CONFIRM_WITHIN_DAYS } });
  }

  /** @throws Problem 404 for a link that was made up, or used already */
  private async findLinked(
    token: string,
    find: (id: string) => Promise<ApplicationRow | null>,
  ): Promise<{ row: ApplicationRow; isOver: boolean }> {
    const id = this.links.claimedId(token);
    const row = id === null ? null : await find(id);
    const link = row && this.links.read('application', token, new Date(), row.link_turn);
    if (row === null || link === null) throw problems.notFound();
    return { row, isOver: link.isOver || row.contact_email === null };
  }

  private requireMail(): void {
    if (!this.notices.canBeSent) {
      throw problems.unprocessable('This exchange has no mail server, so no address can be confirmed.');
    }
  }
}
