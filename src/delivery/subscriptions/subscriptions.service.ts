import { Injectable } from '@nestjs/common';
import { type Actor } from '../../access/actor.js';
import { ceilingRanks } from '../../access/handling.js';
import { AlertPagesService } from '../../alerts/alert-pages.service.js';
import { AuditService } from '../../audit/audit.service.js';
import { Cursors, idToPlace, placeToId } from '../../core/cursor.js';
import { Database, type Tx } from '../../core/database.js';
import { requireTag, tagOf } from '../../core/etag.js';
import { claimId, type IdempotencyKey } from '../../core/idempotency.js';
import { type PageQuery } from '../../core/page.dto.js';
import { type Fault, problems } from '../../core/problem.js';
import { type Quota } from '../../core/quota.js';
import { PartnersService } from '../../partners/partners.service.js';
import { FollowingService } from '../following/following.service.js';
import { SmtpService } from '../../mail/smtp.service.js';
import { recipientFaults, wishesOf } from './recipient.rules.js';
import {
  type ChangeSubscriptionDto,
  type CreateSubscriptionDto,
  type RecipientDto,
} from './subscriptions.dto.js';
import {
  type RecipientRow,
  type SubscriptionRow,
  SubscriptionsRepository,
  type SubscriptionValues,
} from './subscriptions.repository.js';

export interface Subscription {
  row: SubscriptionRow;
  recipients: RecipientRow[];
  tag: string;
}

const MOST = 200;
const PLACE = 'subscriptions';
const MAIL_DEFAULT = { tlp: 'GREEN', classification: 'UNCLASSIFIED' } as const;

