import { suppress, SUPPRESSED_BELOW } from '../core/suppression.js';
import { type Commitment, COMMITMENTS, type Rating, RATINGS } from './commitment.rules.js';

export interface RatingCount {
  commitment: Commitment;
  rating: Rating;
  members: number;
}

/** Of each commitment how many members rate themselves so, with small numbers, and what would give them away, left out. */
export function scorecardOf(
  counts: RatingCount[],
  members: number,
): { commitment: Commitment; counts: { rating: Rating | null; members: number | null }[] }[] {
  return COMMITMENTS.map((commitment) => {
    const stated = RATINGS.map(
      (rating) => counts.find((one) => one.commitment === commitment && one.rating === rating)?.members ?? 0,
    );
    const silent = members - stated.reduce((sum, count) => sum + count, 0);
    // How many members there are is no secret here: it is the total of every row.
    const [row = []] = members < SUPPRESSED_BELOW ? [] : suppress([[...stated, silent]]);
    return {
      commitment,
      counts: [...RATINGS, null].map((rating, column) => ({ rating, members: row[column] ?? null })),
    };
  });
}
