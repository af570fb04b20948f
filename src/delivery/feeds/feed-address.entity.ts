import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** An address at which whoever knows it reads as a reader of its own; of its token only the digest is kept. */
@Entity('feed_address')
@Check('feed_address_hour_check', `last_used_at = date_trunc('hour', last_used_at, 'UTC')`)
@Index('feed_address_token_key', ['tokenHash'], { unique: true })
@Index('feed_address_reader_key', ['readerId'], { unique: true })
@Index('feed_address_owner_idx', ['ownerId', 'id'])
@Index('feed_address_partner_idx', ['partnerId'])
@Index('feed_address_client_idx', ['clientId'])
export class FeedAddressEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'feed_address_pkey' })
  id: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'feed_address_partner_fkey' })
  partnerId: string;

  /** The reader whose it is. */
  @Column('uuid', { name: 'owner_id' })
  @ForeignKey('reader', { name: 'feed_address_owner_fkey' })
  ownerId: string;

  /** The reader as whom it reads. */
  @Column('uuid', { name: 'reader_id' })
  @ForeignKey('reader', { name: 'feed_address_reader_fkey' })
  readerId: string;

  /** It answers only while this client may still read. */
  @Column('text', { name: 'client_id' })
  @ForeignKey('client', { name: 'feed_address_client_fkey' })
  clientId: string;

  @Column('text')
  name: string;

  @Column('bytea', { name: 'token_hash' })
  tokenHash: Buffer;

  @Column('jsonb', { nullable: true })
  filter: object | null;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt: Date | null;

  /** In whole hours. */
  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
