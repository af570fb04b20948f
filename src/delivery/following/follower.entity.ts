import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A webhook or subscription as far as it follows a reader's log: whose, on whose behalf, and up to where. */
@Entity('follower')
@Index('follower_reader_idx', ['readerId'])
@Index('follower_partner_idx', ['partnerId'])
@Index('follower_client_idx', ['clientId'])
@Check('follower_kind_check', `kind in ('webhook', 'subscription')`)
export class FollowerEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'follower_pkey' })
  id: string;

  @Column('text')
  kind: 'webhook' | 'subscription';

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'follower_partner_fkey' })
  partnerId: string;

  @Column('uuid', { name: 'reader_id' })
  @ForeignKey('reader', { name: 'follower_reader_fkey' })
  readerId: string;

  /** Its keeper: it is told only while this client may still read. */
  @Column('text', { name: 'client_id' })
  @ForeignKey('client', { name: 'follower_client_fkey' })
  clientId: string;

  @Column('bigint')
  position: string;

  /** Drills have a log of their own. */
  @Column('bigint', { name: 'drill_position' })
  drillPosition: string;

  @Column('boolean', { name: 'is_open', default: true })
  isOpen: boolean;

  /** Until then somebody is at it. */
  @Column('timestamptz', { name: 'taken_until', default: () => 'now()' })
  takenUntil: Date;
}

/** That a follower was told of something: it is to hear of its withdrawal too, whatever its filter. */
@Entity('follower_told')
export class FollowerToldEntity {
  @PrimaryColumn('uuid', { name: 'follower_id', primaryKeyConstraintName: 'follower_told_pkey' })
  @ForeignKey('follower', { name: 'follower_told_follower_fkey', onDelete: 'CASCADE' })
  followerId: string;

  @PrimaryColumn('uuid', { name: 'shareable_id', primaryKeyConstraintName: 'follower_told_pkey' })
  @ForeignKey('shareable', { name: 'follower_told_shareable_fkey' })
  shareableId: string;
}
