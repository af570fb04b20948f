import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { ClientEntity } from './client.entity.js';

export const REVIEW_OUTCOMES = ['justified', 'not_justified'] as const;
export type ReviewOutcome = (typeof REVIEW_OUTCOMES)[number];

/** What one client may do beyond its own for some hours, why, and what was thought of it later. */
@Entity('break_glass')
@Check('break_glass_state_check', `state in ('open', 'ended')`)
@Check('break_glass_ended_check', `(ended_at is not null) = (state = 'ended')`)
@Check('break_glass_until_check', `until > created_at and until <= created_at + interval '8 hours'`)
@Check(
  'break_glass_ceiling_check',
  `(num_nulls(ceiling_tlp, ceiling_classification, former_tlp, former_classification) = 4
      and cardinality(scopes) > 0)
    or (num_nulls(ceiling_tlp, ceiling_classification, former_tlp, former_classification) = 0
      and ceiling_tlp between former_tlp and 4 and ceiling_classification between former_classification and 2)`,
)
@Check(
  'break_glass_review_check',
  `num_nulls(outcome, review_note, reviewed_at) in (0, 3) and (outcome is null or state = 'ended')`,
)
@Check('break_glass_outcome_check', `outcome in ('justified', 'not_justified')`)
@Index('break_glass_open_key', ['clientId'], { unique: true, where: `state = 'open'` })
@Index('break_glass_partner_idx', ['partnerId', 'id'])
@Index('break_glass_until_idx', ['until', 'id'], { where: `state = 'open'` })
export class BreakGlassEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'break_glass_pkey' })
  id: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'break_glass_partner_fkey' })
  partnerId: string;

  @Column('text', { name: 'client_id' })
  @ForeignKey(() => ClientEntity, { name: 'break_glass_client_fkey' })
  clientId: string;

  /** Added to those of the client. */
  @Column('text', { array: true })
  scopes: string[];

  /** Of its reader meanwhile, and before and after; null: not raised. */
  @Column('smallint', { name: 'ceiling_tlp', nullable: true })
  ceilingTlp: number | null;

  @Column('smallint', { name: 'ceiling_classification', nullable: true })
  ceilingClassification: number | null;

  @Column('smallint', { name: 'former_tlp', nullable: true })
  formerTlp: number | null;

  @Column('smallint', { name: 'former_classification', nullable: true })
  formerClassification: number | null;

  @Column('text')
  reason: string;

  /** The client that granted it. */
  @Column('text', { name: 'granted_by' })
  grantedBy: string;

  @Column('text', { default: 'open' })
  state: 'open' | 'ended';

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz')
  until: Date;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt: Date | null;

  @Column('text', { nullable: true })
  outcome: ReviewOutcome | null;

  @Column('text', { name: 'review_note', nullable: true })
  reviewNote: string | null;

  @Column('timestamptz', { name: 'reviewed_at', nullable: true })
  reviewedAt: Date | null;
}
