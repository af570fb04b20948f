import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** One line of a reader's log: gap-free, in the order of commits, append-only. Only the sharing rule writes it. */
@Entity('change_entry')
@Index('change_entry_shareable_idx', ['shareableId', 'readerId'])
@Index('change_entry_withdrawn_idx', ['readerId', 'position'], { where: `change = 'withdrawn'` })
@Check('change_entry_change_check', `change in ('published', 'updated', 'cancelled', 'expired', 'withdrawn')`)
export class ChangeEntryEntity {
  @PrimaryColumn('uuid', { name: 'reader_id', primaryKeyConstraintName: 'change_entry_pkey' })
  @ForeignKey('reader', { name: 'change_entry_reader_fkey' })
  readerId: string;

  /** Drills have a log of their own. */
  @PrimaryColumn('boolean', {
    name: 'is_drill',
    default: false,
    primaryKeyConstraintName: 'change_entry_pkey',
  })
  isDrill: boolean;

  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'change_entry_pkey' })
  position: string;

  @Column('text')
  change: 'published' | 'updated' | 'cancelled' | 'expired' | 'withdrawn';

  /** False when nobody needs to be woken: a translation was added, or its time was over. */
  @Column('boolean', { default: true })
  alarm: boolean;

  @Column('text')
  type: string;

  @Column('uuid', { name: 'shareable_id' })
  @ForeignKey('shareable', { name: 'change_entry_shareable_fkey' })
  shareableId: string;

  @Column('integer')
  version: number;

  /** What the reader was given; null for a tombstone. */
  @Column('uuid', { name: 'rendition_id', nullable: true })
  @ForeignKey('rendition', { name: 'change_entry_rendition_fkey' })
  renditionId: string | null;

  @Column('timestamptz')
  at: Date;
}
