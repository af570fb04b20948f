import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { type ArrangementLevel } from './arrangement.rules.js';
import { type LevelState } from './levels.rules.js';

/** One level of an arrangement, from when to when, by whom and why; nothing of it is ever deleted. */
@Entity('arrangement_level')
@Index('arrangement_level_current_key', ['arrangementId'], { unique: true, where: `state = 'current'` })
@Index('arrangement_level_planned_key', ['arrangementId', 'startsAt'], {
  unique: true,
  where: `state = 'planned'`,
})
@Index('arrangement_level_history_idx', ['arrangementId', 'id'])
@Index('arrangement_level_due_idx', ['startsAt'], { where: `state = 'planned'` })
@Check('arrangement_level_level_check', `level in ('regular', 'enhanced', 'emergency')`)
@Check('arrangement_level_state_check', `state in ('planned', 'current', 'past', 'cancelled')`)
@Check('arrangement_level_period_check', 'ends_at >= starts_at')
@Check('arrangement_level_end_check', `(state = 'past') = (ends_at is not null)`)
export class ArrangementLevelEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'arrangement_level_pkey' })
  id: string;

  @Column('uuid', { name: 'arrangement_id' })
  @ForeignKey('arrangement', { name: 'arrangement_level_arrangement_fkey' })
  arrangementId: string;

  @Column('text')
  level: ArrangementLevel;

  @Column('text', { nullable: true })
  reason: string | null;

  /** The office that decided; null for what was there before history began. */
  @Column('text', { nullable: true })
  issuer: string | null;

  @Column('uuid', { name: 'partner_id', nullable: true })
  @ForeignKey('partner', { name: 'arrangement_level_partner_fkey' })
  partnerId: string | null;

  @Column('timestamptz', { name: 'starts_at' })
  startsAt: Date;

  @Column('timestamptz', { name: 'ends_at', nullable: true })
  endsAt: Date | null;

  @Column('text')
  state: LevelState;

  @Column('timestamptz', { name: 'recorded_at', default: () => 'now()' })
  recordedAt: Date;
}
