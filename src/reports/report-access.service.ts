import { Injectable } from '@nestjs/common';
import { type Actor, mayRead } from '../access/actor.js';
import { type Tx } from '../core/database.js';
import { requireVersion } from '../core/etag.js';
import { problems } from '../core/problem.js';
import { nextState, type ReportAct } from './report.rules.js';
import { type ReportState } from './report.values.js';
import { type ReportRow, ReportsRepository } from './reports.repository.js';

/** One report and where its caller stands towards it. */
export interface FoundReport {
  row: ReportRow;
  isSource: boolean;
  /** The custodian, or the partner that has taken it: never the source of what another holds for it. */
  isDesk: boolean;
}

/** Who stands where towards a report: the same for everything that is read of it or done to it. */
@Injectable()
export class ReportAccessService {
  constructor(private readonly reports: ReportsRepository) {}

  /** @throws Problem 404 when it is missing, hidden, or not for the scopes of this client */
  async get(tx: Tx, actor: Actor, id: string): Promise<FoundReport> {
    const row = await this.reports.find(tx, id);
    const found = row && standing(actor, row);
    if (found === null) throw problems.notFound();
    return found;
  }

  /** Those of these reports that the actor was given and may read. */
  async listGranted(tx: Tx, actor: Actor, ids: string[]): Promise<FoundReport[]> {
    return (await this.reports.listGranted(tx, ids)).flatMap((row) => standing(actor, row) ?? []);
  }

  /**
   * Locks the report, and others that the act concerns, in order of id; then looks.
   * @returns also the state that the act leads to
   * @throws Problem 404 hidden or missing, 409 not in this state, 412 changed meanwhile
   */
  async lock(
    tx: Tx,
    actor: Actor,
    id: string,
    act: ReportAct,
    { ifMatch, others = [] }: { ifMatch?: string; others?: string[] } = {},
  ): Promise<FoundReport & { next: ReportState }> {
    await this.reports.lock(tx, [id, ...others]);
    const found = await this.get(tx, actor, id);
    requireVersion(ifMatch, found.row.version ?? 0);
    return { ...found, next: nextState(found.row.state, act) };
  }
}

/** Null for what is not for the scopes of this client. What it may do beyond reading is for its routes to ask. */
function standing(actor: Actor, row: ReportRow): FoundReport | null {
  const isSource = row.is_source && mayRead(actor, 'reports:submit');
  const scoped = mayRead(actor, 'reports:triage', 'sources:reveal');
  const reads = scoped && (!row.is_source || row.is_custodian);
  if (!isSource && !reads) return null;
  const isDesk = reads && !actor.narrowed && (row.is_custodian || row.assignee_id === actor.partnerId);
  return { row, isSource, isDesk };
}

export const onlySource = () => problems.forbidden('Only its source can do this.');
export const onlyDesk = () => problems.forbidden('Only the desk that has taken it can do this.');
