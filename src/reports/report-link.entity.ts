import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** What an outcome points at: an alert or another report. For those alone who may see both ends. */
@Entity('report_link')
@Index('report_link_target_idx', ['targetId'])
export class ReportLinkEntity {
  @PrimaryColumn('uuid', { name: 'outcome_id', primaryKeyConstraintName: 'report_link_pkey' })
  @ForeignKey('report_outcome', { name: 'report_link_outcome_fkey' })
  outcomeId: string;

  @Column('uuid', { name: 'target_id' })
  @ForeignKey('shareable', { name: 'report_link_target_fkey' })
  targetId: string;
}
