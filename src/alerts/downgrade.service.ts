import { Injectable } from '@nestjs/common';
import { classificationLabel, tlpLabel } from '../access/handling.js';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database, type Tx } from '../core/database.js';
import { Rounds } from '../core/rounds.js';
import { SharingService } from '../sharing/sharing.service.js';
import { AlertVersionsService, asItStands } from './alert-versions.service.js';
import { AlertsRepository, type OwnRenditionRow } from './alerts.repository.js';
import { type ListReviewsQuery } from './downgrade.dto.js';
import { DowngradeRepository, type DueDowngrade, type ReviewRow } from './downgrade.repository.js';
import { exchangeFor } from './exchange-actor.js';
import { SensitivityGateService } from './sensitivity-gate.service.js';

/** Texts become less restricted when their originators said they would; what else is due is theirs to look at. */
@Injectable()
export class DowngradeService {
  private readonly due = new Rounds<DueDowngrade>(
    (after, limit) => this.database.asSystem((tx) => this.downgrades.listDue(tx, after, limit)),
    ({ id, originator_id: originatorId }) => {
      const actor = exchangeFor(originatorId);
      return this.database.as(actor, (tx) => this.downgradeIn(tx, actor, id));
    },
  );

  constructor(
    private readonly database: Database,
    private readonly downgrades: DowngradeRepository,
    private readonly alerts: AlertsRepository,
    private readonly versions: AlertVersionsService,
    private readonly sharing: SharingService,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
    private readonly sensitivity: SensitivityGateService,
  ) {}

  /** Each alert in a transaction of its own, as its originator laid down. @returns whether there may be more to do */
  async downgradeDueAsSystem(): Promise<boolean> {
    return this.due.next();
  }

  /** Texts of the acting partner whose classification is to be looked at again. */
  async listReviews(
    actor: Actor,
    { due, cursor, limit }: ListReviewsQuery,
  ): Promise<{ rows: ReviewRow[]; nextCursor: string | null }> {
    const place = `reviews ${due ?? ''}`;
    const after = cursor === undefined ? undefined : this.cursors.open(actor.readerId, place, cursor);
    const found = await this.database.readAs(actor, (tx) =>
      this.downgrades.listReviews(
        tx,
        due === 'true',
        after === undefined ? undefined : placeToId(after),
        limit + 1,
      ),
    );
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    const more = found.length > limit && last !== undefined;
    return {
      rows,
      nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.rendition_id)) : null,
    };
  }

  /** Decided again under the lock: its originator may have been quicker. */
  private async downgradeIn(tx: Tx, actor: Actor, id: string): Promise<boolean> {
    const { state } = await this.sharing.lockOwn(tx, actor, id, 'alert');
    if (!['published', 'expired', 'cancelled'].includes(state)) return false;
    const own = await this.alerts.listOwnRenditions(tx, id);
    if (!own.some(isDue)) return false;
    await this.sharing.changeState(tx, id, state);
    const drafts = own.map((row) => (isDue(row) ? this.versions.lowered(row, row.downgrade) : asItIs(row)));
    drafts.sort((a, b) => a.tlp - b.tlp || a.classification - b.classification);
    // In what is not the highest any more it would tell that there is a higher.
    for (const { content } of drafts.slice(0, -1)) {
      delete content.noLowerReason;
      delete content.acceptedWarnings;
    }
    await this.versions.writeRenditions(tx, actor, id, drafts);
    // It rests, and is tried again, until the matrix or the text has changed.
    await this.sensitivity.refuse(tx, id, { isExempt: true });
    const lowered = own.filter(isDue).map(({ tlp, classification, downgrade }) => ({
      from: { tlp: tlpLabel(tlp), classification: classificationLabel(classification) },
      to: {
        tlp: tlpLabel(downgrade.tlp),
        classification: classificationLabel(downgrade.classification),
      },
    }));
    await this.audit.record(tx, actor, {
      action: 'alert.downgraded',
      object: { type: 'alert', id },
      details: { lowered },
    });
    await this.sharing.share(tx, id);
    return true;
  }
}

type Lowered = OwnRenditionRow & { downgrade: NonNullable<OwnRenditionRow['downgrade']> };

const isDue = (row: OwnRenditionRow): row is Lowered =>
  row.downgrade !== null && Date.parse(row.downgrade.at) <= Date.now();

const asItIs = (row: OwnRenditionRow) => ({
  ...asItStands(row),
  quietAfter: null,
  content: row.content,
  cap: row.cap,
  capDigest: null,
});
