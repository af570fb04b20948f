import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsIn, IsInt, IsNumber, Matches, Max, Min } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsLanguage } from '../core/language.js';
import { IsNested } from '../core/nested.decorator.js';
import { IsText } from '../core/text.decorator.js';
import { IsCode } from './code.decorator.js';
import {
  PLACE_PRECISIONS,
  type PlacePrecision,
  REPORT_CREDIBILITIES,
  type Credibility,
  SOURCE_RELIABILITIES,
  type Reliability,
} from './report.values.js';

export class ReportGradingDto {
  /** Admiralty scale, reliability of where you have it from: A completely reliable … F cannot be judged. */
  @IsIn(SOURCE_RELIABILITIES)
  reliability: Reliability;

  /** Admiralty scale, credibility of the information: 1 confirmed … 6 cannot be judged. */
  @IsIn(REPORT_CREDIBILITIES)
  credibility: Credibility;
}

export class ReportTextDto {
  /** BCP 47 tag. */
  @IsLanguage()
  language: string;

  @IsText(1, 300)
  headline: string;

  @IsText(1, 20_000)
  description: string;
}

export class PlaceCodeDto {
  /** Name of the code list, such as `P-code` or `ISO3166-2`. */
  @IsText(1, 60)
  name: string;

  @IsText(1, 120)
  value: string;
}

export class PlaceAreaDto {
  @IsText(1, 500)
  description: string;

  /** [latitude, longitude] in degrees, WGS 84; for `exact` and `approximate` places only. */
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(2)
  @IsNumber({}, { each: true })
  @ApiProperty({ type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 })
  center?: number[];

  /** Kilometres around the center: at most 1 for an `exact` place, 1 to 100 for an `approximate` one. */
  @IfPresent()
  @IsNumber()
  @Min(0)
  @Max(100)
  radiusKm?: number;

  @IfPresent()
  @IsArray()
  @ArrayMaxSize(20)
  @IsNested(() => PlaceCodeDto, { each: true })
  geocodes?: PlaceCodeDto[];
}

export class PlaceDto {
  /** Nothing more precise than this may be said of the place. */
  @IsIn(PLACE_PRECISIONS)
  precision: PlacePrecision;

  /** ISO 3166-1 alpha-2. */
  @Matches(/^[A-Z]{2}$/, { message: 'must be a country code such as SD' })
  country: string;

  /** Code of the list `location-types`. */
  @IfPresent()
  @IsCode()
  locationType?: string;

  @IfPresent()
  @IsArray()
  @ArrayMaxSize(20)
  @IsNested(() => PlaceAreaDto, { each: true })
  areas?: PlaceAreaDto[];
}

/** How many people of one kind came to which harm; never who. */
export class VictimsDto {
  /** Code of the list `victim-kinds`. */
  @IsCode()
  kind: string;

  @IfPresent()
  @IsInt()
  @Min(0)
  @Max(100_000)
  @ApiProperty({ type: 'integer' })
  killed: number = 0;

  @IfPresent()
  @IsInt()
  @Min(0)
  @Max(100_000)
  @ApiProperty({ type: 'integer' })
  wounded: number = 0;

  @IfPresent()
  @IsInt()
  @Min(0)
  @Max(100_000)
  @ApiProperty({ type: 'integer' })
  kidnapped: number = 0;

  @IfPresent()
  @IsInt()
  @Min(0)
  @Max(100_000)
  @ApiProperty({ type: 'integer' })
  detained: number = 0;
}
