import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** How far a restricted partner's change log has been told to its duty address. */
@Entity('duty_watch')
export class DutyWatchEntity {
  @PrimaryColumn('uuid', { name: 'partner_id', primaryKeyConstraintName: 'duty_watch_pkey' })
  @ForeignKey('partner', { name: 'duty_watch_partner_fkey' })
  partnerId: string;

  @Column('bigint')
  position: string;
}

/** One alert to one duty address, as it stands: each of its changes once. It holds neither content nor address. */
@Entity('duty_mail')
@Index('duty_mail_due_idx', ['dueAt'], { where: `state = 'waiting'` })
@Check('duty_mail_tlp_check', 'tlp between 0 and 4')
@Check('duty_mail_state_check', `state in ('waiting', 'sent', 'dropped')`)
export class DutyMailEntity {
  @PrimaryColumn('uuid', { name: 'focal_point_id', primaryKeyConstraintName: 'duty_mail_pkey' })
  @ForeignKey('focal_point', { name: 'duty_mail_focal_point_fkey' })
  focalPointId: string;

  @PrimaryColumn('uuid', { name: 'alert_id', primaryKeyConstraintName: 'duty_mail_pkey' })
  @ForeignKey('shareable', { name: 'duty_mail_alert_fkey' })
  alertId: string;

  /** The change that it is to be told of, in the log of its partner. */
  @Column('bigint')
  position: string;

  /** The label under which it was told; null until it was, and once it was told that it is withdrawn. */
  @Column('smallint', { nullable: true })
  tlp: number | null;

  @Column('text', { default: 'waiting' })
  state: string;

  @Column('integer', { default: 0 })
  attempts: number;

  @Column('timestamptz', { name: 'first_tried_at', nullable: true })
  firstTriedAt: Date | null;

  @Column('timestamptz', { name: 'due_at', default: () => 'now()' })
  dueAt: Date;
}
