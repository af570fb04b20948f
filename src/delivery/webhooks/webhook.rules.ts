/** When what could not be delivered is tried again, and when that ends. Times in seconds. */

const QUICK = [5, 10, 20, 40, 60];
const STEADY_UNTIL = 15 * 60;
const STEADY = 60;
const LONGEST = 60 * 60;
/** A message is given up, and an endpoint that took none for so long is switched off, with notice. */
export const GIVEN_UP_AFTER = 3 * 24 * 60 * 60;
/** A receiver may ask for more time, not for silence. */
const PATIENCE = 60 * 60;
/** So many attempts in a row that failed are more than bad luck: from then on it is asked singly. */
const FAILURES_OF_A_DEAD_ONE = 3;
/** However long it has been silent, something new is reason to ask again after this. */
const PROBE_AFTER = 60;

/**
 * At once, after 5, 10, 20, 40 and 60 seconds, each minute for a quarter of an hour, and then ever more rarely, up to
 * once an hour, for three days.
 * @param attempts how many have failed
 * @param age since the first of them
 * @param chance from 0 to 1: no two wait alike
 * @returns undefined once it is given up
 */
export function retryDelay(attempts: number, age: number, chance: number): number | undefined {
  if (age >= GIVEN_UP_AFTER) return undefined;
  const quick = QUICK[attempts - 1];
  const delay = quick ?? (age < STEADY_UNTIL ? STEADY : Math.min(age / 4, LONGEST));
  return delay * (0.9 + 0.2 * chance);
}

/** For how long a whole endpoint is left alone after so many failures in a row; nothing else of it is tried meanwhile. */
export const restAfter = (failures: number): number =>
  isDead(failures) ? (QUICK[failures - FAILURES_OF_A_DEAD_ONE] ?? PROBE_AFTER) : 0;

/** What a receiver asked for in `Retry-After`, as far as it is honoured. */
export const timeAskedFor = (retryAfter = 0): number => Math.min(retryAfter, PATIENCE);

export const isDead = (failures: number): boolean => failures >= FAILURES_OF_A_DEAD_ONE;
