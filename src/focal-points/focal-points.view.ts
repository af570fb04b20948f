import {
  CONFIRM_EVERY_DAYS,
  dayAfter,
  type FocalPointRole,
  type FocalPointState,
  LAPSES_AFTER_DAYS,
} from './focal-point.rules.js';

export interface FocalPointRow {
  id: string;
  partner_id: string;
  role: FocalPointRole;
  arrangement_id: string | null;
  countries: string[];
  area: string | null;
  valid_from: Date;
  valid_until: Date | null;
  state: FocalPointState;
  confirmed_at: Date | null;
  awaited_since: Date;
  reminders: number;
  link_turn: number;
  version: number;
  created_at: Date;
  /** Null for whoever may not see it, and once it is deleted. */
  email: string | null;
  name: string | null;
  phones: string[] | null;
  call_sign: string | null;
  languages: string[] | null;
}

export interface HandoverRow {
  focal_point_id: string;
  successor_id: string | null;
  open_matters: string[];
  at: Date;
  acknowledged_at: Date | null;
}

/** A partner, or one of its memberships, and when somebody last answered for it. */
export interface CoverageRow {
  arrangement_id: string | null;
  covered_at: Date;
  starts_at: Date | null;
  restricted_since: Date | null;
}

export class HandoverView {
  successorId?: string;
  openMatters: string[];
  at: string;
  acknowledgedAt?: string;
}

export class FocalPointView {
  id: string;
  partnerId: string;
  role: FocalPointRole;
  state: FocalPointState;
  arrangementId?: string;
  countries: string[];
  area?: string;
  /**
   * How it is called and reached: for its own partner and members of the same arrangement other than companies and donors,
   * and gone when it leaves.
   */
  name?: string;
  email?: string;
  phones?: string[];
  callSign?: string;
  languages?: string[];
  from: string;
  until?: string;
  confirmedAt?: string;
  /** Day 90 of the present round; absent when it is over. */
  confirmBy?: string;
}

/** As its own partner sees it. */
export class OwnFocalPointView extends FocalPointView {
  handover?: HandoverView;
  /** For `If-Match` of the next change. */
  version: number;
}

export class CoverageView {
  /** Absent: the headquarters, for all that reaches the partner. */
  arrangementId?: string;
  /** By then a focal point is to confirm. */
  confirmBy: string;
  /** From then on nothing above GREEN is given, unless somebody confirms. */
  suspendsAt: string;
  /** Since when that is so. */
  suspendedSince?: string;
}

export class FocalPointRegister {
  items: OwnFocalPointView[];
  /** What somebody has to answer for. */
  coverage: CoverageView[];
  /** Whether reminders can be mailed here; if not, mind the dates. */
  mailsReminders: boolean;
}

export class DepartureView {
  focalPoint: OwnFocalPointView;
  /** Ids of the other focal points that were the same person, by name and address, and left with it. */
  alsoDeparted: string[];
  /** Ids of the clients that were bound to the person. */
  revokedClients: string[];
}

export class MemberContactsView {
  partnerId: string;
  partnerCode: string;
  /** Of a sub-partner: whose focal points answer for it, and whose confirmation this is. */
  sponsorId?: string;
  chair: boolean;
  /** Whether somebody answers for this member; `unconfirmed` for whom nobody does any more. */
  confirmation: 'confirmed' | 'unconfirmed';
  unconfirmedSince?: string;
  focalPoints: FocalPointView[];
}

export class ContactDirectory {
  items: MemberContactsView[];
  nextCursor: string | null;
}

const iso = (date: Date): string => date.toISOString();

export function presentFocalPoint(row: FocalPointRow): FocalPointView {
  const over = row.state === 'ended' || row.state === 'departed';
  const since = row.awaited_since > row.valid_from ? row.awaited_since : row.valid_from;
  return {
    id: row.id,
    partnerId: row.partner_id,
    role: row.role,
    state: row.state,
    ...(row.arrangement_id !== null && { arrangementId: row.arrangement_id }),
    countries: row.countries,
    ...(row.area !== null && { area: row.area }),
    ...(row.name !== null && { name: row.name }),
    ...(row.email !== null && { email: row.email }),
    ...(row.phones !== null && { phones: row.phones }),
    ...(row.call_sign !== null && { callSign: row.call_sign }),
    ...(row.languages !== null && { languages: row.languages }),
    from: iso(row.valid_from),
    ...(row.valid_until !== null && { until: iso(row.valid_until) }),
    ...(row.confirmed_at !== null && { confirmedAt: iso(row.confirmed_at) }),
    ...(!over && { confirmBy: iso(dayAfter(since, CONFIRM_EVERY_DAYS)) }),
  };
}

export const presentHandover = (row: HandoverRow): HandoverView => ({
  ...(row.successor_id !== null && { successorId: row.successor_id }),
  openMatters: row.open_matters,
  at: iso(row.at),
  ...(row.acknowledged_at !== null && { acknowledgedAt: iso(row.acknowledged_at) }),
});

export function presentOwn(row: FocalPointRow, handover: HandoverRow | undefined): OwnFocalPointView {
  return {
    ...presentFocalPoint(row),
    ...(handover && { handover: presentHandover(handover) }),
    version: row.version,
  };
}

export function presentCoverage(row: CoverageRow): CoverageView {
  const since = row.starts_at !== null && row.starts_at > row.covered_at ? row.starts_at : row.covered_at;
  return {
    ...(row.arrangement_id !== null && { arrangementId: row.arrangement_id }),
    confirmBy: iso(dayAfter(since, CONFIRM_EVERY_DAYS)),
    suspendsAt: iso(dayAfter(since, LAPSES_AFTER_DAYS)),
    ...(row.restricted_since !== null && { suspendedSince: iso(row.restricted_since) }),
  };
}
