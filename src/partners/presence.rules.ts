import { problems } from '../core/problem.js';

export const PRESENCE_STATUSES = ['active', 'suspended', 'closed'] as const;
export type PresenceStatus = (typeof PRESENCE_STATUSES)[number];

/** `proposed` by the partner, then `refused` or `planned`; time makes it `current`, and the next one, or one that began later, makes it `past`. */
export const PRESENCE_STATES = ['proposed', 'refused', 'planned', 'current', 'past'] as const;
export type PresenceState = (typeof PRESENCE_STATES)[number];

export type PresenceDecision = 'planned' | 'refused';

/** @throws Problem 409 for what was decided already */
export function requireProposed(state: PresenceState): void {
  if (state !== 'proposed') throw problems.conflict(`It is ${state}.`);
}
