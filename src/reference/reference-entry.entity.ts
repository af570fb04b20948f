import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { type EntryDetails, type ReferenceVerification } from './reference.values.js';

/** A code of a list. It is never deleted: what was once reported with it must stay readable. */
@Entity('reference_entry')
@ForeignKey('reference_entry', ['list', 'parent'], ['list', 'code'], { name: 'reference_entry_parent_fkey' })
@Check('reference_entry_code_check', `code ~ '^[a-z0-9][a-z0-9_]{0,63}$' and code <> 'revisions'`)
@Check('reference_entry_parent_check', 'parent <> code')
@Check(
  'reference_entry_verification_check',
  `verification in ('sourced', 'inferred', 'unverified') and (verification <> 'sourced' or source is not null)`,
)
@Check('reference_entry_validity_check', 'valid_until >= valid_from')
export class ReferenceEntryEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'reference_entry_pkey' })
  @ForeignKey('reference_list', { name: 'reference_entry_list_fkey' })
  list: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'reference_entry_pkey' })
  code: string;

  @Column('text', { nullable: true })
  parent: string | null;

  @Column('integer')
  ordinal: number;

  /** What is written in documents where that is not the label, such as `TLP:RED`. */
  @Column('text', { nullable: true })
  symbol: string | null;

  @Column('text', { nullable: true })
  definition: string | null;

  @Column('text', { nullable: true })
  source: string | null;

  @Column('text')
  verification: ReferenceVerification;

  @Column('jsonb', { default: {} })
  details: EntryDetails;

  @Column('date', { name: 'valid_from', nullable: true })
  validFrom: string | null;

  @Column('date', { name: 'valid_until', nullable: true })
  validUntil: string | null;
}
