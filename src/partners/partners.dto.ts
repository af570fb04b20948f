import { IsIn, Matches } from 'class-validator';
import { IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsNested } from '../core/nested.decorator.js';
import { CeilingDto, HandlingView } from '../access/handling.dto.js';
import { classificationLabel, tlpLabel } from '../access/handling.js';
import { PageQuery } from '../core/page.dto.js';
import {
  PARTNER_KINDS,
  PARTNER_STATUSES,
  type PartnerKind,
  type PartnerStatus,
  type Suspender,
  suspenderOf,
} from './partner.rules.js';

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

  /** When the partnership ends by itself; open-ended when absent. */
  @IfPresent()
  @IsTimestamp()
  until?: string;
}

/** An organisation registered under an INGO: a national NGO, with which what is AMBER or lower may be shared. */
export class RegisterSubPartnerDto {
  /** Short code that audiences may name. */
  @Matches(CODE, { message: 'must be 2 to 32 capital letters, digits, dots, hyphens or underscores' })
  code: string;

  @IsText(2, 200)
  name: string;

  /** ISO 3166-1 alpha-2 code of the country of registration. */
  @IfPresent()
  @Matches(/^[A-Z]{2}$/, { message: 'must be an ISO 3166-1 alpha-2 code' })
  country?: string;

  /** At most AMBER, and not above that of its sponsor; as high as that when absent. */
  @IfPresent()
  @IsNested(() => CeilingDto)
  ceiling?: CeilingDto;

  /** When it ends by itself; with its sponsor it ends in any case. */
  @IfPresent()
  @IsTimestamp()
  until?: string;
}

export class ChangePartnerDto {
  @IfPresent()
  @IsText(2, 200)
  name?: string;

  @IfPresent()
  @Matches(/^[A-Z]{2}$/, { message: 'must be an ISO 3166-1 alpha-2 code' })
  country?: string;

  /** A lower ceiling takes effect at once on everything that the partner was given; a sponsor only lowers it. */
  @IfPresent()
  @IsNested(() => CeilingDto)
  ceiling?: CeilingDto;

  /** When the partnership ends by itself; a sponsor only brings it forward. */
  @IfPresent()
  @IsTimestamp()
  until?: string;
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
  /** The partner under which it is registered, with which it stands and falls. */
  sponsorId?: string;
  /** Of one that is suspended; `with_sponsor` because its sponsor is, with which it comes back. Like the ceiling. */
  suspendedBy?: Suspender;
  /** Shown to the partner itself, to its sponsor and to whoever manages partners. */
  ceiling?: HandlingView;
  /** Like the ceiling. */
  until?: string;
  createdAt: string;
  /** Like the ceiling. */
  updatedAt?: string;
}

export class SubPartnerList {
  items: PartnerView[];
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
  sponsor_id: string | null;
  suspended_by_steward: boolean;
  fell_with_sponsor: boolean;
  expires_at: Date | null;
}

/** @param isOwn what one partner may receive, and when that changed, is nobody else's business */
export function presentPartner(row: PartnerRow, isOwn: boolean): PartnerView {
  const suspendedBy = suspenderOf(row);
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    kind: row.kind,
    ...(row.country !== null && { country: row.country }),
    status: row.status,
    ...(row.sponsor_id !== null && { sponsorId: row.sponsor_id }),
    ...(isOwn && suspendedBy !== null && { suspendedBy }),
    ...(isOwn && {
      ceiling: {
        tlp: tlpLabel(row.ceiling_tlp),
        classification: classificationLabel(row.ceiling_classification),
      },
    }),
    ...(isOwn && row.expires_at !== null && { until: row.expires_at.toISOString() }),
    createdAt: row.created_at.toISOString(),
    ...(isOwn && { updatedAt: row.updated_at.toISOString() }),
  };
}
