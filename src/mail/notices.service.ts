import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { newId } from '../core/ids.js';
import { type Notice, type NoticeKind, type PartnerNotice } from './notice.js';
import { NoticesRepository } from './notices.repository.js';
import { type Block, type Document, fill, say } from './render/document.js';
import { SmtpService } from './smtp.service.js';

export { type Notice, type NoticeKind, type NoticeParams, type NoticeText } from './notice.js';

/**
 * Short mails that the exchange writes by itself. Posted in the transaction of what they tell, they are sent once it is
 * durable, and again until the mail server takes them; then nothing of them is kept.
 */
@Injectable()
export class NoticesService {
  private readonly kinds = new Map<string, NoticeKind>();

  constructor(
    private readonly notices: NoticesRepository,
    private readonly smtp: SmtpService,
  ) {}

  get canBeSent(): boolean {
    return this.smtp.isConfigured;
  }

  /** Once, by the module that posts them, before anything is sent. */
  define(kind: string, definition: NoticeKind): void {
    if (this.kinds.has(kind)) throw new Error(`the notice ${kind} is defined already`);
    this.kinds.set(kind, definition);
  }

  get defined(): string[] {
    return [...this.kinds.keys()];
  }

  /** @throws Error for a kind that nobody defined */
  async post(tx: Tx, notice: Notice): Promise<void> {
    if (!this.kinds.has(notice.kind)) throw new Error(`the notice ${notice.kind} is not defined`);
    await this.notices.insert(tx, newId(), notice);
  }

  /** The same to persons of partners, where mail can be sent. @throws Error for a kind that nobody defined */
  async tell(tx: Tx, notice: PartnerNotice): Promise<void> {
    if (!this.kinds.has(notice.kind)) throw new Error(`the notice ${notice.kind} is not defined`);
    if (this.canBeSent) await this.notices.tell(tx, notice);
  }

  write({ kind, language, params }: Omit<Notice, 'to'>, now: Date): { subject: string; document: Document } {
    const definition = this.kinds.get(kind);
    if (definition === undefined) throw new Error(`the notice ${kind} is not defined`);
    const { subject, before, after } = definition.texts[language];
    const link: Block[] = definition.link === undefined ? [] : [{ address: definition.link(params, now) }];
    const blocks = [
      ...before.map((one) => say(one, params)),
      ...link,
      ...after.map((one) => say(one, params)),
    ];
    return {
      subject: fill(subject, params),
      document: { language, marks: [], title: 'SLT Exchange', blocks, footer: [] },
    };
  }
}
