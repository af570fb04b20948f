import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** From which handling upwards a partner requires a second person's release, and what is proposed in its place. */
@Entity('release_policy')
@Check('release_policy_tlp_check', 'tlp between 0 and 4')
@Check('release_policy_classification_check', 'classification between 0 and 2')
@Check('release_policy_proposed_tlp_check', 'proposed_tlp between 0 and 4')
@Check('release_policy_proposed_classification_check', 'proposed_classification between 0 and 2')
@Check(
  'release_policy_proposed_check',
  `(proposed_by is null) = (proposed_at is null)
   and (proposed_by is not null or num_nonnulls(proposed_tlp, proposed_classification) = 0)`,
)
export class ReleasePolicyEntity {
  @PrimaryColumn('uuid', { name: 'partner_id', primaryKeyConstraintName: 'release_policy_pkey' })
  @ForeignKey('partner', { name: 'release_policy_partner_fkey' })
  partnerId: string;

  @Column('smallint', { nullable: true })
  tlp: number | null;

  @Column('smallint', { nullable: true })
  classification: number | null;

  @Column('smallint', { name: 'proposed_tlp', nullable: true })
  proposedTlp: number | null;

  @Column('smallint', { name: 'proposed_classification', nullable: true })
  proposedClassification: number | null;

  @Column('text', { name: 'proposed_by', nullable: true })
  proposedBy: string | null;

  @Column('timestamptz', { name: 'proposed_at', nullable: true })
  proposedAt: Date | null;
}
