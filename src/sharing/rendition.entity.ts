import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** One text of a shareable at one handling, with the audience that it is meant for. */
@Entity('rendition')
@Index('rendition_shareable_idx', ['shareableId'])
@Index('rendition_arrangements_idx', ['audienceArrangements'], { type: 'gin', where: 'is_current' })
@Index('rendition_kinds_idx', ['audienceKinds'], { type: 'gin', where: 'is_current' })
@Index('rendition_partners_idx', ['audiencePartners'], { type: 'gin', where: 'is_current' })
@Index('rendition_downgrade_idx', ['downgradeAt'], { where: 'is_current and downgrade_at is not null' })
@Index('rendition_review_idx', ['reviewAt'], { where: 'is_current and review_at is not null' })
@Check('rendition_tlp_check', 'tlp between 0 and 4')
@Check('rendition_classification_check', 'classification between 0 and 2')
@Check('rendition_strictly_confidential_check', 'classification < 2 or tlp >= 3')
@Check('rendition_confidential_check', 'classification < 1 or tlp >= 2')
@Check('rendition_red_audience_check', `tlp < 4 or (audience_arrangements = '{}' and audience_kinds = '{}')`)
@Check('rendition_public_check', `not audience_kinds @> '{public}' or (tlp = 0 and classification = 0)`)
@Check(
  'rendition_downgrade_check',
  'num_nonnulls(downgrade_at, downgrade_tlp, downgrade_classification) in (0, 3)',
)
@Check(
  'rendition_downgrade_lower_check',
  `downgrade_tlp between 0 and tlp and downgrade_classification between 0 and classification
   and downgrade_tlp + downgrade_classification < tlp + classification`,
)
@Check(
  'rendition_downgrade_consistent_check',
  '(downgrade_classification < 2 or downgrade_tlp >= 3) and (downgrade_classification < 1 or downgrade_tlp >= 2)',
)
@Check('rendition_reason_check', 'classification = 0 or classification_reason is not null')
export class RenditionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'rendition_pkey' })
  id: string;

  @Column('uuid', { name: 'shareable_id' })
  @ForeignKey('shareable', { name: 'rendition_shareable_fkey' })
  shareableId: string;

  @Column('smallint')
  ordinal: number;

  @Column('smallint')
  tlp: number;

  @Column('smallint')
  classification: number;

  @Column('text', { name: 'classification_reason', nullable: true })
  classificationReason: string | null;

  @Column('date', { name: 'review_at', nullable: true })
  reviewAt: string | null;

  @Column('boolean', { name: 'is_current' })
  isCurrent: boolean;

  /** Same digest, same text at the same handling: an update that leaves it alone does not touch its readers. */
  @Column('bytea')
  digest: Buffer;

  @Column('uuid', { name: 'audience_arrangements', array: true })
  audienceArrangements: string[];

  @Column('text', { name: 'audience_kinds', array: true })
  audienceKinds: string[];

  @Column('uuid', { name: 'audience_partners', array: true })
  audiencePartners: string[];

  @Column('uuid', { name: 'audience_except', array: true })
  audienceExcept: string[];

  /** Whom it was addressed to before, kept by trigger: publishing waits for whoever is joining or leaving these. */
  @Column('uuid', { name: 'former_arrangements', array: true, default: () => `'{}'` })
  formerArrangements: string[];

  @Column('text', { name: 'former_kinds', array: true, default: () => `'{}'` })
  formerKinds: string[];

  @Column('uuid', { name: 'former_partners', array: true, default: () => `'{}'` })
  formerPartners: string[];

  /** The rendition that this one replaces with its text as it was, in more languages or lower: no alarm for who had that. */
  @Column('uuid', { name: 'quiet_after', nullable: true })
  @ForeignKey('rendition', { name: 'rendition_quiet_after_fkey' })
  quietAfter: string | null;

  @Column('timestamptz', { name: 'downgrade_at', nullable: true })
  downgradeAt: Date | null;

  @Column('smallint', { name: 'downgrade_tlp', nullable: true })
  downgradeTlp: number | null;

  @Column('smallint', { name: 'downgrade_classification', nullable: true })
  downgradeClassification: number | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
