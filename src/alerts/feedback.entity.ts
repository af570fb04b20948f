import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** An organisation's word on one topic of an alert, about the text that it held. Only its sender reads the row. */
@Entity('alert_feedback')
@Check(
  'alert_feedback_topic_check',
  `topic = case when kind in ('confirm', 'dispute', 'no_longer_valid') then 'assessment' else kind end`,
)
@Check(
  'alert_feedback_kind_check',
  `kind in ('confirm', 'dispute', 'no_longer_valid', 'helpful', 'acted_on', 'more_information')`,
)
export class FeedbackEntity {
  @PrimaryColumn('uuid', { name: 'alert_id', primaryKeyConstraintName: 'alert_feedback_pkey' })
  @ForeignKey('shareable', { name: 'alert_feedback_alert_fkey' })
  alertId: string;

  @PrimaryColumn('uuid', { name: 'partner_id', primaryKeyConstraintName: 'alert_feedback_pkey' })
  @ForeignKey('partner', { name: 'alert_feedback_partner_fkey' })
  partnerId: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'alert_feedback_pkey' })
  topic: string;

  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'alert_feedback_pkey' })
  tlp: number;

  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'alert_feedback_pkey' })
  classification: number;

  @Column('text')
  kind: string;

  @Column('text', { nullable: true })
  note: string | null;

  @Column('boolean', { name: 'is_anonymous' })
  isAnonymous: boolean;

  @Column('timestamptz', { name: 'given_at', default: () => 'now()' })
  givenAt: Date;
}
