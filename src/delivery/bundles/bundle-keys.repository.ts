import { Injectable } from '@nestjs/common';
import { type Tx } from '../../core/database.js';
import { type KeyPeriod } from './bundle-key.rules.js';

export interface BundleKeyRow extends KeyPeriod {
  kid: string;
  publicKey: Buffer;
  sealedKey: Buffer;
}

const MILLISECONDS = (column: string): string => `extract(epoch from ${column})::float8 * 1000`;

@Injectable()
export class BundleKeysRepository {
  async listAsSystem(tx: Tx): Promise<{ keys: BundleKeyRow[]; now: number }> {
    const [clock]: [{ now: number }] = await tx.query(`select ${MILLISECONDS('clock_timestamp()')} as now`);
    const keys: BundleKeyRow[] = await tx.query(
      `select kid, public_key as "publicKey", sealed_key as "sealedKey", ${MILLISECONDS('signs_from')} as "signsFrom",
         ${MILLISECONDS('signs_until')} as "signsUntil", ${MILLISECONDS('published_until')} as "publishedUntil"
       from bundle_key where published_until > now() order by signs_from, kid`,
    );
    return { keys, now: clock.now };
  }

  /** One process at a time makes keys. */
  async lockAsSystem(tx: Tx): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('slt bundle keys', 0))`);
  }

  async insertAsSystem(tx: Tx, key: BundleKeyRow): Promise<void> {
    await tx.query(
      `insert into bundle_key (kid, public_key, sealed_key, signs_from, signs_until, published_until)
       values ($1, $2, $3, to_timestamp($4), to_timestamp($5), to_timestamp($6))`,
      [
        key.kid,
        key.publicKey,
        key.sealedKey,
        key.signsFrom / 1000,
        key.signsUntil / 1000,
        key.publishedUntil / 1000,
      ],
    );
  }

  async deleteEndedAsSystem(tx: Tx): Promise<void> {
    await tx.query(`delete from bundle_key where published_until <= now()`);
  }
}
