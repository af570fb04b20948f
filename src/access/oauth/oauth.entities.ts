import { type JWK } from 'jose';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What the authorization server remembers, by its own model names. */
@Entity({ name: 'oidc_record' })
@Index('oidc_record_expires_idx', ['expiresAt'])
export class OidcRecordEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'oidc_record_pkey' })
  model: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'oidc_record_pkey' })
  id: string;

  @Column('jsonb')
  payload: Record<string, unknown>;

  @Column('timestamptz', { name: 'consumed_at', nullable: true })
  consumedAt: Date | null;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;
}

/** An access token that ended before its time. */
@Entity({ name: 'revoked_token' })
@Index('revoked_token_expires_idx', ['expiresAt'])
export class RevokedTokenEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'revoked_token_pkey' })
  jti: string;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;
}

/** A key that signs access tokens. */
@Entity({ name: 'signing_key' })
export class SigningKeyEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'signing_key_pkey' })
  kid: string;

  @Column('jsonb', { name: 'private_jwk' })
  privateJwk: JWK;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'signs_from' })
  signsFrom: Date;

  @Column('timestamptz', { name: 'signs_until' })
  signsUntil: Date;

  @Column('timestamptz', { name: 'published_until' })
  publishedUntil: Date;
}

/** A secret that this installation made for itself on its first start. */
@Entity({ name: 'installation_secret' })
export class InstallationSecretEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'installation_secret_pkey' })
  name: string;

  @Column('bytea')
  value: Buffer;
}
