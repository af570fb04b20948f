import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { Database } from '../core/database.js';
import { type ContributedReport, ReportContributionsRepository } from './report-contributions.repository.js';
import { ReportsService } from './reports.service.js';

export { type ContributedReport } from './report-contributions.repository.js';

/** What a partner that leaves reported. */
@Injectable()
export class ReportContributionsService {
  constructor(
    private readonly database: Database,
    private readonly contributions: ReportContributionsRepository,
    private readonly reports: ReportsService,
  ) {}

  async list(actor: Actor, afterId: string | undefined, limit: number): Promise<ContributedReport[]> {
    return this.database.readAs(actor, (tx) => this.contributions.list(tx, afterId, limit));
  }

  /**
   * Withdraws one report that names its source. What is held without its name stays as it is, its source in escrow as
   * before: any change to it in the hour in which a partner left would say whose it was.
   * @returns whether there was one
   */
  async withdrawOne(actor: Actor): Promise<boolean> {
    const id = await this.database.readAs(actor, (tx) => this.contributions.findInItsName(tx));
    if (id === null) return false;
    await this.reports.withdraw(actor, id);
    return true;
  }
}
