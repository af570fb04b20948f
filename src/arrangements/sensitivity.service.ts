import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { tlpLabel, tlpRank } from '../access/handling.js';
import { AuditService } from '../audit/audit.service.js';
import { Database, type Tx } from '../core/database.js';
import { requireVersion } from '../core/etag.js';
import { problems } from '../core/problem.js';
import { ReferenceService } from '../reference/reference.service.js';
import { ArrangementsService } from './arrangements.service.js';
import { type SetSensitivityDto } from './sensitivity.dto.js';
import {
  type AskedLine,
  type MatrixRow,
  SensitivityRepository,
  type Statement,
} from './sensitivity.repository.js';

export { type AskedLine } from './sensitivity.repository.js';

const INCIDENTS = 'incident-acts';

/**
 * The sensitivity matrix of an arrangement: which texts its information-sharing protocol wants marked how. Versions are
 * written once; alerts and reports are held against the one that is in force when they are published.
 */
@Injectable()
export class SensitivityService {
  constructor(
    private readonly database: Database,
    private readonly matrices: SensitivityRepository,
    private readonly arrangements: ArrangementsService,
    private readonly reference: ReferenceService,
    private readonly audit: AuditService,
  ) {}

  /** The lines that want what the acting partner is about to say marked higher. */
  async listAsked(tx: Tx, statement: Statement): Promise<AskedLine[]> {
    return this.matrices.listAsked(tx, statement);
  }

  /** All versions, newest first, those to come among them. */
  async list(actor: Actor, arrangementId: string): Promise<MatrixRow[]> {
    return this.database.readAs(actor, async (tx) => {
      await this.arrangements.getIn(tx, arrangementId);
      return this.matrices.list(tx, arrangementId);
    });
  }

  /** @throws Problem 400 for codes of no incident and for a time that is past, 412 when somebody wrote one meanwhile */
  async set(
    actor: Actor,
    arrangementId: string,
    { protocol, from, lines }: SetSensitivityDto,
    ifMatch: string | undefined,
  ): Promise<MatrixRow> {
    const effectiveFrom = from === undefined ? null : new Date(from);
    if (effectiveFrom !== null && effectiveFrom.getTime() < Date.now()) {
      throw problems.invalidInput([{ pointer: '#/from', detail: 'must not lie in the past' }]);
    }
    return this.database.as(actor, async (tx) => {
      await this.arrangements.getIn(tx, arrangementId);
      const latest = await this.matrices.lockLatest(tx, arrangementId);
      requireVersion(ifMatch, latest);
      const stated = lines.flatMap(({ incidentTypes = [] }, line) =>
        incidentTypes.map((code, place) => ({
          list: INCIDENTS,
          code,
          pointer: `#/lines/${line}/incidentTypes/${place}`,
        })),
      );
      const faults = await this.reference.faults(tx, stated);
      if (faults.length > 0) throw problems.invalidInput(faults);
      const version = latest + 1;
      await this.matrices.insert(tx, arrangementId, {
        version,
        protocol,
        effectiveFrom,
        lines: lines.map((line) => ({
          ...line,
          incidentTypes: line.incidentTypes ?? [],
          lowestTlp: tlpRank(line.lowestTlp),
        })),
      });
      await this.audit.record(tx, actor, {
        action: 'sensitivity.decided',
        object: { type: 'arrangement', id: arrangementId },
        details: {
          version,
          protocol,
          ...(effectiveFrom && { from: effectiveFrom.toISOString() }),
          lines: lines.map(({ code }) => code),
        },
      });
      const [written] = await this.matrices.list(tx, arrangementId);
      if (written === undefined) throw problems.notFound();
      return written;
    });
  }
}

/** How it is to be marked, and why as far as its author may know. */
export const sayAsked = ({
  arrangement,
  code,
  lowest_tlp,
  reason,
}: Pick<AskedLine, 'arrangement' | 'code' | 'lowest_tlp' | 'reason'>): string =>
  [`${arrangement}/${code} asks for ${tlpLabel(lowest_tlp)} at least.`, reason ?? []].flat().join(' ');
