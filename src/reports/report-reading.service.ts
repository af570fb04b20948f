import { Injectable } from '@nestjs/common';
import { type Actor, mayRead } from '../access/actor.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database, type Tx } from '../core/database.js';
import { problems } from '../core/problem.js';
import { FetchesService } from '../sharing/fetches.service.js';
import { LedgerRepository, type LedgerRow } from './ledger.repository.js';
import { type FoundReport, ReportAccessService } from './report-access.service.js';
import { type ListReportsQuery } from './reports.dto.js';
import { type ReportRow, ReportsRepository } from './reports.repository.js';
import { presentReport, type ReadReport, type ReportView } from './reports.view.js';
import { TriageRepository } from './triage.repository.js';

export { ReportView } from './reports.view.js';

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
    private readonly fetches: FetchesService,
  ) {}

  /** @throws Problem 404 when it is missing or hidden */
  async get(actor: Actor, id: string): Promise<ReadReport> {
    return this.database.readAs(actor, async (tx) => {
      const [report] = await this.complete(tx, [await this.access.get(tx, actor, id)]);
      return report as ReadReport;
    });
  }

  /** Those of these reports that the actor was given and may read; they are to be given before they leave. */
  async listGranted(tx: Tx, actor: Actor, ids: string[]): Promise<ReadReport[]> {
    if (ids.length === 0) return [];
    return this.complete(tx, await this.access.listGranted(tx, actor, ids));
  }

  /** Durable when it returns: that the reader was given these. Of sources nothing is written down anywhere. */
  async give(actor: Actor, reports: ReadReport[]): Promise<ReportView[]> {
    const given = reports.flatMap(({ row: { id, version, is_source: isSource } }) =>
      version === null || isSource ? [] : [{ id, version }],
    );
    await this.fetches.record(actor, given);
    return reports.map(presentReport);
  }

  /** With what each side may know beside; as many statements for many reports as for one. */
  private async complete(tx: Tx, found: FoundReport[]): Promise<ReadReport[]> {
    const idsOf = (side: (one: FoundReport) => boolean): string[] =>
      found.filter(side).map(({ row }) => row.id);
    const parties = idsOf(({ isSource, isDesk }) => isSource || isDesk);
    const desks = idsOf(({ isDesk }) => isDesk);
    const sources = idsOf(({ isSource }) => isSource);
    const known = parties.length > 0 ? await this.reports.listSources(tx, parties) : [];
    const outcomes = parties.length > 0 ? await this.triage.listOutcomes(tx, parties) : [];
    const merged = desks.length > 0 ? await this.triage.listMerged(tx, desks) : [];
    const reveals = sources.length > 0 ? await this.triage.listReveals(tx, sources) : [];
    return found.map(({ row, isSource, isDesk }) => ({
      row,
      source: row.content.source ?? known.find((one) => one.report_id === row.id) ?? null,
      outcomes: isSource || isDesk ? outcomes.filter((one) => one.report_id === row.id) : null,
      merged: isDesk ? merged.filter((one) => one.into_id === row.id).map((one) => one.report_id) : null,
      reveals: isSource ? reveals.filter((one) => one.report_id === row.id) : null,
    }));
  }

  /** @throws Problem 403 without the scope for this half of the reports */
  async list(
    actor: Actor,
    { mine, state, overdue, cursor, limit }: ListReportsQuery,
  ): Promise<{ rows: ReportRow[]; nextCursor: string | null }> {
    const isMine = mine === 'true';
    const scope = isMine ? 'reports:submit' : 'reports:triage';
    if (!mayRead(actor, scope)) throw problems.insufficientScope(scope);
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
