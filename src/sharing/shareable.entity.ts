import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** Anything that is published, whatever its module. */
@Entity('shareable')
// Its id descends, which TypeORM cannot say.
@Index('shareable_originator_idx', { synchronize: false })
@Check('shareable_type_check', `type in ('alert')`)
@Check('shareable_state_check', `state in ('draft', 'published', 'cancelled', 'withdrawn')`)
export class ShareableEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'shareable_pkey' })
  id: string;

  @Column('text')
  type: 'alert';

  @Column('uuid', { name: 'originator_id' })
  @ForeignKey('partner', { name: 'shareable_originator_fkey' })
  originatorId: string;

  @Column('text')
  state: 'draft' | 'published' | 'cancelled' | 'withdrawn';

  @Column('integer', { default: 1 })
  version: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;
}
