import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

export const CALL_STATES = ['pending', 'reached', 'unreached'] as const;
export type CallState = (typeof CALL_STATES)[number];

/** The emergency contact tree of an arrangement. */
@Entity('contact_tree')
export class ContactTreeEntity {
  @PrimaryColumn('uuid', { name: 'arrangement_id', primaryKeyConstraintName: 'contact_tree_pkey' })
  @ForeignKey('arrangement', { name: 'contact_tree_arrangement_fkey' })
  arrangementId: string;

  @Column('integer', { default: 0 })
  version: number;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;
}

/** Who calls one organisation. */
@Entity('contact_tree_entry')
@Check(
  'contact_tree_entry_caller_check',
  'caller_id <> partner_id and alternate_id <> partner_id and alternate_id <> caller_id',
)
export class ContactTreeEntryEntity {
  @PrimaryColumn('uuid', { name: 'arrangement_id', primaryKeyConstraintName: 'contact_tree_entry_pkey' })
  @ForeignKey(() => ContactTreeEntity, { name: 'contact_tree_entry_tree_fkey' })
  arrangementId: string;

  @PrimaryColumn('uuid', { name: 'partner_id', primaryKeyConstraintName: 'contact_tree_entry_pkey' })
  @ForeignKey('partner', { name: 'contact_tree_entry_partner_fkey' })
  partnerId: string;

  /** Null: it begins. */
  @Column('uuid', { name: 'caller_id', nullable: true })
  @ForeignKey('partner', { name: 'contact_tree_entry_caller_fkey' })
  callerId: string | null;

  /** Who calls when the caller does not. */
  @Column('uuid', { name: 'alternate_id', nullable: true })
  @ForeignKey('partner', { name: 'contact_tree_entry_alternate_fkey' })
  alternateId: string | null;
}

/** The tree being called, in earnest or as a drill; one at a time. */
@Entity('contact_activation')
@Index('contact_activation_arrangement_idx', ['arrangementId', 'id'])
@Index('contact_activation_open_key', ['arrangementId'], { unique: true, where: 'closed_at is null' })
export class ContactActivationEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'contact_activation_pkey' })
  id: string;

  @Column('uuid', { name: 'arrangement_id' })
  @ForeignKey('arrangement', { name: 'contact_activation_arrangement_fkey' })
  arrangementId: string;

  @Column('boolean', { name: 'is_drill' })
  isDrill: boolean;

  @Column('text')
  reason: string;

  @Column('uuid', { name: 'started_by' })
  @ForeignKey('partner', { name: 'contact_activation_partner_fkey' })
  startedBy: string;

  @Column('timestamptz', { name: 'started_at', default: () => 'now()' })
  startedAt: Date;

  @Column('timestamptz', { name: 'closed_at', nullable: true })
  closedAt: Date | null;
}

/** Whether one organisation was reached; by whom it was to be called is as the tree was when it began. */
@Entity('contact_call')
@Check('contact_call_state_check', `state in ('pending', 'reached', 'unreached')`)
@Check('contact_call_said_check', `num_nulls(said_by, said_at) = case state when 'pending' then 2 else 0 end`)
export class ContactCallEntity {
  @PrimaryColumn('uuid', { name: 'activation_id', primaryKeyConstraintName: 'contact_call_pkey' })
  @ForeignKey(() => ContactActivationEntity, { name: 'contact_call_activation_fkey' })
  activationId: string;

  @PrimaryColumn('uuid', { name: 'partner_id', primaryKeyConstraintName: 'contact_call_pkey' })
  @ForeignKey('partner', { name: 'contact_call_partner_fkey' })
  partnerId: string;

  @Column('uuid', { name: 'caller_id', nullable: true })
  @ForeignKey('partner', { name: 'contact_call_caller_fkey' })
  callerId: string | null;

  @Column('uuid', { name: 'alternate_id', nullable: true })
  @ForeignKey('partner', { name: 'contact_call_alternate_fkey' })
  alternateId: string | null;

  @Column('text', { default: 'pending' })
  state: CallState;

  @Column('uuid', { name: 'said_by', nullable: true })
  @ForeignKey('partner', { name: 'contact_call_said_by_fkey' })
  saidBy: string | null;

  @Column('timestamptz', { name: 'said_at', nullable: true })
  saidAt: Date | null;
}
