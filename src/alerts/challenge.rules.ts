import { type Classification, classificationRank, type Tlp, tlpRank } from '../access/handling.js';
import { type Fault } from '../core/problem.js';

export const DECISIONS = ['upheld', 'lowered', 'raised', 'withdrawn'] as const;
export type Decision = (typeof DECISIONS)[number];

export const CHALLENGE_STATES = ['open', 'overdue', 'answered'] as const;
export type ChallengeState = (typeof CHALLENGE_STATES)[number];

/** Days within which an originator is to answer. */
export const ANSWER_DAYS = 14;

export const answerBy = (now: Date): Date => new Date(now.getTime() + ANSWER_DAYS * 86_400_000);

export function stateOf(
  { answered_at, answer_by }: { answered_at: Date | null; answer_by: Date },
  now: Date,
): ChallengeState {
  if (answered_at !== null) return 'answered';
  return answer_by < now ? 'overdue' : 'open';
}

/** @param held ranks of the text that is challenged */
export function proposalFaults(
  proposed: { tlp?: Tlp; classification?: Classification },
  held: { tlp: number; classification: number },
): Fault[] {
  const tlp = proposed.tlp === undefined ? held.tlp : tlpRank(proposed.tlp);
  const classification =
    proposed.classification === undefined ? held.classification : classificationRank(proposed.classification);
  if (tlp === held.tlp && classification === held.classification) {
    return [{ pointer: '#/proposed', detail: 'must differ from the handling that the text has' }];
  }
  // Of CONFIDENTIAL at least AMBER, of STRICTLY_CONFIDENTIAL at least AMBER+STRICT.
  const least = [0, 2, 3][classification] ?? 0;
  return tlp < least
    ? [{ pointer: '#/proposed', detail: 'is not a handling that a text may have: TLP is too wide for it' }]
    : [];
}
