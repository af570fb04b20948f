import { Injectable } from '@nestjs/common';
import { type JWK } from 'jose';
import { type Tx } from '../../core/database.js';
import { type KeyTimes, PUBLISHED_AFTER } from './key-rotation.rules.js';

export interface SigningKey extends KeyTimes {
  privateJwk: JWK;
  publishedUntil: number;
}

const MILLISECONDS = (column: string): string => `extract(epoch from ${column})::float8 * 1000`;

/** All SQL of the authorization server; none of these tables is within a partner's reach. */
@Injectable()
export class OAuthRepository {
  async findRecord(tx: Tx, model: string, id: string): Promise<object | null> {
    const rows: { payload: object }[] = await tx.query(
      `select payload from oidc_record where model = $1 and id = $2 and (expires_at is null or expires_at > now())`,
      [model, id],
    );
    return rows[0]?.payload ?? null;
  }

  async putRecord(tx: Tx, model: string, id: string, payload: object, seconds: number): Promise<void> {
    await tx.query(
      `insert into oidc_record (model, id, payload, expires_at)
       values ($1, $2, $3, now() + make_interval(secs => $4))
       on conflict (model, id) do update set payload = excluded.payload, expires_at = excluded.expires_at`,
      [model, id, JSON.stringify(payload), seconds],
    );
  }

  /** @returns false when somebody else was first, be it in this instant */
  async claimRecord(tx: Tx, model: string, id: string, payload: object, seconds: number): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `insert into oidc_record (model, id, payload, expires_at)
       values ($1, $2, $3, now() + make_interval(secs => $4))
       on conflict (model, id) do update set payload = excluded.payload, expires_at = excluded.expires_at
         where oidc_record.expires_at <= now()
       returning id`,
      [model, id, JSON.stringify(payload), seconds],
    );
    return rows.length > 0;
  }

  async deleteRecord(tx: Tx, model: string, id: string): Promise<void> {
    await tx.query(`delete from oidc_record where model = $1 and id = $2`, [model, id]);
  }

  /** @param expiresAt seconds since 1970 */
  async revokeToken(tx: Tx, tokenId: string, expiresAt: number): Promise<void> {
    await tx.query(
      `insert into revoked_token (jti, expires_at) values ($1, to_timestamp($2) + interval '1 minute')
       on conflict (jti) do nothing`,
      [tokenId, expiresAt],
    );
  }

  async deleteExpired(tx: Tx): Promise<void> {
    await tx.query(`delete from oidc_record where expires_at < now()`);
    await tx.query(`delete from revoked_token where expires_at < now()`);
    await tx.query(`delete from idempotency_key where created_at < now() - interval '7 days'`);
    await tx.query(`delete from signing_key where published_until < now()`);
  }

  async listKeys(tx: Tx): Promise<{ keys: SigningKey[]; now: number }> {
    const [clock]: [{ now: number }] = await tx.query(`select ${MILLISECONDS('clock_timestamp()')} as now`);
    const keys: SigningKey[] = await tx.query(
      `select kid, private_jwk as "privateJwk", ${MILLISECONDS('signs_from')} as "signsFrom",
         ${MILLISECONDS('signs_until')} as "signsUntil", ${MILLISECONDS('published_until')} as "publishedUntil"
       from signing_key where published_until > now() order by signs_from, kid`,
    );
    return { keys, now: clock.now };
  }

  /** One process at a time makes keys. */
  async lockKeys(tx: Tx): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('slt signing keys', 0))`);
  }

  async insertKey(tx: Tx, key: KeyTimes & { privateJwk: JWK }): Promise<void> {
    await tx.query(
      `insert into signing_key (kid, private_jwk, signs_from, signs_until, published_until)
       values ($1, $2, to_timestamp($3), to_timestamp($4), to_timestamp($5))`,
      [
        key.kid,
        JSON.stringify(key.privateJwk),
        key.signsFrom / 1000,
        key.signsUntil / 1000,
        (key.signsUntil + PUBLISHED_AFTER) / 1000,
      ],
    );
  }

  async extendKey(tx: Tx, kid: string, signsUntil: number): Promise<void> {
    await tx.query(
      `update signing_key set signs_until = to_timestamp($2), published_until = to_timestamp($3) where kid = $1`,
      [kid, signsUntil / 1000, (signsUntil + PUBLISHED_AFTER) / 1000],
    );
  }
}
