import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { Database } from '../core/database.js';
import { AlertContributionsRepository, type ContributedAlert } from './alert-contributions.repository.js';
import { AlertsService } from './alerts.service.js';

export { type ContributedAlert } from './alert-contributions.repository.js';

/** What a partner that leaves said in alerts. */
@Injectable()
export class AlertContributionsService {
  constructor(
    private readonly database: Database,
    private readonly contributions: AlertContributionsRepository,
    private readonly alerts: AlertsService,
  ) {}

  async list(actor: Actor, afterId: string | undefined, limit: number): Promise<ContributedAlert[]> {
    return this.database.readAs(actor, (tx) => this.contributions.list(tx, afterId, limit));
  }

  /**
   * Withdraws one alert that is in the partner's name. What is out without it stays: that all of it went in the hour in
   * which a partner left would say whose it was.
   * @returns whether there was one
   */
  async withdrawOne(actor: Actor): Promise<boolean> {
    const id = await this.database.readAs(actor, (tx) => this.contributions.findInItsName(tx));
    if (id === null) return false;
    await this.alerts.withdraw(actor, id);
    return true;
  }
}
