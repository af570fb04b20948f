import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** That an organisation was given the text of a version, whichever of its clients asked. */
@Entity('fetch_receipt')
@Check('fetch_receipt_hour_check', `fetched_at = date_trunc('hour', fetched_at, 'UTC')`)
export class FetchReceiptEntity {
  @PrimaryColumn('uuid', { name: 'shareable_id', primaryKeyConstraintName: 'fetch_receipt_pkey' })
  @ForeignKey('shareable', { name: 'fetch_receipt_shareable_fkey' })
  shareableId: string;

  @PrimaryColumn('uuid', { name: 'partner_id', primaryKeyConstraintName: 'fetch_receipt_pkey' })
  @ForeignKey('partner', { name: 'fetch_receipt_partner_fkey' })
  partnerId: string;

  /** That of the organisation's own change log. */
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'fetch_receipt_pkey' })
  version: number;

  /** Whole hours. */
  @Column('timestamptz', { name: 'fetched_at' })
  fetchedAt: Date;
}

/** That an organisation has taken note. */
@Entity('acknowledgement')
@Check('acknowledgement_hour_check', `acknowledged_at = date_trunc('hour', acknowledged_at, 'UTC')`)
export class AcknowledgementEntity {
  @PrimaryColumn('uuid', { name: 'shareable_id', primaryKeyConstraintName: 'acknowledgement_pkey' })
  @ForeignKey('shareable', { name: 'acknowledgement_shareable_fkey' })
  shareableId: string;

  @PrimaryColumn('uuid', { name: 'partner_id', primaryKeyConstraintName: 'acknowledgement_pkey' })
  @ForeignKey('partner', { name: 'acknowledgement_partner_fkey' })
  partnerId: string;

  /** The latest version that the organisation had fetched when it acknowledged. */
  @Column('integer')
  version: number;

  /** Whole hours. */
  @Column('timestamptz', { name: 'acknowledged_at' })
  acknowledgedAt: Date;

  @Column('text', { nullable: true })
  note: string | null;
}

/** That an organisation has deleted what it lost; a later loss wants another one. */
@Entity('purge_confirmation')
@Check('purge_confirmation_hour_check', `confirmed_at = date_trunc('hour', confirmed_at, 'UTC')`)
export class PurgeConfirmationEntity {
  @PrimaryColumn('uuid', { name: 'shareable_id', primaryKeyConstraintName: 'purge_confirmation_pkey' })
  @ForeignKey('shareable', { name: 'purge_confirmation_shareable_fkey' })
  shareableId: string;

  @PrimaryColumn('uuid', { name: 'partner_id', primaryKeyConstraintName: 'purge_confirmation_pkey' })
  @ForeignKey('partner', { name: 'purge_confirmation_partner_fkey' })
  partnerId: string;

  /** Of the entry in the organisation's change log by which it lost what it had. */
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'purge_confirmation_pkey' })
  version: number;

  /** Whole hours. */
  @Column('timestamptz', { name: 'confirmed_at' })
  confirmedAt: Date;

  @Column('text', { nullable: true })
  note: string | null;
}
