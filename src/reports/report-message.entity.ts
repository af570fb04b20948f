import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { type Side } from './report.values.js';

/** One message between the source of a report and its desk. What the source writes does not say who it is. */
@Entity('report_message')
@Index('report_message_report_idx', ['reportId', 'id'])
@Check('report_message_side_check', `side in ('source', 'desk')`)
@Check('report_message_desk_check', `(side = 'desk') = (desk_id is not null)`)
export class ReportMessageEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'report_message_pkey' })
  id: string;

  @Column('uuid', { name: 'report_id' })
  @ForeignKey('report', { name: 'report_message_report_fkey' })
  reportId: string;

  @Column('text')
  side: Side;

  @Column('uuid', { name: 'desk_id', nullable: true })
  @ForeignKey('partner', { name: 'report_message_desk_fkey' })
  deskId: string | null;

  @Column('text')
  text: string;

  @Column('timestamptz', { name: 'sent_at', default: () => 'now()' })
  sentAt: Date;
}
