import { IsArray, IsIn, ArrayMaxSize, ArrayUnique, Matches } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { PageQuery, ToList } from '../core/page.dto.js';
import { IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import {
  ALERT_KINDS,
  type AlertKind,
  ALERT_STATUSES,
  type AlertStatus,
  CATEGORIES,
  type Category,
  SEVERITIES,
  type Severity,
} from './alert.values.js';

/** What a list or feed of alerts can be narrowed to. Filters add up; the values of one filter are alternatives. */
export class AlertFilters extends PageQuery {
  /** Code or id of an arrangement of yours: what was addressed to it. */
  @IfPresent()
  @IsText(1, 64)
  arrangement?: string;

  @IfPresent()
  @IsIn(ALERT_KINDS)
  kind?: AlertKind;

  @IfPresent()
  @IsIn(ALERT_STATUSES)
  status?: AlertStatus;

  /** At least this severe. */
  @IfPresent()
  @IsIn(SEVERITIES)
  minSeverity?: Severity;

  /** One or several, separated by commas. */
  @IfPresent()
  @ToList()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(12)
  @IsIn(CATEGORIES, { each: true })
  category?: Category[];

  /** west,south,east,north in degrees; west may exceed east across the antimeridian. */
  @IfPresent()
  @Matches(/^-?\d{1,3}(\.\d{1,12})?(,-?\d{1,3}(\.\d{1,12})?){3}$/, {
    message: 'must be west,south,east,north in degrees',
  })
  bbox?: string;

  /** Changed for you at or after this time. */
  @IfPresent()
  @IsTimestamp()
  since?: string;

  /** Words of the text, in any language; "quoted" phrases, -excluded words. */
  @IfPresent()
  @IsText(1, 200)
  text?: string;
}

export class ListAlertsQuery extends AlertFilters {
  /** `draft` lists your own drafts instead of what was shared. */
  @IfPresent()
  @IsIn(['draft'])
  state?: 'draft';

  /** `true` adds how many there are in all, as far as you may see them. */
  @IfPresent()
  @IsIn(['true', 'false'])
  count?: 'true' | 'false';
}
