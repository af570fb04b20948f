import { Injectable } from '@nestjs/common';
import { ActorsService } from '../../access/actors.service.js';
import { Clock } from '../../core/clock.js';
import { Database } from '../../core/database.js';
import { FollowingService } from '../following/following.service.js';
import { OutboxRepository } from './outbox.repository.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';

const INTERVAL_MS = 60_000;
const AT_ONCE = 500;

/** Lets what rests go on when its keeper may read again, recalls also where nobody follows, and clears what is long sent. */
@Injectable()
export class SubscriptionClock extends Clock {
  constructor(
    private readonly database: Database,
    private readonly subscriptions: SubscriptionsRepository,
    private readonly outbox: OutboxRepository,
    private readonly following: FollowingService,
    private readonly actors: ActorsService,
  ) {
    super('subscriptions could not be looked after', INTERVAL_MS);
  }

  async tick(): Promise<boolean> {
    await this.database.asSystem((tx) => this.outbox.deleteSettled(tx));
    for (const { id, client_id } of await this.database.asSystem((tx) => this.subscriptions.listAtRest(tx))) {
      const actor = await this.actors.actingFor(client_id);
      if (actor?.scopes.has('alerts:read')) {
        await this.database.asSystem((tx) => this.following.resume(tx, id));
      }
    }
    return this.recall();
  }

  private async recall(): Promise<boolean> {
    return this.database.asSystem(async (tx) => {
      const recalled = await this.outbox.listRecalledAtRest(tx, AT_ONCE);
      for (const { recipient_id, alert_id, is_drill } of recalled) {
        await this.outbox.withdraw(tx, [recipient_id], [alert_id], is_drill);
      }
      return recalled.length === AT_ONCE;
    });
  }
}
