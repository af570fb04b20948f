import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { type PartnerKind, type PartnerStatus } from './partner.rules.js';

/** An organisation, admitted with the highest handling that it may receive. */
@Entity('partner')
@Unique('partner_code_key', ['code'])
@Index('partner_covered_idx', ['coveredAt'], {
  where: `status in ('active', 'suspended', 'expired') and restricted_since is null`,
})
@Index('partner_restricted_idx', ['id'], { where: 'restricted_since is not null' })
@Check('partner_code_check', `code ~ '^[A-Z0-9][A-Z0-9._-]{1,31}$'`)
@Check(
  'partner_kind_check',
  `kind in ('un_entity', 'unsms_mou', 'io', 'ingo', 'national_ngo', 'ngo_platform', 'red_cross_red_crescent',
    'private_sector', 'donor')`,
)
@Check('partner_country_check', `country ~ '^[A-Z]{2}$'`)
@Check(
  'partner_status_check',
  `status in ('applied', 'vetting', 'information_requested', 'active', 'rejected', 'suspended', 'withdrawn',
    'expired')`,
)
@Check('partner_ceiling_tlp_check', 'ceiling_tlp between 0 and 4')
@Check('partner_ceiling_classification_check', 'ceiling_classification between 0 and 2')
@Check(
  'partner_sponsor_check',
  `sponsor_id is null or (kind = 'national_ngo' and sponsor_id <> id and ceiling_tlp <= 2)`,
)
@Check('partner_fallen_check', `not fell_with_sponsor or (sponsor_id is not null and status = 'suspended')`)
@Check('partner_steward_check', 'not suspended_by_steward or sponsor_id is not null')
@Index('partner_sponsor_idx', ['sponsorId'], { where: 'sponsor_id is not null' })
@Index('partner_expiring_idx', ['expiresAt'], { where: `status in ('active', 'suspended')` })
@Index('partner_renewal_idx', ['renewBy'])
export class PartnerEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'partner_pkey' })
  id: string;

  @Column('text')
  code: string;

  @Column('text')
  name: string;

  @Column('text')
  kind: PartnerKind;

  @Column('text', { nullable: true })
  country: string | null;

  @Column('text')
  status: PartnerStatus;

  @Column('smallint', { name: 'ceiling_tlp' })
  ceilingTlp: number;

  @Column('smallint', { name: 'ceiling_classification' })
  ceilingClassification: number;

  @Column('integer', { default: 1 })
  version: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;

  /** Under which it is registered, with which it stands and falls. */
  @Column('uuid', { name: 'sponsor_id', nullable: true })
  @ForeignKey('partner', { name: 'partner_sponsor_fkey' })
  sponsorId: string | null;

  /** Suspended only because its sponsor is, with which it comes back. */
  @Column('boolean', { name: 'fell_with_sponsor', default: false })
  fellWithSponsor: boolean;

  /** The steward lets it go on, and not its sponsor. */
  @Column('boolean', { name: 'suspended_by_steward', default: false })
  suspendedBySteward: boolean;

  /** The day on which the partnership ends by itself. */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  /** When its headquarters last answered; at first, since when that is awaited. */
  @Column('timestamptz', { name: 'covered_at', default: () => 'now()' })
  coveredAt: Date;

  /** Since when nothing above GREEN reaches it, for nobody answers. */
  @Column('timestamptz', { name: 'restricted_since', nullable: true })
  restrictedSince: Date | null;

  /** When it is to have accepted the commitments again; kept by the database, from texts and acceptances. */
  @Column('timestamptz', { name: 'renew_by', nullable: true })
  renewBy: Date | null;

  /** From when on it may only read, unless it accepts before. */
  @Column('timestamptz', { name: 'read_only_from', nullable: true })
  readOnlyFrom: Date | null;
}
