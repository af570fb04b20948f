import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** The partner that holds what others submit without their name: the steward. */
@Entity('custodian')
@Check('custodian_only_check', 'is_only')
export class CustodianEntity {
  @PrimaryColumn('boolean', { name: 'is_only', default: true, primaryKeyConstraintName: 'custodian_pkey' })
  isOnly: boolean;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'custodian_partner_fkey' })
  partnerId: string;
}

/** Whose a shareable in custody is; nowhere else is it written. */
@Entity('custody')
@Index('custody_source_idx', ['sourceId', 'shareableId'])
export class CustodyEntity {
  @PrimaryColumn('uuid', { name: 'shareable_id', primaryKeyConstraintName: 'custody_pkey' })
  @ForeignKey('shareable', { name: 'custody_shareable_fkey' })
  shareableId: string;

  @Column('uuid', { name: 'source_id' })
  @ForeignKey('partner', { name: 'custody_source_fkey' })
  sourceId: string;

  /** Not even the custodian sees whose it is. */
  @Column('boolean', { name: 'is_protected' })
  isProtected: boolean;
}
