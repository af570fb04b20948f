import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

export const SENSITIVITY_EFFECTS = ['warn', 'block'] as const;
export type SensitivityEffect = (typeof SENSITIVITY_EFFECTS)[number];

/** One version of what the information-sharing protocol of an arrangement says of sensitive texts. */
@Entity('sensitivity_matrix')
export class SensitivityMatrixEntity {
  @PrimaryColumn('uuid', { name: 'arrangement_id', primaryKeyConstraintName: 'sensitivity_matrix_pkey' })
  @ForeignKey('arrangement', { name: 'sensitivity_matrix_arrangement_fkey' })
  arrangementId: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'sensitivity_matrix_pkey' })
  version: number;

  /** From then on, in the place of the one before. */
  @Column('timestamptz', { name: 'effective_from' })
  effectiveFrom: Date;

  @Column('text')
  protocol: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}

/** What texts of some kinds of incident must at least be marked with. */
@Entity('sensitivity_line')
@ForeignKey(() => SensitivityMatrixEntity, ['arrangementId', 'version'], ['arrangementId', 'version'], {
  name: 'sensitivity_line_matrix_fkey',
})
@Check('sensitivity_line_tlp_check', 'lowest_tlp between 1 and 4')
@Check('sensitivity_line_effect_check', `effect in ('warn', 'block')`)
export class SensitivityLineEntity {
  @PrimaryColumn('uuid', { name: 'arrangement_id', primaryKeyConstraintName: 'sensitivity_line_pkey' })
  arrangementId: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'sensitivity_line_pkey' })
  version: number;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'sensitivity_line_pkey' })
  code: string;

  @Column('text')
  title: string;

  /** Codes of the reference list `incident-acts`; none: every text. */
  @Column('text', { name: 'incident_types', array: true })
  incidentTypes: string[];

  @Column('smallint', { name: 'lowest_tlp' })
  lowestTlp: number;

  @Column('text')
  effect: SensitivityEffect;

  @Column('text')
  reason: string;
}
