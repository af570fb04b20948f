import { type Fault, problems } from '../core/problem.js';

export const FOCAL_POINT_ROLES = [
  'headquarters',
  'country',
  'area',
  'alternate',
  'duty_line',
  'administrator',
  'training',
  'finance',
] as const;
export type FocalPointRole = (typeof FOCAL_POINT_ROLES)[number];

export const FOCAL_POINT_STATES = ['nominated', 'confirmed', 'due', 'lapsed', 'ended', 'departed'] as const;
export type FocalPointState = (typeof FOCAL_POINT_STATES)[number];

export type FocalPointSide = 'partner' | 'steward' | 'person' | 'exchange';

interface Transition {
  by: readonly FocalPointSide[];
  from: readonly FocalPointState[];
  to: FocalPointState;
  says: string;
}

const THERE = ['nominated', 'confirmed', 'due', 'lapsed'] as const;

/** All that can happen to a focal point: the code, the OpenAPI description and the README have it from here. */
export const TRANSITIONS = {
  confirm: {
    by: ['partner', 'person'],
    from: THERE,
    to: 'confirmed',
    says: 'by the mailed link or the API, once the validity has begun',
  },
  fall_due: { by: ['exchange'], from: ['confirmed'], to: 'due', says: 'on day 76, with the first reminder' },
  lapse: {
    by: ['exchange'],
    from: ['nominated', 'due'],
    to: 'lapsed',
    says: 'on day 91; what nobody else answered for is restricted',
  },
  end: {
    by: ['exchange'],
    from: THERE,
    to: 'ended',
    says: 'at the end of the validity; what is of the person is deleted',
  },
  depart: {
    by: ['partner', 'steward'],
    from: THERE,
    to: 'departed',
    says: 'in one call: what is of the person is deleted, and its clients are revoked',
  },
} as const satisfies Record<string, Transition>;
export type FocalPointAct = keyof typeof TRANSITIONS;

export const FOCAL_POINT_ACTS = Object.keys(TRANSITIONS) as FocalPointAct[];

/** @throws Problem 403 when this side may not do that, 409 when it cannot be done in this state */
export function nextState(state: FocalPointState, act: FocalPointAct, side: FocalPointSide): FocalPointState {
  const { by, from, to }: Transition = TRANSITIONS[act];
  if (!by.includes(side)) throw problems.forbidden(`That is for the ${by.join(' or the ')} to do.`);
  if (!from.includes(state)) throw problems.conflict(`The focal point is ${state}.`);
  return to;
}

/** The table as Markdown. */
export function describeTransitions(): string {
  const rows = Object.entries(TRANSITIONS).map(([act, { by, from, to, says }]: [string, Transition]) => [
    `\`${act}\``,
    by.join(', '),
    from.map((one) => `\`${one}\``).join(', '),
    `\`${to}\``,
    says,
  ]);
  const lines = [['act', 'by', 'from', 'to', 'how'], ['---', '---', '---', '---', '---'], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export const CONFIRM_EVERY_DAYS = 90;
export const LAPSES_AFTER_DAYS = 91;
/** When mails go, in days since the present round began: the first asks, and not after a confirmation. */
export const ASKED_ON_DAYS = [0, 76, 83, 89] as const;
/** Days for which a mailed link is good: from the first reminder until restricted content is suspended. */
export const LINK_DAYS = LAPSES_AFTER_DAYS - ASKED_ON_DAYS[1];
export const MAX_FOCAL_POINTS = 200;
const DAY_MS = 86_400_000;

export const dayAfter = (since: Date, days: number): Date => new Date(since.getTime() + days * DAY_MS);

/** What of a focal point is due at a moment, of which there is at most one thing at a time. */
export type Due = { act: 'end' | 'lapse' } | { act: 'ask'; reminders: number; fallsDue: boolean } | null;

export interface Round {
  state: FocalPointState;
  validFrom: Date;
  validUntil: Date | null;
  awaitedSince: Date;
  /** Mails of this round that have gone, or need not go any more. */
  reminders: number;
}

/** Of several reminders that were missed, one is sent; a new address is asked at once, and also when it is too late. */
export function dueAt(round: Round, now: Date): Due {
  const { state, validFrom, validUntil, awaitedSince, reminders } = round;
  if (state === 'ended' || state === 'departed') return null;
  if (validUntil !== null && validUntil <= now) return { act: 'end' };
  if (validFrom > now || (state === 'lapsed' && reminders > 0)) return null;
  const since = awaitedSince > validFrom ? awaitedSince : validFrom;
  const passed = ASKED_ON_DAYS.filter((days) => dayAfter(since, days) <= now).length;
  if (passed > reminders)
    return { act: 'ask', reminders: passed, fallsDue: state === 'confirmed' && passed > 1 };
  return state !== 'lapsed' && dayAfter(since, LAPSES_AFTER_DAYS) <= now ? { act: 'lapse' } : null;
}

/** What a new focal point says of itself, as far as it counts here. */
export interface Nomination {
  role: FocalPointRole;
  arrangement?: string;
  countries?: readonly string[];
  area?: string;
  name?: string;
  phones?: readonly string[];
  from?: string;
  until?: string;
}

/** Roles by which somebody speaks for the whole organisation, and roles that belong to a place. */
const NOWHERE: readonly FocalPointRole[] = ['headquarters', 'administrator'];
const SOMEWHERE: readonly FocalPointRole[] = ['country', 'area'];

/** A duty line that nobody can call is none. */
export const phoneFaults = (role: FocalPointRole, phones: readonly string[]): Fault[] =>
  role === 'duty_line' && phones.length === 0
    ? [{ pointer: '#/phones', detail: 'must be at least one for a duty line' }]
    : [];

/** What is wrong with a nomination, beyond what each field says by itself. */
export function nominationFaults(one: Nomination, now: Date): Fault[] {
  const faults: Fault[] = [];
  const fault = (name: string, detail: string): void => {
    faults.push({ pointer: `#/${name}`, detail });
  };
  if (one.role === 'duty_line') {
    if (one.name !== undefined) fault('name', 'must be absent: a duty line is nobody in particular');
    faults.push(...phoneFaults(one.role, one.phones ?? []));
  } else if (one.name === undefined) fault('name', 'is needed for a person');
  if (NOWHERE.includes(one.role) && one.arrangement !== undefined) {
    fault('arrangement', 'must be absent for this role');
  }
  if (SOMEWHERE.includes(one.role) && one.arrangement === undefined) {
    fault('arrangement', 'is needed for this role');
  }
  if (one.role === 'area' && one.area === undefined) fault('area', 'is needed for this role');
  const from = one.from === undefined ? now : new Date(one.from);
  if (one.until !== undefined) {
    const until = new Date(one.until);
    if (until <= from) fault('until', 'must be after the beginning');
    else if (until <= now) fault('until', 'must not be past');
  }
  return faults;
}
