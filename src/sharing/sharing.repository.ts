import { Injectable } from '@nestjs/common';
import { prepared, type Tx } from '../core/database.js';
import { type Audience } from './audience.dto.js';

export type ShareableType = 'alert';
export type ShareableState = 'draft' | 'published' | 'cancelled' | 'withdrawn';
export const CHANGES = ['published', 'updated', 'cancelled', 'withdrawn'] as const;
export type Change = (typeof CHANGES)[number];

export interface ShareableRow {
  id: string;
  type: ShareableType;
  originator_id: string;
  state: ShareableState;
  version: number;
}

export interface RenditionRow {
  id: string;
  ordinal: number;
  tlp: number;
  classification: number;
  digest: Buffer;
}

export interface NewRendition {
  id: string;
  ordinal: number;
  tlp: number;
  classification: number;
  classificationReason: string | null;
  reviewAt: string | null;
  digest: Buffer;
  audience: Audience;
}

/** How far a narrowed client reaches. */
export interface Narrowing {
  tlp: number;
  classification: number;
  arrangementIds: string[] | null;
}

export interface ChangeRow {
  position: string;
  change: Change;
  type: ShareableType;
  shareable_id: string;
  version: number;
  at: Date;
}

/** All SQL on shareables, renditions and change logs. Grants are written by the database's own functions alone. */
@Injectable()
export class SharingRepository {
  async insertShareable(
    tx: Tx,
    values: { id: string; type: ShareableType; originatorId: string; state: ShareableState },
  ): Promise<void> {
    await tx.query(`insert into shareable (id, type, originator_id, state) values ($1, $2, $3, $4)`, [
      values.id,
      values.type,
      values.originatorId,
      values.state,
    ]);
  }

  /**
   * The acting partner's own shareable, locked until the transaction ends: not against the grants that refer to it, or
   * an update and a new reader could wait for each other.
   */
  async lockOwn(tx: Tx, id: string, type: ShareableType): Promise<ShareableRow | null> {
    const rows: ShareableRow[] = await tx.query(
      `select id, type, originator_id, state, version from shareable
       where id = $1 and type = $2 and originator_id = acting_owner() for no key update`,
      [id, type],
    );
    return rows[0] ?? null;
  }

  async findOwn(tx: Tx, id: string, type: ShareableType): Promise<ShareableRow | null> {
    const rows: ShareableRow[] = await tx.query(
      `select id, type, originator_id, state, version from shareable
       where id = $1 and type = $2 and originator_id = acting_owner()`,
      [id, type],
    );
    return rows[0] ?? null;
  }

  async isVisible(tx: Tx, id: string, type: ShareableType): Promise<boolean> {
    const rows: unknown[] = await tx.query(`select from shareable where id = $1 and type = $2`, [id, type]);
    return rows.length > 0;
  }

  async updateShareable(tx: Tx, id: string, state: ShareableState): Promise<void> {
    await tx.query(
      `update shareable set state = $2, version = version + 1, updated_at = now() where id = $1`,
      [id, state],
    );
  }

  async listCurrentRenditions(tx: Tx, shareableId: string): Promise<RenditionRow[]> {
    return tx.query(
      `select id, ordinal, tlp, classification, digest from rendition
       where shareable_id = $1 and is_current order by ordinal`,
      [shareableId],
    );
  }

  async insertRenditions(tx: Tx, shareableId: string, renditions: NewRendition[]): Promise<void> {
    if (renditions.length === 0) return;
    const json = renditions.map(({ audience, digest, ...rendition }) => ({
      ...rendition,
      digest: digest.toString('hex'),
      ...audience,
    }));
    await tx.query(
      `insert into rendition (id, shareable_id, ordinal, tlp, classification, classification_reason, review_at,
         is_current, digest, audience_arrangements, audience_kinds, audience_partners, audience_except)
       select r.id, $1, r.ordinal, r.tlp, r.classification, r."classificationReason", r."reviewAt", true,
         decode(r.digest, 'hex'), r."arrangementIds", r.kinds, r."partnerIds", r."exceptIds"
       from jsonb_to_recordset($2::jsonb) as r (id uuid, ordinal smallint, tlp smallint, classification smallint,
         "classificationReason" text, "reviewAt" date, digest text, "arrangementIds" uuid[], kinds text[],
         "partnerIds" uuid[], "exceptIds" uuid[])`,
      [shareableId, JSON.stringify(json)],
    );
  }

  /** A rendition whose text stays as it is may still move to another place or audience, or be reviewed at another time. */
  async readdressRendition(
    tx: Tx,
    { id, ordinal, classificationReason, reviewAt, audience }: NewRendition,
  ): Promise<void> {
    await tx.query(
      `update rendition set ordinal = $2, classification_reason = $3, review_at = $4, audience_arrangements = $5,
         audience_kinds = $6, audience_partners = $7, audience_except = $8
       where id = $1`,
      [
        id,
        ordinal,
        classificationReason,
        reviewAt,
        audience.arrangementIds,
        audience.kinds,
        audience.partnerIds,
        audience.exceptIds,
      ],
    );
  }

  async retireRenditions(tx: Tx, ids: string[]): Promise<void> {
    if (ids.length > 0) await tx.query(`update rendition set is_current = false where id = any ($1)`, [ids]);
  }

  /** Decides, writes grants and change logs, and advances the readers' heads: the last statement of its transaction. */
  async publish(tx: Tx, shareableId: string): Promise<void> {
    await tx.query(`select share_publish($1)`, [shareableId]);
  }

  /** How far the acting reader may read and publish; null for the partner itself. */
  async findNarrowing(tx: Tx): Promise<Narrowing | null> {
    const rows: Narrowing[] = await tx.query(
      `select ceiling_tlp as tlp, ceiling_classification as classification, arrangement_ids as "arrangementIds"
       from reader where id = acting_reader() and id <> acting_partner()`,
    );
    return rows[0] ?? null;
  }

  async head(tx: Tx): Promise<bigint> {
    const rows = await prepared<{ position: string }>(
      tx,
      'change head',
      `select position from change_head where reader_id = acting_reader()`,
    );
    return BigInt(rows[0]?.position ?? 0);
  }

  async listChanges(tx: Tx, after: bigint, limit: number): Promise<ChangeRow[]> {
    return prepared(
      tx,
      'change entries',
      `select position, change, type, shareable_id, version, at from change_entry
       where reader_id = acting_reader() and position > $1 order by position limit $2`,
      [after.toString(), limit],
    );
  }
}
