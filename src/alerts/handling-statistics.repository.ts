import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';

export interface HandlingStatisticsRow {
  id: string;
  code: string;
  name: string;
  /** By rank. */
  tlp: number[];
  /** By rank. */
  classification: number[];
  /** Null for whoever is not the originator. */
  reasons: { reason: string; alerts: number }[] | null;
  reviews_overdue: number;
  /** `YYYY-MM-DD`. */
  oldest_review: string | null;
  lower_missing: number;
  /** Open, overdue, upheld, lowered, raised, withdrawn. */
  challenges: number[];
  /** How many, half within, nine in ten within. */
  known: number[] | null;
  delivered: number[] | null;
  acknowledged: number[] | null;
}

@Injectable()
export class HandlingStatisticsRepository {
  /** Of the acting partner for itself, of all for the steward; in order of id. */
  async list(
    tx: Tx,
    filter: { originatorId: string | null; from: Date; until: Date; afterId: string | null; limit: number },
  ): Promise<HandlingStatisticsRow[]> {
    return tx.query(
      `select id, code, name, tlp, classification, reasons, reviews_overdue,
         to_char(oldest_review, 'YYYY-MM-DD') as oldest_review, lower_missing, challenges, known, delivered, acknowledged
       from handling_statistics($1, $2, $3, $4, $5)`,
      [filter.originatorId, filter.from, filter.until, filter.afterId, filter.limit],
    );
  }
}
