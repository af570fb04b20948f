import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database } from '../core/database.js';
import { problems } from '../core/problem.js';
import { LedgerRepository, type LedgerRow } from './ledger.repository.js';
import { ReportAccessService } from './report-access.service.js';
import { type ListReportsQuery } from './reports.dto.js';
import { type ReportRow, ReportsRepository } from './reports.repository.js';
import { type ReadReport } from './reports.view.js';
import { TriageRepository } from './triage.repository.js';

const LEDGER_MONTHS = 12;

/** What each reader of a report may know of it. */
@Injectable()
export class ReportReadingService {
  constructor(
    private readonly database: Database,
    private readonly access: ReportAccessService,
    private readonly reports: ReportsRepository,
    private readonly triage: TriageRepository,
    private readonly ledgers: LedgerRepository,
    private readonly cursors: Cursors,
  ) {}

  /** @throws Problem 404 when it is missing or hidden */
  async get(actor: Actor, id: string): Promise<ReadReport> {
    return this.database.readAs(actor, async (tx) => {
      const { row, isSource, isDesk } = await this.access.get(tx, actor, id);
      const { source = null } = row.content;
      return {
        row,
        source: source ?? (isSource || isDesk ? await this.reports.findSource(tx, id) : null),
        outcomes: isSource || isDesk ? await this.triage.listOutcomes(tx, id) : null,
        merged: isDesk ? await this.triage.listMerged(tx, id) : null,
        reveals: isSource ? await this.triage.listReveals(tx, id) : null,
      };
    });
  }

  /** @throws Problem 403 without the scope for this half of the reports */
  async list(
    actor: Actor,
    { mine, state, overdue, cursor, limit }: ListReportsQuery,
  ): Promise<{ rows: ReportRow[]; nextCursor: string | null }> {
    const isMine = mine === 'true';
    const scope = isMine ? 'reports:submit' : 'reports:triage';
    if (!actor.scopes.has(scope)) throw problems.insufficientScope(scope);
    const place = `reports ${JSON.stringify([isMine, state, overdue])}`;
    const before =
      cursor === undefined ? undefined : placeToId(this.cursors.open(actor.readerId, place, cursor));
    const found = await this.database.readAs(actor, (tx) =>
      this.reports.list(tx, { mine: isMine, state, overdue: overdue === 'true' }, before, limit + 1),
    );
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    const more = found.length > limit && last !== undefined;
    return { rows, nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.id)) : null };
  }

  /** What the acting partner gave and got back. */
  async ledger(actor: Actor): Promise<LedgerRow[]> {
    return this.database.readAs(actor, (tx) => this.ledgers.list(tx, LEDGER_MONTHS));
  }
}
