import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsNumber,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX } from '../core/limits.js';
import { ToList, ToNumber } from '../core/page.dto.js';
import { IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import { BOX, GEOCODE, POINT, RING, RING_LENGTH } from './alert-place.js';
import {
  ALERT_KINDS,
  type AlertKind,
  ALERT_STATUSES,
  type AlertStatus,
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
import { IsLanguage } from '../core/language.js';

const SEARCHED_STATES = ['published', 'expired', 'cancelled', 'draft', 'pending_release'] as const;
type SearchedState = (typeof SEARCHED_STATES)[number];

/** What alerts can be narrowed to, for lists, feeds, facets and trends. Filters add up; the values of one are alternatives. */
export class AlertFilters {
  /** Code or id of an arrangement of yours: what was addressed to it. */
  @IfPresent()
  @IsText(1, 64)
  arrangement?: string;

  /** Code of a partner: what it originated and put its name to. */
  @IfPresent()
  @IsText(1, 64)
  originator?: string;

  /** One or several, separated by commas. */
  @IfPresent()
  @ToList()
  @IsArray()
  @ArrayUnique()
  @IsIn(ALERT_KINDS, { each: true })
  kind?: AlertKind[];

  /** Only `actual` is meant for action; exercises, tests and the rest are never among it. */
  @IfPresent()
  @IsIn(ALERT_STATUSES)
  status: AlertStatus = 'actual';

  /** In the list alone, `draft` and `pending_release` are your own that nobody has yet. */
  @IfPresent()
  @IsIn(SEARCHED_STATES)
  state?: SearchedState;

  /** At least this severe. */
  @IfPresent()
  @IsIn(SEVERITIES)
  minSeverity?: Severity;

  /** One or several, separated by commas. */
  @IfPresent()
  @ToList()
  @IsArray()
  @ArrayUnique()
  @IsIn(URGENCIES, { each: true })
  urgency?: Urgency[];

  /** One or several, separated by commas. */
  @IfPresent()
  @ToList()
  @IsArray()
  @ArrayUnique()
  @IsIn(CERTAINTIES, { each: true })
  certainty?: Certainty[];

  /** One or several, separated by commas. */
  @IfPresent()
  @ToList()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(12)
  @IsIn(CATEGORIES, { each: true })
  category?: Category[];

  /** Codes of the reference list `incident-acts`, separated by commas. */
  @IfPresent()
  @ToList()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(20)
  @Matches(INCIDENT_TYPE, { each: true, message: 'must be codes of the list incident-acts' })
  incidentType?: string[];

  /** A language at hand, as a BCP 47 tag: `ar` finds `ar-SD` too. */
  @IfPresent()
  @IsLanguage()
  language?: string;

  /** ISO 3166-1 alpha-2, separated by commas: as stated of an area, or as its ISO 3166 place codes say. */
  @IfPresent()
  @ToList()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(50)
  @Matches(COUNTRY, { each: true, message: 'must be ISO 3166-1 alpha-2 codes, such as SD' })
  country?: string[];

  /** Place codes as `name:value`, such as `P-code:SD01`, separated by commas; case does not count. */
  @IfPresent()
  @ToList()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(50)
  @Matches(GEOCODE, { each: true, message: 'must be place codes such as P-code:SD01' })
  @IsText(3, 181, { each: true })
  geocode?: string[];

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
  @ToNumber()
  @IsNumber()
  @Min(0)
  @Max(20_038)
  radiusKm?: number;

  /** A ring of latitude,longitude pairs separated by spaces, as CAP writes polygons, the first repeated as the last: what touches it. */
  @IfPresent()
  @IsString()
  @MaxLength(RING_LENGTH)
  @Matches(RING, {
    message: 'must be latitude,longitude pairs separated by spaces',
  })
  within?: string;

  /** Going on at or after this time: from onset (else effect, else sending) until expiry; without one, until cancelled. */
  @IfPresent()
  @IsTimestamp()
  from?: string;

  /** Begun at or before this time. */
  @IfPresent()
  @IsTimestamp()
  until?: string;

  /** Changed for you at or after this time. */
  @IfPresent()
  @IsTimestamp()
  since?: string;

  /** Changed for you before this time. */
  @IfPresent()
  @IsTimestamp()
  before?: string;

  /** Words of the text, in any language; "quoted" phrases, -excluded words, beginnings*, and OR. */
  @IfPresent()
  @IsText(1, 200)
  text?: string;
}

/** The same in pages. */
export class AlertPageQuery extends AlertFilters {
  /** Items on a page, at most 200. */
  @IfPresent()
  @ToNumber()
  @IsInt()
  @Min(1)
  @Max(PAGE_LIMIT_MAX)
  limit: number = PAGE_LIMIT_DEFAULT;

  /** `nextCursor` of the page before. */
  @IfPresent()
  @IsString()
  @MaxLength(64)
  cursor?: string;
}

export class ListAlertsQuery extends AlertPageQuery {
  /** `true` adds how many there are in all, as far as you may see them. */
  @IfPresent()
  @IsIn(['true', 'false'])
  count?: 'true' | 'false';
}
