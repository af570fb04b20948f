import { Injectable } from '@nestjs/common';
import { Database } from '../../core/database.js';
import { problems } from '../../core/problem.js';
import { MailLinksService } from '../../mail/mail-links.service.js';
import { say, writePage } from '../../mail/mail.module.js';
import { CATALOGUES } from '../mail/languages.js';
import { writePageInAll } from '../mail/render/page-in-all.js';
import { OutboxRepository } from './outbox.repository.js';
import { type RecipientState, SubscriptionsRepository } from './subscriptions.repository.js';

type Found = NonNullable<Awaited<ReturnType<SubscriptionsRepository['findRecipientAsSystem']>>>;

/** What recipients say themselves, by the links that they alone were sent: yes, and enough. */
@Injectable()
export class RecipientsService {
  constructor(
    private readonly database: Database,
    private readonly subscriptions: SubscriptionsRepository,
    private readonly outbox: OutboxRepository,
    private readonly links: MailLinksService,
  ) {}

  /** Asks; changes nothing. */
  async askToConfirm(token: string): Promise<string> {
    return this.page('confirm', token, (_, recipient) => {
      if (recipient.state === 'confirmed') return writeConfirmed(recipient);
      const { language, address, partner_name: partner } = recipient;
      const { page } = CATALOGUES[language];
      const question = say(page.confirmQuestion, { partner, address });
      return writePage(language, page.confirmTitle, [question], page.confirmButton);
    });
  }

  async confirm(token: string): Promise<string> {
    return this.page('confirm', token, async (id, recipient) => {
      const from: RecipientState[] = ['unconfirmed', 'unsubscribed'];
      await this.database.asSystem((tx) =>
        this.subscriptions.changeRecipientState(tx, id, from, 'confirmed'),
      );
      return writeConfirmed(recipient);
    });
  }

  /** Asks; changes nothing. */
  async askToUnsubscribe(token: string): Promise<string> {
    return this.page('unsubscribe', token, (_, { state, address, language }) => {
      const { page } = CATALOGUES[language];
      if (state === 'unsubscribed') return writePage(language, page.stopTitle, [say(page.stopped)]);
      const question = say(page.stopQuestion, { address });
      return writePage(language, page.stopTitle, [question], page.stopButton);
    });
  }

  /** At once, and as often as one likes. */
  async unsubscribe(token: string): Promise<string> {
    return this.page('unsubscribe', token, async (id, { language }) => {
      const from: RecipientState[] = ['unconfirmed', 'confirmed'];
      await this.database.asSystem(async (tx) => {
        await this.subscriptions.changeRecipientState(tx, id, from, 'unsubscribed');
        await this.outbox.dropWaiting(tx, id);
      });
      const { page } = CATALOGUES[language];
      return writePage(language, page.stopTitle, [say(page.stopped)]);
    });
  }

  /** @throws Problem 404 for a link that was made up; a page for one that was good once */
  private async page(
    purpose: 'confirm' | 'unsubscribe',
    token: string,
    write: (id: string, recipient: Found) => string | Promise<string>,
  ): Promise<string> {
    const link = this.links.read(purpose, token, new Date());
    if (link === null) throw problems.notFound();
    const { recipientId, isOver } = link;
    const recipient = await this.database.asSystem((tx) =>
      this.subscriptions.findRecipientAsSystem(tx, recipientId),
    );
    if (purpose === 'unsubscribe' && recipient === null) return writePageInAll('stopped');
    // Whom its own mail server refuses cannot agree either.
    const isPast = isOver || recipient === null || (purpose === 'confirm' && recipient.state === 'failed');
    return isPast ? writePageInAll('invalid') : write(recipientId, recipient);
  }
}

function writeConfirmed({ language, address }: Found): string {
  const { page } = CATALOGUES[language];
  return writePage(language, page.confirmTitle, [say(page.confirmed, { address })]);
}
