import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { type Authority, type UndertakingSide, type UndertakingState } from './liaison.rules.js';

/** An office of the host government, and who holds it as long as it does. */
@Entity('liaison_contact')
@Index('liaison_contact_arrangement_idx', ['arrangementId', 'id'])
@Index('liaison_contact_ending_idx', ['validUntil'], { where: 'num_nonnulls(name, phone, email, note) > 0' })
@Check(
  'liaison_contact_authority_check',
  `authority in ('police', 'military', 'foreign_ministry', 'interior_ministry', 'local_authority', 'other')`,
)
export class LiaisonContactEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'liaison_contact_pkey' })
  id: string;

  @Column('uuid', { name: 'arrangement_id' })
  @ForeignKey('arrangement', { name: 'liaison_contact_arrangement_fkey' })
  arrangementId: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'liaison_contact_partner_fkey' })
  partnerId: string;

  @Column('text')
  authority: Authority;

  @Column('text')
  office: string;

  @Column('text', { nullable: true })
  name: string | null;

  @Column('text', { nullable: true })
  phone: string | null;

  @Column('text', { nullable: true })
  email: string | null;

  @Column('text', { nullable: true })
  note: string | null;

  @Column('timestamptz', { name: 'valid_until', nullable: true })
  validUntil: Date | null;

  @Column('integer', { default: 1 })
  version: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}

@Entity('liaison_meeting')
@Index('liaison_meeting_arrangement_idx', ['arrangementId', 'id'])
export class LiaisonMeetingEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'liaison_meeting_pkey' })
  id: string;

  @Column('uuid', { name: 'arrangement_id' })
  @ForeignKey('arrangement', { name: 'liaison_meeting_arrangement_fkey' })
  arrangementId: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'liaison_meeting_partner_fkey' })
  partnerId: string;

  @Column('timestamptz', { name: 'held_at' })
  heldAt: Date;

  /** Offices, not persons. */
  @Column('text', { array: true })
  offices: string[];

  @Column('text')
  subject: string;

  @Column('text', { nullable: true })
  summary: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}

/** What one side said that it would do. */
@Entity('liaison_undertaking')
@Index('liaison_undertaking_arrangement_idx', ['arrangementId', 'id'])
@Check('liaison_undertaking_side_check', `side in ('host', 'un')`)
@Check('liaison_undertaking_state_check', `state in ('open', 'kept', 'not_kept', 'released')`)
export class LiaisonUndertakingEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'liaison_undertaking_pkey' })
  id: string;

  @Column('uuid', { name: 'arrangement_id' })
  @ForeignKey('arrangement', { name: 'liaison_undertaking_arrangement_fkey' })
  arrangementId: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'liaison_undertaking_partner_fkey' })
  partnerId: string;

  @Column('uuid', { name: 'meeting_id', nullable: true })
  @ForeignKey('liaison_meeting', { name: 'liaison_undertaking_meeting_fkey' })
  meetingId: string | null;

  @Column('text')
  side: UndertakingSide;

  @Column('text')
  text: string;

  @Column('timestamptz', { name: 'due_at', nullable: true })
  dueAt: Date | null;

  @Column('text', { default: 'open' })
  state: UndertakingState;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;
}

/** What came of it when somebody asked; append-only. */
@Entity('liaison_follow_up')
@Index('liaison_follow_up_undertaking_idx', ['undertakingId', 'id'])
@Check('liaison_follow_up_state_check', `state in ('open', 'kept', 'not_kept', 'released')`)
export class LiaisonFollowUpEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'liaison_follow_up_pkey' })
  id: string;

  @Column('uuid', { name: 'undertaking_id' })
  @ForeignKey('liaison_undertaking', { name: 'liaison_follow_up_undertaking_fkey' })
  undertakingId: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'liaison_follow_up_partner_fkey' })
  partnerId: string;

  @Column('text')
  note: string;

  @Column('text')
  state: UndertakingState;

  @Column('timestamptz', { default: () => 'now()' })
  at: Date;
}
