import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** The recorded decision: this reader has this rendition of this shareable. Only the sharing rule writes it. */
@Entity('share_grant')
@Index('share_grant_feed_key', ['readerId', 'type', 'isDrill', 'position'], { unique: true })
@Index('share_grant_rendition_idx', ['renditionId', 'readerId'])
@Index('share_grant_shareable_idx', ['shareableId'])
export class ShareGrantEntity {
  @PrimaryColumn('uuid', { name: 'reader_id', primaryKeyConstraintName: 'share_grant_pkey' })
  @ForeignKey('reader', { name: 'share_grant_reader_fkey' })
  readerId: string;

  @PrimaryColumn('uuid', { name: 'shareable_id', primaryKeyConstraintName: 'share_grant_pkey' })
  @ForeignKey('shareable', { name: 'share_grant_shareable_fkey' })
  shareableId: string;

  @Column('uuid', { name: 'rendition_id' })
  @ForeignKey('rendition', { name: 'share_grant_rendition_fkey' })
  renditionId: string;

  @Column('text')
  type: string;

  @Column('boolean', { name: 'is_drill', default: false })
  isDrill: boolean;

  @Column('boolean', { name: 'is_expired', default: false })
  isExpired: boolean;

  /** Counts what this reader was given of this shareable, never what others were given. */
  @Column('integer')
  version: number;

  /** Place of the latest change in this reader's log: the order of its lists and feeds. */
  @Column('bigint')
  position: string;

  @Column('timestamptz', { name: 'changed_at' })
  changedAt: Date;
}
