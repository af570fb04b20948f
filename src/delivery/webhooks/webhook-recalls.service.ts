import { Injectable } from '@nestjs/common';
import { Database } from '../../core/database.js';
import { newId } from '../../core/ids.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { WebhookScheduleService } from './webhook-schedule.service.js';

/**
 * What is taken back from a reader is taken back from its endpoints too, also from one that rests because its keeper or
 * its partner may not read any more: it was told of the object, so it is told that it is gone. Everything else stays in
 * the log until somebody reads for it again, and then comes once more with what was said here.
 */
@Injectable()
export class WebhookRecallsService {
  constructor(
    private readonly database: Database,
    private readonly deliveries: DeliveriesRepository,
    private readonly schedule: WebhookScheduleService,
  ) {}

  /** @returns whether there was anything to take back */
  async step(): Promise<boolean> {
    const recalls = await this.database.asSystem((tx) => this.deliveries.listRecalls(tx));
    const ids = new Set(recalls.map(({ webhookId }) => webhookId));
    for (const id of ids) {
      const own = recalls.filter(({ webhookId }) => webhookId === id);
      await this.database.asSystem(async (tx) => {
        await this.deliveries.lock(tx, id);
        const messages = own.map(({ webhookId: _, ...recall }) => ({
          ...recall,
          id: newId(),
          change: 'withdrawn',
        }));
        await this.deliveries.insert(tx, id, messages);
        await this.schedule.settle(tx, id);
      });
    }
    return ids.size > 0;
  }
}
