import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** The country- or area-level arrangement: the unit of access for everything. */
@Entity('arrangement')
@Unique('arrangement_code_key', ['code'])
@Check('arrangement_code_check', `code ~ '^[A-Z0-9][A-Z0-9._-]{1,31}$'`)
@Check('arrangement_level_check', `level in ('regular', 'enhanced', 'emergency')`)
export class ArrangementEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'arrangement_pkey' })
  id: string;

  @Column('text')
  code: string;

  @Column('text')
  name: string;

  @Column('text', { array: true })
  countries: string[];

  @Column('text')
  level: 'regular' | 'enhanced' | 'emergency';

  @Column('integer', { default: 1 })
  version: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;
}
