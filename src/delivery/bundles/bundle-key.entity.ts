import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** A key that signs bundles. */
@Entity('bundle_key')
@Check('bundle_key_times_check', 'signs_from < signs_until and signs_until <= published_until')
export class BundleKeyEntity {
  /** The thumbprint of the public key (RFC 7638). */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'bundle_key_pkey' })
  kid: string;

  /** The 32 bytes of Ed25519. */
  @Column('bytea', { name: 'public_key' })
  publicKey: Buffer;

  @Column('bytea', { name: 'sealed_key' })
  sealedKey: Buffer;

  @Column('timestamptz', { name: 'signs_from' })
  signsFrom: Date;

  @Column('timestamptz', { name: 'signs_until' })
  signsUntil: Date;

  @Column('timestamptz', { name: 'published_until' })
  publishedUntil: Date;
}
