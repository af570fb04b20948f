import { ArrayMaxSize, ArrayUnique, IsArray, IsIn } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsText } from '../core/text.decorator.js';
import { PARTNER_KINDS } from '../partners/partners.service.js';

/** Kinds of partner; and the public, which is no partner and has no credentials. */
export const AUDIENCE_KINDS = [...PARTNER_KINDS, 'public'] as const;
export type AudienceKind = (typeof AUDIENCE_KINDS)[number];

/** Who a rendition is for. The parts add up; nothing named is nobody reached. */
export class AudienceDto {
  /** Codes or ids: the current members of these arrangements, save private sector and donors. */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(100)
  @IsText(1, 64, { each: true })
  arrangements: string[] = [];

  /**
   * Every active partner of these kinds. `public` is everybody, without credentials: for CLEAR texts of alerts alone. It
   * puts nothing into what partners list and follow: those that are to have it there are addressed beside it.
   */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @IsIn(AUDIENCE_KINDS, { each: true })
  kinds: AudienceKind[] = [];

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
  kinds: AudienceKind[];
  partnerIds: string[];
  exceptIds: string[];
}
