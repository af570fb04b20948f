import { Injectable } from '@nestjs/common';
import { hasCode, type Tx } from '../core/database.js';
import { problems } from '../core/problem.js';
import { type ReportContent } from './report-content.js';
import { type ReportOutcome, type ReportState } from './report.values.js';

/** A report as the acting reader has it; what it may not know is null. */
export interface ReportRow {
  id: string;
  state: ReportState;
  outcome: ReportOutcome | null;
  assignee_id: string | null;
  submitted_at: Date;
  is_overdue: boolean;
  is_source: boolean;
  is_custodian: boolean;
  /** Null for whoever may not see whose it is. */
  is_protected: boolean | null;
  /** Null when the reader has no grant: the source of what it has withdrawn. */
  version: number | null;
  changed_at: Date;
  rendition_id: string;
  content: ReportContent;
}

export interface ReportFilters {
  mine: boolean;
  state?: ReportState;
  overdue: boolean;
}

const IS_OVERDUE = `(r.state in ('submitted', 'in_triage') and r.submitted_at < now() - interval '7 days')`;

/** The latest rendition that the policies let through: of others' reports there is only the one that was granted. */
const READABLE = `
  select r.id, r.state, r.outcome, r.assignee_id, r.submitted_at,
    ${IS_OVERDUE} as is_overdue,
    coalesce(c.source_id = acting_owner(), false) as is_source,
    coalesce(s.originator_id = acting_owner(), false) as is_custodian,
    c.is_protected, g.version, coalesce(g.changed_at, s.updated_at) as changed_at, said.rendition_id, said.content
  from report r
  join shareable s on s.id = r.id
  left join custody c on c.shareable_id = r.id
  left join share_grant g on g.shareable_id = r.id and g.reader_id = acting_reader()
  cross join lateral (
    select rr.rendition_id, rr.content from report_rendition rr where rr.report_id = r.id
    order by rr.rendition_id desc limit 1) said`;

/** SQL on what reports say; row-level security decides which of them the actor can find. */
@Injectable()
export class ReportsRepository {
  async insert(tx: Tx, id: string): Promise<void> {
    await tx.query(`insert into report (id, state) values ($1, 'submitted')`, [id]);
  }

  async insertRendition(tx: Tx, id: string, reportId: string, content: ReportContent): Promise<void> {
    await tx.query(`insert into report_rendition (rendition_id, report_id, content) values ($1, $2, $3)`, [
      id,
      reportId,
      content,
    ]);
  }

  async find(tx: Tx, id: string): Promise<ReportRow | null> {
    const rows: ReportRow[] = await tx.query(`${READABLE} where r.id = $1`, [id]);
    return rows[0] ?? null;
  }

  /** Those of these reports that were given to the acting reader. */
  async listGranted(tx: Tx, ids: string[]): Promise<ReportRow[]> {
    return tx.query(`${READABLE} where r.id = any ($1) and g.version is not null`, [ids]);
  }

  /** Whoever changes reports locks them first, in order of id; what cannot be found is not locked. */
  async lock(tx: Tx, ids: string[]): Promise<void> {
    await tx.query(`select from report where id = any ($1) order by id for no key update`, [ids]);
  }

  /** In order of id, the newest first. */
  async list(
    tx: Tx,
    { mine, state, overdue }: ReportFilters,
    beforeId: string | undefined,
    limit: number,
  ): Promise<ReportRow[]> {
    const whose = mine
      ? 'c.source_id = acting_owner()'
      : 'g.version is not null and (c.source_id is distinct from acting_owner() or s.originator_id = acting_owner())';
    return tx.query(
      `${READABLE}
       where ${whose} and ($1::text is null or r.state = $1) and ($2::uuid is null or r.id < $2)
         and (not $3 or ${IS_OVERDUE})
       order by r.id desc limit $4`,
      [state ?? null, beforeId ?? null, overdue, limit],
    );
  }

  /** @param assigneeId undefined leaves it as it is */
  async update(
    tx: Tx,
    id: string,
    values: { state: ReportState; outcome?: ReportOutcome; assigneeId?: string },
  ): Promise<void> {
    await tx.query(
      `update report set state = $2, outcome = coalesce($3, outcome), assignee_id = coalesce($4, assignee_id)
       where id = $1`,
      [id, values.state, values.outcome ?? null, values.assigneeId ?? null],
    );
  }

  /** The source's alone: policy. */
  async unprotect(tx: Tx, id: string): Promise<void> {
    await tx.query(`update custody set is_protected = false where shareable_id = $1`, [id]);
  }

  /** Of those of these reports of which the actor may know it. */
  async listSources(tx: Tx, ids: string[]): Promise<{ report_id: string; code: string; name: string }[]> {
    return tx.query(
      `select r.id as report_id, s.code, s.name
       from unnest($1::uuid[]) as r (id) cross join lateral report_source(r.id) s`,
      [ids],
    );
  }

  /**
   * Tells a side of each report, or all who have it, that something about it has changed: nothing may follow.
   * @throws Problem 404 for whoever has lost one of them meanwhile
   */
  async tell(tx: Tx, told: { id: string; side: 'source' | 'desk' | 'all' }[]): Promise<void> {
    try {
      await tx.query(`select report_tell($1, $2)`, [told.map(({ id }) => id), told.map(({ side }) => side)]);
    } catch (error) {
      if (hasCode(error, '42501')) throw problems.notFound();
      throw error;
    }
  }
}
