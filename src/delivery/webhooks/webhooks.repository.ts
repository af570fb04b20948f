import { Injectable } from '@nestjs/common';
import { type SavedFilter } from '../../alerts/alert-pages.service.js';
import { type Tx } from '../../core/database.js';
import { type PostError } from './post.js';
import { type ShareableType } from '../../sharing/sharing.service.js';
import { type MessageContent } from './webhooks.dto.js';

/** What its owner says about a webhook. */
export interface WebhookSettings {
  name: string;
  url: string;
  types: ShareableType[];
  filter: SavedFilter | null;
  drills: boolean;
  content: MessageContent;
  ceilingTlp: number;
  ceilingClassification: number;
  isOrdered: boolean;
}

/** As its owner sees it; `failing` is none that is kept. */
export type WebhookState = 'active' | 'failing' | 'resting' | 'disabled';
export type MessageSubject = ShareableType | 'webhook';
export type WebhookReason = 'keeper' | 'gone' | 'failing' | 'owner';

export interface WebhookRow {
  id: string;
  reader_id: string;
  keeper: string;
  name: string;
  url: string;
  types: ShareableType[];
  filter: SavedFilter | null;
  drills: boolean;
  content: MessageContent;
  ceiling_tlp: number;
  ceiling_classification: number;
  is_ordered: boolean;
  public_key: string;
  previous_until: Date | null;
  state: Exclude<WebhookState, 'failing'>;
  reason: WebhookReason | null;
  state_at: Date;
  failures: number;
  failing_since: Date | null;
  delivered_at: Date | null;
  version: number;
  created_at: Date;
  pending: number;
  failed: number;
}

export interface AttemptRow {
  id: string;
  delivery_id: string;
  at: Date;
  type: MessageSubject;
  change: string;
  object_id: string;
  status: number | null;
  error: PostError | null;
  duration_ms: number;
}

const count = (state: string): string =>
  `(select count(*)::int from webhook_delivery d where d.webhook_id = w.id and d.state = '${state}')`;

const SELECT = `select w.id, w.reader_id, f.client_id as keeper, w.name, w.url, w.types, w.filter, w.drills, w.content,
    w.ceiling_tlp, w.ceiling_classification, w.is_ordered, w.public_key, w.previous_until, w.state, w.reason, w.state_at,
    w.failures, w.failing_since, w.delivered_at, w.version, w.created_at,
    ${count('pending')} as pending, ${count('failed')} as failed
  from webhook w join follower f on f.id = w.id`;

/** Under the id that it had, so that a receiver knows it again. */
const REPLAY = `update webhook_delivery set state = 'pending', due_at = now(), attempts = 0, first_attempt_at = null`;

