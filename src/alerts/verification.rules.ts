import { type AlertContent, type Grading, type Verification } from './alert-content.js';

type Graded = Pick<AlertContent, 'grading' | 'verification'>;

/** Judgements that an alert carries; nobody reads more. */
const MOST = 50;

export const judged = (history: readonly Verification[] | undefined, judgement: Verification): Graded => ({
  grading: judgement.grading,
  verification: [...(history ?? []), judgement].slice(-MOST),
});

/**
 * Grading and history as a new version carries them on. A grading that the new version states differently is a
 * judgement too; one that it does not state is the last judgement's.
 * @param before of the version which it replaces
 */
export function carryOn(
  before: { grading: Grading | null; verification: Verification[] | null } | undefined,
  grading: Grading | undefined,
  at: Date,
): Graded {
  const verification = before?.verification ?? [];
  const last = verification.at(-1);
  if (before?.grading && grading && !isSame(before.grading, grading)) {
    const status = last?.status ?? 'unverified';
    return judged(verification, { status, grading: { ...grading }, at: at.toISOString() });
  }
  const stated = grading ?? last?.grading;
  return { ...(stated && { grading: { ...stated } }), ...(verification.length > 0 && { verification }) };
}

const isSame = (a: Grading, b: Grading): boolean =>
  a.reliability === b.reliability && a.credibility === b.credibility;
