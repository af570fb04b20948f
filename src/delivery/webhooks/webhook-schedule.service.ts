import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Database, type Tx } from '../../core/database.js';
import { newId } from '../../core/ids.js';
import { JobQueue } from '../../core/job-queue.js';
import { FollowingService } from '../following/following.service.js';
import { DeliveriesRepository, type SendingRow } from './deliveries.repository.js';
import { isDead } from './webhook.rules.js';
import { type WebhookReason } from './webhooks.repository.js';

/** Endpoints that take nothing wait in a queue of their own: they never use the room of the others. */
export const QUEUES = { sound: 'webhook', dead: 'webhook-dead' } as const;

/** When which endpoint is looked at next, and when it no longer is. */
@Injectable()
export class WebhookScheduleService {
  constructor(
    private readonly database: Database,
    private readonly deliveries: DeliveriesRepository,
    private readonly following: FollowingService,
    private readonly audit: AuditService,
    private readonly queue: JobQueue,
  ) {}

  /** Whoever is sending to it at this moment settles it anew at the end, or does not come to that. */
  async settle(tx: Tx, id: string): Promise<void> {
    const schedule = await this.deliveries.lockSchedule(tx, id);
    const wanted = schedule?.isActive === true && schedule.next !== null;
    const own = isDead(schedule?.failures ?? 0) ? QUEUES.dead : QUEUES.sound;
    for (const queue of Object.values(QUEUES)) {
      if (wanted && queue === own) {
        await this.queue.settle(tx, queue, id, Math.max(schedule.next ?? 0, schedule.claimedFor));
      } else await this.queue.drop(tx, queue, id);
    }
  }

  async settleAsSystem(id: string): Promise<void> {
    await this.database.asSystem((tx) => this.settle(tx, id));
    this.queue.look();
  }

  /** Whatever was forgotten, by whatever mishap. */
  async settleOverdueAsSystem(): Promise<void> {
    for (const id of await this.database.asSystem((tx) => this.deliveries.listOverdue(tx))) {
      await this.settleAsSystem(id);
    }
  }

  /** Nobody is silenced without a word: in the audit, in its own view, and at the partner's other endpoints. */
  async stopAsSystem(
    webhook: SendingRow,
    state: 'resting' | 'disabled',
    reason: WebhookReason,
  ): Promise<void> {
    const siblings = await this.database.asSystem(async (tx) => {
      await this.following.rest(tx, webhook.id);
      if (!(await this.deliveries.stop(tx, webhook.id, state, reason))) return [];
      await this.audit.recordAsSystem(tx, {
        action: `webhook.${state === 'resting' ? 'rested' : 'disabled'}`,
        object: { type: 'webhook', id: webhook.id },
        about: [webhook.partnerId],
        details: { reason },
      });
      const others = await this.deliveries.listSiblings(tx, webhook);
      for (const other of others) {
        const notice = { type: 'webhook', change: 'disabled', objectId: webhook.id, at: new Date() } as const;
        await this.deliveries.insert(tx, other, [
          { ...notice, id: newId(), version: null, alarm: true, isDrill: false, position: null },
        ]);
      }
      return others;
    });
    for (const id of siblings) await this.settleAsSystem(id);
  }

  async reviveAsSystem(id: string): Promise<void> {
    await this.database.asSystem(async (tx) => {
      await this.following.resume(tx, id);
      await this.deliveries.revive(tx, id);
      await this.settle(tx, id);
    });
  }
}
