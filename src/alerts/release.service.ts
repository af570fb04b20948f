import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Database, type Tx } from '../core/database.js';
import { requireTag, tagOf } from '../core/etag.js';
import { Problem, problems } from '../core/problem.js';
import { type ShareableRow, SharingService } from '../sharing/sharing.service.js';
import { AlertsService } from './alerts.service.js';
import { ReleaseRepository, type ReleaseRow, type Subject } from './release.repository.js';

/** A second person's say: the same organisation, another client than the one that asked. */
@Injectable()
export class ReleaseService {
  constructor(
    private readonly database: Database,
    private readonly releases: ReleaseRepository,
    private readonly alerts: AlertsService,
    private readonly sharing: SharingService,
    private readonly audit: AuditService,
  ) {}

  /** @throws Problem 404 when nothing of it ever waited; 403 for another's alert */
  async get(actor: Actor, id: string): Promise<ReleaseRow> {
    return this.database.readAs(actor, async (tx) => {
      await this.sharing.getOwn(tx, actor, id, 'alert');
      const row = await this.releases.find(tx, id);
      if (row === null) throw problems.notFound();
      return row;
    });
  }

  /**
   * Publishes what waits, under the rules of this moment, and only what was looked at.
   * @throws Problem 403 for the client that asked; 409 when nothing waits, or the alert has changed meanwhile; 428
   * when it does not say what it looked at; 412 when something else waits by now
   */
  async release(actor: Actor, id: string, ifMatch?: string): Promise<void> {
    await this.database.as(actor, async (tx) => {
      const { alert, row } = await this.lockWaiting(tx, actor, id);
      if (row.asked_by === actor.clientId) {
        throw problems.forbidden(
          'Another client of your organisation than the one that asked must release it.',
        );
      }
      if (ifMatch === undefined || ifMatch.trim() === '*') throw problems.preconditionRequired();
      requireTag(ifMatch, releaseTag(row));
      if (row.subject !== 'alert' && !isWhereItStood(alert, row)) {
        throw problems.conflict('The alert has changed since the change of it was proposed.');
      }
      await this.releases.decide(tx, id, actor.clientId, null);
      await this.audit.record(tx, actor, {
        action: 'release.granted',
        object: { type: 'alert', id },
        details: { subject: row.subject },
      });
      const { subject, proposal } = row;
      await this.alerts
        .publishReleasedIn(tx, actor, alert, { subject, proposal } as Subject)
        .catch(asConflict);
    });
  }

  /** What nobody has yet is a draft again; a proposal is dropped. */
  async refuse(actor: Actor, id: string, reason: string, ifMatch?: string): Promise<ReleaseRow> {
    return this.database.as(actor, async (tx) => {
      const { row } = await this.lockWaiting(tx, actor, id);
      requireTag(ifMatch, releaseTag(row));
      if (row.subject === 'alert') await this.sharing.changeState(tx, id, 'draft');
      await this.releases.decide(tx, id, actor.clientId, reason);
      await this.audit.record(tx, actor, {
        action: 'release.refused',
        object: { type: 'alert', id },
        details: { subject: row.subject },
      });
      return (await this.releases.find(tx, id)) ?? row;
    });
  }

  private async lockWaiting(
    tx: Tx,
    actor: Actor,
    id: string,
  ): Promise<{ alert: ShareableRow; row: ReleaseRow }> {
    const alert = await this.alerts.lockIn(tx, actor, id, ['draft', 'pending_release', ...STANDING]);
    const row = await this.releases.find(tx, id);
    if (row?.state !== 'waiting') throw problems.conflict('Nothing of it waits for a release.');
    return { alert, row };
  }
}

/** Of what waits and where it stood: a proposal that takes the place of another has another one. */
export const releaseTag = (row: ReleaseRow): string =>
  tagOf(
    row.state,
    row.subject,
    row.asked_by,
    row.asked_at.toISOString(),
    String(row.asked_version),
    JSON.stringify(row.proposal),
  );

const STANDING = ['published', 'expired', 'cancelled'];

/** That it has expired by itself meanwhile is no change that the proposal could overlook. */
const isWhereItStood = ({ version, state }: ShareableRow, row: ReleaseRow): boolean =>
  version === row.asked_version ||
  (version === row.asked_version + 1 && state === 'expired' && row.asked_state === 'published');

/** What is wrong by now is wrong with what is there, not with the request. */
function asConflict(error: unknown): never {
  if (!(error instanceof Problem) || !['invalid-input', 'unprocessable'].includes(error.type)) throw error;
  throw problems.conflict(error.detail ?? 'What waits cannot be published any more as it is.', error.errors);
}
