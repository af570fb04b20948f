import { problems } from '../core/problem.js';

export const PARTNER_KINDS = [
  'un_entity',
  'unsms_mou',
  'io',
  'ingo',
  'national_ngo',
  'ngo_platform',
  'red_cross_red_crescent',
  'private_sector',
  'donor',
] as const;
export type PartnerKind = (typeof PARTNER_KINDS)[number];

export const PARTNER_STATUSES = [
  'applied',
  'vetting',
  'information_requested',
  'active',
  'rejected',
  'suspended',
  'withdrawn',
  'expired',
] as const;
export type PartnerStatus = (typeof PARTNER_STATUSES)[number];

/** The standing of an admitted partner, and what may be done with it. */
const TRANSITIONS = {
  suspend: { from: ['active'], to: 'suspended' },
  reinstate: { from: ['suspended'], to: 'active' },
  withdraw: { from: ['active', 'suspended'], to: 'withdrawn' },
} as const satisfies Record<string, { from: readonly PartnerStatus[]; to: PartnerStatus }>;

export type StandingChange = keyof typeof TRANSITIONS;

/** @throws Problem 409 when a partner of this status cannot be changed so */
export function nextStatus(status: PartnerStatus, change: StandingChange): PartnerStatus {
  const { from, to } = TRANSITIONS[change];
  if (!(from as readonly PartnerStatus[]).includes(status)) {
    throw problems.conflict(
      `A partner that is ${status} cannot ${change === 'withdraw' ? 'withdraw' : `be ${to}`}.`,
    );
  }
  return to;
}
