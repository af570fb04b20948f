import { type ArrangementLevel } from './arrangement.rules.js';

/** One thing that a level expects to be there. */
export interface Expectation {
  code: string;
  label: string;
  /** Days from the beginning of the level; no date when absent. */
  dueDays?: number;
}

export const READINESS_STATES = ['in_place', 'planned', 'missing', 'overdue', 'lapsed'] as const;
export type ReadinessState = (typeof READINESS_STATES)[number];

export interface Provision {
  startsAt: Date;
  endsAt: Date | null;
}

const DAY_MS = 86_400_000;

export const dueAt = ({ dueDays }: Expectation, levelSince: Date): Date | undefined =>
  dueDays === undefined ? undefined : new Date(levelSince.getTime() + dueDays * DAY_MS);

/** What was there and ended has lapsed; what is only announced does not excuse what is overdue. */
export function readinessState(
  due: Date | undefined,
  provision: Provision | undefined,
  now: Date,
): ReadinessState {
  if (provision?.endsAt && provision.endsAt <= now) return 'lapsed';
  if (provision && provision.startsAt <= now) return 'in_place';
  if (due && due < now) return 'overdue';
  return provision ? 'planned' : 'missing';
}

/** What the exchange sees for itself, by code: in the registers of members, in forums and in the contact tree. */
export const SEEN_CODES: readonly string[] = ['focal_points', 'scheduled_meetings', 'contact_list'];

/** @param holds absent for what was never there */
export function seenState(due: Date | undefined, holds: boolean | undefined, now: Date): ReadinessState {
  if (holds !== undefined) return holds ? 'in_place' : 'lapsed';
  return due && due < now ? 'overdue' : 'missing';
}

export interface LevelSetting {
  level: ArrangementLevel;
  expectations: Expectation[];
  isProposal: boolean;
  isOwn: boolean;
  /** Of whose word it asks; 0 where that has said nothing. */
  version: number;
}
