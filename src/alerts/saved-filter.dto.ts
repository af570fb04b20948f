import { applyDecorators } from '@nestjs/common';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsNumber,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsLanguage } from '../core/language.js';
import { IsText } from '../core/text.decorator.js';
import { BOX, GEOCODE, POINT, RING, RING_LENGTH } from './alert-place.js';
import {
  ALERT_KINDS,
  type AlertKind,
  CATEGORIES,
  type Category,
  CERTAINTIES,
  type Certainty,
  COUNTRY,
  INCIDENT_TYPE,
  SEVERITIES,
  type Severity,
  URGENCIES,
  type Urgency,
} from './alert.values.js';

/** Left out it restricts nothing; an empty list would let nothing through, which nobody means. */
const Alternatives = (most: number): PropertyDecorator =>
  applyDecorators(IfPresent(), IsArray(), ArrayNotEmpty(), ArrayUnique(), ArrayMaxSize(most));

/**
 * What of the alerts that reach you is wanted. The values of one field are alternatives, the fields add up; a field left
 * out restricts nothing.
 */
export class SavedFilter {
  /** Codes or ids of arrangements of yours. */
  @Alternatives(60)
  @IsText(1, 64, { each: true })
  arrangements?: string[];

  /** Codes of partners: what they originated and put their name to. */
  @Alternatives(60)
  @IsText(1, 64, { each: true })
  originators?: string[];

  @Alternatives(ALERT_KINDS.length)
  @IsIn(ALERT_KINDS, { each: true })
  kinds?: AlertKind[];

  /** At least this severe. */
  @IfPresent()
  @IsIn(SEVERITIES)
  minSeverity?: Severity;

  @Alternatives(URGENCIES.length)
  @IsIn(URGENCIES, { each: true })
  urgencies?: Urgency[];

  @Alternatives(CERTAINTIES.length)
  @IsIn(CERTAINTIES, { each: true })
  certainties?: Certainty[];

  @Alternatives(CATEGORIES.length)
  @IsIn(CATEGORIES, { each: true })
  categories?: Category[];

  /** Codes of the reference list `incident-acts`. */
  @Alternatives(20)
  @Matches(INCIDENT_TYPE, { each: true, message: 'must be codes of the list incident-acts' })
  incidentTypes?: string[];

  /** BCP 47 tags of languages at hand: `ar` finds `ar-SD` too. */
  @Alternatives(20)
  @IsLanguage({ each: true })
  languages?: string[];

  /** ISO 3166-1 alpha-2. */
  @Alternatives(50)
  @Matches(COUNTRY, { each: true, message: 'must be ISO 3166-1 alpha-2 codes, such as SD' })
  countries?: string[];

  /** Place codes as `name:value`, such as `P-code:SD01`; case does not count. */
  @Alternatives(50)
  @Matches(GEOCODE, { each: true, message: 'must be place codes such as P-code:SD01' })
  @IsText(3, 181, { each: true })
  geocodes?: string[];

  /** west,south,east,north in degrees; west may exceed east across the antimeridian. */
  @IfPresent()
  @Matches(BOX, { message: 'must be west,south,east,north in degrees' })
  bbox?: string;

  /** latitude,longitude in degrees: what lies within `radiusKm` of it. */
  @IfPresent()
  @Matches(POINT, { message: 'must be latitude,longitude in degrees' })
  near?: string;

  /** Kilometres around `near`. */
  @IfPresent()
  @IsNumber()
  @Min(0)
  @Max(20_038)
  radiusKm?: number;

  /** A ring of latitude,longitude pairs separated by spaces, the first repeated as the last: what touches it. */
  @IfPresent()
  @IsString()
  @MaxLength(RING_LENGTH)
  @Matches(RING, { message: 'must be latitude,longitude pairs separated by spaces' })
  within?: string;

  /** Words of the text, in any language; "quoted" phrases, -excluded words, beginnings*, and OR. */
  @IfPresent()
  @IsText(1, 200)
  text?: string;
}
