import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A reader's wish that the text it holds may go to one more organisation, and what its originator said to it. */
@Entity('release_request')
@Index('release_request_open_key', ['renditionId', 'partnerId', 'askerId'], {
  unique: true,
  where: `state = 'open'`,
})
@Index('release_request_asker_idx', ['askerId', 'id'])
@Index('release_request_originator_idx', ['originatorId', 'id'])
@Index('release_request_partner_idx', ['partnerId', 'id'], { where: 'release_id is not null' })
@Index('release_request_release_key', ['releaseId'], { unique: true })
@Check('release_request_state_check', `state in ('open', 'granted', 'denied', 'ended')`)
@Check('release_request_answer_check', `(state = 'open') = (answered_at is null)`)
@Check(
  'release_request_granted_check',
  `(state in ('granted', 'ended')) = (release_id is not null) and (release_id is null) = (granted_until is null)`,
)
export class ReleaseRequestEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'release_request_pkey' })
  id: string;

  @Column('uuid', { name: 'alert_id' })
  @ForeignKey('shareable', { name: 'release_request_alert_fkey' })
  alertId: string;

  @Column('uuid', { name: 'rendition_id' })
  @ForeignKey('rendition', { name: 'release_request_rendition_fkey' })
  renditionId: string;

  @Column('uuid', { name: 'asker_id' })
  @ForeignKey('partner', { name: 'release_request_asker_fkey' })
  askerId: string;

  @Column('uuid', { name: 'originator_id' })
  @ForeignKey('partner', { name: 'release_request_originator_fkey' })
  originatorId: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'release_request_partner_fkey' })
  partnerId: string;

  @Column('text', { name: 'partner_code' })
  partnerCode: string;

  @Column('text', { name: 'asker_code' })
  askerCode: string;

  @Column('timestamptz')
  until: Date;

  @Column('text')
  reason: string;

  @Column('text', { default: 'open' })
  state: 'open' | 'granted' | 'denied' | 'ended';

  @Column('timestamptz', { name: 'asked_at', default: () => 'now()' })
  askedAt: Date;

  @Column('timestamptz', { name: 'answered_at', nullable: true })
  answeredAt: Date | null;

  @Column('timestamptz', { name: 'granted_until', nullable: true })
  grantedUntil: Date | null;

  @Column('text', { nullable: true })
  conditions: string | null;

  @Column('text', { name: 'answer_reason', nullable: true })
  answerReason: string | null;

  @Column('uuid', { name: 'release_id', nullable: true })
  @ForeignKey('onward_release', { name: 'release_request_release_fkey' })
  releaseId: string | null;
}
