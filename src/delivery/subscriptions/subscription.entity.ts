import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** What a partner wants to be told of by mail; how far it has been told stands with the follower of the same id. */
@Entity('subscription')
@Index('subscription_reader_idx', ['readerId', 'id'])
@Index('subscription_partner_idx', ['partnerId'])
@Check('subscription_mail_tlp_check', 'mail_tlp between 0 and 4')
@Check('subscription_mail_classification_check', 'mail_classification between 0 and 2')
export class SubscriptionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'subscription_pkey' })
  id: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'subscription_partner_fkey' })
  partnerId: string;

  @Column('uuid', { name: 'reader_id' })
  @ForeignKey('reader', { name: 'subscription_reader_fkey' })
  readerId: string;

  @Column('text')
  name: string;

  @Column('jsonb')
  filter: object;

  @Column('boolean')
  drills: boolean;

  @Column('smallint', { name: 'mail_tlp' })
  mailTlp: number;

  @Column('smallint', { name: 'mail_classification' })
  mailClassification: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'changed_at', default: () => 'now()' })
  changedAt: Date;
}

@Entity('subscription_recipient')
@Index('subscription_recipient_address_key', ['subscriptionId', 'address'], { unique: true })
@Check('subscription_recipient_delivery_check', `delivery in ('immediate', 'digest')`)
@Check('subscription_recipient_digest_check', `(delivery = 'digest') = (digest_at <> '{}')`)
@Check('subscription_recipient_quiet_check', '(quiet_from is null) = (quiet_until is null)')
@Check('subscription_recipient_max_per_hour_check', 'max_per_hour > 0')
@Check(
  'subscription_recipient_state_check',
  `state in ('unconfirmed', 'confirmed', 'unsubscribed', 'failed')`,
)
@Check('subscription_recipient_failure_check', `(state = 'failed') = (failure is not null)`)
export class SubscriptionRecipientEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'subscription_recipient_pkey' })
  id: string;

  @Column('uuid', { name: 'subscription_id' })
  @ForeignKey('subscription', { name: 'subscription_recipient_subscription_fkey', onDelete: 'CASCADE' })
  subscriptionId: string;

  @Column('uuid', { name: 'reader_id' })
  @ForeignKey('reader', { name: 'subscription_recipient_reader_fkey' })
  readerId: string;

  @Column('text')
  address: string;

  @Column('text')
  language: string;

  @Column('text', { name: 'time_zone' })
  timeZone: string;

  @Column('text')
  delivery: string;

  @Column('text', { name: 'digest_at', array: true })
  digestAt: string[];

  @Column('text', { name: 'quiet_from', nullable: true })
  quietFrom: string | null;

  @Column('text', { name: 'quiet_until', nullable: true })
  quietUntil: string | null;

  @Column('integer', { name: 'max_per_hour' })
  maxPerHour: number;

  @Column('text', { default: 'unconfirmed' })
  state: string;

  @Column('timestamptz', { name: 'state_changed_at', default: () => 'now()' })
  stateChangedAt: Date;

  @Column('text', { nullable: true })
  failure: string | null;

  @Column('timestamptz', { name: 'last_sent_at', nullable: true })
  lastSentAt: Date | null;

  /** Until then somebody is sending to it; one mail at a time, so that they arrive in order. */
  @Column('timestamptz', { name: 'taken_until', default: () => 'now()' })
  takenUntil: Date;
}
