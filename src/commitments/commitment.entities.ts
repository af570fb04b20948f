import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { type Commitment, type Evidence, type Rating, type Wording } from './commitment.rules.js';

/** What partners commit to, and until when they are to say so; published, only the latter may still move. */
@Entity('commitment_text')
@Unique('commitment_text_version_key', ['version'])
@Check('commitment_text_version_check', 'version >= 1')
@Check('commitment_text_accept_by_check', 'accept_by >= effective_at')
@Check('commitment_text_validity_check', 'validity_days between 30 and 1830')
@Check('commitment_text_grace_check', 'grace_days between 0 and 365')
export class CommitmentTextEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'commitment_text_pkey' })
  id: string;

  @Column('integer')
  version: number;

  @Column('text')
  title: string;

  @Column('text', { array: true })
  principles: string[];

  @Column('jsonb')
  commitments: Wording[];

  @Column('timestamptz', { name: 'effective_at' })
  effectiveAt: Date;

  @Column('timestamptz', { name: 'accept_by', nullable: true })
  acceptBy: Date | null;

  @Column('integer', { name: 'validity_days' })
  validityDays: number;

  @Column('integer', { name: 'grace_days' })
  graceDays: number;

  @Column('timestamptz', { name: 'published_at', default: () => 'now()' })
  publishedAt: Date;
}

/** A senior officer signed for a partner; append-only. */
@Entity('commitment_acceptance')
@Index('commitment_acceptance_partner_idx', ['partnerId', 'id'])
@Check('commitment_acceptance_language_check', `reminder_language in ('en', 'fr', 'es', 'ar', 'ru', 'zh')`)
@Check('commitment_acceptance_signed_check', 'signed_at <= accepted_at')
@Check('commitment_acceptance_period_check', 'valid_until > accepted_at and lapses_at >= valid_until')
export class CommitmentAcceptanceEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'commitment_acceptance_pkey' })
  id: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'commitment_acceptance_partner_fkey' })
  partnerId: string;

  @Column('uuid', { name: 'text_id' })
  @ForeignKey('commitment_text', { name: 'commitment_acceptance_text_fkey' })
  textId: string;

  /** Forgotten when that person leaves. */
  @Column('text', { name: 'officer_name', nullable: true })
  officerName: string | null;

  @Column('text', { name: 'officer_title' })
  officerTitle: string;

  @Column('text', { name: 'reminder_address', nullable: true })
  reminderAddress: string | null;

  @Column('text', { name: 'reminder_language' })
  reminderLanguage: string;

  @Column('timestamptz', { name: 'signed_at' })
  signedAt: Date;

  @Column('timestamptz', { name: 'accepted_at', default: () => 'now()' })
  acceptedAt: Date;

  @Column('timestamptz', { name: 'valid_until' })
  validUntil: Date;

  @Column('timestamptz', { name: 'lapses_at' })
  lapsesAt: Date;
}

/** What a partner was reminded of: for each date each once. */
@Entity('commitment_reminder')
@Check('commitment_reminder_stage_check', 'stage in (-1, 0, 7, 30)')
@Check('commitment_reminder_lapsed_check', '(lapsed_at is not null) = (stage = -1)')
export class CommitmentReminderEntity {
  @PrimaryColumn('uuid', { name: 'partner_id', primaryKeyConstraintName: 'commitment_reminder_pkey' })
  @ForeignKey('partner', { name: 'commitment_reminder_partner_fkey' })
  partnerId: string;

  @PrimaryColumn('timestamptz', { name: 'due_at', primaryKeyConstraintName: 'commitment_reminder_pkey' })
  dueAt: Date;

  /** Days before; -1: the partner may only read. */
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'commitment_reminder_pkey' })
  stage: number;

  @Column('timestamptz', { default: () => 'now()' })
  at: Date;

  @Column('boolean', { name: 'is_mailed' })
  isMailed: boolean;

  /** From when on the partner might only read. */
  @Column('timestamptz', { name: 'lapsed_at', nullable: true })
  lapsedAt: Date | null;
}

/** How a partner says that it meets a commitment in a country; each version is written once. */
@Entity('commitment_assessment')
@Unique('commitment_assessment_version_key', ['partnerId', 'country', 'commitment', 'version'])
@Index('commitment_assessment_current_key', ['partnerId', 'country', 'commitment'], {
  unique: true,
  where: 'is_current',
})
@Index('commitment_assessment_country_idx', ['country'], { where: 'is_current and is_shared' })
@Check('commitment_assessment_country_check', `country ~ '^[A-Z]{2}$'`)
@Check(
  'commitment_assessment_commitment_check',
  `commitment in ('arrangements', 'information', 'training', 'operations', 'resources', 'ground_rules')`,
)
@Check('commitment_assessment_rating_check', `rating in ('not_met', 'partly_met', 'met', 'exceeded')`)
@Check('commitment_assessment_evidence_check', `jsonb_typeof(evidence) = 'array'`)
export class CommitmentAssessmentEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'commitment_assessment_pkey' })
  id: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'commitment_assessment_partner_fkey' })
  partnerId: string;

  @Column('text')
  country: string;

  @Column('text')
  commitment: Commitment;

  @Column('integer')
  version: number;

  @Column('text')
  rating: Rating;

  @Column('text')
  text: string;

  @Column('jsonb')
  evidence: Evidence[];

  @Column('boolean', { name: 'is_shared' })
  isShared: boolean;

  @Column('boolean', { name: 'is_current', default: true })
  isCurrent: boolean;

  @Column('timestamptz', { name: 'assessed_at' })
  assessedAt: Date;

  @Column('timestamptz', { name: 'recorded_at', default: () => 'now()' })
  recordedAt: Date;
}

/** What a counterpart says to an assessment, and what the assessed partner answers. */
@Entity('commitment_comment')
@Index('commitment_comment_assessment_idx', ['assessmentId', 'id'])
@Check('commitment_comment_answer_check', '(answer is null) = (answered_at is null)')
export class CommitmentCommentEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'commitment_comment_pkey' })
  id: string;

  @Column('uuid', { name: 'assessment_id' })
  @ForeignKey('commitment_assessment', { name: 'commitment_comment_assessment_fkey' })
  assessmentId: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'commitment_comment_partner_fkey' })
  partnerId: string;

  @Column('text')
  text: string;

  @Column('timestamptz', { default: () => 'now()' })
  at: Date;

  @Column('text', { nullable: true })
  answer: string | null;

  @Column('timestamptz', { name: 'answered_at', nullable: true })
  answeredAt: Date | null;
}
