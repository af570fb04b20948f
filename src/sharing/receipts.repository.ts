import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type PartnerKind } from '../partners/partners.service.js';
import { type ShareableType } from './sharing.repository.js';

/** One version of a shareable as one reader was given it. */
export interface Fetch {
  readerId: string;
  shareableId: string;
  version: number;
}

/** As much of an organisation as those may know who share with it. */
export interface OrganisationRow {
  partner_id: string;
  code: string;
  name: string;
  kind: PartnerKind;
}

export interface ReceiptRow extends OrganisationRow {
  /** Times are whole hours. */
  sent_at: Date;
  has_it: boolean;
  fetched_at: Date | null;
  acknowledged_at: Date | null;
  note: string | null;
  is_latest: boolean | null;
}

export const LOSSES = ['withdrawn', 'replaced_by_lower'] as const;
export type Loss = (typeof LOSSES)[number];

export interface RecallRow extends OrganisationRow {
  loss: Loss;
  lost_at: Date;
  confirmed_at: Date | null;
  note: string | null;
}

export interface AcknowledgementRow {
  acknowledged_at: Date;
  note: string | null;
}

export interface ConfirmationRow {
  confirmed_at: Date;
  note: string | null;
}

/** A place in a list of organisations. */
export interface OrganisationsFrom {
  afterId: string | undefined;
  limit: number;
  outstanding: boolean;
}

/** All SQL on receipts; the functions that it calls say who may do and see what. */
@Injectable()
export class ReceiptsRepository {
  async insertFetchesAsSystem(tx: Tx, fetches: Fetch[]): Promise<void> {
    await tx.query(`select record_fetches($1, $2, $3)`, [
      fetches.map((one) => one.readerId),
      fetches.map((one) => one.shareableId),
      fetches.map((one) => one.version),
    ]);
  }

  /** @returns null when the acting reader has no such thing */
  async acknowledge(
    tx: Tx,
    id: string,
    type: ShareableType,
    note: string | undefined,
  ): Promise<(AcknowledgementRow & { is_own: boolean }) | null> {
    const rows: (AcknowledgementRow & { is_own: boolean })[] = await tx.query(
      `select is_own, acknowledged_at, note from share_acknowledge($1, $2, $3)`,
      [id, type, note ?? null],
    );
    return rows[0] ?? null;
  }

  /** The acting partner's own. */
  async findAcknowledgement(tx: Tx, id: string): Promise<AcknowledgementRow | null> {
    const rows: AcknowledgementRow[] = await tx.query(
      `select acknowledged_at, note from acknowledgement where shareable_id = $1 and partner_id = acting_partner()`,
      [id],
    );
    return rows[0] ?? null;
  }

  /** @returns null when the acting reader has lost nothing of it */
  async confirmPurge(
    tx: Tx,
    id: string,
    type: ShareableType,
    note: string | undefined,
  ): Promise<(ConfirmationRow & { is_own: boolean; is_narrowed: boolean }) | null> {
    const rows: (ConfirmationRow & { is_own: boolean; is_narrowed: boolean })[] = await tx.query(
      `select is_own, is_narrowed, confirmed_at, note from share_confirm_purge($1, $2, $3)`,
      [id, type, note ?? null],
    );
    return rows[0] ?? null;
  }

  /** Whoever was ever given the acting partner's own shareable. */
  async listReceipts(tx: Tx, id: string, from: OrganisationsFrom): Promise<ReceiptRow[]> {
    return tx.query(
      `select partner_id, code, name, kind, sent_at, has_it, fetched_at, acknowledged_at, note, is_latest
       from share_receipts($1, $2, $3, $4)`,
      [id, from.afterId ?? null, from.limit, from.outstanding],
    );
  }

  /** Whoever lost what it was given of the acting partner's own shareable. */
  async listRecalls(tx: Tx, id: string, from: OrganisationsFrom): Promise<RecallRow[]> {
    return tx.query(
      `select partner_id, code, name, kind, loss, lost_at, confirmed_at, note from share_recalls($1, $2, $3, $4)`,
      [id, from.afterId ?? null, from.limit, from.outstanding],
    );
  }
}
