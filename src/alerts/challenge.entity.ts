import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A reader's doubt about the handling of a text that it holds, and the originator's answer. */
@Entity('alert_challenge')
@Index('alert_challenge_open_key', ['challengerId', 'renditionId'], {
  unique: true,
  where: 'answered_at is null',
})
@Index('alert_challenge_alert_idx', ['alertId'])
@Check(
  'alert_challenge_proposed_check',
  'proposed_tlp between 0 and 4 or proposed_classification between 0 and 2',
)
@Check('alert_challenge_decision_check', `decision in ('upheld', 'lowered', 'raised', 'withdrawn')`)
@Check(
  'alert_challenge_answer_check',
  '(decision is null) = (answered_at is null) and (answer is null) = (answered_at is null)',
)
export class ChallengeEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'alert_challenge_pkey' })
  id: string;

  @Column('uuid', { name: 'alert_id' })
  @ForeignKey('shareable', { name: 'alert_challenge_alert_fkey' })
  alertId: string;

  @Column('uuid', { name: 'rendition_id' })
  @ForeignKey('rendition', { name: 'alert_challenge_rendition_fkey' })
  renditionId: string;

  @Column('uuid', { name: 'challenger_id' })
  @ForeignKey('partner', { name: 'alert_challenge_challenger_fkey' })
  challengerId: string;

  @Column('uuid', { name: 'reader_id' })
  @ForeignKey('reader', { name: 'alert_challenge_reader_fkey' })
  readerId: string;

  @Column('text', { name: 'challenger_code' })
  challengerCode: string;

  @Column('text', { name: 'challenger_name' })
  challengerName: string;

  @Column('smallint')
  tlp: number;

  @Column('smallint')
  classification: number;

  @Column('smallint', { name: 'proposed_tlp', nullable: true })
  proposedTlp: number | null;

  @Column('smallint', { name: 'proposed_classification', nullable: true })
  proposedClassification: number | null;

  @Column('text')
  reason: string;

  @Column('timestamptz', { name: 'made_at', default: () => 'now()' })
  madeAt: Date;

  @Column('timestamptz', { name: 'answer_by' })
  answerBy: Date;

  @Column('text', { nullable: true })
  decision: string | null;

  @Column('text', { nullable: true })
  answer: string | null;

  @Column('timestamptz', { name: 'answered_at', nullable: true })
  answeredAt: Date | null;
}
