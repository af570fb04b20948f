import { ApiProperty } from '@nestjs/swagger';
import { ArrayNotEmpty, ArrayUnique, IsArray, IsIn } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { ToList } from '../core/page.dto.js';
import { AlertFilters } from './alert-search.dto.js';
import { SUPPRESSED_BELOW } from '../core/suppression.js';

export const FACETS = [
  'kind',
  'status',
  'state',
  'severity',
  'urgency',
  'certainty',
  'category',
  'incidentType',
  'language',
  'country',
  'arrangement',
  'originator',
  'month',
] as const;
export type Facet = (typeof FACETS)[number];

export const TREND_DIMENSIONS = ['country', 'arrangement', 'incidentType', 'category', 'kind'] as const;
export type TrendDimension = (typeof TREND_DIMENSIONS)[number];

export const TREND_INTERVALS = ['month', 'year'] as const;
export type TrendInterval = (typeof TREND_INTERVALS)[number];

export class AlertFacetsQuery extends AlertFilters {
  /** What to count by, separated by commas. */
  @ToList()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsIn(FACETS, { each: true })
  facets: Facet[];
}

export class AlertTrendsQuery extends AlertFilters {
  @IsIn(TREND_DIMENSIONS)
  by: TrendDimension;

  @IfPresent()
  @IsIn(TREND_INTERVALS)
  interval: TrendInterval = 'month';
}

export class FacetValueView {
  value: string;
  /** How many you may read. */
  @ApiProperty({ type: 'integer' })
  count: number;
}

export class FacetView {
  facet: Facet;
  /** Most frequent first, months latest first; at most 300. */
  values: FacetValueView[];
}

export class AlertFacetsView {
  /** How many in all, as `count` of the list. */
  @ApiProperty({ type: 'integer' })
  count: number;
  facets: FacetView[];
}

/** What the numbers are, to be kept with them wherever they go. */
export class TrendDefinitionView {
  counted: string;
  time: string;
  dimension: string;
  excluded: string;
  suppression: string;
  /** Counts below it are not shown. */
  @ApiProperty({ type: 'integer', example: SUPPRESSED_BELOW })
  suppressedBelow: number;
  /** When the first of what is counted began; absent when nothing is. */
  firstAt?: string;
  /** When it was counted. */
  countedAt: string;
}

export class TrendCellView {
  /** Null: not stated. */
  @ApiProperty({ type: 'string', nullable: true })
  value: string | null;
  /** Such as `2026-01`, or `2026`. */
  period: string;
  /** Null: suppressed. */
  @ApiProperty({ type: 'integer', nullable: true })
  count: number | null;
}

export class TrendValueView {
  /** Null: not stated. */
  @ApiProperty({ type: 'string', nullable: true })
  value: string | null;
  /** Null: suppressed. */
  @ApiProperty({ type: 'integer', nullable: true })
  count: number | null;
}

export class TrendPeriodView {
  period: string;
  /** Null: suppressed. */
  @ApiProperty({ type: 'integer', nullable: true })
  count: number | null;
}

export class AlertTrendsView {
  by: TrendDimension;
  interval: TrendInterval;
  definition: TrendDefinitionView;
  /** Where there is none, there were no such alerts. */
  cells: TrendCellView[];
  byValue: TrendValueView[];
  byPeriod: TrendPeriodView[];
  /** Null: suppressed. */
  @ApiProperty({ type: 'integer', nullable: true })
  total: number | null;
}
