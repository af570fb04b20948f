import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsISO8601, Matches } from 'class-validator';
import { CLASSIFICATIONS, TLP_LABELS, type Classification, type Tlp } from '../access/handling.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { ToList } from '../core/page.dto.js';
import { IsText } from '../core/text.decorator.js';
import { AUDIENCE_KINDS, type AudienceKind } from '../sharing/sharing.service.js';
import { ALERT_KINDS, type AlertKind } from './alert.values.js';

/** What CAP cannot say about a message and the service never guesses. Lists are separated by commas. */
export class ImportAlertQuery {
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

  /** Codes or ids. */
  @IfPresent()
  @ToList()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(100)
  @IsText(1, 64, { each: true })
  arrangements?: string[];

  @IfPresent()
  @ToList()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(10)
  @IsIn(AUDIENCE_KINDS, { each: true })
  kinds?: AudienceKind[];

  /** Codes or ids. */
  @IfPresent()
  @ToList()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(200)
  @IsText(1, 64, { each: true })
  partners?: string[];

  /** Codes or ids. */
  @IfPresent()
  @ToList()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(200)
  @IsText(1, 64, { each: true })
  except?: string[];

  /** Why members of an arrangement addressed above GREEN get no text that they may read; asked for when there are any. */
  @IfPresent()
  @IsText(10, 500)
  noLowerReason?: string;

  /** Lines of sensitivity matrices that warn and that you have read, as `arrangement/line`; asked for when there are any. */
  @IfPresent()
  @ToList()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(100)
  @IsText(3, 160, { each: true })
  acceptedWarnings?: string[];

  /** `advisory` when absent. */
  @IfPresent()
  @IsIn(ALERT_KINDS)
  kind?: AlertKind;
}