/** What the acting reader wants to be told of by mail, and who is to be told. */
@Injectable()
export class SubscriptionsService {
  constructor(
    private readonly database: Database,
    private readonly subscriptions: SubscriptionsRepository,
    private readonly following: FollowingService,
    private readonly alerts: AlertPagesService,
    private readonly partners: PartnersService,
    private readonly smtp: SmtpService,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  /**
   * From here on; every recipient is asked first whether it agrees.
   * @throws Problem 400 naming every fault; 403 for a client that may not read alerts; 409 when there are too many; 422
   * where no mail server is set, or above what the reader may itself have
   */
  async create(
    actor: Actor,
    dto: CreateSubscriptionDto,
    idempotency: IdempotencyKey | undefined,
  ): Promise<Subscription> {
    this.requireMail(actor);
    refuseFaults(dto.recipients);
    const ceiling = await this.partners.effectiveCeiling(actor);
    return this.database.as(actor, async (tx) => {
      const { id, repeated } = await claimId(tx, actor, idempotency);
      if (repeated) return this.getIn(tx, id);
      if ((await this.subscriptions.count(tx)) >= MOST) {
        throw problems.conflict(`There are ${MOST} subscriptions already.`);
      }
      const mail = ceilingRanks(dto.mailCeiling ?? MAIL_DEFAULT);
      if (dto.mailCeiling !== undefined) refuseAbove(mail, ceiling);
      await this.following.open(tx, actor, id, 'subscription');
      await this.subscriptions.insert(tx, id, actor, {
        name: dto.name,
        filter: await this.alerts.settle(tx, dto.filter ?? {}, '#/filter/'),
        drills: dto.drills ?? false,
        mail_tlp: mail.tlp,
        mail_classification: mail.classification,
      });
      await this.replaceRecipients(tx, actor, id, dto.recipients);
      await this.record(tx, actor, 'subscription.created', id, { recipients: dto.recipients.length });
      return this.getIn(tx, id);
    });
  }

  async quotaIn(tx: Tx): Promise<Quota> {
    const used = await this.subscriptions.count(tx);
    return { name: 'subscriptions', of: 'reader', limit: MOST, used, isPerProcess: false };
  }

  async get(actor: Actor, id: string): Promise<Subscription> {
    return this.database.readAs(actor, (tx) => this.getIn(tx, id));
  }

  async list(
    actor: Actor,
    { limit, cursor }: PageQuery,
  ): Promise<{ items: Subscription[]; nextCursor: string | null }> {
    const before = cursor === undefined ? undefined : this.cursors.open(actor.readerId, PLACE, cursor);
    return this.database.readAs(actor, async (tx) => {
      const found = await this.subscriptions.list(
        tx,
        before === undefined ? undefined : placeToId(before),
        limit + 1,
      );
      const rows = found.slice(0, limit);
      const last = rows.at(-1);
      const recipients = await this.subscriptions.listRecipients(
        tx,
        rows.map(({ id }) => id),
      );
      return {
        items: rows.map((row) =>
          complete(
            row,
            recipients.filter((one) => one.subscription_id === row.id),
          ),
        ),
        nextCursor:
          found.length > limit && last !== undefined
            ? this.cursors.seal(actor.readerId, PLACE, idToPlace(last.id))
            : null,
      };
    });
  }

  /** The acting client keeps it from now on, and one that rested goes on from where it stood. */
  async change(
    actor: Actor,
    id: string,
    dto: ChangeSubscriptionDto,
    ifMatch: string | undefined,
  ): Promise<Subscription> {
    this.requireMail(actor);
    refuseFaults(dto.recipients ?? []);
    const ceiling = await this.partners.effectiveCeiling(actor);
    return this.database.as(actor, async (tx) => {
      await this.following.lock(tx, id);
      const row = await this.subscriptions.find(tx, id, 'for no key update of s');
      if (row === null) throw problems.notFound();
      requireTag(ifMatch, complete(row, await this.subscriptions.listRecipients(tx, [id])).tag);
      const values = await this.changed(tx, row, dto);
      if (dto.mailCeiling !== undefined) {
        refuseAbove({ tlp: values.mail_tlp, classification: values.mail_classification }, ceiling);
      }
      await this.subscriptions.update(tx, id, values);
      if (dto.recipients !== undefined) await this.replaceRecipients(tx, actor, id, dto.recipients);
      await this.following.takeOver(tx, actor, id);
      await this.following.resume(tx, id);
      await this.record(tx, actor, 'subscription.changed', id, { fields: Object.keys(dto).sort() });
      return this.getIn(tx, id);
    });
  }

  async delete(actor: Actor, id: string): Promise<void> {
    await this.database.as(actor, async (tx) => {
      await this.following.lock(tx, id);
      if ((await this.subscriptions.find(tx, id)) === null) throw problems.notFound();
      await this.subscriptions.delete(tx, id);
      await this.following.close(tx, id);
      await this.record(tx, actor, 'subscription.deleted', id, {});
    });
  }

  private requireMail(actor: Actor): void {
    if (!actor.scopes.has('alerts:read')) throw problems.insufficientScope('alerts:read');
    if (!this.smtp.isConfigured) {
      throw problems.unprocessable('This exchange has no mail server, so nothing can be sent by mail.');
    }
  }

  private async getIn(tx: Tx, id: string): Promise<Subscription> {
    const row = await this.subscriptions.find(tx, id);
    if (row === null) throw problems.notFound();
    return complete(row, await this.subscriptions.listRecipients(tx, [id]));
  }

  private async replaceRecipients(
    tx: Tx,
    actor: Actor,
    id: string,
    recipients: RecipientDto[],
  ): Promise<void> {
    const added = await this.subscriptions.replaceRecipients(
      tx,
      id,
      actor.readerId,
      recipients.map(wishesOf),
    );
    await this.subscriptions.ask(tx, added);
  }

  private async changed(
    tx: Tx,
    row: SubscriptionRow,
    dto: ChangeSubscriptionDto,
  ): Promise<SubscriptionValues> {
    const mail = dto.mailCeiling && ceilingRanks(dto.mailCeiling);
    return {
      name: dto.name ?? row.name,
      filter: dto.filter === undefined ? row.filter : await this.alerts.settle(tx, dto.filter, '#/filter/'),
      drills: dto.drills ?? row.drills,
      mail_tlp: mail?.tlp ?? row.mail_tlp,
      mail_classification: mail?.classification ?? row.mail_classification,
    };
  }

  /** What is wanted, and who gets it, is nobody's business but the reader's own: neither stands in the audit. */
  private async record(
    tx: Tx,
    actor: Actor,
    action: string,
    id: string,
    details: Record<string, unknown>,
  ): Promise<void> {
    await this.audit.record(tx, actor, { action, object: { type: 'subscription', id }, details });
  }
}

function complete(row: SubscriptionRow, recipients: RecipientRow[]): Subscription {
  const parts = recipients.flatMap((one) => [one.id, one.state, one.state_changed_at.toISOString()]);
  return { row, recipients, tag: tagOf(row.id, row.changed_at.toISOString(), row.client_id, ...parts) };
}

function refuseFaults(recipients: RecipientDto[]): void {
  const faults: Fault[] = recipientFaults(recipients);
  if (faults.length > 0) throw problems.invalidInput(faults);
}

type Ranks = ReturnType<typeof ceilingRanks>;

function refuseAbove(mail: Ranks, ceiling: Ranks): void {
  if (mail.tlp <= ceiling.tlp && mail.classification <= ceiling.classification) return;
  throw problems.unprocessable('What is sent by mail cannot be above what you may receive.', [
    { pointer: '#/mailCeiling', detail: 'is above your own ceiling' },
  ]);
}
