import { Injectable } from '@nestjs/common';
import { sayAsked } from '../arrangements/sensitivity.service.js';
import { type Tx } from '../core/database.js';
import { type Fault, problems } from '../core/problem.js';
import { type SensitivityMatch, SensitivityMatchesRepository } from './sensitivity.repository.js';

export { type SensitivityMatch } from './sensitivity.repository.js';

export interface Acceptance {
  /** Warnings that the originator says to have read, as `arrangement/line`. */
  acceptedWarnings?: readonly string[];
  /** A flash waits for no warning; what is blocked stays blocked. */
  isExempt?: boolean;
}

/** Holds what is about to be published against the sensitivity matrices of the arrangements that it concerns. */
@Injectable()
export class SensitivityGateService {
  constructor(private readonly matches: SensitivityMatchesRepository) {}

  async list(tx: Tx, alertId: string): Promise<SensitivityMatch[]> {
    return this.matches.list(tx, alertId);
  }

  /**
   * To be asked once the renditions are written.
   * @throws Problem 422 naming every line that blocks, or else every warning that nobody accepted
   */
  async refuse(
    tx: Tx,
    alertId: string,
    { acceptedWarnings = [], isExempt = false }: Acceptance,
  ): Promise<void> {
    const found = await this.matches.list(tx, alertId);
    const blocking = found.filter(({ effect }) => effect === 'block');
    if (blocking.length > 0) {
      throw problems.unprocessable(
        'The information-sharing protocol does not allow this at so low a handling.',
        blocking.map(faultOf),
      );
    }
    const unread = isExempt ? [] : found.filter((match) => !acceptedWarnings.includes(nameOf(match)));
    if (unread.length > 0) {
      throw problems.unprocessable(
        'The information-sharing protocol warns: mark it higher, or name in acceptedWarnings what you have read.',
        unread.map(faultOf),
      );
    }
  }
}

export const nameOf = ({ arrangement, code }: SensitivityMatch): string => `${arrangement}/${code}`;

const faultOf = (match: SensitivityMatch): Fault => ({
  pointer: `#/renditions/${match.ordinal}/tlp`,
  detail: sayAsked(match),
});
