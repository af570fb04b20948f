import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { applyDecorators } from '@nestjs/common';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsLanguage } from '../core/language.js';
import { IsNested } from '../core/nested.decorator.js';
import { PageQuery, ToList } from '../core/page.dto.js';
import { IsText } from '../core/text.decorator.js';
import {
  CROSSWALK_RELATIONS,
  CROSSWALK_SCHEMES,
  type CrosswalkRelation,
  type CrosswalkScheme,
  ENTITY_BASES,
  type EntityBasis,
  ENTRY_CODE,
  LIST_CODE,
  REFERENCE_VERIFICATIONS,
  type ReferenceVerification,
} from './reference.values.js';

const IsDay = (): PropertyDecorator =>
  applyDecorators(
    IsISO8601({ strict: true }, { message: 'must be a date that exists' }),
    Matches(/^[1-9]\d{3}-\d\d-\d\d$/, { message: 'must be a date such as 2027-01-31' }),
  );

export class ReferenceLabelDto {
  /** BCP 47. */
  @IsLanguage()
  language: string;

  @IsText(1, 200)
  text: string;
}

export class ReferenceCrosswalkDto {
  @IsIn(CROSSWALK_SCHEMES)
  scheme: CrosswalkScheme;

  /** The word of that scheme. */
  @IsText(1, 120)
  target: string;

  /** What the target is to the code. */
  @IsIn(CROSSWALK_RELATIONS)
  relation: CrosswalkRelation;

  /** Needed for what is sourced. */
  @IfPresent()
  @IsText(2, 300)
  source?: string;

  @IsIn(REFERENCE_VERIFICATIONS)
  verification: ReferenceVerification;
}

/** What organisations have beside a name. */
export class ReferenceDetailsDto {
  @IfPresent()
  @IsText(1, 120)
  group?: string;

  @IfPresent()
  @IsIn(ENTITY_BASES)
  basis?: EntityBasis;

  @IfPresent()
  @IsText(1, 200)
  agreementReference?: string;

  @IfPresent()
  @IsDay()
  agreementSignedOn?: string;
}

export class PutReferenceEntryDto {
  /** One for each language; English serves whoever asks for none of them. */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(60)
  @IsNested(() => ReferenceLabelDto, { each: true })
  labels: ReferenceLabelDto[];

  /** Code of the entry to which this one belongs. */
  @IfPresent()
  @Matches(ENTRY_CODE, { message: 'must be a code in lower_snake_case' })
  parent?: string;

  /** Place in the list; where it was, or at the end, when absent. */
  @IfPresent()
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  ordinal?: number;

  /** What is written in documents where that is not the label, such as `UNDSS`. */
  @IfPresent()
  @IsText(1, 60)
  symbol?: string;

  /** In English. */
  @IfPresent()
  @IsText(2, 2000)
  definition?: string;

  /** Standard or publication that says so; needed for what is sourced. */
  @IfPresent()
  @IsText(2, 300)
  source?: string;

  @IsIn(REFERENCE_VERIFICATIONS)
  verification: ReferenceVerification;

  @IfPresent()
  @IsNested(() => ReferenceDetailsDto)
  details?: ReferenceDetailsDto;

  /** First day in force, in UTC. */
  @IfPresent()
  @IsDay()
  validFrom?: string;

  /** First day no longer in force, in UTC. */
  @IfPresent()
  @IsDay()
  validUntil?: string;

  @IfPresent()
  @IsArray()
  @ArrayMaxSize(50)
  @IsNested(() => ReferenceCrosswalkDto, { each: true })
  crosswalks?: ReferenceCrosswalkDto[];
}

export class AddReferenceListDto {
  @Matches(LIST_CODE, { message: 'must be 1 to 64 small letters, digits and hyphens' })
  code: string;

  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(60)
  @IsNested(() => ReferenceLabelDto, { each: true })
  names: ReferenceLabelDto[];

  /** In English: what the list is for. */
  @IsText(2, 2000)
  description: string;

  /** Needed for what is sourced. */
  @IfPresent()
  @IsText(2, 300)
  source?: string;

  @IsIn(REFERENCE_VERIFICATIONS)
  verification: ReferenceVerification;
}

export class ReadReferenceListQuery {
  /** Day on which the entries are in force; today, in UTC, when absent. */
  @IfPresent()
  @IsDay()
  at?: string;

  /** `true` adds the entries that are not in force. */
  @IfPresent()
  @IsIn(['true'])
  all?: 'true';

  /** Vocabularies, separated by commas, whose words for the codes come along. */
  @IfPresent()
  @ToList()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(4)
  @IsIn(CROSSWALK_SCHEMES, { each: true })
  crosswalk?: CrosswalkScheme[];
}

export class ListReferenceRevisionsQuery extends PageQuery {}
