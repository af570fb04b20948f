import { type Fault } from '../core/problem.js';

/** The six of the framework, by codes of our own. */
export const COMMITMENTS = [
  'arrangements',
  'information',
  'training',
  'operations',
  'resources',
  'ground_rules',
] as const;
export type Commitment = (typeof COMMITMENTS)[number];

export const RATINGS = ['not_met', 'partly_met', 'met', 'exceeded'] as const;
export type Rating = (typeof RATINGS)[number];

export interface Wording {
  code: Commitment;
  title: string;
  text: string;
}

export interface Evidence {
  title: string;
  url: string;
}

export const STAGES = ['in_30_days', 'in_7_days', 'due', 'lapsed'] as const;
export type Stage = (typeof STAGES)[number];

/** @param days before the date at which a partner is told; -1 once it may only read */
export function stageOf(days: number): Stage {
  if (days < 0) return 'lapsed';
  return days === 0 ? 'due' : days <= 7 ? 'in_7_days' : 'in_30_days';
}

export const COMMITMENT_STATES = ['never_accepted', 'accepted', 'renewal_due', 'lapsed'] as const;
export type CommitmentState = (typeof COMMITMENT_STATES)[number];

const DAY_MS = 86_400_000;
const REMINDED_DAYS = 30;
/** From when a text is in force, or its deadline is set, until whoever has not accepted it may only read, at least. */
const NOTICE_DAYS = 14;
/** How long a signature may wait to be entered. */
const SIGNED_WITHIN_DAYS = 90;

/** A day is 24 hours: what the clocks of a place do meanwhile moves no date. */
export const daysAfter = (from: Date, days: number): Date => new Date(from.getTime() + days * DAY_MS);

export interface Standing {
  /** Of the text accepted last; null when none ever was. */
  version: number | null;
  renewBy: Date | null;
  readOnlyFrom: Date | null;
}

/** Where a partner stands at a moment: dates decide it, nothing has to be done for it. */
export function commitmentState({ version, renewBy, readOnlyFrom }: Standing, now: Date): CommitmentState {
  if (readOnlyFrom !== null && readOnlyFrom <= now) return 'lapsed';
  if (version === null) return 'never_accepted';
  return renewBy !== null && renewBy <= daysAfter(now, REMINDED_DAYS) ? 'renewal_due' : 'accepted';
}

/** Each is accepted by itself, and all of them or none; nobody signed what was not there yet. */
export function acceptanceFaults(
  accepted: readonly Commitment[],
  signedAt: Date,
  publishedAt: Date,
  now: Date,
): Fault[] {
  const missing = COMMITMENTS.filter((one) => !accepted.includes(one));
  const faults = missing.map((one) => ({ pointer: '#/accepted', detail: `must name ${one}` }));
  if (signedAt > now) faults.push({ pointer: '#/signedAt', detail: 'must not lie in the future' });
  if (signedAt < publishedAt) {
    faults.push({ pointer: '#/signedAt', detail: 'must not lie before the publication of the text' });
  }
  if (signedAt < daysAfter(now, -SIGNED_WITHIN_DAYS)) {
    faults.push({
      pointer: '#/signedAt',
      detail: `must lie within the last ${SIGNED_WITHIN_DAYS} days`,
    });
  }
  return faults;
}

/** A text comes into force after the one before it, and nobody has to accept it before there was time for that. */
export function textFaults(
  { effectiveAt, acceptBy }: { effectiveAt: Date; acceptBy: Date | null },
  latest: Date | null,
  now: Date,
): Fault[] {
  const faults: Fault[] = [];
  if (effectiveAt < now) faults.push({ pointer: '#/effectiveAt', detail: 'must not lie in the past' });
  if (latest !== null && effectiveAt <= latest) {
    faults.push({ pointer: '#/effectiveAt', detail: 'must lie after that of the version before' });
  }
  if (acceptBy !== null && acceptBy < daysAfter(effectiveAt, NOTICE_DAYS)) {
    faults.push({ pointer: '#/acceptBy', detail: `must lie ${NOTICE_DAYS} days or more after effectiveAt` });
  }
  return faults;
}

/** Nobody is surprised: the first deadline leaves time, and from then on it only ever moves later. */
export function deadlineFaults(
  { effectiveAt, acceptBy }: { effectiveAt: Date; acceptBy: Date | null },
  next: Date,
  now: Date,
): Fault[] {
  const pointer = '#/acceptBy';
  if (next <= now) return [{ pointer, detail: 'must lie in the future' }];
  if (acceptBy !== null) return next <= acceptBy ? [{ pointer, detail: 'can only be moved later' }] : [];
  const earliest = daysAfter(effectiveAt > now ? effectiveAt : now, NOTICE_DAYS);
  const detail = `must lie ${NOTICE_DAYS} days or more from now, and after effectiveAt`;
  return next < earliest ? [{ pointer, detail }] : [];
}

/** Texts that can be accepted: the one in force, and those announced, but none older than what was accepted before. */
export const isOpenTo = (
  text: { version: number; is_in_force: boolean; effective_at: Date },
  accepted: number | null,
  now: Date,
): boolean => (text.is_in_force || text.effective_at > now) && text.version >= (accepted ?? 0);
