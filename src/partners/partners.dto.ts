import { IsIn, Matches } from 'class-validator';
import { IsText } from '../core/text.decorator.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsNested } from '../core/nested.decorator.js';
import { CeilingDto, HandlingView } from '../access/handling.dto.js';
import { classificationLabel, tlpLabel } from '../access/handling.js';
import { PageQuery } from '../core/page.dto.js';
import { PARTNER_KINDS, PARTNER_STATUSES, type PartnerKind, type PartnerStatus } from './partner.rules.js';

export const CODE = /^[A-Z0-9][A-Z0-9._-]{1,31}$/;

export class CreatePartnerDto {
  /** Short code that audiences may name, such as `UNHCR`. */
  @Matches(CODE, { message: 'must be 2 to 32 capital letters, digits, dots, hyphens or underscores' })
  code: string;

  @IsText(2, 200)
  name: string;

  @IsIn(PARTNER_KINDS)
  kind: PartnerKind;

  /** ISO 3166-1 alpha-2 code of the country of registration. */
  @IfPresent()
  @Matches(/^[A-Z]{2}$/, { message: 'must be an ISO 3166-1 alpha-2 code' })
  country?: string;

  /** The highest handling that the partner may receive. */
  @IsNested(() => CeilingDto)
  ceiling: CeilingDto;
}

export class ChangePartnerDto {
  @IfPresent()
  @IsText(2, 200)
  name?: string;

  @IfPresent()
  @Matches(/^[A-Z]{2}$/, { message: 'must be an ISO 3166-1 alpha-2 code' })
  country?: string;

  /** A lower ceiling takes effect at once on everything that the partner was given. */
  @IfPresent()
  @IsNested(() => CeilingDto)
  ceiling?: CeilingDto;
}

export class ListPartnersQuery extends PageQuery {
  @IfPresent()
  @IsIn(PARTNER_KINDS)
  kind?: PartnerKind;

  @IfPresent()
  @IsIn(PARTNER_STATUSES)
  status?: PartnerStatus;
}

export class PartnerView {
  id: string;
  code: string;
  name: string;
  kind: PartnerKind;
  country?: string;
  status: PartnerStatus;
  /** Shown to the partner itself and to whoever manages partners. */
  ceiling?: HandlingView;
  createdAt: string;
  /** Like the ceiling. */
  updatedAt?: string;
}

export class PartnerPage {
  items: PartnerView[];
  nextCursor: string | null;
}

export interface PartnerRow {
  id: string;
  code: string;
  name: string;
  kind: PartnerKind;
  country: string | null;
  status: PartnerStatus;
  ceiling_tlp: number;
  ceiling_classification: number;
  version: number;
  created_at: Date;
  updated_at: Date;
}

/** @param isOwn what one partner may receive, and when that changed, is nobody else's business */
export function presentPartner(row: PartnerRow, isOwn: boolean): PartnerView {
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    kind: row.kind,
    ...(row.country !== null && { country: row.country }),
    status: row.status,
    ...(isOwn && {
      ceiling: {
        tlp: tlpLabel(row.ceiling_tlp),
        classification: classificationLabel(row.ceiling_classification),
      },
    }),
    createdAt: row.created_at.toISOString(),
    ...(isOwn && { updatedAt: row.updated_at.toISOString() }),
  };
}
