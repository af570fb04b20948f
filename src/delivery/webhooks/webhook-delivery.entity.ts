import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { POST_ERRORS, type PostError } from './post.js';
import { WebhookEntity } from './webhook.entity.js';

/** One message for one endpoint. It says what changed, never what it says: that is asked for when it is sent. */
@Entity('webhook_delivery')
@Index('webhook_delivery_entry_key', ['webhookId', 'isDrill', 'position'], { unique: true })
@Index('webhook_delivery_pending_idx', ['webhookId', 'isDrill', 'position'], {
  where: `state = 'pending'`,
})
@Index('webhook_delivery_failed_idx', ['webhookId'], { where: `state = 'failed'` })
@Index('webhook_delivery_at_idx', ['at'])
@Check('webhook_delivery_type_check', `type in ('alert', 'report', 'webhook')`)
@Check('webhook_delivery_state_check', `state in ('pending', 'delivered', 'failed')`)
export class WebhookDeliveryEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_delivery_pkey' })
  id: string;

  @Column('uuid', { name: 'webhook_id' })
  @ForeignKey(() => WebhookEntity, { name: 'webhook_delivery_webhook_fkey', onDelete: 'CASCADE' })
  webhookId: string;

  @Column('text')
  type: 'alert' | 'report' | 'webhook';

  @Column('text')
  change: string;

  @Column('uuid', { name: 'object_id' })
  objectId: string;

  @Column('integer', { nullable: true })
  version: number | null;

  @Column('boolean')
  alarm: boolean;

  @Column('boolean', { name: 'is_drill' })
  isDrill: boolean;

  /** In the reader's log; null for what the exchange tells about the endpoint itself. */
  @Column('bigint', { nullable: true })
  position: string | null;

  @Column('timestamptz')
  at: Date;

  @Column('text')
  state: 'pending' | 'delivered' | 'failed';

  @Column('timestamptz', { name: 'due_at' })
  dueAt: Date;

  @Column('integer', { default: 0 })
  attempts: number;

  @Column('timestamptz', { name: 'first_attempt_at', nullable: true })
  firstAttemptAt: Date | null;
}

/** What became of one attempt: no body, neither of what was sent nor of what was answered. */
@Entity('webhook_attempt')
@Index('webhook_attempt_webhook_idx', ['webhookId', 'id'])
@Index('webhook_attempt_delivery_idx', ['deliveryId'])
@Index('webhook_attempt_at_idx', ['at'])
@Check('webhook_attempt_error_check', `error in (${POST_ERRORS.map((error) => `'${error}'`).join(', ')})`)
export class WebhookAttemptEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_attempt_pkey' })
  id: string;

  @Column('uuid', { name: 'webhook_id' })
  @ForeignKey(() => WebhookEntity, { name: 'webhook_attempt_webhook_fkey', onDelete: 'CASCADE' })
  webhookId: string;

  @Column('uuid', { name: 'delivery_id' })
  @ForeignKey(() => WebhookDeliveryEntity, { name: 'webhook_attempt_delivery_fkey', onDelete: 'CASCADE' })
  deliveryId: string;

  @Column('timestamptz', { default: () => 'now()' })
  at: Date;

  @Column('smallint', { nullable: true })
  status: number | null;

  @Column('text', { nullable: true })
  error: PostError | null;

  @Column('integer', { name: 'duration_ms' })
  durationMs: number;
}
