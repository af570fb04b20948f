import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A partner's time in an arrangement; there is at most one that has not ended. */
@Entity('membership')
@Index('membership_open_key', ['arrangementId', 'partnerId'], { unique: true, where: `state <> 'ended'` })
@Index('membership_partner_idx', ['partnerId'])
@Index('membership_starting_idx', ['startsAt'], { where: `state = 'future'` })
@Index('membership_ending_idx', ['endsAt'], { where: `state <> 'ended'` })
@Index('membership_chair_key', ['arrangementId'], { unique: true, where: `is_chair and state <> 'ended'` })
@Index('membership_covered_idx', ['coveredAt'], {
  where: `state in ('current', 'suspended') and restricted_since is null`,
})
@Index('membership_restricted_idx', ['partnerId'], { where: 'restricted_since is not null' })
@Check('membership_state_check', `state in ('future', 'current', 'suspended', 'ended')`)
@Check('membership_period_check', 'ends_at >= starts_at')
@Check('membership_ceiling_tlp_check', 'ceiling_tlp between 0 and 4')
@Check('membership_ceiling_classification_check', 'ceiling_classification between 0 and 2')
export class MembershipEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'membership_pkey' })
  id: string;

  @Column('uuid', { name: 'arrangement_id' })
  @ForeignKey('arrangement', { name: 'membership_arrangement_fkey' })
  arrangementId: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'membership_partner_fkey' })
  partnerId: string;

  @Column('timestamptz', { name: 'starts_at' })
  startsAt: Date;

  @Column('timestamptz', { name: 'ends_at', nullable: true })
  endsAt: Date | null;

  /** What the sharing rule reads; time only ever moves it on. */
  @Column('text')
  state: 'future' | 'current' | 'suspended' | 'ended';

  @Column('smallint', { name: 'ceiling_tlp' })
  ceilingTlp: number;

  @Column('smallint', { name: 'ceiling_classification' })
  ceilingClassification: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  /** When a focal point last answered for it; at first, since when one is awaited. */
  @Column('timestamptz', { name: 'covered_at', default: () => 'now()' })
  coveredAt: Date;

  /** Since when nothing above GREEN comes through it, for nobody answers. */
  @Column('timestamptz', { name: 'restricted_since', nullable: true })
  restrictedSince: Date | null;

  @Column('boolean', { name: 'is_chair', default: false })
  isChair: boolean;
}
