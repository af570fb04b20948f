import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database } from '../core/database.js';
import { problems } from '../core/problem.js';
import {
  type AcknowledgementRow,
  type ConfirmationRow,
  type ReceiptRow,
  type RecallRow,
  ReceiptsService,
} from '../sharing/receipts.service.js';
import { AlertReceiptsRepository, type UnacknowledgedRow } from './alert-receipts.repository.js';
import { type Asked, type ListReceiptsQuery } from './receipts.dto.js';

interface Page<Row> {
  rows: Row[];
  nextCursor: string | null;
}

/**
 * Acknowledgements, receipts and recalls of alerts. The originator has no audit entry of what organisations say here:
 * it would tell the very second, where receipts tell the hour.
 */
@Injectable()
export class AlertReceiptsService {
  constructor(
    private readonly database: Database,
    private readonly alerts: AlertReceiptsRepository,
    private readonly receipts: ReceiptsService,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  /** @throws Problem 404 when it is missing or hidden; 409 for its originator */
  async acknowledge(
    actor: Actor,
    id: string,
    note: string | undefined,
  ): Promise<{ asked: Asked; row: AcknowledgementRow }> {
    return this.database.as(actor, async (tx) => {
      const row = await this.receipts.acknowledge(tx, id, 'alert', note);
      const asked = (await this.alerts.findAsked(tx, id)) ?? {};
      await this.audit.record(tx, actor, { action: 'alert.acknowledged', object: { type: 'alert', id } });
      return { asked, row };
    });
  }

  /** @throws Problem 404 when it is missing or hidden */
  async getAcknowledgement(
    actor: Actor,
    id: string,
  ): Promise<{ asked: Asked; row: AcknowledgementRow | null }> {
    return this.database.readAs(actor, async (tx) => {
      const asked = await this.alerts.findAsked(tx, id);
      if (asked === null) throw problems.notFound();
      return { asked, row: await this.receipts.findAcknowledgement(tx, id) };
    });
  }

  /** What the acting reader's organisation still owes. */
  async listUnacknowledged(
    actor: Actor,
    query: { cursor?: string; limit: number },
  ): Promise<Page<UnacknowledgedRow>> {
    return this.page(
      actor,
      'unacknowledged',
      query,
      ({ id }) => id,
      (afterId, limit) =>
        this.database.readAs(actor, (tx) => this.alerts.listUnacknowledged(tx, afterId, limit)),
    );
  }

  /** @throws Problem 404 for what was never there to lose; 409 for its originator; 403 for a narrowed client */
  async confirmPurge(actor: Actor, id: string, note: string | undefined): Promise<ConfirmationRow> {
    return this.database.as(actor, async (tx) => {
      const row = await this.receipts.confirmPurge(tx, id, 'alert', note);
      await this.audit.record(tx, actor, {
        action: 'alert.purge_confirmed',
        object: { type: 'alert', id },
      });
      return row;
    });
  }

  /** @throws Problem 404 and 403 for whoever is not the originator */
  async listReceipts(
    actor: Actor,
    id: string,
    query: ListReceiptsQuery,
  ): Promise<Page<ReceiptRow> & { asked: Asked }> {
    const outstanding = query.outstanding === 'true';
    let asked: Asked = {};
    const page = await this.page(
      actor,
      `receipts ${id} ${outstanding}`,
      query,
      organisation,
      (afterId, limit) =>
        this.database.readAs(actor, async (tx) => {
          const from = { afterId, limit, outstanding };
          const rows = await this.receipts.listReceipts(tx, actor, id, 'alert', from);
          asked = await this.alerts.findOwnAsked(tx, id);
          // Nobody owes what nobody asked for.
          return outstanding && asked.acknowledgement === undefined ? [] : rows;
        }),
    );
    return { ...page, asked };
  }

  /** @throws Problem 404 and 403 for whoever is not the originator */
  async listRecalls(actor: Actor, id: string, query: ListReceiptsQuery): Promise<Page<RecallRow>> {
    const outstanding = query.outstanding === 'true';
    return this.page(actor, `recall ${id} ${outstanding}`, query, organisation, (afterId, limit) =>
      this.database.readAs(actor, (tx) =>
        this.receipts.listRecalls(tx, actor, id, 'alert', { afterId, limit, outstanding }),
      ),
    );
  }

  private async page<Row>(
    actor: Actor,
    place: string,
    { cursor, limit }: { cursor?: string; limit: number },
    idOf: (row: Row) => string,
    read: (afterId: string | undefined, limit: number) => Promise<Row[]>,
  ): Promise<Page<Row>> {
    const afterId =
      cursor === undefined ? undefined : placeToId(this.cursors.open(actor.readerId, place, cursor));
    const found = await read(afterId, limit + 1);
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    const more = found.length > limit && last !== undefined;
    return {
      rows,
      nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(idOf(last))) : null,
    };
  }
}

const organisation = (row: { partner_id: string }): string => row.partner_id;
