import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { type ReportOutcome } from './report.values.js';

/** What became of a report; a correction is a further row. */
@Entity('report_outcome')
@Index('report_outcome_report_idx', ['reportId'])
@Check('report_outcome_outcome_check', `outcome in ('alert', 'merged', 'duplicate', 'recorded', 'not_used')`)
@Check('report_outcome_reason_check', `(outcome = 'not_used') = (reason is not null)`)
export class ReportOutcomeEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'report_outcome_pkey' })
  id: string;

  @Column('uuid', { name: 'report_id' })
  @ForeignKey('report', { name: 'report_outcome_report_fkey' })
  reportId: string;

  @Column('text')
  outcome: ReportOutcome;

  @Column('text', { nullable: true })
  reason: string | null;

  @Column('text')
  explanation: string;

  @Column('uuid', { name: 'decided_by' })
  @ForeignKey('partner', { name: 'report_outcome_decided_by_fkey' })
  decidedBy: string;

  @Column('timestamptz', { name: 'decided_at', default: () => 'now()' })
  decidedAt: Date;
}
