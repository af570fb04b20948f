import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** What waits, or last waited, for a second person: an alert that nobody has yet, or a change of one that stands. */
@Entity('alert_release')
@Check('alert_release_subject_check', `subject in ('alert', 'update', 'translation')`)
@Check('alert_release_state_check', `state in ('waiting', 'released', 'refused')`)
@Check('alert_release_proposal_check', `(proposal is not null) = (state = 'waiting' and subject <> 'alert')`)
@Check('alert_release_decision_check', `(state = 'waiting') = (decided_by is null)`)
@Check('alert_release_persons_check', `state <> 'released' or decided_by <> asked_by`)
@Check('alert_release_reason_check', `(state = 'refused') = (reason is not null)`)
export class AlertReleaseEntity {
  @PrimaryColumn('uuid', { name: 'alert_id', primaryKeyConstraintName: 'alert_release_pkey' })
  @ForeignKey('shareable', { name: 'alert_release_alert_fkey' })
  alertId: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'alert_release_partner_fkey' })
  partnerId: string;

  @Column('text')
  subject: string;

  @Column('text')
  state: string;

  @Column('jsonb', { nullable: true })
  proposal: object | null;

  @Column('text', { name: 'asked_by' })
  askedBy: string;

  @Column('timestamptz', { name: 'asked_at', default: () => 'now()' })
  askedAt: Date;

  @Column('integer', { name: 'asked_version' })
  askedVersion: number;

  @Column('text', { name: 'asked_state' })
  askedState: string;

  @Column('text', { name: 'decided_by', nullable: true })
  decidedBy: string | null;

  @Column('timestamptz', { name: 'decided_at', nullable: true })
  decidedAt: Date | null;

  @Column('text', { nullable: true })
  reason: string | null;
}
