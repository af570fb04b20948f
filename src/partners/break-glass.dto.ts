import { ArrayMaxSize, ArrayNotEmpty, ArrayUnique, IsArray, IsIn, IsInt, Max, Min } from 'class-validator';
import { type BreakGlassRow, REVIEW_OUTCOMES, type ReviewOutcome } from '../access/break-glass.service.js';
import { CeilingDto, HandlingView } from '../access/handling.dto.js';
import { classificationLabel, tlpLabel } from '../access/handling.js';
import { ALL_SCOPES, type Scope } from '../access/scopes.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsNested } from '../core/nested.decorator.js';
import { IsText } from '../core/text.decorator.js';

export class GrantBreakGlassDto {
  /**
   * Added to those of the client; tokens that it asks for from then on can have them. Not what decides over others or outlasts
   * the hours, and for a sub-partner nothing that its clients could not be given anyway.
   */
  @IfPresent()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @ArrayMaxSize(50)
  @IsIn(ALL_SCOPES, { each: true })
  scopes?: Scope[];

  /** Higher than the client's own; its partner's goes on to bound it. */
  @IfPresent()
  @IsNested(() => CeilingDto)
  ceiling?: CeilingDto;

  /** Why it cannot wait: the partner reads it, and whoever reviews it. */
  @IsText(10, 2000)
  reason: string;

  /** After which it ends by itself: eight hours at most. */
  @IsInt()
  @Min(1)
  @Max(480)
  minutes: number;
}

export class ReviewBreakGlassDto {
  @IsIn(REVIEW_OUTCOMES)
  outcome: ReviewOutcome;

  /** What was found, and what follows from it. */
  @IsText(1, 2000)
  note: string;
}

export class BreakGlassReviewView {
  outcome: ReviewOutcome;
  note: string;
  at: string;
}

/** What one client may do beyond its own for some hours. */
export class BreakGlassView {
  id: string;
  partnerId: string;
  clientId: string;
  state: 'open' | 'ended';
  /** Added to those of the client. */
  scopes: string[];
  /** In place of the client's own. */
  ceiling?: HandlingView;
  reason: string;
  grantedAt: string;
  /** When it ends by itself. */
  until: string;
  endedAt?: string;
  /** Absent: still to be reviewed. */
  review?: BreakGlassReviewView;
}

export class BreakGlassList {
  /** Newest first; the latest 200. */
  items: BreakGlassView[];
}

export function presentBreakGlass(row: BreakGlassRow): BreakGlassView {
  return {
    id: row.id,
    partnerId: row.partner_id,
    clientId: row.client_id,
    state: row.state,
    scopes: row.scopes,
    ...(row.ceiling_tlp !== null &&
      row.ceiling_classification !== null && {
        ceiling: {
          tlp: tlpLabel(row.ceiling_tlp),
          classification: classificationLabel(row.ceiling_classification),
        },
      }),
    reason: row.reason,
    grantedAt: row.created_at.toISOString(),
    until: row.until.toISOString(),
    ...(row.ended_at !== null && { endedAt: row.ended_at.toISOString() }),
    ...(row.outcome !== null &&
      row.review_note !== null &&
      row.reviewed_at !== null && {
        review: { outcome: row.outcome, note: row.review_note, at: row.reviewed_at.toISOString() },
      }),
  };
}
