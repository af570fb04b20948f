import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** One organisation's copy of one act; append-only. */
@Entity('audit_entry')
@Index('audit_entry_viewer_idx', ['viewerId', 'id'])
@Index('audit_entry_object_idx', ['objectId', 'id'])
export class AuditEntryEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'audit_entry_pkey' })
  id: string;

  /** Whose copy it is; null is that of the exchange. */
  @Column('uuid', { name: 'viewer_id', nullable: true })
  @ForeignKey('partner', { name: 'audit_entry_viewer_fkey' })
  viewerId: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  at: Date;

  @Column('text')
  action: string;

  @Column('text', { name: 'object_type' })
  objectType: string;

  @Column('uuid', { name: 'object_id' })
  objectId: string;

  /** Who acted; null where this copy may not tell, and for what the exchange did by itself. */
  @Column('uuid', { name: 'partner_id', nullable: true })
  @ForeignKey('partner', { name: 'audit_entry_partner_fkey' })
  partnerId: string | null;

  @Column('text', { name: 'client_id', nullable: true })
  clientId: string | null;

  @Column('jsonb', { default: {} })
  details: Record<string, unknown>;
}
