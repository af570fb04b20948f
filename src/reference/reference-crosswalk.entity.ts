import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import {
  type CrosswalkRelation,
  type CrosswalkScheme,
  type ReferenceVerification,
} from './reference.values.js';

/** What an entry is called in the vocabulary of somebody else, and how well that fits. */
@Entity('reference_crosswalk')
@ForeignKey('reference_entry', ['list', 'code'], ['list', 'code'], { name: 'reference_crosswalk_entry_fkey' })
@Check('reference_crosswalk_scheme_check', `scheme in ('AWSD', 'INSO', 'ACLED', 'CAP')`)
@Check('reference_crosswalk_relation_check', `relation in ('exact', 'broader', 'narrower', 'related')`)
@Check(
  'reference_crosswalk_verification_check',
  `verification in ('sourced', 'inferred', 'unverified') and (verification <> 'sourced' or source is not null)`,
)
export class ReferenceCrosswalkEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'reference_crosswalk_pkey' })
  list: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'reference_crosswalk_pkey' })
  code: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'reference_crosswalk_pkey' })
  scheme: CrosswalkScheme;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'reference_crosswalk_pkey' })
  target: string;

  @Column('text')
  relation: CrosswalkRelation;

  @Column('text', { nullable: true })
  source: string | null;

  @Column('text')
  verification: ReferenceVerification;
}
