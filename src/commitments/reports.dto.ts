import { ApiProperty } from '@nestjs/swagger';
import { type Cell } from '../core/csv.js';
import { PageQuery } from '../core/page.dto.js';
import { type Commitment, type CommitmentState, type Rating } from './commitment.rules.js';

export class CommitmentReportQuery extends PageQuery {}

export class ReportedAcceptanceView {
  @ApiProperty({ type: 'integer' })
  version: number;
  acceptedAt: string;
  validUntil: string;
}

export class ReportedLapseView {
  /** From when on it might only read. */
  at: string;
  /** When it had accepted again; absent when that was not within the year. */
  until?: string;
}

export class ReportedAssessmentView {
  country: string;
  commitment: Commitment;
  rating: Rating;
  /** How often it was assessed within the year. */
  @ApiProperty({ type: 'integer' })
  assessments: number;
  assessedAt: string;
}

export class PartnerCommitmentsView {
  /** Code of the partner. */
  partner: string;
  name: string;
  kind: string;
  /** At present, whatever the year. */
  state: CommitmentState;
  acceptances: ReportedAcceptanceView[];
  lapses: ReportedLapseView[];
  /** Of each country and commitment the last of the year. */
  assessments: ReportedAssessmentView[];
}

export class CommitmentReportPage {
  @ApiProperty({ type: 'integer' })
  year: number;
  /** Of your organisation; for the steward of all, in the order in which they were admitted. */
  items: PartnerCommitmentsView[];
  nextCursor: string | null;
}

export interface ReportRow {
  id: string;
  code: string;
  name: string;
  kind: string;
  version: number | null;
  renewBy: Date | null;
  readOnlyFrom: Date | null;
  now: Date;
  acceptances: { version: number; acceptedAt: string; validUntil: string }[];
  lapses: { at: string; until: string | null }[];
  assessments: {
    country: string;
    commitment: Commitment;
    rating: Rating;
    assessments: number;
    assessedAt: string;
  }[];
}

const instant = (value: string): string => new Date(value).toISOString();

export const presentReport = (row: ReportRow, state: CommitmentState): PartnerCommitmentsView => ({
  partner: row.code,
  name: row.name,
  kind: row.kind,
  state,
  acceptances: row.acceptances.map(({ version, acceptedAt, validUntil }) => ({
    version,
    acceptedAt: instant(acceptedAt),
    validUntil: instant(validUntil),
  })),
  lapses: row.lapses.map(({ at, until }) => ({
    at: instant(at),
    ...(until !== null && { until: instant(until) }),
  })),
  assessments: row.assessments.map((one) => ({
    country: one.country,
    commitment: one.commitment,
    rating: one.rating,
    assessments: one.assessments,
    assessedAt: instant(one.assessedAt),
  })),
});

const HEADINGS = [
  ...['Year', 'Partner', 'Name', 'Kind', 'State', 'What', 'Version', 'From', 'Until'],
  ...['Country', 'Commitment', 'Rating', 'Assessments'],
];

/** A row for each thing that happened, and one for a partner of which there is nothing. */
export function reportRows(year: number, items: PartnerCommitmentsView[]): Cell[][] {
  const rows = items.flatMap((item) => {
    const whose = [year, item.partner, item.name, item.kind, item.state];
    const what: Cell[][] = [
      ...item.acceptances.map((one) => ['acceptance', one.version, one.acceptedAt, one.validUntil]),
      ...item.lapses.map((one) => ['lapse', undefined, one.at, one.until]),
      ...item.assessments.map((one) => [
        ...['assessment', undefined, one.assessedAt, undefined],
        ...[one.country, one.commitment, one.rating, one.assessments],
      ]),
    ];
    return (what.length === 0 ? [['nothing']] : what).map((cells) => fill([...whose, ...cells]));
  });
  return [HEADINGS, ...rows];
}

const fill = (cells: Cell[]): Cell[] => HEADINGS.map((_, index) => cells[index]);