/** What owners do with their webhooks: under their own row-level security, without the keys. */
@Injectable()
export class WebhooksRepository {
  async insert(
    tx: Tx,
    owner: { id: string; partnerId: string; readerId: string },
    settings: WebhookSettings,
    keys: Buffer,
    publicKey: string,
  ): Promise<void> {
    await tx.query(
      `insert into webhook (id, partner_id, reader_id, name, url, types, filter, drills, content, ceiling_tlp,
         ceiling_classification, is_ordered, keys, public_key)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
      [owner.id, owner.partnerId, owner.readerId, ...values(settings), keys, publicKey],
    );
  }

  async update(tx: Tx, id: string, settings: WebhookSettings): Promise<void> {
    await tx.query(
      `update webhook set name = $2, url = $3, types = $4, filter = $5, drills = $6, content = $7, ceiling_tlp = $8,
         ceiling_classification = $9, is_ordered = $10, version = version + 1 where id = $1`,
      [id, ...values(settings)],
    );
  }

  async updateKeys(
    tx: Tx,
    id: string,
    keys: Buffer,
    publicKey: string,
    overlapSeconds: number,
  ): Promise<void> {
    await tx.query(
      `update webhook set keys = $2, public_key = $3, previous_until = now() + make_interval(secs => $4),
         version = version + 1 where id = $1`,
      [id, keys, publicKey, overlapSeconds],
    );
  }

  /** From the beginning, as far as failures are concerned. */
  async activate(tx: Tx, id: string): Promise<void> {
    await tx.query(
      `update webhook set state = 'active', reason = null, state_at = now(), failures = 0, failing_since = null,
         not_before = now(), version = version + 1 where id = $1`,
      [id],
    );
    await tx.query(`${REPLAY} where webhook_id = $1 and state = 'pending'`, [id]);
  }

  async disable(tx: Tx, id: string): Promise<void> {
    await tx.query(
      `update webhook set state = 'disabled', reason = 'owner', state_at = now(), version = version + 1
       where id = $1`,
      [id],
    );
  }

  /** @returns false when it was tested within so many seconds */
  async claimTest(tx: Tx, id: string, everySeconds: number): Promise<boolean> {
    const [, claimed]: [unknown, number] = await tx.query(
      `update webhook set tested_at = now()
       where id = $1 and coalesce(tested_at <= now() - make_interval(secs => $2), true)`,
      [id, everySeconds],
    );
    return claimed > 0;
  }

  async replayFailed(tx: Tx, id: string): Promise<void> {
    await tx.query(`${REPLAY} where webhook_id = $1 and state = 'failed' and type <> 'webhook'`, [id]);
  }

  /** @returns whether there is such a message */
  async replay(tx: Tx, id: string, deliveryId: string): Promise<boolean> {
    const [, replayed]: [unknown, number] = await tx.query(`${REPLAY} where webhook_id = $1 and id = $2`, [
      id,
      deliveryId,
    ]);
    return replayed > 0;
  }

  /** Of the two logs of the acting reader, the last position before this time. */
  async findPositionsBefore(tx: Tx, since: string): Promise<{ isDrill: boolean; position: string }[]> {
    return tx.query(
      `select d.is_drill as "isDrill", coalesce((select min(e.position) - 1 from change_entry e
         where e.reader_id = acting_reader() and e.is_drill = d.is_drill and e.at >= $1), h.position) as position
       from (values (false), (true)) as d (is_drill)
       join change_head h on h.reader_id = acting_reader() and h.is_drill = d.is_drill`,
      [since],
    );
  }

  /** Those of the acting reader. */
  async count(tx: Tx): Promise<number> {
    const rows: { count: number }[] = await tx.query(
      `select count(*)::int as count from webhook where reader_id = acting_reader()`,
    );
    return rows[0]?.count ?? 0;
  }

  async find(tx: Tx, id: string): Promise<WebhookRow | null> {
    const rows: WebhookRow[] = await tx.query(`${SELECT} where w.id = $1`, [id]);
    return rows[0] ?? null;
  }

  async lock(tx: Tx, id: string): Promise<WebhookRow | null> {
    await tx.query(`select id from webhook where id = $1 for no key update`, [id]);
    return this.find(tx, id);
  }

  /** Newest first. */
  async list(tx: Tx, beforeId: string | undefined, limit: number): Promise<WebhookRow[]> {
    return tx.query(`${SELECT} where $1::uuid is null or w.id < $1 order by w.id desc limit $2`, [
      beforeId ?? null,
      limit,
    ]);
  }

  /** Newest first. */
  async listAttempts(
    tx: Tx,
    id: string,
    { deliveryId, beforeId }: { deliveryId?: string | undefined; beforeId?: string | undefined },
    limit: number,
  ): Promise<AttemptRow[]> {
    return tx.query(
      `select a.id, a.delivery_id, a.at, d.type, d.change, d.object_id, a.status, a.error, a.duration_ms
       from webhook_attempt a join webhook_delivery d on d.id = a.delivery_id
       where a.webhook_id = $1 and ($2::uuid is null or a.delivery_id = $2) and ($3::uuid is null or a.id < $3)
       order by a.id desc limit $4`,
      [id, deliveryId ?? null, beforeId ?? null, limit],
    );
  }
}

const values = (settings: WebhookSettings): unknown[] => [
  settings.name,
  settings.url,
  settings.types,
  settings.filter && JSON.stringify(settings.filter),
  settings.drills,
  settings.content,
  settings.ceilingTlp,
  settings.ceilingClassification,
  settings.isOrdered,
];
