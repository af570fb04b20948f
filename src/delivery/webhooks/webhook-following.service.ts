import { Injectable } from '@nestjs/common';
import { type Actor } from '../../access/actor.js';
import { ActorsService } from '../../access/actors.service.js';
import { AlertPagesService } from '../../alerts/alert-pages.service.js';
import { Database, type Tx } from '../../core/database.js';
import { newId } from '../../core/ids.js';
import { type ChangeRow, type ShareableType } from '../../sharing/sharing.service.js';
import { type FollowerBehind, FollowingService } from '../following/following.service.js';
import { DeliveriesRepository, type SendingRow } from './deliveries.repository.js';
import { WebhookScheduleService } from './webhook-schedule.service.js';
import { readableOf } from './webhook.scopes.js';

/** What an endpoint wants of some entries; null when it is to be told of none and wait. */
type Plan = {
  webhook: SendingRow;
  /** Of what it wants, what its keeper may read. */
  types: readonly ShareableType[];
  matching: ReadonlySet<string> | null;
} | null;

/** Turns entries of change logs into messages for the endpoints that follow them. */
@Injectable()
export class WebhookFollowingService {
  constructor(
    private readonly database: Database,
    private readonly following: FollowingService,
    private readonly deliveries: DeliveriesRepository,
    private readonly schedule: WebhookScheduleService,
    private readonly actors: ActorsService,
    private readonly alerts: AlertPagesService,
  ) {}

  /** @returns whether there was one that was behind */
  step(): Promise<boolean> {
    return this.following.step<Plan>(
      'webhook',
      (tx, follower, entries, plan) => this.write(tx, follower, entries, plan),
      (follower, entries) => this.plan(follower, entries),
    );
  }

  private async plan(follower: FollowerBehind, entries: ChangeRow[]): Promise<Plan> {
    const webhook = await this.database.asSystem((tx) => this.deliveries.find(tx, follower.id));
    if (webhook === null) return null;
    const actor = await this.actors.actingFor(webhook.keeper);
    const types = readableOf(actor, webhook.types);
    if (actor === null || types.length === 0) {
      await this.schedule.stopAsSystem(webhook, 'resting', 'keeper');
      return null;
    }
    return { webhook, types, matching: await this.matching(actor, webhook, entries, follower.isDrill) };
  }

  private async matching(
    actor: Actor,
    { filter }: SendingRow,
    entries: ChangeRow[],
    isDrill: boolean,
  ): Promise<ReadonlySet<string> | null> {
    if (filter === null) return null;
    const alerts = entries.filter((entry) => entry.type === 'alert' && entry.change !== 'withdrawn');
    return this.alerts.matching(
      actor,
      filter,
      [...new Set(alerts.map((entry) => entry.shareable_id))],
      isDrill,
    );
  }

  private async write(
    tx: Tx,
    { id, isDrill }: FollowerBehind,
    entries: ChangeRow[],
    plan: Plan,
  ): Promise<void> {
    if (plan === null || (isDrill && !plan.webhook.drills)) return;
    const { webhook, types, matching } = plan;
    const told = await this.following.listTold(
      tx,
      id,
      entries.map((entry) => entry.shareable_id),
    );
    const wanted = entries.filter((entry) => {
      if (!webhook.types.includes(entry.type)) return false;
      // What its keeper may not read is left out; it keeps nothing else waiting.
      if (entry.change !== 'withdrawn' && !types.includes(entry.type)) return false;
      const matches = matching === null || entry.type !== 'alert' || matching.has(entry.shareable_id);
      const isNews = entry.change !== 'withdrawn' && matches;
      if (isNews) told.add(entry.shareable_id);
      // Who was told of it hears how it goes on, and that it is gone, whatever the filter.
      return told.has(entry.shareable_id);
    });
    if (wanted.length === 0) return;
    await this.deliveries.lock(tx, id);
    await this.deliveries.insert(
      tx,
      id,
      wanted.map((entry) => ({
        id: newId(),
        type: entry.type,
        change: entry.change,
        objectId: entry.shareable_id,
        version: entry.version,
        alarm: entry.alarm,
        isDrill,
        position: entry.position,
        at: entry.at,
      })),
    );
    await this.following.tell(
      tx,
      id,
      wanted.map((entry) => entry.shareable_id),
    );
    await this.schedule.settle(tx, id);
  }
}
