import { Injectable } from '@nestjs/common';
import { type Actor } from '../../access/actor.js';
import { AlertReadingService } from '../../alerts/alert-reading.service.js';
import { Database } from '../../core/database.js';
import { ReportReadingService } from '../../reports/report-reading.service.js';
import { type ShareableType } from '../../sharing/sharing.service.js';

/** Content of shareables of all types as their reader may have it now: the one way of channels that carry content. */
@Injectable()
export class ContentsService {
  constructor(
    private readonly database: Database,
    private readonly alerts: AlertReadingService,
    private readonly reports: ReportReadingService,
  ) {}

  /**
   * What the routes of single items would answer to this actor, by id; what it may not have, or no longer, is absent.
   * As many statements for many as for one. That it was given is durable when this returns.
   */
  async read(
    actor: Actor,
    objects: { type: ShareableType; id: string }[],
    acceptLanguage?: string,
  ): Promise<Map<string, object>> {
    const idsOf = (type: ShareableType): string[] => [
      ...new Set(objects.filter((one) => one.type === type).map(({ id }) => id)),
    ];
    if (objects.length === 0) return new Map();
    const granted = await this.database.readAs(actor, async (tx) => ({
      alerts: await this.alerts.listGranted(tx, actor, idsOf('alert')),
      reports: await this.reports.listGranted(tx, actor, idsOf('report')),
    }));
    const views = await Promise.all([
      this.alerts.give(actor, granted.alerts, acceptLanguage),
      this.reports.give(actor, granted.reports),
    ]);
    return new Map(views.flat().map((view) => [view.id, view]));
  }
}
