import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { type MeetingAction, type MinuteItem } from './forums.rules.js';

@Entity('forum')
@Index('forum_arrangement_idx', ['arrangementId', 'id'])
export class ForumEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'forum_pkey' })
  id: string;

  @Column('uuid', { name: 'arrangement_id' })
  @ForeignKey('arrangement', { name: 'forum_arrangement_fkey' })
  arrangementId: string;

  /** Who calls the meetings and writes down what was said. */
  @Column('uuid', { name: 'convenor_id' })
  @ForeignKey('partner', { name: 'forum_convenor_fkey' })
  convenorId: string;

  @Column('text')
  name: string;

  @Column('text', { nullable: true })
  purpose: string | null;

  @Column('text', { name: 'time_zone' })
  timeZone: string;

  @Column('text', { nullable: true })
  schedule: string | null;

  @Column('boolean', { name: 'is_closed', default: false })
  isClosed: boolean;

  @Column('integer', { default: 1 })
  version: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}

@Entity('meeting')
@Index('meeting_forum_idx', ['forumId', 'id'])
@Check('meeting_tlp_check', 'tlp between 0 and 3')
@Check('meeting_classification_check', 'classification between 0 and 2')
@Check('meeting_period_check', 'ends_at > starts_at')
@Check(
  'meeting_attribution_check',
  `not is_unattributed or (not jsonb_path_exists(coalesce(minutes, '[]'), '$[*].speaker')
    and not jsonb_path_exists(actions, '$[*].owner'))`,
)
export class MeetingEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'meeting_pkey' })
  id: string;

  @Column('uuid', { name: 'forum_id' })
  @ForeignKey('forum', { name: 'meeting_forum_fkey' })
  forumId: string;

  @Column('text')
  title: string;

  @Column('timestamptz', { name: 'starts_at' })
  startsAt: Date;

  @Column('timestamptz', { name: 'ends_at', nullable: true })
  endsAt: Date | null;

  @Column('text', { nullable: true })
  place: string | null;

  @Column('text', { array: true })
  agenda: string[];

  @Column('smallint')
  tlp: number;

  @Column('smallint')
  classification: number;

  /** The Chatham House Rule: who said something, or took it on, is not kept at all. */
  @Column('boolean', { name: 'is_unattributed' })
  isUnattributed: boolean;

  @Column('boolean', { name: 'is_cancelled', default: false })
  isCancelled: boolean;

  @Column('jsonb', { nullable: true })
  minutes: MinuteItem[] | null;

  @Column('jsonb', { default: [] })
  actions: MeetingAction[];

  @Column('integer', { default: 1 })
  version: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
