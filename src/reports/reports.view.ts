import { ApiProperty } from '@nestjs/swagger';
import { HandlingView } from '../access/handling.dto.js';
import { AttachmentView } from '../attachments/attachments.service.js';
import { type WarningCode } from './crowd.rules.js';
import { type ReportContent } from './report-content.js';
import { type ReportRow } from './reports.repository.js';
import {
  type PlacePrecision,
  type ReportAttribution,
  type Credibility,
  type ReportKind,
  type ReportOutcome,
  type ReportState,
  type Reliability,
  type TimePrecision,
} from './report.values.js';
import { type OutcomeRow, type RevealRow } from './triage.repository.js';

export class ReportSourceView {
  code: string;
  name: string;
}

export class ReportGradingView {
  reliability: Reliability;
  credibility: Credibility;
}

export class ReportTextView {
  /** BCP 47 tag. */
  language: string;
  headline: string;
  description: string;
}

export class PlaceCodeView {
  name: string;
  value: string;
}

export class PlaceAreaView {
  description: string;
  /** [latitude, longitude] in degrees, WGS 84. */
  @ApiProperty({ type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2, required: false })
  center?: number[];
  radiusKm?: number;
  geocodes: PlaceCodeView[];
}

export class PlaceView {
  precision: PlacePrecision;
  country: string;
  locationType?: string;
  areas: PlaceAreaView[];
}

export class VictimsView {
  kind: string;
  @ApiProperty({ type: 'integer' })
  killed: number;
  @ApiProperty({ type: 'integer' })
  wounded: number;
  @ApiProperty({ type: 'integer' })
  kidnapped: number;
  @ApiProperty({ type: 'integer' })
  detained: number;
}

export class OutcomeView {
  outcome: ReportOutcome;
  at: string;
  reason?: string;
  explanation: string;
  /** The alert or report that it points at, if that reaches you. */
  target?: string;
}

export class RevealView {
  at: string;
  /** Who was told that it was you. */
  to: string;
  reason: string;
}

export class WarningView {
  code: WarningCode;
  detail: string;
}

/** A report as you may have it. */
export class ReportView {
  id: string;
  /** Counts what you were given of it; absent for what you have withdrawn. */
  @ApiProperty({ type: 'integer', required: false })
  version?: number;
  changedAt: string;
  submittedAt: string;
  state: ReportState;
  kind: ReportKind;
  occurredAt: string;
  occurredPrecision: TimePrecision;
  place: PlaceView;
  act: string;
  actorType?: string;
  means: string[];
  contexts: string[];
  victims: VictimsView[];
  impacts: string[];
  deliveryEffects: string[];
  /** Admiralty scale. */
  grading: ReportGradingView;
  texts: ReportTextView[];
  handling: HandlingView;
  attribution: ReportAttribution;
  /** Whose it is, where you may know. */
  source?: ReportSourceView;
  /** True for your own. */
  mine: boolean;
  /** Without an outcome for more than 7 days. */
  overdue: boolean;
  /** The latest outcome; its history is for source and desk. */
  outcome?: ReportOutcome;
  /** For source and desk: latest first. */
  outcomes?: OutcomeView[];
  /** For the desk: the partner that has taken it. */
  assignedTo?: string;
  /** For the desk: reports that were merged into this one and reach you. */
  merged?: string[];
  /** For the source: every time that somebody was told whose it is. */
  reveals?: RevealView[];
  attachments: AttachmentView[];
}

/** A report of yours, with what you should know about being recognised. */
export class SubmittedReportView extends ReportView {
  warnings: WarningView[];
}

export class WarningList {
  warnings: WarningView[];
}

export class ReportSummaryView {
  id: string;
  @ApiProperty({ type: 'integer', required: false })
  version?: number;
  changedAt: string;
  submittedAt: string;
  state: ReportState;
  kind: ReportKind;
  occurredAt: string;
  country: string;
  act: string;
  /** In its author's first language. */
  headline: string;
  handling: HandlingView;
  attribution: ReportAttribution;
  /** Whose it is, where it says so itself. */
  source?: ReportSourceView;
  mine: boolean;
  overdue: boolean;
  outcome?: ReportOutcome;
}

export class ReportPage {
  items: ReportSummaryView[];
  nextCursor: string | null;
}

/** Everything around a report that this reader may know. */
export interface ReadReport {
  row: ReportRow;
  source: { code: string; name: string } | null;
  /** Null for whoever only reads it. */
  outcomes: OutcomeRow[] | null;
  merged: string[] | null;
  reveals: RevealRow[] | null;
}

export function presentReport(read: ReadReport): ReportView {
  const { row, source, outcomes, merged, reveals } = read;
  return {
    ...presentHead(row),
    ...presentContent(row.content),
    ...(source && { source: { code: source.code, name: source.name } }),
    ...(row.outcome && { outcome: row.outcome }),
    ...(outcomes && { outcomes: outcomes.map(presentOutcome) }),
    ...(merged && { merged }),
    ...(merged && row.assignee_id && { assignedTo: row.assignee_id }),
    ...(reveals && {
      reveals: reveals.map((one) => ({
        at: one.revealed_at.toISOString(),
        to: one.revealed_to_name,
        reason: one.reason,
      })),
    }),
  };
}

export function presentSummary(row: ReportRow): ReportSummaryView {
  const { content } = row;
  return {
    ...presentHead(row),
    kind: content.kind,
    occurredAt: content.occurredAt,
    country: content.place.country,
    act: content.act,
    headline: content.texts[0]?.headline ?? '',
    handling: { ...content.handling },
    attribution: content.attribution,
    ...(content.source && { source: { code: content.source.code, name: content.source.name } }),
    ...(row.outcome && { outcome: row.outcome }),
  };
}

const presentHead = (row: ReportRow) => ({
  id: row.id,
  ...(row.version !== null && { version: row.version }),
  changedAt: row.changed_at.toISOString(),
  submittedAt: row.submitted_at.toISOString(),
  state: row.state,
  mine: row.is_source,
  overdue: row.is_overdue,
});

const presentContent = (content: ReportContent) => ({
  kind: content.kind,
  occurredAt: content.occurredAt,
  occurredPrecision: content.occurredPrecision,
  place: {
    precision: content.place.precision,
    country: content.place.country,
    locationType: content.place.locationType,
    areas: content.place.areas.map(({ description, center, radiusKm, geocodes }) => ({
      description,
      center,
      radiusKm,
      geocodes: geocodes.map(({ name, value }) => ({ name, value })),
    })),
  },
  act: content.act,
  actorType: content.actorType,
  means: content.means,
  contexts: content.contexts,
  victims: content.victims.map(({ kind, killed, wounded, kidnapped, detained }) => ({
    kind,
    killed,
    wounded,
    kidnapped,
    detained,
  })),
  impacts: content.impacts,
  deliveryEffects: content.deliveryEffects,
  grading: { reliability: content.grading.reliability, credibility: content.grading.credibility },
  texts: content.texts.map(({ language, headline, description }) => ({ language, headline, description })),
  handling: { tlp: content.handling.tlp, classification: content.handling.classification },
  attribution: content.attribution,
  attachments: content.attachments.map(({ id, name, type, bytes, digest }) => ({
    id,
    name,
    type,
    bytes,
    digest,
  })),
});

const presentOutcome = (row: OutcomeRow): OutcomeView => ({
  outcome: row.outcome,
  at: row.decided_at.toISOString(),
  ...(row.reason !== null && { reason: row.reason }),
  explanation: row.explanation,
  ...(row.target_id !== null && { target: row.target_id }),
});
