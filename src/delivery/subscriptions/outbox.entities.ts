import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** An alert that a recipient was told of, or is being told of: the mails about it are one thread. */
@Entity('mail_thread')
@Check('mail_thread_tlp_check', 'tlp between 0 and 4')
export class MailThreadEntity {
  @PrimaryColumn('uuid', { name: 'recipient_id', primaryKeyConstraintName: 'mail_thread_pkey' })
  @ForeignKey('subscription_recipient', { name: 'mail_thread_recipient_fkey', onDelete: 'CASCADE' })
  recipientId: string;

  @PrimaryColumn('uuid', { name: 'alert_id', primaryKeyConstraintName: 'mail_thread_pkey' })
  @ForeignKey('shareable', { name: 'mail_thread_alert_fkey' })
  alertId: string;

  @Column('boolean', { name: 'is_urgent' })
  isUrgent: boolean;

  @Column('smallint', { nullable: true })
  tlp: number | null;
}

/** One mail to one recipient, written when it is decided and rendered when it is sent: it holds no content. */
@Entity('mail_message')
@Index('mail_message_due_idx', ['dueAt'], { where: `state = 'waiting'` })
@Index('mail_message_settled_idx', ['settledAt'], { where: `state <> 'waiting'` })
@Index('mail_message_recipient_idx', ['recipientId', 'createdAt'])
@Index('mail_message_open_digest_key', ['recipientId', 'isDrill'], {
  unique: true,
  where: `is_open and kind = 'digest'`,
})
@Index('mail_message_open_alert_key', ['recipientId', 'alertId'], {
  unique: true,
  where: `is_open and kind = 'alert'`,
})
@Check('mail_message_kind_check', `kind in ('confirmation', 'alert', 'withdrawal', 'digest')`)
@Check('mail_message_alert_check', `(alert_id is not null) = (kind in ('alert', 'withdrawal'))`)
@Check('mail_message_tlp_check', 'tlp between 0 and 4')
@Check('mail_message_withdrawal_check', `(tlp is not null) = (kind = 'withdrawal')`)
@Check('mail_message_state_check', `state in ('waiting', 'sent', 'dropped')`)
@Check('mail_message_open_check', `not is_open or state = 'waiting'`)
@Check('mail_message_settled_check', `(settled_at is null) = (state = 'waiting')`)
export class MailMessageEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'mail_message_pkey' })
  id: string;

  @Column('uuid', { name: 'recipient_id' })
  @ForeignKey('subscription_recipient', { name: 'mail_message_recipient_fkey', onDelete: 'CASCADE' })
  recipientId: string;

  @Column('text')
  kind: string;

  @Column('uuid', { name: 'alert_id', nullable: true })
  @ForeignKey('shareable', { name: 'mail_message_alert_fkey' })
  alertId: string | null;

  @Column('boolean', { name: 'is_drill', default: false })
  isDrill: boolean;

  @Column('boolean', { name: 'is_first', default: false })
  isFirst: boolean;

  /** Nobody has begun to send it: what is new can still go with it. */
  @Column('boolean', { name: 'is_open', default: true })
  isOpen: boolean;

  @Column('text', { default: 'waiting' })
  state: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'due_at' })
  dueAt: Date;

  /** Of what is withdrawn, the label under which it was told. */
  @Column('smallint', { nullable: true })
  tlp: number | null;

  @Column('integer', { default: 0 })
  attempts: number;

  @Column('timestamptz', { name: 'first_tried_at', nullable: true })
  firstTriedAt: Date | null;

  @Column('timestamptz', { name: 'settled_at', nullable: true })
  settledAt: Date | null;
}

/** One alert in a digest, however often it has changed. */
@Entity('mail_line')
@Check('mail_line_changes_check', 'changes > 0')
export class MailLineEntity {
  @PrimaryColumn('uuid', { name: 'message_id', primaryKeyConstraintName: 'mail_line_pkey' })
  @ForeignKey('mail_message', { name: 'mail_line_message_fkey', onDelete: 'CASCADE' })
  messageId: string;

  @PrimaryColumn('uuid', { name: 'alert_id', primaryKeyConstraintName: 'mail_line_pkey' })
  @ForeignKey('shareable', { name: 'mail_line_alert_fkey' })
  alertId: string;

  @Column('integer')
  changes: number;
}

/** That an address was asked whether it agrees, whoever wanted it; only the digest of the address is kept, for a day. */
@Entity('mail_asking')
@Index('mail_asking_address_idx', ['addressDigest'])
export class MailAskingEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'mail_asking_pkey' })
  id: string;

  @Column('bytea', { name: 'address_digest' })
  addressDigest: Buffer;

  @Column('timestamptz', { name: 'asked_at', default: () => 'now()' })
  askedAt: Date;
}
