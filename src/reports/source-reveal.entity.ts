import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** The custodian was told whose a protected report is, and why it asked. Only the engine writes it. */
@Entity('source_reveal')
@Index('source_reveal_report_idx', ['reportId'])
export class SourceRevealEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'source_reveal_pkey' })
  id: string;

  @Column('uuid', { name: 'report_id' })
  @ForeignKey('report', { name: 'source_reveal_report_fkey' })
  reportId: string;

  @Column('uuid', { name: 'revealed_to' })
  @ForeignKey('partner', { name: 'source_reveal_revealed_to_fkey' })
  revealedTo: string;

  /** As the custodian was called then: the source may not be able to look it up. */
  @Column('text', { name: 'revealed_to_name' })
  revealedToName: string;

  @Column('text')
  reason: string;

  @Column('timestamptz', { name: 'revealed_at', default: () => 'now()' })
  revealedAt: Date;
}
