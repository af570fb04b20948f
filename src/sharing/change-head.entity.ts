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

  /** Of the latest advance, in whole seconds, each later than the one before. */
  @Column('timestamptz', { name: 'changed_at', default: () => 'now()' })
  changedAt: Date;
}
