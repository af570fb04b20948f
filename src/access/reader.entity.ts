import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** Whose grants count: a partner (of the same id), or one client of it that was narrowed. */
@Entity({ name: 'reader' })
@Check('reader_ceiling_tlp_check', 'ceiling_tlp between 0 and 4')
@Check('reader_ceiling_classification_check', 'ceiling_classification between 0 and 2')
@Check(
  'reader_public_check',
  `(partner_id is null) = (id = '00000000-0000-7000-8000-000000000001')
   and (partner_id is not null or (is_open and ceiling_tlp = 0 and ceiling_classification = 0))`,
)
@Index('reader_partner_idx', ['partnerId'])
export class ReaderEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'reader_pkey' })
  id: string;

  /** Null: that of whoever reads without credentials. */
  @Column('uuid', { name: 'partner_id', nullable: true })
  @ForeignKey('partner', { name: 'reader_partner_fkey' })
  partnerId: string | null;

  @Column('boolean', { name: 'is_open', default: true })
  isOpen: boolean;

  @Column('smallint', { name: 'ceiling_tlp' })
  ceilingTlp: number;

  @Column('smallint', { name: 'ceiling_classification' })
  ceilingClassification: number;

  /** Null: everything that reaches the partner. A list: only what reaches it through these arrangements. */
  @Column('uuid', { name: 'arrangement_ids', array: true, nullable: true })
  arrangementIds: string[] | null;
}
