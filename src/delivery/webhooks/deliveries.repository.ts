import { Injectable } from '@nestjs/common';
import { type SavedFilter } from '../../alerts/alert-pages.service.js';
import { type Tx } from '../../core/database.js';
import { newId } from '../../core/ids.js';
import { type PostOutcome } from './post.js';
import { type MessageContent } from './webhooks.dto.js';
import { type MessageSubject, type WebhookReason } from './webhooks.repository.js';
import { type ShareableType } from '../../sharing/sharing.service.js';

/** What is to be told to an endpoint. */
export interface NewDelivery {
  id: string;
  type: MessageSubject;
  change: string;
  objectId: string;
  version: number | null;
  alarm: boolean;
  isDrill: boolean;
  position: string | null;
  at: Date;
}

export interface DeliveryRow extends NewDelivery {
  attempts: number;
  /** Seconds since the first attempt; 0 before it. */
  age: number;
}

/** A webhook as whoever sends sees it. */
export interface SendingRow {
  id: string;
  partnerId: string;
  readerId: string;
  keeper: string;
  url: string;
  types: ShareableType[];
  filter: SavedFilter | null;
  drills: boolean;
  content: MessageContent;
  ceilingTlp: number;
  ceilingClassification: number;
  isOrdered: boolean;
  /** Sealed; the latest first. */
  keys: Buffer[];
  failures: number;
  /** Seconds for which it has been failing; 0 while it is not. */
  failingFor: number;
}

export interface Recall extends Omit<NewDelivery, 'id' | 'change'> {
  webhookId: string;
}

/** In ranks. */
export interface HandlingRow {
  id: string;
  tlp: number;
  classification: number;
}

export interface Schedule {
  isActive: boolean;
  /** Seconds for which nobody else sends; 0 when nobody does. */
  claimedFor: number;
  failures: number;
  /** Seconds until there is something to send; null when nothing waits. */
  next: number | null;
}

/** How long nobody else sends to an endpoint once somebody does; longer than an attempt can take. */
const CLAIM_SECONDS = 25;
const RECALLS_AT_ONCE = 500;

/** One that rests because nobody reads for it any more still says what was taken back, and nothing else. */
export const RECALLS_ONLY = `(w.state = 'resting' and w.reason = 'keeper')`;
const SENDS = `(w.state = 'active' or ${RECALLS_ONLY})`;
const GOES_OUT = `d.state = 'pending' and (w.state = 'active' or d.change = 'withdrawn')`;

/** In each log its own order; what is meant for action before drills. */
const IN_ORDER = 'd.is_drill, d.position nulls first';

const SENDING = `w.id, w.partner_id as "partnerId", w.reader_id as "readerId", f.client_id as keeper, w.url, w.types,
  w.filter, w.drills, w.content, w.ceiling_tlp as "ceilingTlp", w.ceiling_classification as "ceilingClassification",
  w.is_ordered as "isOrdered", w.failures,
  coalesce(extract(epoch from now() - w.failing_since), 0)::float as "failingFor",
  array_remove(array[w.keys, case when w.previous_until > now() then w.previous_keys end], null) as keys`;

const DELIVERY = `d.id, d.type, d.change, d.object_id as "objectId", d.version, d.alarm, d.is_drill as "isDrill",
  d.position, d.at, d.attempts, coalesce(extract(epoch from now() - d.first_attempt_at), 0)::float as age`;

/** Sending, under the background role. */
@Injectable()
export class DeliveriesRepository {
  async find(tx: Tx, id: string): Promise<SendingRow | null> {
    const rows: SendingRow[] = await tx.query(
      `select ${SENDING} from webhook w join follower f on f.id = w.id where w.id = $1`,
      [id],
    );
    return rows[0] ?? null;
  }

  /** First of all that is locked of it but its follower, or two who change messages could wait for each other. */
  async lock(tx: Tx, id: string): Promise<void> {
    await tx.query(`select from webhook where id = $1 for no key update`, [id]);
  }

  /** What was sent before is sent again, under the same id. */
  async insert(tx: Tx, webhookId: string, deliveries: NewDelivery[]): Promise<void> {
    await tx.query(
      `insert into webhook_delivery (id, webhook_id, type, change, object_id, version, alarm, is_drill, position, at,
         state, due_at)
       select d.id, $1, d.type, d.change, d."objectId", d.version, d.alarm, d."isDrill", d.position, d.at, 'pending', now()
       from jsonb_to_recordset($2::jsonb) as d (id uuid, type text, change text, "objectId" uuid, version int,
         alarm boolean, "isDrill" boolean, position bigint, at timestamptz)
       on conflict (webhook_id, is_drill, position) do update
         set state = 'pending', due_at = now(), attempts = 0, first_attempt_at = null`,
      [webhookId, JSON.stringify(deliveries)],
    );
  }

