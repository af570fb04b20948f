import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type AlertSearch, bind, narrow, ORIGINATOR_CODE, STATE } from './alert-search.repository.js';
import { type Facet, type TrendDimension, type TrendInterval } from './alert-statistics.dto.js';

export interface FacetRow {
  /** Null: all of them. */
  facet: Facet | null;
  value: string | null;
  count: string;
}

export interface TrendRow {
  value: string | null;
  period: string;
  count: string;
  first_at: Date;
}

/** Numbers of alerts: of the acting reader's own grants and of nothing else, each in one statement. */
@Injectable()
export class AlertStatisticsRepository {
  async countFacets(tx: Tx, search: AlertSearch, facets: Facet[]): Promise<FacetRow[]> {
    const { from, where, parameters } = narrow(search, COLUMNS);
    const counts = facets.map(
      (facet) => `select '${facet}', v.value, count(*) from found f ${VALUES[facet]} where v.value is not null
        group by v.value`,
    );
    return tx.query(
      `with found as materialized (select g.rendition_id, a.* from ${from} where ${where.join(' and ')})
       select null as facet, null as value, count(*) from found union all ${counts.join(' union all ')}`,
      parameters,
    );
  }

  /** Without what was cancelled. */
  async countTrends(
    tx: Tx,
    search: AlertSearch,
    by: TrendDimension,
    interval: TrendInterval,
  ): Promise<TrendRow[]> {
    const { from, where, parameters } = narrow(search, COLUMNS);
    const format = bind(parameters, interval === 'month' ? 'YYYY-MM' : 'YYYY');
    return tx.query(
      `with found as materialized (select g.rendition_id, a.* from ${from}
         where ${[...where, `a.state <> 'cancelled'`].join(' and ')}),
       counted as (
         select v.value, to_char(f.begins_at at time zone 'UTC', ${format}) as period, f.begins_at
         from found f left join lateral (select v.value from (select) one ${VALUES[by]}) v on true)
       select value, period, count(*), min(begins_at) as first_at from counted group by value, period`,
      parameters,
    );
  }
}

const COLUMNS = [
  'a.kind',
  'a.status',
  `${STATE} as state`,
  'a.severity',
  'a.urgency',
  'a.certainty',
  'a.categories',
  'a.incident_types',
  'a.languages',
  'a.countries',
  'a.begins_at',
  `${ORIGINATOR_CODE} as originator`,
];

const single = (expression: string): string => `cross join lateral (select ${expression} as value) v`;
const several = (column: string): string => `cross join lateral unnest(f.${column}) v (value)`;

/** The values `v` of one that was found, `f`. */
const VALUES: Record<Facet, string> = {
  kind: single('f.kind'),
  status: single('f.status'),
  state: single('f.state'),
  severity: single('f.severity::text'),
  urgency: single('f.urgency'),
  certainty: single('f.certainty'),
  category: several('categories'),
  incidentType: several('incident_types'),
  language: several('languages'),
  country: several('countries'),
  originator: single('f.originator'),
  month: single(`to_char(f.begins_at at time zone 'UTC', 'YYYY-MM')`),
  // Row-level security leaves of the arrangements those that the reader may know of.
  arrangement: `cross join lateral (select r.audience_arrangements as ids from rendition r
      where r.id = f.rendition_id offset 0) audience
    join arrangement named on named.id = any (audience.ids) cross join lateral (select named.code as value) v`,
};
