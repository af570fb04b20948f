import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsISO8601,
  IsNumber,
  IsUUID,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { CLASSIFICATIONS, TLP_LABELS, type Classification, type Tlp } from '../access/handling.js';
import { MAX_ATTACHMENTS } from '../attachments/attachments.service.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsNested } from '../core/nested.decorator.js';
import { IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import { AudienceDto } from '../sharing/sharing.service.js';
import {
  type Acknowledgement,
  ACKNOWLEDGEMENTS,
  ALERT_KINDS,
  type AlertKind,
  AREA_PRECISIONS,
  type AreaPrecision,
  ATTRIBUTIONS,
  type Attribution,
  CATEGORIES,
  type Category,
  CERTAINTIES,
  type Certainty,
  COUNTRY,
  INCIDENT_TYPE,
  type Provenance,
  PROVENANCES,
  type ResponseType,
  RESPONSES,
  SEVERITIES,
  type Severity,
  URGENCIES,
  type Urgency,
} from './alert.values.js';
import { MAX_POINTS } from './area.rules.js';
import { GradingDto } from './grading.dto.js';
import { IsLanguage } from '../core/language.js';
import { ApiPosition, ApiRing, ApiRings } from './position.decorators.js';

/** What a person or system may say of itself by JSON; `draft` as a CAP status only comes by CAP. */
export const STATED_STATUSES = ['actual', 'exercise', 'system', 'test'] as const;
export type StatedStatus = (typeof STATED_STATUSES)[number];

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

  /** Who answers for the wording; `author` when absent. */
  @IfPresent()
  @IsIn(PROVENANCES)
  provenance?: Provenance;

  /** For channels that carry little: at most 160 characters, 70 in other scripts than Latin; derived when absent. */
  @IfPresent()
  @IsText(1, 160)
  shortText?: string;
}

export class CircleDto {
  /** [latitude, longitude] in degrees, WGS 84. */
  @IsArray()
  @ArrayMaxSize(2)
  @IsNumber({}, { each: true })
  @ApiPosition()
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

  /** How closely it says where it is: a lower rendition may say it less closely. */
  @IfPresent()
  @IsIn(AREA_PRECISIONS)
  precision?: AreaPrecision;

  /** A single ring of [latitude, longitude], the first position repeated as the last; short for `polygons`. */
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(MAX_POINTS)
  @ApiRing(MAX_POINTS)
  polygon?: number[][];

  /** Rings of [latitude, longitude], the first position of each repeated as its last. */
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(50)
  @ApiRings(MAX_POINTS)
  polygons?: number[][][];

  @IfPresent()
  @IsArray()
  @ArrayMaxSize(50)
  @IsNested(() => CircleDto, { each: true })
  circles?: CircleDto[];

  @IfPresent()
  @IsArray()
  @ArrayMaxSize(200)
  @IsNested(() => GeocodeDto, { each: true })
  geocodes?: GeocodeDto[];

  /** ISO 3166-1 alpha-2. */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(50)
  @Matches(COUNTRY, { each: true, message: 'must be ISO 3166-1 alpha-2 codes, such as SD' })
  countries?: string[];
}

export class DowngradeDto {
  /** A date-time with offset, or a day, which begins at midnight UTC. */
  @IsISO8601({ strict: true, strictSeparator: true })
  @Matches(/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00))?$/, {
    message: 'must be a day or a date-time with offset, such as 2027-01-31',
  })
  at: string;

  @IsIn(TLP_LABELS)
  tlp: Tlp;

  /** As it was when absent. */
  @IfPresent()
  @IsIn(CLASSIFICATIONS)
  classification?: Classification;
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

  /** What it becomes by itself, and when: lower than it is. */
  @IfPresent()
  @IsNested(() => DowngradeDto)
  downgrade?: DowngradeDto;

  @IsNested(() => AudienceDto)
  audience: AudienceDto;

  /** In the place of the alert's own, where this text should say it less closely. */
  @IfPresent()
  @IsText(2, 200)
  event?: string;

  /** In the place of the alert's own. */
  @IfPresent()
  @IsTimestamp()
  effectiveAt?: string;

  /** In the place of the alert's own. */
  @IfPresent()
  @IsTimestamp()
  onsetAt?: string;

  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(30)
  @IsNested(() => TextDto, { each: true })
  texts: TextDto[];

  @IfPresent()
  @IsArray()
  @ArrayMaxSize(100)
  @IsNested(() => AreaDto, { each: true })
  areas?: AreaDto[];

  /** Ids of your own uploads; whoever may read this rendition may read them, and nobody else. */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(MAX_ATTACHMENTS)
  @IsUUID(undefined, { each: true })
  attachments?: string[];
}

export class UpdateAlertDto {
  @IsIn(ALERT_KINDS)
  kind: AlertKind;

  /** Only `actual` is meant for action. */
  @IsIn(STATED_STATUSES)
  status: StatedStatus;

  @IsText(2, 200)
  event: string;

  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsIn(CATEGORIES, { each: true })
  categories: Category[];

  /** Codes of the reference list `incident-acts`. */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(10)
  @Matches(INCIDENT_TYPE, { each: true, message: 'must be codes of the list incident-acts' })
  incidentTypes?: string[];

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

  /** When you learned of it: for your own statistics alone, in nothing that others read. */
  @IfPresent()
  @IsTimestamp()
  knownAt?: string;

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
  @IsNested(() => GradingDto)
  grading?: GradingDto;

  /** `a_partner` hides who the originator is from everybody else; `named` when absent. */
  @IfPresent()
  @IsIn(ATTRIBUTIONS)
  attribution?: Attribution;

  /** Whether each organisation is asked to acknowledge that it has taken note; `none` when absent. */
  @IfPresent()
  @IsIn(ACKNOWLEDGEMENTS)
  acknowledgement?: Acknowledgement;

  /** Until when. */
  @IfPresent()
  @IsTimestamp()
  acknowledgeBy?: string;

  /** Why members of an arrangement addressed above GREEN get no text that they may read; asked for when there are any. */
  @IfPresent()
  @IsText(10, 500)
  noLowerReason?: string;

  /** Lines of sensitivity matrices that warn and that you have read, as `arrangement/line`; asked for when there are any. */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(100)
  @IsText(3, 160, { each: true })
  acceptedWarnings?: string[];

  /** One text at one handling each, the lowest first; a reader gets the highest that admits it. */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(10)
  @IsNested(() => RenditionDto, { each: true })
  renditions: RenditionDto[];
}

export class CreateAlertDto extends UpdateAlertDto {
  /** `draft` keeps it to yourself; published at once when absent. */
  @IfPresent()
  @IsIn(['draft', 'published'])
  state?: 'draft' | 'published';
}

export class TranslateAlertDto {
  /** `identifier` of the rendition, where the alert has several. */
  @IfPresent()
  @IsText(1, 300)
  rendition?: string;

  /** Texts in languages that it does not have yet; `translator` is assumed of their provenance. */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(30)
  @IsNested(() => TextDto, { each: true })
  texts: TextDto[];
}

export class CancelAlertDto {
  /** Why it no longer holds; every reader of the alert sees it. Refused where a second person releases texts. */
  @IfPresent()
  @IsText(1, 1000)
  note?: string;
}
