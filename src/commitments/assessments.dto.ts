import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsBoolean, IsIn, Matches, MaxLength } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsNested } from '../core/nested.decorator.js';
import { PageQuery } from '../core/page.dto.js';
import { IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import { type Commitment, COMMITMENTS, type Rating, RATINGS } from './commitment.rules.js';

const COUNTRY = /^[A-Z]{2}$/;
const IsCountry = (): PropertyDecorator => Matches(COUNTRY, { message: 'must be two capital letters' });

export class EvidenceDto {
  @IsText(2, 200)
  title: string;

  /** Where it is found. */
  @MaxLength(2000)
  @Matches(/^https:\/\/[\x21-\x7e]+$/, { message: 'must be an https address' })
  url: string;
}

export class AssessCommitmentDto {
  /** ISO 3166-1. */
  @IsCountry()
  country: string;

  @IsIn(COMMITMENTS)
  commitment: Commitment;

  @IsIn(RATINGS)
  rating: Rating;

  @IsText(2, 10_000)
  text: string;

  @IfPresent()
  @IsArray()
  @ArrayMaxSize(20)
  @IsNested(() => EvidenceDto, { each: true })
  evidence: EvidenceDto[] = [];

  /** When it was so; now when absent. */
  @IfPresent()
  @IsTimestamp()
  assessedAt?: string;

  /** Whether the members of the arrangements of this country that are yours, too, may read it and comment on it. */
  @IfPresent()
  @IsBoolean()
  shared: boolean = false;
}

export class CommentDto {
  @IsText(2, 4000)
  text: string;
}

export class AnswerCommentDto {
  @IsText(2, 4000)
  answer: string;
}

export class ListCommentsQuery extends PageQuery {}

export class ListAssessmentsQuery extends PageQuery {
  @IfPresent()
  @IsCountry()
  country?: string;

  @IfPresent()
  @IsIn(COMMITMENTS)
  commitment?: Commitment;

  /** `true`: earlier versions as well, where you may see them. */
  @IfPresent()
  @IsIn(['true'])
  history?: 'true';
}

export class EvidenceView {
  title: string;
  url: string;
}

export class AssessmentView {
  id: string;
  partnerId: string;
  country: string;
  commitment: Commitment;
  @ApiProperty({ type: 'integer' })
  version: number;
  rating: Rating;
  text: string;
  evidence: EvidenceView[];
  shared: boolean;
  /** No later version has taken its place. */
  current: boolean;
  assessedAt: string;
  recordedAt: string;
}

export class AssessmentPage {
  /** What was recorded last comes first. */
  items: AssessmentView[];
  nextCursor: string | null;
}

export class CommentView {
  id: string;
  /** Code of the partner that says it; absent where you share no arrangement with it. */
  partner?: string;
  text: string;
  at: string;
  /** Of the assessed partner. */
  answer?: string;
  answeredAt?: string;
}

export class CommentPage {
  /** What was said last comes first. */
  items: CommentView[];
  nextCursor: string | null;
}

export class AssessmentWithCommentsView extends AssessmentView {
  /** In their order, the latest 200; all of them are in `…/comments`. */
  comments: CommentView[];
}

export interface AssessmentRow {
  id: string;
  partner_id: string;
  country: string;
  commitment: Commitment;
  version: number;
  rating: Rating;
  text: string;
  evidence: { title: string; url: string }[];
  is_shared: boolean;
  is_current: boolean;
  assessed_at: Date;
  recorded_at: Date;
}

export interface CommentRow {
  id: string;
  partner_code: string | null;
  text: string;
  at: Date;
  answer: string | null;
  answered_at: Date | null;
}

export const presentAssessment = (row: AssessmentRow): AssessmentView => ({
  id: row.id,
  partnerId: row.partner_id,
  country: row.country,
  commitment: row.commitment,
  version: row.version,
  rating: row.rating,
  text: row.text,
  evidence: row.evidence.map(({ title, url }) => ({ title, url })),
  shared: row.is_shared,
  current: row.is_current,
  assessedAt: row.assessed_at.toISOString(),
  recordedAt: row.recorded_at.toISOString(),
});

export const presentComment = (row: CommentRow): CommentView => ({
  id: row.id,
  ...(row.partner_code !== null && { partner: row.partner_code }),
  text: row.text,
  at: row.at.toISOString(),
  ...(row.answer !== null && { answer: row.answer }),
  ...(row.answered_at !== null && { answeredAt: row.answered_at.toISOString() }),
});

export const presentAssessmentWithComments = ({
  assessment,
  comments,
}: {
  assessment: AssessmentRow;
  comments: CommentRow[];
}): AssessmentWithCommentsView => ({
  ...presentAssessment(assessment),
  comments: comments.map(presentComment),
});
