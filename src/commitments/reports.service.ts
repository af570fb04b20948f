import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database } from '../core/database.js';
import { problems } from '../core/problem.js';
import { commitmentState } from './commitment.rules.js';
import {
  type CommitmentReportPage,
  type CommitmentReportQuery,
  type PartnerCommitmentsView,
  presentReport,
  type ReportRow,
} from './reports.dto.js';
import { ReportsRepository } from './reports.repository.js';

const STEP = 200;

@Injectable()
export class CommitmentReportsService {
  constructor(
    private readonly database: Database,
    private readonly reports: ReportsRepository,
    private readonly cursors: Cursors,
  ) {}

  async list(actor: Actor, year: number, query: CommitmentReportQuery): Promise<CommitmentReportPage> {
    const place = `commitments ${year}`;
    const { cursor, limit } = query;
    const afterId =
      cursor === undefined ? undefined : placeToId(this.cursors.open(actor.readerId, place, cursor));
    const filter = { ...ownOf(actor), ...(afterId !== undefined && { afterId }), limit: limit + 1 };
    const found = await this.database.readAs(actor, (tx) => this.reports.list(tx, year, filter));
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    const more = found.length > limit && last !== undefined;
    return {
      year,
      items: rows.map(present),
      nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.id)) : null,
    };
  }

  /** All of it, as one moment shows it: for a table. */
  async listAll(actor: Actor, year: number): Promise<PartnerCommitmentsView[]> {
    return this.database.readAs(actor, async (tx) => {
      const items: PartnerCommitmentsView[] = [];
      for (let afterId: string | undefined; ;) {
        const filter = { ...ownOf(actor), ...(afterId !== undefined && { afterId }), limit: STEP };
        const rows = await this.reports.list(tx, year, filter);
        items.push(...rows.map(present));
        if (rows.length < STEP) return items;
        afterId = rows.at(-1)?.id;
      }
    });
  }
}

/** @throws Problem 404 for a client that is not to see its partner as a whole */
function ownOf(actor: Actor): { partnerId?: string } {
  if (actor.manages.includes('partners')) return {};
  if (actor.narrowed) throw problems.notFound();
  return { partnerId: actor.partnerId };
}

const present = (row: ReportRow): PartnerCommitmentsView => presentReport(row, commitmentState(row, row.now));