  /** Locked: when it is next looked at is settled by one at a time. */
  async lockSchedule(tx: Tx, id: string): Promise<Schedule | null> {
    const rows: Schedule[] = await tx.query(
      `select ${SENDS} as "isActive", w.failures,
         case when w.claimed_until > now() then extract(epoch from w.claimed_until - now()) else 0 end::float
           as "claimedFor",
         extract(epoch from greatest(w.not_before, (
           select case when w.is_ordered then (array_agg(d.due_at order by ${IN_ORDER}))[1] else min(d.due_at) end
           from webhook_delivery d where d.webhook_id = w.id and ${GOES_OUT})) - now())::float as next,
         exists (select from webhook_delivery d where d.webhook_id = w.id and ${GOES_OUT}) as "hasPending"
       from webhook w where w.id = $1 for no key update`,
      [id],
    );
    const [row] = rows as (Schedule & { hasPending: boolean })[];
    return row === undefined ? null : { ...row, next: row.hasPending ? row.next : null };
  }

  async claim(tx: Tx, id: string, claim: string): Promise<SendingRow | null> {
    const [rows]: [SendingRow[]] = await tx.query(
      `update webhook w set claim = $2, claimed_until = now() + make_interval(secs => ${CLAIM_SECONDS})
       from follower f
       where w.id = $1 and f.id = w.id and ${SENDS} and w.not_before <= now() and w.claimed_until <= now()
       returning ${SENDING}`,
      [id, claim],
    );
    return rows[0] ?? null;
  }

  /** @returns how it stands now; null when somebody else has taken over */
  async renewClaim(tx: Tx, id: string, claim: string): Promise<SendingRow | null> {
    const [rows]: [SendingRow[]] = await tx.query(
      `update webhook w set claimed_until = now() + make_interval(secs => ${CLAIM_SECONDS}) from follower f
       where w.id = $1 and f.id = w.id and w.claim = $2 and ${SENDS} and w.not_before <= now()
       returning ${SENDING}`,
      [id, claim],
    );
    return rows[0] ?? null;
  }

  async release(tx: Tx, id: string, claim: string): Promise<void> {
    await tx.query(
      `update webhook set claim = null, claimed_until = '-infinity' where id = $1 and claim = $2`,
      [id, claim],
    );
  }

  /** What is due: in order its first one or nothing; otherwise what is urgent first. */
  async listDue(tx: Tx, id: string, isOrdered: boolean, limit: number): Promise<DeliveryRow[]> {
    const pending = `from webhook_delivery d join webhook w on w.id = d.webhook_id where w.id = $1 and ${GOES_OUT}`;
    return isOrdered
      ? tx.query(
          `select ${DELIVERY} from (select d.* ${pending} order by ${IN_ORDER} limit 1) d where d.due_at <= now()`,
          [id],
        )
      : tx.query(
          `select ${DELIVERY} ${pending} and d.due_at <= now() order by d.alarm desc, ${IN_ORDER} limit $2`,
          [id, limit],
        );
  }

  /** Handling of what the reader has now; what it no longer has is absent. */
  async listHandling(tx: Tx, readerId: string, ids: string[]): Promise<HandlingRow[]> {
    return tx.query(
      `select g.shareable_id as id, r.tlp, r.classification from share_grant g
       join rendition r on r.id = g.rendition_id
       where g.reader_id = $1 and g.shareable_id = any ($2)`,
      [readerId, ids],
    );
  }

  /** A message that was sent already. */
  async insertSettled(tx: Tx, webhookId: string, delivery: NewDelivery, isTaken: boolean): Promise<void> {
    await tx.query(
      `insert into webhook_delivery (id, webhook_id, type, change, object_id, alarm, is_drill, at, state, due_at,
         attempts, first_attempt_at)
       values ($1, $2, $3, $4, $5, false, false, $6, $7, now(), 1, now())`,
      [
        delivery.id,
        webhookId,
        delivery.type,
        delivery.change,
        delivery.objectId,
        delivery.at,
        isTaken ? 'delivered' : 'failed',
      ],
    );
  }

  async insertAttempt(tx: Tx, webhookId: string, deliveryId: string, outcome: PostOutcome): Promise<void> {
    await tx.query(
      `insert into webhook_attempt (id, webhook_id, delivery_id, status, error, duration_ms)
       values ($1, $2, $3, $4, $5, $6)`,
      [newId(), webhookId, deliveryId, outcome.status ?? null, outcome.error ?? null, outcome.durationMs],
    );
  }

  async markDelivered(tx: Tx, id: string): Promise<void> {
    await tx.query(
      `update webhook_delivery set state = 'delivered', attempts = attempts + 1,
         first_attempt_at = coalesce(first_attempt_at, now()) where id = $1`,
      [id],
    );
  }

