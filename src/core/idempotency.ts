import { createHash } from 'node:crypto';
import { type Tx } from './database.js';
import { newId } from './ids.js';
import { problems } from './problem.js';

/** A caller's promise that repeats of this request mean the same one. */
export interface IdempotencyKey {
  key: string;
  /** Digest of method, path and body: the same key for something else is refused. */
  requestDigest: Buffer;
}

/** Accepts the key bare or quoted (structured-field string), 1 to 255 printable characters. */
export function readIdempotencyKey(
  header: string | string[] | undefined,
  method: string,
  path: string,
  body: unknown,
): IdempotencyKey | undefined {
  if (header === undefined) return undefined;
  const key = typeof header === 'string' ? header.replace(/^"(.*)"$/, '$1') : '';
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw problems.invalidInput([
      { pointer: 'Idempotency-Key', detail: 'must be one key of 1 to 255 printable characters' },
    ]);
  }
  const content = Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const requestDigest = createHash('sha256').update(`${method} ${path}\n`).update(content).digest();
  return { key, requestDigest };
}

/**
 * First statement of a creating transaction: draws the new resource's id, or finds the one that an earlier request
 * with this key made. A twin that is still running is waited for.
 * @throws Problem 422 when the key was used for another request
 */
export async function claimId(
  tx: Tx,
  actor: { clientId: string; partnerId: string },
  idempotency: IdempotencyKey | undefined,
): Promise<{ id: string; repeated: boolean }> {
  const id = newId();
  if (idempotency === undefined) return { id, repeated: false };
  const inserted: unknown[] = await tx.query(
    `insert into idempotency_key (client_id, key, partner_id, request_digest, resource_id)
     values ($1, $2, $3, $4, $5) on conflict (client_id, key) do nothing returning resource_id`,
    [actor.clientId, idempotency.key, actor.partnerId, idempotency.requestDigest, id],
  );
  if (inserted.length > 0) return { id, repeated: false };
  const [earlier]: { resource_id: string; request_digest: Buffer }[] = await tx.query(
    `select resource_id, request_digest from idempotency_key where client_id = $1 and key = $2`,
    [actor.clientId, idempotency.key],
  );
  if (!earlier?.request_digest.equals(idempotency.requestDigest)) {
    throw problems.unprocessable('This Idempotency-Key was used for another request.');
  }
  return { id: earlier.resource_id, repeated: true };
}
