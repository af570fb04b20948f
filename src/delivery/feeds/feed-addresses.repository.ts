import { Injectable } from '@nestjs/common';
import { type SavedFilter } from '../../alerts/alert-pages.service.js';
import { type Tx } from '../../core/database.js';

export interface NewFeedAddress {
  id: string;
  readerId: string;
  clientId: string;
  name: string;
  tokenHash: Buffer;
  filter: SavedFilter | null;
  expiresAt: string | null;
  ceiling: { tlp: number; classification: number };
}

export interface FeedAddressRow {
  id: string;
  client_id: string;
  name: string;
  filter: SavedFilter | null;
  expires_at: Date | null;
  last_used_at: Date | null;
  created_at: Date;
  /** What its reader may have at most. */
  tlp: number;
  classification: number;
  is_expired: boolean;
  /** Its keeper may no longer read. */
  is_resting: boolean;
}

/** As it is presented by whoever knows its token. */
export interface PresentedRow {
  id: string;
  reader_id: string;
  client_id: string;
  token_hash: Buffer;
  filter: SavedFilter | null;
  /** Within this hour. */
  is_marked: boolean;
}

const COLUMNS = `a.id, a.client_id, a.name, a.filter, a.expires_at, a.last_used_at, a.created_at,
  least(r.ceiling_tlp, p.ceiling_tlp) as tlp,
  least(r.ceiling_classification, p.ceiling_classification) as classification,
  coalesce(a.expires_at <= now(), false) as is_expired,
  p.status <> 'active' or c.revoked_at is not null or coalesce(c.expires_at <= now(), false)
    or not 'alerts:read' = any (c.scopes) as is_resting`;
const TABLES = `feed_address a join reader r on r.id = a.reader_id join partner p on p.id = a.partner_id
  join client c on c.id = a.client_id`;

/** All SQL on feed addresses; their readers are made and closed by functions of the database alone. */
@Injectable()
export class FeedAddressesRepository {
  async open(tx: Tx, address: NewFeedAddress): Promise<void> {
    await tx.query(`select feed_address_open($1, $2, $3, $4, $5, $6, $7, $8, $9)`, [
      address.id,
      address.readerId,
      address.clientId,
      address.name,
      address.tokenHash,
      address.filter && JSON.stringify(address.filter),
      address.expiresAt,
      address.ceiling.tlp,
      address.ceiling.classification,
    ]);
  }

  /** Newest first. */
  async list(tx: Tx): Promise<FeedAddressRow[]> {
    return tx.query(`select ${COLUMNS} from ${TABLES} where a.revoked_at is null order by a.id desc`);
  }

  async find(tx: Tx, id: string): Promise<FeedAddressRow | null> {
    const rows: FeedAddressRow[] = await tx.query(
      `select ${COLUMNS} from ${TABLES} where a.id = $1 and a.revoked_at is null`,
      [id],
    );
    return rows[0] ?? null;
  }

  async take(tx: Tx, id: string, clientId: string): Promise<void> {
    await tx.query(`update feed_address set client_id = $2 where id = $1`, [id, clientId]);
  }

  /** @returns false when there is none that was not revoked before */
  async revoke(tx: Tx, id: string): Promise<boolean> {
    const [rows]: [unknown[], number] = await tx.query(
      `update feed_address set revoked_at = now() where id = $1 and revoked_at is null returning id`,
      [id],
    );
    return rows.length > 0;
  }

  async closeReader(tx: Tx, id: string): Promise<void> {
    await tx.query(`select feed_address_close($1)`, [id]);
  }

  async findPresentedAsSystem(tx: Tx, tokenHash: Buffer): Promise<PresentedRow | null> {
    const rows: PresentedRow[] = await tx.query(
      `select id, reader_id, client_id, token_hash, filter,
         coalesce(last_used_at = date_trunc('hour', now(), 'UTC'), false) as is_marked
       from feed_address
       where token_hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())`,
      [tokenHash],
    );
    return rows[0] ?? null;
  }

  async markUsedAsSystem(tx: Tx, id: string): Promise<void> {
    await tx.query(`update feed_address set last_used_at = date_trunc('hour', now(), 'UTC') where id = $1`, [
      id,
    ]);
  }
}
