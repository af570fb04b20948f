import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** What a report says in one version; written once. */
@Entity('report_rendition')
@Index('report_rendition_report_idx', ['reportId'])
export class ReportRenditionEntity {
  @PrimaryColumn('uuid', { name: 'rendition_id', primaryKeyConstraintName: 'report_rendition_pkey' })
  @ForeignKey('rendition', { name: 'report_rendition_rendition_fkey' })
  renditionId: string;

  @Column('uuid', { name: 'report_id' })
  @ForeignKey('report', { name: 'report_rendition_report_fkey' })
  reportId: string;

  @Column('jsonb')
  content: Record<string, unknown>;
}
