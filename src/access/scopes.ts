/** Every scope there is and what it opens. A scope nobody listed here cannot be asked for, granted or required. */
export const SCOPES = {
  'partners:read': 'Read the partners that share an arrangement with yours.',
  'partners:manage': 'Admit and change partners, their ceilings, standing and clients.',
  'clients:attest':
    'Say which clients of your organisation are still needed, take scopes from them and revoke them.',
  'sub-partners:manage':
    'Register organisations under yours, and keep their ceilings, standing, memberships and clients.',
  'presences:propose': 'Propose from when on your organisation works in a country, or does not.',
  'presences:confirm':
    'Confirm or refuse, where your organisation chairs an arrangement, what its members propose about where they work.',
  'partnership:end':
    'End the partnership of your organisation, and decide what becomes of what it contributed.',
  'partners:vet': 'Read and vet the applications of organisations; with partners:manage, approve them.',
  'focal-points:manage':
    'Name who speaks for your organisation, confirm that they are there, and report who leaves.',
  'arrangements:read': 'Read the arrangements of which you are a member, and their members.',
  'arrangements:manage': 'Create and change arrangements and their members.',
  'contact-tree:call':
    'Begin to call the emergency contact tree, where it begins with you, and say whom you reached.',
  'commitments:read':
    'Read what partners commit to, where yours stands, and how it and others say that they meet it.',
  'commitments:accept':
    'Accept the commitments in the name of your organisation, as a senior officer signed.',
  'commitments:assess':
    'Say how your organisation meets the commitments, and comment on what others say of themselves.',
  'forums:manage': 'Open forums of your arrangements, call their meetings and record what was said.',
  'liaison:read':
    'Read whom the UN talks to in the host government; for UN members of the arrangement alone.',
  'liaison:manage': 'Keep contacts, meetings and undertakings with the host government, as a UN member.',
  'alerts:read': 'Read the alerts that reach you, by every channel.',
  'alerts:respond':
    'Acknowledge alerts, answer them with feedback, challenges and requests for release, and confirm that what was withdrawn is deleted, in the name of your organisation.',
  'alerts:publish': 'Publish alerts, and update, cancel or withdraw those that you published.',
  'alerts:flash': 'Publish flash alerts with the fewest fields, on duty; nothing else of alerts:publish.',
  'alerts:release': 'Release alerts of your organisation that wait for a second person.',
  'reports:submit': 'Submit reports, and follow, change and withdraw those that you submitted.',
  'reports:triage': 'Read the reports that reach you, and answer, merge and conclude them.',
  'sources:reveal': 'Learn, for a stated reason, whose a protected report is; the source is told.',
  'feeds:manage': 'Make feed addresses, at which tools that can send no token read alerts that you may read.',
  'subscriptions:manage': 'Have the alerts that you may read sent by mail, to whom you name and who agrees.',
  'webhooks:manage': 'Have what changes for you told to addresses of yours.',
  'reference:manage': 'Change code lists and the list of UNSMS entities.',
  'audit:read': 'Read the audit entries of what your organisation did and of what was done with its own.',
} as const;

export type Scope = keyof typeof SCOPES;

export const ALL_SCOPES = Object.keys(SCOPES) as Scope[];

/** To decide over others, or over the whole organisation, which no ceiling narrows: not for a client that may read less than its partner. */
const OVER_OTHERS: readonly Scope[] = [
  'partners:manage',
  'partners:vet',
  'sub-partners:manage',
  'presences:confirm',
  'partnership:end',
  'arrangements:manage',
  'reference:manage',
];

export const decidesOverOthers = (scope: Scope): boolean => OVER_OTHERS.includes(scope);

/** What is done with these outlasts the hours for which somebody is given more: to speak for the organisation, or for other keys. */
const NEVER_IN_PASSING: readonly Scope[] = [
  'sources:reveal',
  'clients:attest',
  'commitments:accept',
  'focal-points:manage',
];

/** Whether a client may be given it for some hours. */
export const isGrantedInPassing = (scope: Scope): boolean =>
  !decidesOverOthers(scope) && !NEVER_IN_PASSING.includes(scope);

/** All that the systems of an organisation registered under another may be given: to read what reaches it, and to report. */
const SUB_PARTNER_SCOPES: readonly Scope[] = [
  'partners:read',
  'arrangements:read',
  'alerts:read',
  'alerts:respond',
  'reports:submit',
  'feeds:manage',
  'subscriptions:manage',
  'webhooks:manage',
  'audit:read',
];

export const isForSubPartners = (scope: Scope): boolean => SUB_PARTNER_SCOPES.includes(scope);

/** For a partner that may only read; to answer for what it was given is part of that. */
export const isForReading = (scope: Scope): boolean => scope.endsWith(':read') || scope === 'alerts:respond';

/**
 * It tells others nothing of what happens: to accept, to say which keys are still needed, who answers and who left (for whom
 * it names is asked by mail), to leave.
 */
const OUTLAST_LAPSE: readonly Scope[] = [
  'commitments:accept',
  'clients:attest',
  'focal-points:manage',
  'partnership:end',
];

/** What a partner keeps whose acceptance of the commitments has lapsed. */
export const outlastsLapse = (scope: Scope): boolean => isForReading(scope) || OUTLAST_LAPSE.includes(scope);

/** What a client keeps for which nobody spoke in time; among it to speak for others, or nobody ever could again. */
export const outlastsReview = (scope: Scope): boolean =>
  scope.endsWith(':read') || scope === 'clients:attest';

export const isScope = (name: string): name is Scope => Object.hasOwn(SCOPES, name);
