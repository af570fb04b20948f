import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { type FocalPointRole, type FocalPointState } from './focal-point.rules.js';

/** That somebody speaks for a partner, where and since when; nothing of the person. */
@Entity('focal_point')
@Index('focal_point_partner_idx', ['partnerId', 'id'])
@Index('focal_point_arrangement_idx', ['arrangementId'], { where: 'arrangement_id is not null' })
@Check(
  'focal_point_role_check',
  `role in ('headquarters', 'country', 'area', 'alternate', 'duty_line', 'administrator', 'training', 'finance')`,
)
@Check('focal_point_state_check', `state in ('nominated', 'confirmed', 'due', 'lapsed', 'ended', 'departed')`)
@Check('focal_point_period_check', 'valid_until > valid_from')
@Check('focal_point_reminders_check', 'reminders between 0 and 4')
export class FocalPointEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'focal_point_pkey' })
  id: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'focal_point_partner_fkey' })
  partnerId: string;

  @Column('text')
  role: FocalPointRole;

  @Column('uuid', { name: 'arrangement_id', nullable: true })
  @ForeignKey('arrangement', { name: 'focal_point_arrangement_fkey' })
  arrangementId: string | null;

  @Column('text', { array: true, default: () => `'{}'` })
  countries: string[];

  @Column('text', { nullable: true })
  area: string | null;

  @Column('timestamptz', { name: 'valid_from' })
  validFrom: Date;

  @Column('timestamptz', { name: 'valid_until', nullable: true })
  validUntil: Date | null;

  @Column('text')
  state: FocalPointState;

  @Column('timestamptz', { name: 'confirmed_at', nullable: true })
  confirmedAt: Date | null;

  /** When the present round of asking began. */
  @Column('timestamptz', { name: 'awaited_since', default: () => 'now()' })
  awaitedSince: Date;

  @Column('integer', { default: 0 })
  reminders: number;

  /** Counted up to end the links that were mailed. */
  @Column('integer', { name: 'link_turn', default: 0 })
  linkTurn: number;

  @Column('integer', { default: 1 })
  version: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}

/** All that is of a person; deleted when it leaves. */
@Entity('focal_point_contact')
export class FocalPointContactEntity {
  @PrimaryColumn('uuid', { name: 'focal_point_id', primaryKeyConstraintName: 'focal_point_contact_pkey' })
  @ForeignKey('focal_point', { name: 'focal_point_contact_focal_point_fkey' })
  focalPointId: string;

  @Column('text', { nullable: true })
  name: string | null;

  @Column('text')
  email: string;

  @Column('text', { array: true })
  phones: string[];

  @Column('text', { name: 'call_sign', nullable: true })
  callSign: string | null;

  @Column('text', { array: true })
  languages: string[];
}

/** Who follows whom, and what was open. */
@Entity('focal_point_handover')
export class FocalPointHandoverEntity {
  @PrimaryColumn('uuid', { name: 'focal_point_id', primaryKeyConstraintName: 'focal_point_handover_pkey' })
  @ForeignKey('focal_point', { name: 'focal_point_handover_focal_point_fkey' })
  focalPointId: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'focal_point_handover_partner_fkey' })
  partnerId: string;

  @Column('uuid', { name: 'successor_id', nullable: true })
  @ForeignKey('focal_point', { name: 'focal_point_handover_successor_fkey' })
  successorId: string | null;

  @Column('text', { name: 'open_matters', array: true })
  openMatters: string[];

  @Column('timestamptz', { default: () => 'now()' })
  at: Date;

  @Column('timestamptz', { name: 'acknowledged_at', nullable: true })
  acknowledgedAt: Date | null;
}
