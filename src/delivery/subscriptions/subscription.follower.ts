import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AlertPagesService, type SavedFilter } from '../../alerts/alert-pages.service.js';
import { ActorsService } from '../../access/actors.service.js';
import { Database, type Tx } from '../../core/database.js';
import { WakeUps } from '../../core/wake-ups.js';
import { type ChangeRow } from '../../sharing/sharing.service.js';
import { type FollowerBehind, FollowingService } from '../following/following.service.js';
import { OutboxRepository } from './outbox.repository.js';
import { tellingsOf, type Turn, turnsOf } from './plan.rules.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';

/** Of the alerts that have changed, those that can be read, that the subscription is about, and that cannot wait. */
interface Plan {
  readable: ReadonlySet<string>;
  wanted: ReadonlySet<string>;
  urgent: ReadonlySet<string>;
}

/** Turns what changes for readers into mails that are to be sent, in the transaction that moves the follower on. */
@Injectable()
export class SubscriptionFollower implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private stop: (() => void) | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly wakeUps: WakeUps,
    private readonly following: FollowingService,
    private readonly actors: ActorsService,
    private readonly alerts: AlertPagesService,
    private readonly subscriptions: SubscriptionsRepository,
    private readonly outbox: OutboxRepository,
  ) {}

  onApplicationBootstrap(): void {
    this.stop = this.wakeUps.onWake(() => this.follow());
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.stop?.();
    await this.running;
  }

  /** One walk at a time in a process; asked meanwhile, another one after it. */
  private follow(): void {
    this.again = true;
    this.running ??= this.walk().finally(() => {
      this.running = undefined;
      if (this.again && !this.stopped) this.follow();
    });
  }

  private async walk(): Promise<void> {
    this.again = false;
    const step = (): Promise<boolean> =>
      this.following.step<Plan>(
        'subscription',
        (tx, follower, entries, plan) => this.tell(tx, follower, entries, plan),
        (follower, entries) => this.plan(follower, entries),
      );
    // The database may be away; the next wake-up tries again.
    while (!this.stopped && (await step().catch(() => false)));
  }

  /** With the rights of the keeper as they are now; without one it rests where it is. */
  private async plan(follower: FollowerBehind, entries: ChangeRow[]): Promise<Plan> {
    const none = new Set<string>();
    const nothing = { readable: none, wanted: none, urgent: none };
    const actor = await this.actors.actingFor(follower.clientId);
    if (!actor?.scopes.has('alerts:read')) {
      await this.database.asSystem((tx) => this.following.rest(tx, follower.id));
      return nothing;
    }
    const { isDrill } = follower;
    const subscription = await this.database.asSystem((tx) =>
      this.subscriptions.findToFollow(tx, follower.id),
    );
    if (subscription === null || (isDrill && !subscription.drills)) return nothing;
    const ids = turnsOf(entries)
      .filter(({ changes }) => changes > 0)
      .map(({ alertId }) => alertId);
    const matching = (filter: SavedFilter): Promise<Set<string>> =>
      this.alerts.matching(actor, filter, ids, isDrill);
    return {
      readable: await matching({}),
      wanted: await matching(subscription.filter),
      urgent: isDrill ? none : await matching({ minSeverity: 'severe' }),
    };
  }

  private async tell(
    tx: Tx,
    { id, isDrill }: FollowerBehind,
    entries: ChangeRow[],
    plan: Plan,
  ): Promise<void> {
    const turns = turnsOf(entries);
    const withdrawn = turns.filter((turn) => turn.isWithdrawn).map(({ alertId }) => alertId);
    if (withdrawn.length > 0) {
      await this.outbox.withdraw(tx, await this.outbox.listConfirmed(tx, id), withdrawn, isDrill);
    }
    const news = turns.filter(({ alertId, changes }) => changes > 0 && plan.readable.has(alertId));
    if (news.length > 0) await this.write(tx, id, news, plan, isDrill);
  }

  private async write(tx: Tx, id: string, turns: Turn[], plan: Plan, isDrill: boolean): Promise<void> {
    const recipients = await this.outbox.listRecipients(tx, id);
    if (recipients.length === 0) return;
    const threads = await this.outbox.listThreads(
      tx,
      recipients.map((recipient) => recipient.id),
      turns.map(({ alertId }) => alertId),
    );
    const known = new Set(threads.map(keyOf));
    const told = new Set(threads.filter((row) => row.is_told).map(keyOf));
    const tellings = tellingsOf(
      recipients.map((recipient) => ({
        ...recipient,
        urgent: new Set(
          threads
            .filter((row) => row.is_urgent && row.recipient_id === recipient.id)
            .map((row) => row.alert_id),
        ),
      })),
      turns,
      plan.urgent,
      new Date(),
      // Who was told of it hears how it goes on, whatever the filter.
      (recipientId, alertId) => plan.wanted.has(alertId) || told.has(`${recipientId} ${alertId}`),
    ).map((telling) => ({ ...telling, isFirst: !known.has(`${telling.recipientId} ${telling.alertId}`) }));
    if (tellings.length === 0) return;
    await this.outbox.insertThreads(tx, tellings);
    await this.outbox.insertAlerts(
      tx,
      tellings.filter((telling) => telling.as === 'mail'),
      isDrill,
    );
    await this.outbox.insertLines(
      tx,
      tellings.filter((telling) => telling.as === 'digest'),
      isDrill,
    );
  }
}

const keyOf = (row: { recipient_id: string; alert_id: string }): string =>
  `${row.recipient_id} ${row.alert_id}`;
