import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { newId } from '../core/ids.js';
import { problems } from '../core/problem.js';
import { type Actor } from './actor.js';
import {
  type AttestationRow,
  AttestationsRepository,
  type DueAttestations,
} from './attestations.repository.js';
import { type AttestationOutcome } from './client-attestation.entity.js';
import { type ClientRow } from './clients.repository.js';

export { type AttestationRow, type DueAttestations } from './attestations.repository.js';
export { ATTESTATION_OUTCOMES, type AttestationOutcome } from './client-attestation.entity.js';

/** Days after which somebody must say again that a client is still needed; the migration says the same of new ones. */
const HOLDS_FOR_DAYS = 180;
const DAY_MS = 24 * 60 * 60 * 1000;

export interface Attestation {
  outcome: AttestationOutcome;
  /** Of a narrowed one: the scopes that it keeps. */
  scopes?: readonly string[];
  note: string;
}

/**
 * That the clients of a partner are still needed is said again and again, by somebody else than the client. One for
 * which nobody spoke in time only reads, from that moment, until somebody does.
 */
@Injectable()
export class AttestationsService {
  constructor(private readonly attestations: AttestationsRepository) {}

  /**
   * @throws Problem 400 for scopes that do not belong to the outcome, 403 for a narrowed actor, 409 for a client that was
   * revoked, and for one that speaks for itself while another could
   */
  async attest(tx: Tx, actor: Actor, client: ClientRow, attestation: Attestation): Promise<AttestationRow> {
    if (actor.narrowed) throw problems.forbidden('A client that is narrowed cannot speak for others.');
    if (
      client.id === actor.clientId &&
      (await this.attestations.countOthers(tx, client.partner_id, client.id)) > 0
    )
      throw problems.conflict('Another client of yours can say so, and so this one cannot itself.');
    const { outcome, note } = attestation;
    const dropped = await this.attestations.attest(tx, client.id, {
      kept: keptScopes(client, attestation),
      revoke: outcome === 'revoked',
      by: new Date(Date.now() + HOLDS_FOR_DAYS * DAY_MS),
    });
    if (dropped === null) throw problems.conflict('The client was revoked.');
    if (outcome === 'narrowed' && dropped.length === 0)
      throw problems.conflict('Somebody narrowed the client meanwhile.');
    return this.attestations.insert(tx, {
      id: newId(),
      partner_id: client.partner_id,
      client_id: client.id,
      outcome,
      dropped,
      note,
      attested_by: actor.clientId,
    });
  }

  async listOfPartner(tx: Tx, partnerId: string): Promise<AttestationRow[]> {
    return this.attestations.listOfPartner(tx, partnerId);
  }

  /** What is to be said of one partner; it counts as said. @returns null when there is nothing, or another process says it */
  async takeDueAsSystem(tx: Tx): Promise<DueAttestations | null> {
    return this.attestations.takeDueAsSystem(tx);
  }

  /** @returns how many clients are to be spoken for by then */
  async askBy(tx: Tx, partnerId: string, by: Date): Promise<number> {
    return this.attestations.askBy(tx, partnerId, by);
  }
}

function keptScopes(client: ClientRow, { outcome, scopes }: Attestation): readonly string[] {
  const fault = (detail: string): Error => problems.invalidInput([{ pointer: '#/scopes', detail }]);
  if (outcome !== 'narrowed') {
    if (scopes !== undefined) throw fault('belongs to the outcome narrowed');
    return client.scopes;
  }
  if (scopes === undefined) throw fault('must say what a narrowed client keeps');
  if (scopes.some((scope) => !client.scopes.includes(scope))) throw fault('can only be some that it has');
  if (client.scopes.every((scope) => scopes.includes(scope))) throw fault('must be fewer than it has');
  return scopes;
}
