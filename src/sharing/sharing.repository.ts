import { Injectable } from '@nestjs/common';
import { prepared, type Tx } from '../core/database.js';
import { type Due } from '../core/rounds.js';
import { type Audience } from './audience.dto.js';

export const SHAREABLE_TYPES = ['alert', 'report'] as const;
export type ShareableType = (typeof SHAREABLE_TYPES)[number];
export const SHAREABLE_STATES = [
  'draft',
  'pending_release',
  'published',
  'expired',
  'cancelled',
  'withdrawn',
] as const;
export type ShareableState = (typeof SHAREABLE_STATES)[number];
export const CHANGES = ['published', 'updated', 'cancelled', 'expired', 'withdrawn'] as const;
export type Change = (typeof CHANGES)[number];

export interface ShareableRow {
  id: string;
  type: ShareableType;
  originator_id: string;
  state: ShareableState;
  version: number;
  is_drill: boolean;
}

export interface RenditionRow {
  id: string;
  ordinal: number;
  tlp: number;
  classification: number;
  digest: Buffer;
}

/** What a rendition becomes at a certain time, in ranks. */
export interface Downgrade {
  at: string;
  tlp: number;
  classification: number;
}

export interface NewRendition {
  id: string;
  ordinal: number;
  tlp: number;
  classification: number;
  classificationReason: string | null;
  reviewAt: string | null;
  /** The rendition that this one replaces with nothing but another language added. */
  quietAfter?: string | null;
  downgrade?: Downgrade | null;
  digest: Buffer;
  audience: Audience;
}

export interface NewShareable {
  id: string;
  type: ShareableType;
  state: ShareableState;
  isDrill: boolean;
  expiresAt?: string;
}

/** Held in custody it is its source's alone to change. */
const IS_OWN = `((originator_id = acting_owner() and not in_custody)
  or exists (select from custody c where c.shareable_id = shareable.id and c.source_id = acting_owner()))`;

/** How far a narrowed client reaches. */
export interface Narrowing {
  tlp: number;
  classification: number;
  arrangementIds: string[] | null;
}

export interface ChangeRow {
  position: string;
  change: Change;
  alarm: boolean;
  type: ShareableType;
  shareable_id: string;
  version: number;
  at: Date;
}

export interface LatestChange {
  position: bigint;
  at: Date | undefined;
}

/** The end of a log: what lies above a place, and not more than so many places. */
export interface LogRange {
  isDrill: boolean;
  above: bigint;
  limit: number;
}

export interface WithdrawnRow {
  id: string;
  at: Date;
}

/** All SQL on shareables, renditions and change logs. Grants are written by the database's own functions alone. */
@Injectable()
export class SharingRepository {
  async insertShareable(tx: Tx, values: NewShareable & { originatorId: string }): Promise<void> {
    const { id, type, originatorId, state, isDrill, expiresAt } = values;
    await tx.query(
      `insert into shareable (id, type, originator_id, state, is_drill, expires_at)
       values ($1, $2, $3, $4, $5, $6)`,
      [id, type, originatorId, state, isDrill, expiresAt ?? null],
    );
  }

  async openCustody(tx: Tx, { id, type, state, isDrill }: NewShareable, isProtected: boolean): Promise<void> {
    await tx.query(`select share_open_custody($1, $2, $3, $4, $5)`, [id, type, state, isDrill, isProtected]);
  }

  async appointCustodian(tx: Tx, partnerId: string): Promise<void> {
    await tx.query(`insert into custodian (partner_id) values ($1) on conflict do nothing`, [partnerId]);
  }

  /**
   * The acting partner's own shareable, locked until the transaction ends: not against the grants that refer to it, or
   * an update and a new reader could wait for each other.
   */
  async lockOwn(tx: Tx, id: string, type: ShareableType): Promise<ShareableRow | null> {
    const rows: ShareableRow[] = await tx.query(
      `select id, type, originator_id, state, version, is_drill from shareable
       where id = $1 and type = $2 and ${IS_OWN} for no key update`,
      [id, type],
    );
    return rows[0] ?? null;
  }

