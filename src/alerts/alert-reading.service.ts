import { Inject, Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { PUBLIC_URL } from '../core/config.provider.js';
import { Database, type Tx } from '../core/database.js';
import { Problem, problems } from '../core/problem.js';
import { type ShareableRow, SharingService } from '../sharing/sharing.service.js';
import { presentAlert } from './alert-answers.js';
import { resourcesOf } from './alert-attachments.js';
import { AlertContentsService, type ReadAlert } from './alert-contents.service.js';
import { AlertsRepository, type OwnRenditionRow } from './alerts.repository.js';
import { type AlertView } from './alerts.view.js';
import { type CapMessage, type CapResource } from './cap/cap-message.js';

export { AlertView, PortableAlertView } from './alerts.view.js';
export { type ReadAlert } from './alert-contents.service.js';
export { cacheControl, matches, tagOf } from './alert-caching.js';
export { NOTICE } from './alert.values.js';
export { chooseLanguage } from '../core/language.js';

/** Whether the answer would be 304. */
export type IsHeld = (alert: ReadAlert) => boolean;

/** Reading one alert: its reader's grant decides under row-level security, the content follows by the id let through. */
@Injectable()
export class AlertReadingService {
  constructor(
    private readonly database: Database,
    private readonly alerts: AlertsRepository,
    private readonly contents: AlertContentsService,
    private readonly sharing: SharingService,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  /**
   * @param isHeld whether the reader has it already, so that it is not given again
   * @throws Problem 404 when it is missing or hidden
   */
  async get(actor: Actor, id: string, isHeld: IsHeld = () => false): Promise<ReadAlert> {
    const alert = await this.database.readAs(actor, (tx) => this.getIn(tx, id));
    return this.contents.give(actor, alert, isHeld(alert) ? [] : [alert]);
  }

  /**
   * Several at once, for whoever delivers them: those that the actor may have now, in no order.
   * @param isTold whether what it says will leave
   */
  async getEach(actor: Actor, ids: string[], isTold: (alert: ReadAlert) => boolean): Promise<ReadAlert[]> {
    const alerts = await this.database.readAs(actor, (tx) => this.listGranted(tx, actor, ids));
    return this.contents.give(actor, alerts, alerts.filter(isTold));
  }

  /** What was just published. A repeat may come when it is gone: its originator may know that, and must not go on trying. */
  async getPublished(actor: Actor, id: string): Promise<ReadAlert> {
    return this.get(actor, id).catch((error: unknown) => {
      if (!(error instanceof Problem) || error.type !== 'not-found') throw error;
      throw problems.conflict('It was published before, and has been withdrawn since.');
    });
  }

  /** The same with the message as it came. */
  async getWithCap(
    actor: Actor,
    id: string,
    isHeld: IsHeld = () => false,
  ): Promise<ReadAlert & { cap: CapMessage | null; resources: CapResource[] }> {
    const alert = await this.database.readAs(actor, async (tx) => {
      const found = await this.getIn(tx, id);
      const resources = resourcesOf(found.content, this.publicUrl);
      return { ...found, resources, cap: await this.alerts.findCap(tx, found.row.rendition_id) };
    });
    return this.contents.give(actor, alert, isHeld(alert) ? [] : [alert]);
  }

  /** All renditions of one's own alert, with their audiences. */
  async listRenditions(
    actor: Actor,
    id: string,
  ): Promise<{
    version: number;
    state: ShareableRow['state'];
    knownAt: Date | null;
    rows: OwnRenditionRow[];
  }> {
    return this.database.readAs(actor, async (tx) => {
      const { version, state } = await this.sharing.getOwn(tx, actor, id, 'alert');
      const knownAt = await this.alerts.findKnown(tx, id);
      return { version, state, knownAt, rows: await this.alerts.listOwnRenditions(tx, id) };
    });
  }

  /** Those of these alerts that the actor may read; they are to be given before they leave. */
  async listGranted(tx: Tx, actor: Actor, ids: string[]): Promise<ReadAlert[]> {
    if (ids.length === 0 || !actor.scopes.has('alerts:read')) return [];
    return this.contents.read(tx, await this.alerts.listReadable(tx, ids));
  }

  /** Durable when it returns: that the reader was given these, as the item answers them. */
  async give(actor: Actor, alerts: ReadAlert[], acceptLanguage?: string): Promise<AlertView[]> {
    return this.contents.give(
      actor,
      alerts.map((alert) => presentAlert(alert, acceptLanguage)),
      alerts,
    );
  }

  private async getIn(tx: Tx, id: string): Promise<ReadAlert> {
    const row = await this.alerts.findReadable(tx, id);
    if (row === null) throw problems.notFound();
    const [alert] = await this.contents.read(tx, [row]);
    if (alert === undefined) throw problems.notFound();
    return alert;
  }
}
