import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { type ArrangementLevel } from './arrangement.rules.js';
import { type Expectation } from './readiness.rules.js';

/** What a level expects: of one arrangement, or of all that say nothing of their own. */
@Entity('level_setting')
@Index('level_setting_arrangement_key', ['arrangementId', 'level'], {
  unique: true,
  where: 'arrangement_id is not null',
})
@Index('level_setting_exchange_key', ['level'], { unique: true, where: 'arrangement_id is null' })
@Check('level_setting_level_check', `level in ('regular', 'enhanced', 'emergency')`)
@Check('level_setting_expectations_check', `jsonb_typeof(expectations) = 'array'`)
@Check('level_setting_exchange_check', 'expectations is not null or arrangement_id is not null')
export class LevelSettingEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'level_setting_pkey' })
  id: string;

  @Column('uuid', { name: 'arrangement_id', nullable: true })
  @ForeignKey('arrangement', { name: 'level_setting_arrangement_fkey' })
  arrangementId: string | null;

  @Column('text')
  level: ArrangementLevel;

  /** Null: nothing of its own any more; kept so that versions go on, and none comes twice. */
  @Column('jsonb', { nullable: true })
  expectations: Expectation[] | null;

  /** Came with the service, from no source. */
  @Column('boolean', { name: 'is_proposal', default: false })
  isProposal: boolean;

  @Column('integer', { default: 1 })
  version: number;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;
}

/** Something that levels may expect, as it is in place here. */
@Entity('readiness_provision')
@Check('readiness_provision_code_check', `code ~ '^[a-z][a-z0-9_]{0,63}$'`)
@Check('readiness_provision_period_check', 'ends_at > starts_at')
@Check('readiness_provision_gone_check', 'starts_at is not null or (ends_at is null and note is null)')
export class ReadinessProvisionEntity {
  @PrimaryColumn('uuid', { name: 'arrangement_id', primaryKeyConstraintName: 'readiness_provision_pkey' })
  @ForeignKey('arrangement', { name: 'readiness_provision_arrangement_fkey' })
  arrangementId: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'readiness_provision_pkey' })
  code: string;

  /** Null: not there any more; kept as above. */
  @Column('timestamptz', { name: 'starts_at', nullable: true })
  startsAt: Date | null;

  @Column('timestamptz', { name: 'ends_at', nullable: true })
  endsAt: Date | null;

  @Column('text', { nullable: true })
  note: string | null;

  @Column('integer', { default: 1 })
  version: number;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;
}
