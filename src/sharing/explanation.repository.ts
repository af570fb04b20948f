import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type OrganisationRow } from './receipts.repository.js';
import { type ShareableState, type ShareableType } from './sharing.repository.js';

/** By which branch of the rule an organisation receives something. */
export const RULES = ['originator', 'named', 'kind', 'arrangement', 'release'] as const;
export type Rule = (typeof RULES)[number];

/** Why an organisation that something is addressed to does not receive it. */
export const REFUSALS = [
  'excluded',
  'suspended',
  'not_active',
  'ceiling_tlp',
  'ceiling_classification',
  'unconfirmed',
  'membership_ceiling',
  'membership_unconfirmed',
  'membership_not_current',
  'sponsor_not_reached',
  'kind_not_reached_by_arrangement',
] as const;
export type Refusal = (typeof REFUSALS)[number];

interface OfArrangement {
  arrangementId?: string;
  arrangementCode?: string;
}

/** One organisation of the audience: with the rendition that it receives, or with why it receives none. */
export interface ExplanationRow extends OrganisationRow {
  ordinal: number | null;
  tlp: number | null;
  classification: number | null;
  rules: ({ rule: Rule } & OfArrangement)[] | null;
  refusals: ({ rendition: number; reason: Refusal } & OfArrangement)[] | null;
}

/** The text that everybody receives, without credentials. */
export interface PublicRow {
  ordinal: number;
  tlp: number;
  classification: number;
}

/** An audience as its originator may see it: of those that it may not see, only how many. */
export interface Explanation {
  rows: ExplanationRow[];
  /** Absent: nothing is said to everybody. */
  toPublic?: PublicRow;
  others: { receives: number; notReached: number };
}

/** All SQL that explains decisions; the function reads the rule itself and says who may ask. */
@Injectable()
export class ExplanationRepository {
  async explain(tx: Tx, id: string): Promise<Explanation> {
    const rows: ExplanationRow[] = await tx.query(
      `select partner_id, code, name, kind, ordinal, tlp, classification, rules, refusals
       from share_explanation($1)`,
      [id],
    );
    const counts: Explanation['others'][] = await tx.query(
      `select receives, not_reached as "notReached" from share_explanation_others($1)`,
      [id],
    );
    const [toPublic]: PublicRow[] = await tx.query(
      `select ordinal, tlp, classification from share_explanation_public($1)`,
      [id],
    );
    return { rows, toPublic, others: counts[0] ?? { receives: 0, notReached: 0 } };
  }

  /** @returns null for whoever may not have it explained */
  async findExplained(tx: Tx, id: string, type: ShareableType): Promise<ShareableState | null> {
    const rows: { state: ShareableState | null }[] = await tx.query(
      `select share_explained($1, $2) as state`,
      [id, type],
    );
    return rows[0]?.state ?? null;
  }

  /** Whether the acting reader would have its own. */
  async admitsActing(tx: Tx, id: string): Promise<boolean> {
    const rows: { admits: boolean }[] = await tx.query(`select share_admits_acting($1) as admits`, [id]);
    return rows[0]?.admits === true;
  }
}
