import { ArrayMaxSize, ArrayNotEmpty, ArrayUnique, IsArray, IsIn, IsUUID, Matches } from 'class-validator';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import { IsText } from '../core/text.decorator.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsNested } from '../core/nested.decorator.js';
import { CeilingDto, HandlingView } from '../access/handling.dto.js';
import { classificationLabel, tlpLabel } from '../access/handling.js';
import { PageQuery } from '../core/page.dto.js';
import { ARRANGEMENT_LEVELS, type ArrangementLevel, type MembershipState } from './arrangement.rules.js';

export class CreateArrangementDto {
  /** Short code that audiences may name, such as `SDN`. */
  @Matches(/^[A-Z0-9][A-Z0-9._-]{1,31}$/, {
    message: 'must be 2 to 32 capital letters, digits, dots, hyphens or underscores',
  })
  code: string;

  @IsText(2, 200)
  name: string;

  /** ISO 3166-1 alpha-2 codes of the countries it covers. */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @ArrayMaxSize(60)
  @Matches(/^[A-Z]{2}$/, { each: true, message: 'must be ISO 3166-1 alpha-2 codes' })
  countries: string[];

  /** SLT level. */
  @IsIn(ARRANGEMENT_LEVELS)
  level: ArrangementLevel;
}

export class ChangeArrangementDto {
  @IfPresent()
  @IsText(2, 200)
  name?: string;

  @IfPresent()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @ArrayMaxSize(60)
  @Matches(/^[A-Z]{2}$/, { each: true, message: 'must be ISO 3166-1 alpha-2 codes' })
  countries?: string[];

  @IfPresent()
  @IsIn(ARRANGEMENT_LEVELS)
  level?: ArrangementLevel;
}

export class AddMemberDto {
  @IsUUID()
  partnerId: string;

  /** Now when absent. */
  @IfPresent()
  @IsTimestamp()
  from?: string;

  /** Open-ended when absent. */
  @IfPresent()
  @IsTimestamp()
  until?: string;

  /**
   * Lower than the partner's, for what comes through this arrangement; when absent, that of its last membership, if it had one.
   * Only the steward states a higher one than that.
   */
  @IfPresent()
  @IsNested(() => CeilingDto)
  ceiling?: CeilingDto;
}

export class AppointChairDto {
  /** A member of the arrangement. */
  @IsUUID()
  partnerId: string;
}

export class ListArrangementsQuery extends PageQuery {}

export class ArrangementView {
  id: string;
  code: string;
  name: string;
  countries: string[];
  level: ArrangementLevel;
  createdAt: string;
  updatedAt: string;
}

export class ArrangementPage {
  items: ArrangementView[];
  nextCursor: string | null;
}

export class MemberView {
  partnerId: string;
  from: string;
  until?: string;
  state: MembershipState;
  chair: boolean;
  /** Shown to the member itself and to whoever manages arrangements. */
  ceiling?: HandlingView;
}

export class MemberList {
  items: MemberView[];
}

export interface ArrangementRow {
  id: string;
  code: string;
  name: string;
  countries: string[];
  level: ArrangementLevel;
  version: number;
  created_at: Date;
  updated_at: Date;
}

export interface MembershipRow {
  partner_id: string;
  starts_at: Date;
  ends_at: Date | null;
  state: MembershipState;
  is_chair: boolean;
  ceiling_tlp: number;
  ceiling_classification: number;
}

export function presentArrangement(row: ArrangementRow): ArrangementView {
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    countries: row.countries,
    level: row.level,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

/** @param withCeiling what one member may receive is nobody else's business */
export function presentMember(row: MembershipRow, withCeiling: boolean): MemberView {
  return {
    partnerId: row.partner_id,
    from: row.starts_at.toISOString(),
    ...(row.ends_at !== null && { until: row.ends_at.toISOString() }),
    state: row.state,
    chair: row.is_chair,
    ...(withCeiling && {
      ceiling: {
        tlp: tlpLabel(row.ceiling_tlp),
        classification: classificationLabel(row.ceiling_classification),
      },
    }),
  };
}
