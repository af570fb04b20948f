import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { type ReportOutcome, type ReportState } from './report.values.js';

/** How far a report has come. Whose it is stands in `custody` alone. */
@Entity('report')
@Index('report_open_idx', ['submittedAt'], { where: `state in ('submitted', 'in_triage')` })
@Check('report_state_check', `state in ('submitted', 'in_triage', 'concluded', 'withdrawn')`)
@Check('report_outcome_check', `outcome in ('alert', 'merged', 'duplicate', 'recorded', 'not_used')`)
@Check('report_concluded_check', `state <> 'concluded' or outcome is not null`)
export class ReportEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'report_pkey' })
  @ForeignKey('shareable', { name: 'report_shareable_fkey' })
  id: string;

  @Column('text')
  state: ReportState;

  /** The latest; its history is in report_outcome. */
  @Column('text', { nullable: true })
  outcome: ReportOutcome | null;

  /** The partner whose desk has taken it. */
  @Column('uuid', { name: 'assignee_id', nullable: true })
  @ForeignKey('partner', { name: 'report_assignee_fkey' })
  assigneeId: string | null;

  @Column('timestamptz', { name: 'submitted_at', default: () => 'now()' })
  submittedAt: Date;
}
