import { Injectable } from '@nestjs/common';
import { hasCode, prepared, type Tx } from '../core/database.js';
import { problems } from '../core/problem.js';
import { type AttachmentType } from './attachment.types.js';

export interface AttachmentRow {
  id: string;
  name: string;
  type: AttachmentType;
  bytes: number;
  /** SHA-256. */
  digest: Buffer;
}

/** With the highest handling at which the acting reader has it; null while nothing carries it. */
export interface ReadableAttachmentRow extends AttachmentRow {
  tlp: number | null;
  classification: number | null;
}

/** All SQL on attachments. Who may see which is said by the policies of migrations/…-attachments.ts alone. */
@Injectable()
export class AttachmentsRepository {
  async insertOwner(tx: Tx, id: string, owner: { partnerId: string; readerId: string }): Promise<void> {
    await tx.query(
      `insert into attachment_owner (attachment_id, partner_id, reader_id) values ($1, $2, $3)`,
      [id, owner.partnerId, owner.readerId],
    );
  }

  async insertChunk(tx: Tx, id: string, ordinal: number, bytes: Buffer): Promise<void> {
    await tx.query(`insert into attachment_chunk (attachment_id, ordinal, bytes) values ($1, $2, $3)`, [
      id,
      ordinal,
      bytes,
    ]);
  }

  async insert(tx: Tx, { id, name, type, bytes, digest }: AttachmentRow): Promise<void> {
    await tx.query(`insert into attachment (id, name, type, bytes, digest) values ($1, $2, $3, $4, $5)`, [
      id,
      name,
      type,
      bytes,
      digest,
    ]);
  }

  /** Uploads of one partner end one after the other, so that two cannot both be the last that there is room for. */
  async awaitTurn(tx: Tx, partnerId: string): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`attachments ${partnerId}`]);
  }

  /** Uploads of the acting partner that nothing carries. */
  async countUnused(tx: Tx): Promise<number> {
    const rows: { unused: string }[] = await tx.query(`select unused_attachments() as unused`);
    return Number(rows[0]?.unused);
  }

  async find(tx: Tx, id: string): Promise<ReadableAttachmentRow | null> {
    const rows: ReadableAttachmentRow[] = await tx.query(
      `select a.id, a.name, a.type, a.bytes, a.digest, r.tlp, r.classification
       from attachment a
       left join attachment_use u on u.attachment_id = a.id
       left join rendition r on r.id = u.rendition_id
       where a.id = $1
       order by r.tlp desc nulls last, r.classification desc limit 1`,
      [id],
    );
    return rows[0] ?? null;
  }

  /** Pieces `from` up to `until`, without the latter. */
  async listChunks(tx: Tx, id: string, from: number, until: number): Promise<Buffer[]> {
    const rows = await prepared<{ bytes: Buffer }>(
      tx,
      'attachment chunks',
      `select bytes from attachment_chunk
       where attachment_id = $1 and ordinal >= $2 and ordinal < $3 order by ordinal`,
      [id, from, until],
    );
    return rows.map(({ bytes }) => bytes);
  }

  /** Of these, the uploads of the acting partner's, or of the acting narrowed client. */
  async listOwn(tx: Tx, ids: string[]): Promise<AttachmentRow[]> {
    return tx.query(
      `select a.id, a.name, a.type, a.bytes, a.digest
       from attachment a join attachment_owner o on o.attachment_id = a.id
       where a.id = any ($1)`,
      [ids],
    );
  }

  /**
   * To the thing that they belong to from now on, unless they belong to one.
   * @returns those that belong to another
   */
  async assign(tx: Tx, shareableId: string, ids: string[]): Promise<string[]> {
    await tx.query(`update attachment set shareable_id = $1 where id = any ($2) and shareable_id is null`, [
      shareableId,
      ids,
    ]);
    const rows: { id: string }[] = await tx.query(
      `select id from attachment where id = any ($2) and shareable_id <> $1 order by id`,
      [shareableId, ids],
    );
    return rows.map(({ id }) => id);
  }

  async insertUses(tx: Tx, renditionId: string, ids: string[]): Promise<void> {
    try {
      await tx.query(
        `insert into attachment_use (attachment_id, rendition_id) select unnest($1::uuid[]), $2`,
        [ids, renditionId],
      );
    } catch (error) {
      // Unused for too long, it went just now.
      if (hasCode(error, '23503')) throw problems.conflict('An attachment is no longer there.');
      throw error;
    }
  }

  /** @returns how many there were, at most `most` */
  async deleteUnusedAsSystem(tx: Tx, hours: number, most: number): Promise<number> {
    const [, count]: [unknown, number] = await tx.query(
      `delete from attachment where id in (
         select id from attachment a
         where created_at < now() - make_interval(hours => $1)
           and not exists (select from attachment_use u where u.attachment_id = a.id)
         limit $2)`,
      [hours, most],
    );
    return count;
  }
}
