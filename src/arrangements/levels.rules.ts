import { problems } from '../core/problem.js';

export const LEVEL_STATES = ['planned', 'current', 'past', 'cancelled'] as const;
export type LevelState = (typeof LEVEL_STATES)[number];

/**
 * Where a level that is to hold from `from` stands at `now`. History is not rewritten: it only goes on.
 * @throws Problem 400 for a time that lies within or before the time of the level that holds
 */
export function levelState(from: Date, now: Date, currentSince: Date): 'planned' | 'current' {
  if (from > now) return 'planned';
  if (from < currentSince) {
    throw problems.invalidInput([
      { pointer: '#/from', detail: 'must not lie before the beginning of the level that holds' },
    ]);
  }
  return 'current';
}
