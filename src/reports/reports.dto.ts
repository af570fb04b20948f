import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsISO8601,
  IsUUID,
  Matches,
} from 'class-validator';
import { CLASSIFICATIONS, TLP_LABELS, type Classification, type Tlp } from '../access/handling.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsNested } from '../core/nested.decorator.js';
import { PageQuery } from '../core/page.dto.js';
import { IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import { AudienceDto } from '../sharing/sharing.service.js';
import { IsCode } from './code.decorator.js';
import { PlaceDto, ReportGradingDto, ReportTextDto, VictimsDto } from './report-parts.dto.js';
import {
  REPORT_ATTRIBUTIONS,
  REPORT_KINDS,
  REPORT_STATES,
  type ReportAttribution,
  type ReportKind,
  type ReportState,
  TIME_PRECISIONS,
  type TimePrecision,
} from './report.values.js';

export class ReportDto {
  @IsIn(REPORT_KINDS)
  kind: ReportKind;

  @IsTimestamp()
  occurredAt: string;

  /** How precisely you say when it was. */
  @IsIn(TIME_PRECISIONS)
  occurredPrecision: TimePrecision;

  @IsNested(() => PlaceDto)
  place: PlaceDto;

  /** What was done: code of the list `incident-acts`. */
  @IsCode()
  act: string;

  /** Who did it, if that can be said: code of the list `actor-types`. */
  @IfPresent()
  @IsCode()
  actorType?: string;

  /** Codes of the list `means`. */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(10)
  @IsCode({ each: true })
  means: string[] = [];

  /** Codes of the list `contexts`. */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(10)
  @IsCode({ each: true })
  contexts: string[] = [];

  @IfPresent()
  @IsArray()
  @ArrayMaxSize(20)
  @IsNested(() => VictimsDto, { each: true })
  victims: VictimsDto[] = [];

  /** Codes of the list `impacts`. */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(20)
  @IsCode({ each: true })
  impacts: string[] = [];

  /** Codes of the list `delivery-effects`. */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(20)
  @IsCode({ each: true })
  deliveryEffects: string[] = [];

  @IsNested(() => ReportGradingDto)
  grading: ReportGradingDto;

  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(30)
  @IsNested(() => ReportTextDto, { each: true })
  texts: ReportTextDto[];

  /**
   * Who may learn that it was you. `named`: whoever reads the report. `a_partner`: the custodian's desk alone.
   * `protected`: nobody, save by a reveal for a stated reason, which you are told of.
   */
  @IsIn(REPORT_ATTRIBUTIONS)
  attribution: ReportAttribution;

  /** TLP 2.0 label; there is no default. */
  @IsIn(TLP_LABELS)
  tlp: Tlp;

  /** Stated by UN entities, left out by others. */
  @IfPresent()
  @IsIn(CLASSIFICATIONS)
  classification?: Classification;

  /** Why it is classified; needed above UNCLASSIFIED. */
  @IfPresent()
  @IsText(3, 500)
  classificationReason?: string;

  /** Day on which the classification is to be looked at again. */
  @IfPresent()
  @IsISO8601({ strict: true })
  @Matches(/^\d{4}-\d\d-\d\d$/, { message: 'must be a date such as 2027-01-31' })
  reviewAt?: string;

  /** Who reads it besides the custodian; may name nobody. */
  @IsNested(() => AudienceDto)
  audience: AudienceDto;

  /** Ids of files that you uploaded, pictures or plain text: other types can hide who wrote them. */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(10)
  @IsUUID(undefined, { each: true })
  attachments: string[] = [];
}

export class ListReportsQuery extends PageQuery {
  /** `true`: those that you submitted, withdrawn ones too. Otherwise those of others that reach you. */
  @IfPresent()
  @IsIn(['true'])
  mine?: 'true';

  @IfPresent()
  @IsIn(REPORT_STATES)
  state?: ReportState;

  /** `true`: without an outcome for more than 7 days. */
  @IfPresent()
  @IsIn(['true'])
  overdue?: 'true';
}
