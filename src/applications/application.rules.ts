import { problems } from '../core/problem.js';
import { type PartnerKind } from '../partners/partners.service.js';

export const APPLICATION_STATES = [
  'unconfirmed',
  'submitted',
  'vetting',
  'information_requested',
  'approved',
  'rejected',
  'withdrawn',
  'expired',
] as const;
export type ApplicationState = (typeof APPLICATION_STATES)[number];

export const APPLICATION_SIDES = ['applicant', 'vetting', 'exchange'] as const;
export type ApplicationSide = (typeof APPLICATION_SIDES)[number];

interface Transition {
  by: ApplicationSide;
  from: readonly ApplicationState[];
  /** `same` leaves it as it is. */
  to: ApplicationState | 'same';
  says: string;
}

const OPEN = ['submitted', 'vetting', 'information_requested'] as const;

/** All that can happen to an application: the code, the OpenAPI description and the README have it from here. */
export const TRANSITIONS = {
  confirm: {
    by: 'applicant',
    from: ['unconfirmed'],
    to: 'submitted',
    says: 'by the link that was mailed to the address that it names',
  },
  supply: { by: 'applicant', from: OPEN, to: 'same', says: 'an evidence document' },
  take_up: { by: 'vetting', from: ['submitted'], to: 'vetting', says: 'may set when it is to be decided' },
  request_information: {
    by: 'vetting',
    from: ['vetting'],
    to: 'information_requested',
    says: 'a question, and until when it is to be answered',
  },
  answer: { by: 'applicant', from: ['information_requested'], to: 'vetting', says: 'by the private link' },
  approve: {
    by: 'vetting',
    from: ['vetting'],
    to: 'approved',
    says: 'admits the partner, once all evidence is there; not for oneself',
  },
  reject: { by: 'vetting', from: OPEN, to: 'rejected', says: 'with reasons, which the applicant reads' },
  withdraw: { by: 'applicant', from: OPEN, to: 'withdrawn', says: 'by the private link' },
  lapse: {
    by: 'exchange',
    from: OPEN,
    to: 'expired',
    says: 'when the question was not answered in time, or nobody decided for 180 days after the date, or for a year',
  },
} as const satisfies Record<string, Transition>;
export type ApplicationAct = keyof typeof TRANSITIONS;

export const APPLICATION_ACTS = Object.keys(TRANSITIONS) as ApplicationAct[];

/** @throws Problem 409 when that cannot be done in this state, or not by this side */
export function nextState(
  state: ApplicationState,
  act: ApplicationAct,
  side: ApplicationSide,
): ApplicationState {
  const { by, from, to }: Transition = TRANSITIONS[act];
  if (by !== side || !from.includes(state)) throw problems.conflict(`The application is ${state}.`);
  return to === 'same' ? state : to;
}

/** The table as Markdown. */
export function describeTransitions(): string {
  const rows = Object.entries(TRANSITIONS).map(([act, { by, from, to, says }]: [string, Transition]) => [
    `\`${act}\``,
    by,
    from.map((one) => `\`${one}\``).join(', '),
    to === 'same' ? to : `\`${to}\``,
    says,
  ]);
  const lines = [['act', 'by', 'from', 'to', 'how'], ['---', '---', '---', '---', '---'], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export const DOCUMENT_KINDS = [
  'cover_letter',
  'registration_certificate',
  'un_partnership',
  'unsms_memorandum',
  'founding_act',
  'member_list',
  'contract',
  'other',
] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

/** What an application says of the organisation beyond its name, kind and contact. */
export type Statement =
  'country' | 'registrationNumber' | 'website' | 'unPartnership' | 'mandate' | 'countries';

/** What an organisation of each kind must say and show. */
export const REQUIREMENTS: Record<
  PartnerKind,
  { statements: readonly Statement[]; documents: readonly DocumentKind[] }
> = {
  un_entity: { statements: ['mandate'], documents: ['cover_letter'] },
  unsms_mou: { statements: ['mandate'], documents: ['cover_letter', 'unsms_memorandum'] },
  io: { statements: ['mandate', 'website'], documents: ['cover_letter', 'founding_act'] },
  ingo: {
    statements: ['country', 'registrationNumber', 'website', 'unPartnership', 'countries'],
    documents: ['cover_letter', 'registration_certificate', 'un_partnership'],
  },
  national_ngo: {
    statements: ['country', 'registrationNumber', 'unPartnership'],
    documents: ['cover_letter', 'registration_certificate', 'un_partnership'],
  },
  ngo_platform: {
    statements: ['mandate', 'website', 'countries'],
    documents: ['cover_letter', 'member_list'],
  },
  red_cross_red_crescent: { statements: ['country', 'countries'], documents: ['cover_letter'] },
  private_sector: {
    statements: ['country', 'registrationNumber', 'website', 'unPartnership'],
    documents: ['cover_letter', 'registration_certificate', 'contract'],
  },
  donor: { statements: ['mandate', 'website'], documents: ['cover_letter'] },
};

export const DECIDED_WITHIN_DAYS = 30;
export const ANSWERED_WITHIN_DAYS = 30;
/** So long after its date what nobody decided is over: evidence is not kept for ever. */
export const UNDECIDED_DAYS = 180;
/** And so long after it was made, whatever dates were set. */
export const OPEN_DAYS = 365;
export const MAX_DOCUMENTS = 12;
export const DOCUMENT_MAX_BYTES = 5 * 1024 * 1024;

/** After how many days the contact, the documents and the correspondence of what is over are deleted. */
export const ERASED_AFTER_DAYS: Partial<Record<ApplicationState, number>> = {
  approved: 365,
  rejected: 90,
  withdrawn: 30,
  expired: 30,
};

export const missingDocuments = (kind: PartnerKind, there: readonly DocumentKind[]): DocumentKind[] =>
  REQUIREMENTS[kind].documents.filter((one) => !there.includes(one));
