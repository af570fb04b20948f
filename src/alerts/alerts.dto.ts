import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsDefined,
  IsIn,
  IsISO8601,
  IsNumber,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { CLASSIFICATIONS, TLP_LABELS, type Classification, type Tlp } from '../access/handling.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import { AudienceDto } from '../sharing/sharing.service.js';
import {
  ALERT_KINDS,
  type AlertKind,
  ATTRIBUTIONS,
  type Attribution,
  CATEGORIES,
  type Category,
  CERTAINTIES,
  type Certainty,
  CREDIBILITIES,
  RELIABILITIES,
  type ResponseType,
  RESPONSES,
  SEVERITIES,
  type Severity,
  URGENCIES,
  type Urgency,
} from './alert.values.js';
import { IsLanguage } from './language.js';

/** What a person or system may say of itself by JSON; `draft` as a CAP status only comes by CAP. */
export const STATED_STATUSES = ['actual', 'exercise', 'system', 'test'] as const;

export class GradingDto {
  /** Admiralty scale, reliability of the source: A completely reliable … F cannot be judged. */
  @IsIn(RELIABILITIES)
  reliability: (typeof RELIABILITIES)[number];

  /** Admiralty scale, credibility of the information: 1 confirmed … 6 cannot be judged. */
  @IsIn(CREDIBILITIES)
  credibility: (typeof CREDIBILITIES)[number];
}

export class TextDto {
  /** BCP 47 tag. */
  @IsLanguage()
  language: string;

  @IsText(1, 300)
  headline: string;

  @IfPresent()
  @IsText(1, 20_000)
  description?: string;

  /** What to do. */
  @IfPresent()
  @IsText(1, 10_000)
  instruction?: string;
}

export class CircleDto {
  /** [latitude, longitude] in degrees, WGS 84. */
  @IsArray()
  @ArrayMaxSize(2)
  @IsNumber({}, { each: true })
  center: number[];

  /** Kilometres. */
  @IsNumber()
  @Min(0)
  @Max(20_038)
  radiusKm: number;
}

export class GeocodeDto {
  /** Name of the code list, such as `P-code` or `ISO3166-2`. */
  @IsText(1, 60)
  name: string;

  @IsText(1, 120)
  value: string;
}

export class AreaDto {
  @IsText(1, 500)
  description: string;

  /** A single ring of [latitude, longitude], the first position repeated as the last; short for `polygons`. */
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(1000)
  polygon?: number[][];

  /** Rings of [latitude, longitude], the first position of each repeated as its last. */
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(50)
  polygons?: number[][][];

  @IfPresent()
  @IsArray()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => CircleDto)
  circles?: CircleDto[];

  @IfPresent()
  @IsArray()
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => GeocodeDto)
  geocodes?: GeocodeDto[];
}

export class RenditionDto {
  /** TLP 2.0 label; there is no default. */
  @IsIn(TLP_LABELS)
  tlp: Tlp;

  /** Stated by UN originators, left out by others. */
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

  @IsDefined()
  @ValidateNested()
  @Type(() => AudienceDto)
  audience: AudienceDto;

  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(30)
  @ValidateNested({ each: true })
  @Type(() => TextDto)
  texts: TextDto[];

  @IfPresent()
  @IsArray()
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => AreaDto)
  areas?: AreaDto[];
}

export class UpdateAlertDto {
  @IsIn(ALERT_KINDS)
  kind: AlertKind;

  /** Only `actual` is meant for action. */
  @IsIn(STATED_STATUSES)
  status: (typeof STATED_STATUSES)[number];

  @IsText(2, 200)
  event: string;

  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsIn(CATEGORIES, { each: true })
  categories: Category[];

  @IsIn(URGENCIES)
  urgency: Urgency;

  @IsIn(SEVERITIES)
  severity: Severity;

  @IsIn(CERTAINTIES)
  certainty: Certainty;

  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @IsIn(RESPONSES, { each: true })
  responses?: ResponseType[];

  @IfPresent()
  @IsTimestamp()
  effectiveAt?: string;

  @IfPresent()
  @IsTimestamp()
  onsetAt?: string;

  @IfPresent()
  @IsTimestamp()
  expiresAt?: string;

  @IfPresent()
  @ValidateNested()
  @Type(() => GradingDto)
  grading?: GradingDto;

  /** `a_partner` hides who the originator is from everybody else; `named` when absent. */
  @IfPresent()
  @IsIn(ATTRIBUTIONS)
  attribution?: Attribution;

  /** One text at one handling each; a reader gets the highest that admits it. */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(10)
  @ValidateNested({ each: true })
  @Type(() => RenditionDto)
  renditions: RenditionDto[];
}

export class CreateAlertDto extends UpdateAlertDto {
  /** `draft` keeps it to yourself; published at once when absent. */
  @IfPresent()
  @IsIn(['draft', 'published'])
  state?: 'draft' | 'published';
}

export class CancelAlertDto {
  /** Why it no longer holds; every reader of the alert sees it. */
  @IfPresent()
  @IsText(1, 1000)
  note?: string;
}

export class WithdrawAlertDto {}
