import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type SensitivityLineEntity } from './sensitivity.entities.js';

export type MatrixLine = Omit<SensitivityLineEntity, 'arrangementId' | 'version'>;

export interface MatrixRow {
  version: number;
  protocol: string;
  effective_from: Date;
  state: 'past' | 'current' | 'planned';
  lines: MatrixLine[];
}

/** A line under which something falls that is marked lower than the line asks for. */
export interface AskedLine {
  /** Code of the arrangement. */
  arrangement: string;
  code: string;
  /** Null, as the reason, for whoever may not read the matrix. */
  title: string | null;
  lowest_tlp: number;
  effect: MatrixLine['effect'];
  reason: string | null;
}

/** What somebody is about to say, in codes, ids and ranks. */
export interface Statement {
  acts: readonly string[];
  countries: readonly string[];
  tlp: number;
  arrangementIds: readonly string[];
}

const LISTED = 100;

@Injectable()
export class SensitivityRepository {
  /** Newest first. A version of which the time came after that of a newer one never holds. */
  async list(tx: Tx, arrangementId: string): Promise<MatrixRow[]> {
    return tx.query(
      `select m.version, m.protocol, m.effective_from,
         case when m.version = sensitivity_version(m.arrangement_id) then 'current'
           when m.effective_from > now() then 'planned' else 'past' end as state,
         coalesce((select jsonb_agg(jsonb_build_object('code', l.code, 'title', l.title,
             'incidentTypes', l.incident_types, 'lowestTlp', l.lowest_tlp, 'effect', l.effect, 'reason', l.reason)
             order by l.code)
           from sensitivity_line l where l.arrangement_id = m.arrangement_id and l.version = m.version), '[]') as lines
       from sensitivity_matrix m where m.arrangement_id = $1 order by m.version desc limit ${LISTED}`,
      [arrangementId],
    );
  }

  /** By the matrices that hold now. */
  async listAsked(tx: Tx, { acts, countries, tlp, arrangementIds }: Statement): Promise<AskedLine[]> {
    return tx.query(
      `select arrangement, code, title, lowest_tlp, effect, reason from sensitivity_asked($1, $2, $3, $4)`,
      [acts, countries, tlp, arrangementIds],
    );
  }

  /** Waits for whoever is writing one: versions follow each other without a gap. @returns the latest version; 0 for none */
  async lockLatest(tx: Tx, arrangementId: string): Promise<number> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('sensitivity:' || $1, 0))`, [
      arrangementId,
    ]);
    const rows: { version: number | null }[] = await tx.query(
      `select max(version) as version from sensitivity_matrix where arrangement_id = $1`,
      [arrangementId],
    );
    return rows[0]?.version ?? 0;
  }

  /** @param matrix `effectiveFrom` null: at once */
  async insert(
    tx: Tx,
    arrangementId: string,
    matrix: { version: number; protocol: string; effectiveFrom: Date | null; lines: MatrixLine[] },
  ): Promise<void> {
    const { version, protocol, effectiveFrom, lines } = matrix;
    await tx.query(
      `insert into sensitivity_matrix (arrangement_id, version, protocol, effective_from) values ($1, $2, $3, coalesce($4, now()))`,
      [arrangementId, version, protocol, effectiveFrom],
    );
    for (const line of lines) {
      await tx.query(
        `insert into sensitivity_line (arrangement_id, version, code, title, incident_types, lowest_tlp, effect, reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [
          arrangementId,
          version,
          line.code,
          line.title,
          line.incidentTypes,
          line.lowestTlp,
          line.effect,
          line.reason,
        ],
      );
    }
  }
}
