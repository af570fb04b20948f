import { ApiProperty } from '@nestjs/swagger';
import { CLASSIFICATIONS, type Classification, TLP_LABELS, type Tlp } from '../access/handling.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { PageQuery } from '../core/page.dto.js';
import { IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import { OriginatorView } from './alerts.view.js';
import { type HandlingStatisticsRow } from './handling-statistics.repository.js';

export class HandlingStatisticsQuery extends PageQuery {
  /** Code or id. Without it your own; for the steward all. */
  @IfPresent()
  @IsText(1, 64)
  originator?: string;

  /** First published at or after this time; 90 days before `until` when absent. */
  @IfPresent()
  @IsTimestamp()
  from?: string;

  /** First published before this time; now when absent. */
  @IfPresent()
  @IsTimestamp()
  until?: string;
}

export class TlpCountView {
  tlp: Tlp;
  @ApiProperty({ type: 'integer' })
  alerts: number;
}

export class ClassificationCountView {
  classification: Classification;
  @ApiProperty({ type: 'integer' })
  alerts: number;
}

export class ReasonCountView {
  reason: string;
  @ApiProperty({ type: 'integer' })
  alerts: number;
}

export class ChallengeCountsView {
  @ApiProperty({ type: 'integer' })
  open: number;
  @ApiProperty({ type: 'integer' })
  overdue: number;
  @ApiProperty({ type: 'integer' })
  upheld: number;
  @ApiProperty({ type: 'integer' })
  lowered: number;
  @ApiProperty({ type: 'integer' })
  raised: number;
  @ApiProperty({ type: 'integer' })
  withdrawn: number;
}

export class LatencyView {
  /** How many it is taken from. */
  @ApiProperty({ type: 'integer' })
  of: number;
  /** Half of them within. */
  @ApiProperty({ type: 'integer' })
  p50: number;
  /** Nine in ten of them within. */
  @ApiProperty({ type: 'integer' })
  p90: number;
}

export class LatenciesView {
  /** Whole minutes from `knownAt` to the publication, of alerts that state it. */
  knownToPublishedMinutes?: LatencyView;
  /** Hours from the publication until an organisation first fetched it; for others than the originator from three. */
  publishedToFetchedHours?: LatencyView;
  /** Hours from the publication until an organisation acknowledged it; for others than the originator from three. */
  publishedToAcknowledgedHours?: LatencyView;
}

export class HandlingStatisticsView {
  originator: OriginatorView;
  @ApiProperty({ type: 'integer' })
  alerts: number;
  byTlp: TlpCountView[];
  byClassification: ClassificationCountView[];
  /** Of those classified, the most frequent first, at most 50; for the originator alone. */
  byReason?: ReasonCountView[];
  /** Alerts above UNCLASSIFIED as a share of all, from 0 to 1; absent without alerts. */
  shareClassified?: number;
  /** Alerts that stand today, whenever they were published, with a classified text whose day of review has passed. */
  @ApiProperty({ type: 'integer' })
  reviewsOverdue: number;
  /** The day of review that has passed longest. */
  @ApiProperty({ format: 'date' })
  oldestReviewAt?: string;
  /** Alerts of which there is no text at GREEN or below. */
  @ApiProperty({ type: 'integer' })
  lowerTextMissing: number;
  /** Challenges made within the time, by what became of them. */
  challenges: ChallengeCountsView;
  latency: LatenciesView;
}

export class HandlingStatisticsPage {
  from: string;
  until: string;
  /** What is counted. */
  definition: string;
  items: HandlingStatisticsView[];
  nextCursor: string | null;
}

export const DEFINITION =
  'Alerts of status actual that were first published within the time, each counted once, at its highest current TLP and classification; withdrawn and expired ones included, drafts and exercises not. Overdue reviews are of all actual alerts that stand today.';

export function presentStatistics(row: HandlingStatisticsRow): HandlingStatisticsView {
  const { tlp, classification, reasons } = row;
  const alerts = tlp.reduce((sum, count) => sum + count, 0);
  const classified = alerts - (classification[0] ?? 0);
  const [open = 0, overdue = 0, upheld = 0, lowered = 0, raised = 0, withdrawn = 0] = row.challenges;
  return {
    originator: { code: row.code, name: row.name },
    alerts,
    byTlp: TLP_LABELS.map((label, rank) => ({ tlp: label, alerts: tlp[rank] ?? 0 })),
    byClassification: CLASSIFICATIONS.map((label, rank) => ({
      classification: label,
      alerts: classification[rank] ?? 0,
    })),
    ...(reasons !== null && {
      byReason: reasons.map(({ reason, alerts: count }) => ({ reason, alerts: count })),
    }),
    ...(alerts > 0 && { shareClassified: Math.round((classified / alerts) * 1000) / 1000 }),
    reviewsOverdue: row.reviews_overdue,
    ...(row.oldest_review !== null && { oldestReviewAt: row.oldest_review }),
    lowerTextMissing: row.lower_missing,
    challenges: { open, overdue, upheld, lowered, raised, withdrawn },
    latency: {
      ...(row.known && { knownToPublishedMinutes: presentLatency(row.known) }),
      ...(row.delivered && { publishedToFetchedHours: presentLatency(row.delivered) }),
      ...(row.acknowledged && { publishedToAcknowledgedHours: presentLatency(row.acknowledged) }),
    },
  };
}

const presentLatency = ([of = 0, p50 = 0, p90 = 0]: number[]): LatencyView => ({ of, p50, p90 });
