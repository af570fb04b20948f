import { ApiProperty } from '@nestjs/swagger';
import { classificationLabel, tlpLabel } from '../../access/handling.js';
import { HandlingView } from '../../access/handling.dto.js';
import { SavedFilter } from '../../alerts/alert-pages.service.js';
import { type PostError } from './post.js';
import { isDead } from './webhook.rules.js';
import { type MessageContent } from './webhooks.dto.js';
import {
  type AttemptRow,
  type MessageSubject,
  type WebhookReason,
  type WebhookRow,
  type WebhookState,
} from './webhooks.repository.js';
import { type ShareableType } from '../../sharing/sharing.service.js';

/** Why a webhook is not sending, for its owner. */
const NOTICES = {
  keeper:
    'The client that made it, or last changed it, may no longer read what it sends. Change or enable it with another one.',
  gone: 'Its receiver answered 410 Gone. Enable it when the receiver is back; what came meanwhile is sent then.',
  failing:
    'Its receiver has taken nothing for three days. Enable it when it is back; what came meanwhile is sent then.',
  owner: 'It was disabled. Enable it to go on from where it stopped.',
} as const satisfies Record<WebhookReason, string>;

export class WebhookNoticeView {
  at: string;
  reason: WebhookReason;
  detail: string;
}

export class WebhookView {
  id: string;
  name: string;
  url: string;
  /**
   * `failing`: its receiver took nothing lately and is asked now and then. `resting` and `disabled` send nothing, lose
   * nothing and say why in `notice`.
   */
  state: WebhookState;
  notice?: WebhookNoticeView;
  types: ShareableType[];
  filter?: SavedFilter;
  drills: boolean;
  content: MessageContent;
  ceiling: HandlingView;
  ordered: boolean;
  /** Ed25519, as Standard Webhooks writes it: whoever has it can check the `v1a` signature. */
  publicKey: string;
  /** Until then messages are signed with the keys before these as well. */
  previousKeysUntil?: string;
  /** The client in whose name it reads: it rests when that one may no longer read. */
  keeper: string;
  createdAt: string;
  lastDeliveryAt?: string;
  failingSince?: string;
  /** Messages that wait to be sent, or to be sent again. */
  @ApiProperty({ type: 'integer' })
  pending: number;
  /** Messages that were given up; `replays` sends them again. */
  @ApiProperty({ type: 'integer' })
  failed: number;
}

export class NewWebhookView extends WebhookView {
  /** For the `v1` signature; shown this once. Absent when the answer is that of a repeated request. */
  secret?: string;
}

export class WebhookPage {
  items: WebhookView[];
  nextCursor: string | null;
}

export class AttemptedObjectView {
  type: MessageSubject;
  id: string;
}

export class AttemptView {
  id: string;
  /** The `webhook-id` of the message without its prefix `msg_`. */
  deliveryId: string;
  at: string;
  /** Such as `alert.published`. */
  event: string;
  object: AttemptedObjectView;
  /** Of the receiver's answer. */
  @ApiProperty({ type: 'integer', required: false })
  status?: number;
  /** Absent when the message was taken. */
  error?: PostError;
  @ApiProperty({ type: 'integer' })
  durationMs: number;
}

export class AttemptPage {
  items: AttemptView[];
  nextCursor: string | null;
}

export function presentWebhook(row: WebhookRow): WebhookView {
  const overlaps = row.previous_until !== null && row.previous_until > new Date();
  return {
    id: row.id,
    name: row.name,
    url: row.url,
    state: row.state === 'active' && isDead(row.failures) ? 'failing' : row.state,
    ...(row.reason !== null && {
      notice: { at: row.state_at.toISOString(), reason: row.reason, detail: NOTICES[row.reason] },
    }),
    types: row.types,
    ...(row.filter !== null && { filter: row.filter }),
    drills: row.drills,
    content: row.content,
    ceiling: {
      tlp: tlpLabel(row.ceiling_tlp),
      classification: classificationLabel(row.ceiling_classification),
    },
    ordered: row.is_ordered,
    publicKey: row.public_key,
    ...(overlaps && { previousKeysUntil: row.previous_until?.toISOString() }),
    keeper: row.keeper,
    createdAt: row.created_at.toISOString(),
    ...(row.delivered_at !== null && { lastDeliveryAt: row.delivered_at.toISOString() }),
    ...(row.failing_since !== null && { failingSince: row.failing_since.toISOString() }),
    pending: row.pending,
    failed: row.failed,
  };
}

export function presentAttempt(row: AttemptRow): AttemptView {
  return {
    id: row.id,
    deliveryId: row.delivery_id,
    at: row.at.toISOString(),
    event: `${row.type}.${row.change}`,
    object: { type: row.type, id: row.object_id },
    ...(row.status !== null && { status: row.status }),
    ...(row.error !== null && { error: row.error }),
    durationMs: row.duration_ms,
  };
}
