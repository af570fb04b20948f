import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { Database } from '../core/database.js';
import { problems } from '../core/problem.js';
import { AlertFiltersService } from './alert-filters.service.js';
import {
  type AlertFacetsQuery,
  type AlertFacetsView,
  type AlertTrendsQuery,
  type AlertTrendsView,
  type Facet,
} from './alert-statistics.dto.js';
import { AlertStatisticsRepository, type FacetRow, type TrendRow } from './alert-statistics.repository.js';
import { SEVERITIES } from './alert.values.js';
import { suppress, SUPPRESSED_BELOW } from '../core/suppression.js';

const MOST_VALUES = 300;
const MOST_PERIODS = 120;

/** How many alerts there are of what sort: as many as the reader may read, and never one more. */
@Injectable()
export class AlertStatisticsService {
  constructor(
    private readonly database: Database,
    private readonly filters: AlertFiltersService,
    private readonly statistics: AlertStatisticsRepository,
  ) {}

  async countFacets(actor: Actor, query: AlertFacetsQuery): Promise<AlertFacetsView> {
    const stated = this.filters.read(query);
    const rows = await this.database.readAs(actor, async (tx) =>
      this.statistics.countFacets(tx, await this.filters.resolve(tx, stated, query), query.facets),
    );
    return {
      count: Number(rows.find(({ facet }) => facet === null)?.count ?? 0),
      facets: query.facets.map((facet) => ({ facet, values: valuesOf(facet, rows) })),
    };
  }

  /** @throws Problem 400 when it covers more periods than a table can show */
  async countTrends(actor: Actor, query: AlertTrendsQuery): Promise<AlertTrendsView> {
    const stated = this.filters.read(query);
    const { by, interval } = query;
    const rows = await this.database.readAs(actor, async (tx) =>
      this.statistics.countTrends(tx, await this.filters.resolve(tx, stated, query), by, interval),
    );
    return { by, interval, definition: definitionOf(query, rows), ...tableOf(rows) };
  }
}

function valuesOf(facet: Facet, rows: FacetRow[]): { value: string; count: number }[] {
  const values = rows
    .filter((row) => row.facet === facet)
    .map(({ value, count }) => ({
      value: facet === 'severity' ? (SEVERITIES[Number(value)] ?? 'unknown') : (value ?? ''),
      count: Number(count),
    }));
  const byValue = (a: { value: string }, b: { value: string }): number => (a.value < b.value ? -1 : 1);
  const sorted =
    facet === 'month'
      ? values.sort((a, b) => byValue(b, a))
      : values.sort((a, b) => b.count - a.count || byValue(a, b));
  return sorted.slice(0, MOST_VALUES);
}

/** Values and periods in their order; what is stated of none comes last. */
function tableOf(rows: TrendRow[]): Pick<AlertTrendsView, 'cells' | 'byValue' | 'byPeriod' | 'total'> {
  const periods = [...new Set(rows.map(({ period }) => period))].sort();
  const values = [...new Set(rows.map(({ value }) => value))].sort((a, b) =>
    a === null ? 1 : b === null ? -1 : a < b ? -1 : 1,
  );
  if (periods.length > MOST_PERIODS) {
    throw problems.invalidInput([
      { pointer: '?interval', detail: `covers more than ${MOST_PERIODS} periods: ask for fewer, or by year` },
    ]);
  }
  const counts = new Map(
    rows.map(({ value, period, count }) => [JSON.stringify([value, period]), Number(count)]),
  );
  const table = suppress(
    values.map((value) => periods.map((period) => counts.get(JSON.stringify([value, period])) ?? 0)),
  );
  const at = (row: number, column: number): number | null => table[row]?.[column] ?? null;
  return {
    cells: values.flatMap((value, row) =>
      periods.flatMap((period, column) => {
        const count = at(row, column);
        return count === 0 ? [] : [{ value, period, count }];
      }),
    ),
    byValue: values.map((value, row) => ({ value, count: at(row, periods.length) })),
    byPeriod: periods.map((period, column) => ({ period, count: at(values.length, column) })),
    total: values.length === 0 ? 0 : at(values.length, periods.length),
  };
}

function definitionOf({ by, interval }: AlertTrendsQuery, rows: TrendRow[]): AlertTrendsView['definition'] {
  const first = rows.map(({ first_at }) => first_at.getTime());
  return {
    counted:
      'Alerts that you may read and that match the filters asked for, each once, as its latest version says. Others may read more or fewer: these are no numbers of all incidents.',
    time: `The ${interval} (UTC) of the onset; else of taking effect, else of sending.`,
    dimension: DIMENSIONS[by],
    excluded:
      'Drafts, cancelled and withdrawn alerts, versions that a later one replaced, and drills unless `status` asks for them.',
    suppression: `Counts from 1 to ${SUPPRESSED_BELOW - 1} are not shown (null), and neither are as many others as would give them away in a total.`,
    suppressedBelow: SUPPRESSED_BELOW,
    ...(first.length > 0 && { firstAt: new Date(Math.min(...first)).toISOString() }),
    countedAt: new Date().toISOString(),
  };
}

const MANY = 'An alert of several is counted once for each of them, in totals too.';

const DIMENSIONS: Record<AlertTrendsQuery['by'], string> = {
  country: `Country (ISO 3166-1) of an area of the alert. ${MANY}`,
  arrangement: `Arrangement of yours that the alert was addressed to. ${MANY}`,
  incidentType: `Code of the reference list incident-acts. ${MANY}`,
  category: `Category of CAP 1.2. ${MANY}`,
  kind: 'Kind of the alert: each has one.',
};
