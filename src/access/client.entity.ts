import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { type Authentication, type KeySetInput } from './client.rules.js';
import { ReaderEntity } from './reader.entity.js';

/** A system of a partner that calls the service; of its secret only the digest is kept. */
@Entity({ name: 'client' })
@Check(
  'client_authentication_check',
  `(authentication = 'client_secret' and secret_hash is not null and jwks is null and jwks_uri is null)
    or (authentication = 'private_key_jwt' and secret_hash is null and num_nonnulls(jwks, jwks_uri) = 1)`,
)
@Check('client_last_used_check', `last_used_at = date_trunc('hour', last_used_at, 'UTC')`)
@Check('client_attest_told_check', '(attest_told_for is null) = (attest_told_days is null)')
@Check('client_requests_check', 'requests_per_minute between 10 and 10000')
@Index('client_partner_idx', ['partnerId'])
@Index('client_focal_point_idx', ['focalPointId'], { where: 'focal_point_id is not null' })
export class ClientEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'client_pkey' })
  id: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'client_partner_fkey' })
  partnerId: string;

  @Column('uuid', { name: 'reader_id' })
  @ForeignKey(() => ReaderEntity, { name: 'client_reader_fkey' })
  readerId: string;

  @Column('text')
  name: string;

  @Column('text', { array: true })
  scopes: string[];

  @Column('text')
  authentication: Authentication;

  @Column('bytea', { name: 'secret_hash', nullable: true })
  secretHash: Buffer | null;

  @Column('bytea', { name: 'previous_secret_hash', nullable: true })
  previousSecretHash: Buffer | null;

  @Column('timestamptz', { name: 'previous_secret_expires_at', nullable: true })
  previousSecretExpiresAt: Date | null;

  @Column('jsonb', { nullable: true })
  jwks: KeySetInput | null;

  /** Where it publishes its keys, in place of `jwks`. */
  @Column('text', { name: 'jwks_uri', nullable: true })
  jwksUri: string | null;

  @Column('text', { name: 'allowed_networks', array: true, default: () => `'{}'` })
  allowedNetworks: string[];

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  /** Until when somebody must say that it is still needed. */
  @Column('timestamptz', { name: 'attest_by', default: () => `(now() + '180 days')` })
  attestBy: Date;

  /** Of which day, and how many days before it, that was last said to those who speak for its partner. */
  @Column('timestamptz', { name: 'attest_told_for', nullable: true })
  attestToldFor: Date | null;

  @Column('smallint', { name: 'attest_told_days', nullable: true })
  attestToldDays: number | null;

  /** Its hour. */
  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt: Date | null;

  /** The focal point who keeps it: when that one leaves, it ends. */
  @Column('uuid', { name: 'focal_point_id', nullable: true })
  @ForeignKey('focal_point', { name: 'client_focal_point_fkey' })
  focalPointId: string | null;

  /** Null: as much as others. */
  @Column('integer', { name: 'requests_per_minute', nullable: true })
  requestsPerMinute: number | null;

  @Column('integer', { default: 1 })
  version: number;

  /** Its tokens are bound to a key, or open nothing (RFC 9449). */
  @Column('boolean', { name: 'requires_dpop', default: false })
  requiresDpop: boolean;
}
