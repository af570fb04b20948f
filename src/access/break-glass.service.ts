import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type Fault, problems } from '../core/problem.js';
import { type Due } from '../core/rounds.js';
import { type ReviewOutcome } from './break-glass.entity.js';
import { type BreakGlassRow, BreakGlassRepository } from './break-glass.repository.js';
import { type ClientRow } from './clients.repository.js';
import { type Ceiling, ceilingRanks } from './handling.js';
import { isForSubPartners, isGrantedInPassing, type Scope } from './scopes.js';

export { REVIEW_OUTCOMES, type ReviewOutcome } from './break-glass.entity.js';
export { type BreakGlassRow } from './break-glass.repository.js';

export interface BreakGlassInput {
  scopes?: readonly Scope[];
  ceiling?: Ceiling;
  reason: string;
  minutes: number;
}

const MOST_LISTED = 200;

/** What one client may do beyond its own for some hours. Its partner's ceiling and standing bound it as ever. */
@Injectable()
export class BreakGlassService {
  constructor(private readonly grants: BreakGlassRepository) {}

  /**
   * @param client locked, so that there is one at a time
   * @throws Problem 400 naming every fault; 409 for a client that was revoked, or has such a grant
   */
  async grant(
    tx: Tx,
    id: string,
    client: ClientRow,
    input: BreakGlassInput,
    { grantedBy, isOfSubPartner }: { grantedBy: string; isOfSubPartner: boolean },
  ): Promise<BreakGlassRow> {
    if (client.revoked_at !== null) throw problems.conflict('The client was revoked.');
    if (await this.grants.isOpen(tx, client.id)) {
      throw problems.conflict('The client has such a grant already: end it first.');
    }
    const faults = faultsOf(client, input, isOfSubPartner);
    if (faults.length > 0) throw problems.invalidInput(faults);
    const raised = raiseOf(client, input.ceiling);
    await this.grants.insert(tx, {
      id,
      partnerId: client.partner_id,
      clientId: client.id,
      scopes: [...new Set(input.scopes ?? [])],
      raised,
      reason: input.reason,
      grantedBy,
      minutes: input.minutes,
    });
    if (raised !== null) await this.grants.setCeiling(tx, client.reader_id, raised.to);
    return this.lock(tx, client.partner_id, id);
  }

  /** Newest first, the latest 200. */
  async listOfPartner(tx: Tx, partnerId: string): Promise<BreakGlassRow[]> {
    return this.grants.list(tx, partnerId, MOST_LISTED);
  }

  /** @throws Problem 404 for one that is hidden, missing or another partner's */
  async lock(tx: Tx, partnerId: string, id: string): Promise<BreakGlassRow> {
    const grant = await this.grants.lock(tx, id);
    if (grant?.partner_id !== partnerId) throw problems.notFound();
    return grant;
  }

  /** All that it gave is taken back in this transaction. @returns false when it had ended before */
  async end(tx: Tx, id: string): Promise<boolean> {
    return this.grants.end(tx, id);
  }

  /** @throws Problem 403 for the client that granted it; 409 before its end, or a second time */
  async review(
    tx: Tx,
    grant: BreakGlassRow,
    by: string,
    { outcome, note }: { outcome: ReviewOutcome; note: string },
  ): Promise<void> {
    if (grant.granted_by === by)
      throw problems.forbidden('Another client than the one that granted it reviews it.');
    if (grant.state === 'open') throw problems.conflict('It has not ended yet.');
    if (grant.outcome !== null) throw problems.conflict('It was reviewed already.');
    await this.grants.review(tx, grant.id, outcome, note);
  }

  async listDueAsSystem(
    tx: Tx,
    after: Due | undefined,
    limit: number,
  ): Promise<(Due & { partner_id: string; client_id: string })[]> {
    return this.grants.listDueAsSystem(tx, after, limit);
  }
}

function faultsOf(
  client: ClientRow,
  { scopes = [], ceiling }: BreakGlassInput,
  isOfSubPartner: boolean,
): Fault[] {
  const faults = scopes.flatMap((scope, index): Fault[] => {
    const pointer = `#/scopes/${index}`;
    if (!isGrantedInPassing(scope)) return [{ pointer, detail: 'is granted to no client in passing' }];
    if (isOfSubPartner && !isForSubPartners(scope)) return [{ pointer, detail: 'is not for a sub-partner' }];
    return client.scopes.includes(scope) ? [{ pointer, detail: 'is what the client has already' }] : [];
  });
  if (ceiling === undefined) {
    return scopes.length > 0
      ? faults
      : [{ pointer: '#/scopes', detail: 'scopes, a ceiling or both are needed' }];
  }
  const pointer = '#/ceiling';
  if (client.ceiling_tlp === null || client.ceiling_classification === null) {
    return [...faults, { pointer, detail: 'is for a client that has a ceiling of its own' }];
  }
  const { tlp, classification } = ceilingRanks(ceiling);
  const isHigher =
    tlp >= client.ceiling_tlp &&
    classification >= client.ceiling_classification &&
    tlp + classification > client.ceiling_tlp + client.ceiling_classification;
  return isHigher ? faults : [...faults, { pointer, detail: 'must be higher than that of the client' }];
}

function raiseOf(client: ClientRow, ceiling: Ceiling | undefined) {
  if (ceiling === undefined || client.ceiling_tlp === null || client.ceiling_classification === null)
    return null;
  return {
    to: ceilingRanks(ceiling),
    from: { tlp: client.ceiling_tlp, classification: client.ceiling_classification },
  };
}
