import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { type EntryContent, type RevisionChange } from './reference.values.js';

/** One change of a list, under the version that it made; never changed or removed. */
@Entity('reference_revision')
@Check(
  'reference_revision_change_check',
  `change in ('list_added', 'entries_added', 'entry_added', 'entry_changed')`,
)
export class ReferenceRevisionEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'reference_revision_pkey' })
  @ForeignKey('reference_list', { name: 'reference_revision_list_fkey' })
  list: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'reference_revision_pkey' })
  version: number;

  @Column('text')
  change: RevisionChange;

  @Column('text', { array: true })
  codes: string[];

  @Column('jsonb', { nullable: true })
  before: EntryContent | null;

  @Column('jsonb', { nullable: true })
  after: EntryContent | null;

  /** Null for what came with a release of the service. */
  @Column('uuid', { name: 'partner_id', nullable: true })
  @ForeignKey('partner', { name: 'reference_revision_partner_fkey' })
  partnerId: string | null;

  @Column('text', { name: 'client_id', nullable: true })
  clientId: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  at: Date;
}