  async findOwn(tx: Tx, id: string, type: ShareableType): Promise<ShareableRow | null> {
    const rows: ShareableRow[] = await tx.query(
      `select id, type, originator_id, state, version, is_drill from shareable
       where id = $1 and type = $2 and ${IS_OWN}`,
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

  async updateExpiry(tx: Tx, id: string, expiresAt: string | null): Promise<void> {
    await tx.query(`update shareable set expires_at = $2 where id = $1`, [id, expiresAt]);
  }

  /** As the system. */
  async listDue(tx: Tx, after: Due | undefined, limit: number): Promise<Due[]> {
    return tx.query(
      `select id, expires_at::text as due_at from shareable
       where state = 'published' and expires_at <= now()
         and ($1::timestamptz is null or (expires_at, id) > ($1, $2::uuid))
       order by expires_at, id limit $3`,
      [after?.due_at ?? null, after?.id ?? null, limit],
    );
  }

  /** As the system; the last statement of its transaction. */
  async expire(tx: Tx, id: string): Promise<void> {
    await tx.query(`select share_expire($1)`, [id]);
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
    const json = renditions.map(({ audience, digest, downgrade, ...rendition }) => ({
      ...rendition,
      downgradeAt: downgrade?.at,
      downgradeTlp: downgrade?.tlp,
      downgradeClassification: downgrade?.classification,
      digest: digest.toString('hex'),
      ...audience,
    }));
    await tx.query(
      `insert into rendition (id, shareable_id, ordinal, tlp, classification, classification_reason, review_at,
         quiet_after, downgrade_at, downgrade_tlp, downgrade_classification, is_current, digest,
         audience_arrangements, audience_kinds, audience_partners, audience_except)
       select r.id, $1, r.ordinal, r.tlp, r.classification, r."classificationReason", r."reviewAt",
         r."quietAfter", r."downgradeAt", r."downgradeTlp", r."downgradeClassification", true,
         decode(r.digest, 'hex'), r."arrangementIds", r.kinds, r."partnerIds", r."exceptIds"
       from jsonb_to_recordset($2::jsonb) as r (id uuid, ordinal smallint, tlp smallint, classification smallint,
         "classificationReason" text, "reviewAt" date, "quietAfter" uuid, "downgradeAt" timestamptz,
         "downgradeTlp" smallint, "downgradeClassification" smallint, digest text, "arrangementIds" uuid[],
         kinds text[], "partnerIds" uuid[], "exceptIds" uuid[])`,
      [shareableId, JSON.stringify(json)],
    );
  }

  /** A rendition whose text stays as it is may still move to another place or audience, or be reviewed at another time. */
  async readdressRendition(
    tx: Tx,
    { id, ordinal, classificationReason, reviewAt, downgrade, audience }: NewRendition,
  ): Promise<void> {
    await tx.query(
      `update rendition set ordinal = $2, classification_reason = $3, review_at = $4, audience_arrangements = $5,
         audience_kinds = $6, audience_partners = $7, audience_except = $8, downgrade_at = $9, downgrade_tlp = $10,
         downgrade_classification = $11
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
        downgrade?.at ?? null,
        downgrade?.tlp ?? null,
        downgrade?.classification ?? null,
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

  /** Current members of arrangements addressed above GREEN that get none of its texts. */
  async countUnreached(tx: Tx, shareableId: string): Promise<number> {
    const rows: { unreached: number }[] = await tx.query(`select share_unreached($1) as unreached`, [
      shareableId,
    ]);
    return rows[0]?.unreached ?? 0;
  }

  /** How far the acting reader may read and publish; null for the partner itself. */
  async findNarrowing(tx: Tx): Promise<Narrowing | null> {
    const rows: Narrowing[] = await tx.query(
      `select ceiling_tlp as tlp, ceiling_classification as classification, arrangement_ids as "arrangementIds"
       from reader where id = acting_reader() and id <> acting_partner()`,
    );
    return rows[0] ?? null;
  }

  /** @param isDrill whose numbers: those of drills are their own */
  async head(tx: Tx, isDrill: boolean): Promise<bigint> {
    const rows = await prepared<{ position: string }>(
      tx,
      'change head',
      `select position from change_head where reader_id = acting_reader() and is_drill = $1`,
      [isDrill],
    );
    return BigInt(rows[0]?.position ?? 0);
  }

  /** The same with its time, as soon as no later change can have that too. */
  async latestChange(tx: Tx, isDrill: boolean): Promise<LatestChange> {
    const rows = await prepared<{ position: string; at: Date | null }>(
      tx,
      'latest change',
      `select position, case when changed_at <= clock_timestamp() then changed_at end as at
       from change_head where reader_id = acting_reader() and is_drill = $1`,
      [isDrill],
    );
    return { position: BigInt(rows[0]?.position ?? 0), at: rows[0]?.at ?? undefined };
  }

  /**
   * What the acting reader lost and does not have again, newest first: looked for in so many places of its log only,
   * most of which are of what it has.
   */
  async listWithdrawn(
    tx: Tx,
    type: ShareableType,
    { isDrill, above, limit }: LogRange,
  ): Promise<WithdrawnRow[]> {
    return tx.query(
      `select e.shareable_id as id, e.at from (
         select * from change_entry
         where reader_id = acting_reader() and is_drill = $2 and position > $3
         order by position desc limit $4
       ) e
       where e.change = 'withdrawn' and e.type = $1
         and not exists (select from share_grant g where g.reader_id = e.reader_id and g.shareable_id = e.shareable_id)
       order by e.position desc`,
      [type, isDrill, above.toString(), limit],
    );
  }
}
