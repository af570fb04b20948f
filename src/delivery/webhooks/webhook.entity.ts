import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { type SavedFilter } from '../../alerts/alert-pages.service.js';
import { FollowerEntity } from '../following/follower.entity.js';

/** An endpoint of a partner: what it wants, how its messages are signed, and how it has been doing. */
@Entity('webhook')
@Index('webhook_reader_idx', ['readerId', 'id'])
@Index('webhook_partner_idx', ['partnerId', 'id'])
@Index('webhook_resting_idx', ['id'], { where: `state = 'resting'` })
@Check('webhook_content_check', `content in ('thin', 'full')`)
@Check('webhook_state_check', `state in ('active', 'resting', 'disabled')`)
@Check(
  'webhook_reason_check',
  `(reason is null) = (state = 'active') and reason in ('keeper', 'gone', 'failing', 'owner')`,
)
@Check('webhook_ceiling_tlp_check', 'ceiling_tlp between 0 and 4')
@Check('webhook_ceiling_classification_check', 'ceiling_classification between 0 and 2')
export class WebhookEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_pkey' })
  @ForeignKey(() => FollowerEntity, { name: 'webhook_follower_fkey', onDelete: 'CASCADE' })
  id: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'webhook_partner_fkey' })
  partnerId: string;

  @Column('uuid', { name: 'reader_id' })
  @ForeignKey('reader', { name: 'webhook_reader_fkey' })
  readerId: string;

  @Column('text')
  name: string;

  @Column('text')
  url: string;

  @Column('text', { array: true })
  types: string[];

  @Column('jsonb', { nullable: true })
  filter: SavedFilter | null;

  @Column('boolean')
  drills: boolean;

  @Column('text')
  content: 'thin' | 'full';

  @Column('smallint', { name: 'ceiling_tlp' })
  ceilingTlp: number;

  @Column('smallint', { name: 'ceiling_classification' })
  ceilingClassification: number;

  @Column('boolean', { name: 'is_ordered' })
  isOrdered: boolean;

  /** Sealed: what is needed to sign. */
  @Column('bytea')
  keys: Buffer;

  @Column('bytea', { name: 'previous_keys', nullable: true })
  previousKeys: Buffer | null;

  @Column('timestamptz', { name: 'previous_until', nullable: true })
  previousUntil: Date | null;

  @Column('text', { name: 'public_key' })
  publicKey: string;

  @Column('text', { default: 'active' })
  state: 'active' | 'resting' | 'disabled';

  @Column('text', { nullable: true })
  reason: 'keeper' | 'gone' | 'failing' | 'owner' | null;

  @Column('timestamptz', { name: 'state_at', default: () => 'now()' })
  stateAt: Date;

  /** Attempts that failed in a row. */
  @Column('integer', { default: 0 })
  failures: number;

  @Column('timestamptz', { name: 'failing_since', nullable: true })
  failingSince: Date | null;

  @Column('timestamptz', { name: 'delivered_at', nullable: true })
  deliveredAt: Date | null;

  @Column('timestamptz', { name: 'not_before', default: () => 'now()' })
  notBefore: Date;

  /** Who is sending, and until when nobody else does. */
  @Column('uuid', { nullable: true })
  claim: string | null;

  @Column('timestamptz', { name: 'claimed_until', default: () => 'now()' })
  claimedUntil: Date;

  /** When its owner last had it tested. */
  @Column('timestamptz', { name: 'tested_at', nullable: true })
  testedAt: Date | null;

  @Column('integer', { default: 1 })
  version: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
