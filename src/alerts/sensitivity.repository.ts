import { Injectable } from '@nestjs/common';
import { type SensitivityEffect } from '../arrangements/arrangements.service.js';
import { type Tx } from '../core/database.js';

/** A line of a sensitivity matrix under which a text falls that is marked lower than the line asks for. */
export interface SensitivityMatch {
  /** Place of the rendition, from 0, the lowest first. */
  ordinal: number;
  /** Code of the arrangement. */
  arrangement: string;
  code: string;
  /** Null, as the reason, for whoever may not read the matrix. */
  title: string | null;
  lowest_tlp: number;
  effect: SensitivityEffect;
  reason: string | null;
}

@Injectable()
export class SensitivityMatchesRepository {
  /** Of one's own alert, as it is written now and by the matrices that hold now. */
  async list(tx: Tx, alertId: string): Promise<SensitivityMatch[]> {
    return tx.query(
      `select ordinal, arrangement, code, title, lowest_tlp, effect, reason from sensitivity_matches($1)`,
      [alertId],
    );
  }
}
