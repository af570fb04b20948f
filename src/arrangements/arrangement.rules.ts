import { problems } from '../core/problem.js';

/** SLT levels of cooperation. */
export const ARRANGEMENT_LEVELS = ['regular', 'enhanced', 'emergency'] as const;
export type ArrangementLevel = (typeof ARRANGEMENT_LEVELS)[number];

/** `suspended` while the partner does not work in the countries of the arrangement. */
export type MembershipState = 'future' | 'current' | 'suspended' | 'ended';

/**
 * Where a membership with these dates stands at `now`.
 * @throws Problem 400 for a period that is over or ends before it begins
 */
export function membershipState(from: Date, until: Date | undefined, now: Date): MembershipState {
  if (until !== undefined && until <= from) {
    throw problems.invalidInput([{ pointer: '#/until', detail: 'must be after the beginning' }]);
  }
  if (until !== undefined && until <= now) {
    throw problems.invalidInput([{ pointer: '#/until', detail: 'must not be past' }]);
  }
  return from > now ? 'future' : 'current';
}
