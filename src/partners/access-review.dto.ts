import { ArrayMaxSize, ArrayNotEmpty, ArrayUnique, IsArray, IsIn } from 'class-validator';
import {
  ATTESTATION_OUTCOMES,
  type AttestationOutcome,
  type AttestationRow,
} from '../access/attestations.service.js';
import { ALL_SCOPES, type Scope } from '../access/scopes.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';

export class AskAccessReviewDto {
  /** Until when each client is to be spoken for; those that are due sooner stay so. */
  @IsTimestamp()
  attestBy: string;

  /** Why now: the partner finds it in its audit. */
  @IsText(3, 2000)
  reason: string;
}

export class AccessReviewView {
  /** How many clients are to be spoken for. */
  clients: number;
  attestBy: string;
}

export class AttestClientDto {
  @IsIn(ATTESTATION_OUTCOMES)
  outcome: AttestationOutcome;

  /** Of a narrowed client: the scopes that it keeps. It never has more again. */
  @IfPresent()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @ArrayMaxSize(50)
  @IsIn(ALL_SCOPES, { each: true })
  scopes?: Scope[];

  /** What it is needed for, or why no more. */
  @IsText(3, 2000)
  note: string;
}

export class AttestationView {
  id: string;
  clientId: string;
  outcome: AttestationOutcome;
  /** Scopes that it gave up. */
  dropped: string[];
  note: string;
  at: string;
}

export class AttestationList {
  /** Newest first; the latest 200. */
  items: AttestationView[];
}

export function presentAttestation(row: AttestationRow): AttestationView {
  return {
    id: row.id,
    clientId: row.client_id,
    outcome: row.outcome,
    dropped: row.dropped,
    note: row.note,
    at: row.created_at.toISOString(),
  };
}
