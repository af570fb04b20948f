import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { ClientEntity } from './client.entity.js';

export const ATTESTATION_OUTCOMES = ['kept', 'narrowed', 'revoked'] as const;
export type AttestationOutcome = (typeof ATTESTATION_OUTCOMES)[number];

/** What was said of a client when somebody had to say whether it is still needed. */
@Entity('client_attestation')
@Check('client_attestation_outcome_check', `outcome in ('kept', 'narrowed', 'revoked')`)
@Check('client_attestation_dropped_check', `(cardinality(dropped) > 0) = (outcome = 'narrowed')`)
@Index('client_attestation_partner_idx', ['partnerId', 'id'])
export class ClientAttestationEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'client_attestation_pkey' })
  id: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'client_attestation_partner_fkey' })
  partnerId: string;

  @Column('text', { name: 'client_id' })
  @ForeignKey(() => ClientEntity, { name: 'client_attestation_client_fkey' })
  clientId: string;

  @Column('text')
  outcome: AttestationOutcome;

  /** Scopes that it gave up. */
  @Column('text', { array: true })
  dropped: string[];

  @Column('text')
  note: string;

  /** The client that said it. */
  @Column('text', { name: 'attested_by' })
  attestedBy: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
