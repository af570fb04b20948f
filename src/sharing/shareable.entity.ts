import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** Anything that is published, whatever its module. */
@Entity('shareable')
// Its id descends, which TypeORM cannot say.
@Index('shareable_originator_idx', { synchronize: false })
@Index('shareable_expiring_idx', ['expiresAt'], { where: `state = 'published'` })
@Check('shareable_type_check', `type in ('alert', 'report')`)
@Check(
  'shareable_state_check',
  `state in ('draft', 'pending_release', 'published', 'expired', 'cancelled', 'withdrawn')`,
)
export class ShareableEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'shareable_pkey' })
  id: string;

  @Column('text')
  type: 'alert' | 'report';

  @Column('uuid', { name: 'originator_id' })
  @ForeignKey('partner', { name: 'shareable_originator_fkey' })
  originatorId: string;

  @Column('text')
  state: 'draft' | 'pending_release' | 'published' | 'expired' | 'cancelled' | 'withdrawn';

  /** Not meant for action: exercises, tests and the like, which have a change log of their own. */
  @Column('boolean', { name: 'is_drill', default: false })
  isDrill: boolean;

  /** Held for a source that stands in `custody` alone; its originator is the custodian. */
  @Column('boolean', { name: 'in_custody', default: false })
  inCustody: boolean;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  @Column('integer', { default: 1 })
  version: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;
}
