import { type Ceiling, ceilingRanks } from '../access/handling.js';
import { type Fault, problems } from '../core/problem.js';

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

interface Transition {
  by: string;
  from: readonly PartnerStatus[];
  to: PartnerStatus;
  says: string;
}

/** The standing of an admitted partner: the code, the OpenAPI description and the README have it from here. */
export const STANDING = {
  suspend: {
    by: 'steward, or its sponsor',
    from: ['active'],
    to: 'suspended',
    says: 'everything that it was given is withdrawn; it may read that it was, and confirm deletion',
  },
  hold: {
    by: 'steward',
    from: ['suspended'],
    to: 'suspended',
    says: 'by suspending a sub-partner that its sponsor suspended, or that fell with it: it is the steward alone who reinstates it then',
  },
  reinstate: {
    by: 'steward, or its sponsor',
    from: ['suspended', 'expired'],
    to: 'active',
    says: 'what it may have now appears again; not while its sponsor is suspended or its end is past, and by the steward alone where the steward suspended it',
  },
  withdraw: {
    by: 'steward, its sponsor, or itself',
    from: ['active', 'suspended', 'expired'],
    to: 'withdrawn',
    says: 'for good, with a choice about what it contributed; its clients stop working',
  },
  expire: {
    by: 'exchange',
    from: ['active', 'suspended'],
    to: 'expired',
    says: 'at `until`, by itself',
  },
} as const satisfies Record<string, Transition>;

export type StandingChange = keyof typeof STANDING;

/** Who suspended it: `with_sponsor` where it only fell with its sponsor, with which it comes back. */
export const SUSPENDERS = ['steward', 'sponsor', 'with_sponsor'] as const;
export type Suspender = (typeof SUSPENDERS)[number];

/** Null for one that is not suspended; one of its own standing is suspended by the steward alone. */
export function suspenderOf(partner: {
  status: PartnerStatus;
  sponsor_id: string | null;
  suspended_by_steward: boolean;
  fell_with_sponsor: boolean;
}): Suspender | null {
  if (partner.status !== 'suspended') return null;
  if (partner.fell_with_sponsor) return 'with_sponsor';
  return partner.sponsor_id === null || partner.suspended_by_steward ? 'steward' : 'sponsor';
}

/** @throws Problem 409 when a partner of this status cannot be changed so */
export function nextStatus(status: PartnerStatus, change: StandingChange): PartnerStatus {
  const { from, to }: Transition = STANDING[change];
  if (!from.includes(status)) {
    throw problems.conflict(
      `A partner that is ${status} cannot ${change === 'withdraw' ? 'withdraw' : `be ${to}`}.`,
    );
  }
  return to;
}

/** The table as Markdown. */
export function describeStanding(): string {
  const rows = Object.entries(STANDING).map(([act, { by, from, to, says }]: [string, Transition]) => [
    `\`${act}\``,
    by,
    from.map((one) => `\`${one}\``).join(', '),
    `\`${to}\``,
    says,
  ]);
  const lines = [['act', 'by', 'from', 'to', 'how'], ['---', '---', '---', '---', '---'], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** What clients in the sense of TLP 2.0 may have: AMBER+STRICT and RED are not for them. The migration says the same. */
const HIGHEST_OF_CLIENTS = ceilingRanks({ tlp: 'AMBER' });

/**
 * The ceiling of one that is registered under another; without one, as high as it may be.
 * @param sponsor or the sub-partner itself, where it is to be lowered only
 * @throws Problem 400 when it is above that of the sponsor, or above AMBER
 */
export function ceilingBelow(
  sponsor: { ceiling_tlp: number; ceiling_classification: number },
  stated?: Ceiling,
): { tlp: number; classification: number } {
  const highest = {
    tlp: Math.min(HIGHEST_OF_CLIENTS.tlp, sponsor.ceiling_tlp),
    classification: Math.min(HIGHEST_OF_CLIENTS.classification, sponsor.ceiling_classification),
  };
  if (stated === undefined) return highest;
  const { tlp, classification } = ceilingRanks(stated);
  const faults: Fault[] = [];
  const detail = 'must be AMBER at most, not above that of the sponsor, and is raised by the steward alone';
  if (tlp > highest.tlp) faults.push({ pointer: '#/ceiling/tlp', detail });
  if (stated.classification !== undefined && classification > highest.classification) {
    faults.push({ pointer: '#/ceiling/classification', detail });
  }
  if (faults.length > 0) throw problems.invalidInput(faults);
  return { tlp, classification: Math.min(classification, highest.classification) };
}

/** @throws Problem 400 for an end that is past */
export function endOf(until: string | undefined): Date | null {
  if (until === undefined) return null;
  const end = new Date(until);
  if (end <= new Date()) throw problems.invalidInput([{ pointer: '#/until', detail: 'must not be past' }]);
  return end;
}
