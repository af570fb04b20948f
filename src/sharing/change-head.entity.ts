import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** How far a reader's log has come; locked while it advances. Only the sharing rule writes it. */
@Entity('change_head')
export class ChangeHeadEntity {
  @PrimaryColumn('uuid', { name: 'reader_id', primaryKeyConstraintName: 'change_head_pkey' })
  @ForeignKey('reader', { name: 'change_head_reader_fkey' })
  readerId: string;

  /** Drills have a log of their own. */
  @PrimaryColumn('boolean', {
    name: 'is_drill',
    default: false,
    primaryKeyConstraintName: 'change_head_pkey',
  })
  isDrill: boolean;

  @Column('bigint')
  position: string;

  /** The highest position that is gone: a cursor below it would meet a hole. */
  @Column('bigint', { default: 0 })
  trimmed: string;

  /** Up to where, and when, it was looked for what may go. */
  @Column('bigint', { default: 0 })
  examined: string;

  @Column('timestamptz', { name: 'examined_at', default: () => 'now()' })
  examinedAt: Date;

  /** Of the latest advance, in whole seconds, each later than the one before. */
  @Column('timestamptz', { name: 'changed_at', default: () => 'now()' })
  changedAt: Date;
}
