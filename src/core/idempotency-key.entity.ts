import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A caller's promise that repeats of a request mean the same one, and what that one made. */
@Entity('idempotency_key')
@Index('idempotency_key_created_idx', ['createdAt'])
export class IdempotencyKeyEntity {
  @PrimaryColumn('text', { name: 'client_id', primaryKeyConstraintName: 'idempotency_key_pkey' })
  @ForeignKey('client', { name: 'idempotency_key_client_fkey' })
  clientId: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'idempotency_key_pkey' })
  key: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'idempotency_key_partner_fkey' })
  partnerId: string;

  @Column('bytea', { name: 'request_digest' })
  requestDigest: Buffer;

  @Column('uuid', { name: 'resource_id' })
  resourceId: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
