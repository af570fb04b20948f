import { ArrayMaxSize, ArrayUnique, IsArray, IsIn } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsText } from '../core/text.decorator.js';
import { PARTNER_KINDS, type PartnerKind } from '../partners/partners.service.js';

/** Who a rendition is for. The parts add up; nothing named is nobody reached. */
export class AudienceDto {
  /** Codes or ids: the current members of these arrangements, save private sector and donors. */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(100)
  @IsText(1, 64, { each: true })
  arrangements: string[] = [];

  /** Every active partner of these kinds. */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @IsIn(PARTNER_KINDS, { each: true })
  kinds: PartnerKind[] = [];

  /** Codes or ids of partners. */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(500)
  @IsText(1, 64, { each: true })
  partners: string[] = [];

  /** Codes or ids of partners that are not reached, whatever else is said. */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(500)
  @IsText(1, 64, { each: true })
  except: string[] = [];
}

/** An audience whose names have become ids. */
export interface Audience {
  arrangementIds: string[];
  kinds: PartnerKind[];
  partnerIds: string[];
  exceptIds: string[];
}
