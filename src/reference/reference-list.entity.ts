import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import { type Label, type ReferenceVerification } from './reference.values.js';

/** A code list; its version counts the changes of anything in it. */
@Entity('reference_list')
@Unique('reference_list_id_key', ['id'])
@Check('reference_list_code_check', `code ~ '^[a-z0-9][a-z0-9-]{0,63}$'`)
@Check(
  'reference_list_verification_check',
  `verification in ('sourced', 'inferred', 'unverified') and (verification <> 'sourced' or source is not null)`,
)
export class ReferenceListEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'reference_list_pkey' })
  code: string;

  /** By which the audit names it. */
  @Column('uuid')
  id: string;

  @Column('integer', { default: 1 })
  version: number;

  @Column('jsonb')
  names: Label[];

  @Column('text')
  description: string;

  @Column('text', { nullable: true })
  source: string | null;

  @Column('text')
  verification: ReferenceVerification;

  /** The service itself works with these codes: none can be added, moved or ended. */
  @Column('boolean', { name: 'is_closed', default: false })
  isClosed: boolean;

  /** False for labels that stand for themselves in every language. */
  @Column('boolean', { name: 'is_translated', default: true })
  isTranslated: boolean;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;
}
