import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsUUID, Matches, MaxLength } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsLanguage } from '../core/language.js';
import { PageQuery } from '../core/page.dto.js';
import { IsMailAddress, IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import { FOCAL_POINT_ROLES, type FocalPointRole } from './focal-point.rules.js';

const E164 = /^\+[1-9]\d{6,14}$/;
const PHONE = 'must be numbers with country code, such as +41225550100';

export class NominateFocalPointDto {
  @IsIn(FOCAL_POINT_ROLES)
  role: FocalPointRole;

  /** Code or id of the arrangement; needed for country and area, absent for headquarters and administrator. */
  @IfPresent()
  @IsText(2, 64)
  arrangement?: string;

  /** ISO 3166-1 alpha-2 codes, where it is not all of the arrangement. */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(60)
  @Matches(/^[A-Z]{2}$/, { each: true, message: 'must be ISO 3166-1 alpha-2 codes' })
  countries?: string[];

  /** The area, in words. */
  @IfPresent()
  @IsText(2, 200)
  area?: string;

  /** Of the person; a duty line has none. */
  @IfPresent()
  @IsText(1, 200)
  name?: string;

  /** Where it is asked to confirm; of a duty line, where life-safety alerts go when nobody confirms. */
  @IsMailAddress()
  @MaxLength(254)
  email: string;

  /** E.164; a duty line has at least one. */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(5)
  @Matches(E164, { each: true, message: PHONE })
  phones?: string[];

  /** On the common radio network. */
  @IfPresent()
  @IsText(1, 32)
  callSign?: string;

  /** BCP 47, best first; mails come in the first that the exchange writes. */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(10)
  @IsLanguage({ each: true })
  languages?: string[];

  /** Now when absent. */
  @IfPresent()
  @IsTimestamp()
  from?: string;

  /** Open-ended when absent. */
  @IfPresent()
  @IsTimestamp()
  until?: string;
}

/** How the same person is reached; another person is another focal point. */
export class ChangeFocalPointDto {
  /**
   * Is asked to confirm, at once; links that were mailed to the former address stop working. Where alerts were mailed there the new one is asked whether it
   * wants them, and the former one has no more of them unless somebody else is there.
   */
  @IfPresent()
  @IsMailAddress()
  @MaxLength(254)
  email?: string;

  /** E.164; a duty line has at least one. */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(5)
  @Matches(E164, { each: true, message: PHONE })
  phones?: string[];

  @IfPresent()
  @IsText(1, 32)
  callSign?: string;

  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(10)
  @IsLanguage({ each: true })
  languages?: string[];

  @IfPresent()
  @IsTimestamp()
  until?: string;
}

export class DepartureDto {
  /** Focal point of the same partner who takes over, and acknowledges it. */
  @IfPresent()
  @IsUUID()
  successorId?: string;

  /** What is open, for whoever follows; name matters and not persons. */
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(20)
  @IsText(1, 500, { each: true })
  openMatters?: string[];
}

export class DirectoryQuery extends PageQuery {}