  /** @param delay seconds until it is tried again; undefined when it is given up */
  async markFailed(tx: Tx, id: string, delay: number | undefined): Promise<void> {
    await tx.query(
      `update webhook_delivery set attempts = attempts + 1, first_attempt_at = coalesce(first_attempt_at, now()),
         state = case when $2::float is null then 'failed' else state end,
         due_at = now() + make_interval(secs => coalesce($2, 0)) where id = $1`,
      [id, delay ?? null],
    );
  }

  /** It takes messages: what waited for that waits no longer. */
  async markSound(tx: Tx, id: string, wasFailing: boolean): Promise<void> {
    await tx.query(
      `update webhook set failures = 0, failing_since = null, delivered_at = now(), not_before = now() where id = $1`,
      [id],
    );
    if (!wasFailing) return;
    await tx.query(
      `update webhook_delivery set due_at = now() where webhook_id = $1 and state = 'pending' and due_at > now()`,
      [id],
    );
  }

  /**
   * @param more failures in a row
   * @param rest seconds
   */
  async markFailing(tx: Tx, id: string, more: number, rest: number): Promise<void> {
    await tx.query(
      `update webhook set failures = failures + $2,
         failing_since = case when $2 > 0 then coalesce(failing_since, now()) end,
         not_before = greatest(not_before, now() + make_interval(secs => $3)) where id = $1`,
      [id, more, rest],
    );
  }

  /** @returns false when it was stopped already */
  async stop(tx: Tx, id: string, state: 'resting' | 'disabled', reason: WebhookReason): Promise<boolean> {
    const [, stopped]: [unknown, number] = await tx.query(
      `update webhook w set state = $2, reason = $3, state_at = now()
       where id = $1 and (state = 'active' or ($3 <> 'keeper' and ${RECALLS_ONLY}))`,
      [id, state, reason],
    );
    return stopped > 0;
  }

  /** Its keeper may read again. */
  async revive(tx: Tx, id: string): Promise<void> {
    await tx.query(
      `update webhook set state = 'active', reason = null, state_at = now()
       where id = $1 and state = 'resting' and reason = 'keeper'`,
      [id],
    );
  }

  /** Other endpoints of the partner that may know of this one: of the same reader, or of the partner as a whole. */
  async listSiblings(tx: Tx, { id, partnerId, readerId }: SendingRow): Promise<string[]> {
    const rows: { id: string }[] = await tx.query(
      `select id from webhook where partner_id = $2 and reader_id in ($2, $3) and id <> $1 and state = 'active'`,
      [id, partnerId, readerId],
    );
    return rows.map((row) => row.id);
  }

  async listWithoutKeeper(tx: Tx): Promise<{ id: string; keeper: string; types: ShareableType[] }[]> {
    return tx.query(
      `select w.id, f.client_id as keeper, w.types from webhook w join follower f on f.id = w.id
       where ${RECALLS_ONLY}`,
    );
  }

  /** What was taken back of that which a webhook at rest was told of, and what it was not yet told so. */
  async listRecalls(tx: Tx): Promise<Recall[]> {
    return tx.query(
      `select w.id as "webhookId", e.type, e.shareable_id as "objectId", e.version, e.alarm, e.is_drill as "isDrill",
         e.position, e.at
       from webhook w join follower f on f.id = w.id
       join change_entry e on e.reader_id = w.reader_id and e.change = 'withdrawn'
         and e.position > case when e.is_drill then f.drill_position else f.position end
       where ${RECALLS_ONLY}
         and exists (select from follower_told t where t.follower_id = f.id and t.shareable_id = e.shareable_id)
         and not exists (select from webhook_delivery d where d.webhook_id = w.id and d.is_drill = e.is_drill
                         and d.position = e.position)
       order by w.id, e.position limit ${RECALLS_AT_ONCE}`,
    );
  }

  /** Where something has been waiting for longer than it should. */
  async listOverdue(tx: Tx): Promise<string[]> {
    const late = `now() - interval '10 seconds'`;
    const rows: { id: string }[] = await tx.query(
      `select w.id from webhook w where ${SENDS} and w.claimed_until < now() and w.not_before < ${late}
         and exists (select from webhook_delivery d
                     where d.webhook_id = w.id and ${GOES_OUT} and d.due_at < ${late})`,
    );
    return rows.map((row) => row.id);
  }

  /** Attempts are kept for a month, messages that were settled for as long as change logs are. @returns how many went */
  async deleteOld(tx: Tx): Promise<number> {
    const [, attempts]: [unknown, number] = await tx.query(
      `delete from webhook_attempt where id in
         (select id from webhook_attempt where at < now() - interval '30 days' limit 1000)`,
    );
    const [, deliveries]: [unknown, number] = await tx.query(
      `delete from webhook_delivery where id in
         (select id from webhook_delivery where at < now() - interval '90 days' and state <> 'pending' limit 1000)`,
    );
    return attempts + deliveries;
  }
}
