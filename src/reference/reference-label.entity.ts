import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** How an entry is called in one language. */
@Entity('reference_label')
@ForeignKey('reference_entry', ['list', 'code'], ['list', 'code'], { name: 'reference_label_entry_fkey' })
export class ReferenceLabelEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'reference_label_pkey' })
  list: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'reference_label_pkey' })
  code: string;

  /** BCP 47, in its canonical form. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'reference_label_pkey' })
  language: string;

  @Column('text')
  text: string;
}
