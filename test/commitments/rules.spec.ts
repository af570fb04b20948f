import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  acceptanceFaults,
  COMMITMENTS,
  commitmentState,
  daysAfter,
  deadlineFaults,
  isOpenTo,
  textFaults,
} from '../../src/commitments/commitment.rules.js';
import { type RatingCount, scorecardOf } from '../../src/commitments/scorecard.rules.js';

const NOW = new Date('2027-03-28T00:30:00Z');
const inDays = (days: number): Date => daysAfter(NOW, days);

describe('where a partner stands', () => {
  it.each([
    [null, null, null, 'never_accepted'],
    [null, 40, 40, 'never_accepted'],
    [null, 1, 1, 'never_accepted'],
    [null, 0, 0, 'lapsed'],
    [1, 365, 395, 'accepted'],
    [1, 30.001, 60, 'accepted'],
    [1, 30, 60, 'renewal_due'],
    [1, -29, 1, 'renewal_due'],
    [1, -30, 0, 'lapsed'],
    [1, -400, -370, 'lapsed'],
  ])('with version %s, to be renewed in %s days and read-only in %s, is %s', (version, renew, end, state) => {
    const date = (days: number | null): Date | null => (days === null ? null : inDays(days));
    expect(commitmentState({ version, renewBy: date(renew), readOnlyFrom: date(end) }, NOW)).toBe(state);
  });

  it('counts days of 24 hours, whatever the clocks of a place do', () => {
    expect(daysAfter(NOW, 365).getTime() - NOW.getTime()).toBe(365 * 86_400_000);
  });
});

it('nobody signs what was not there yet, nor ahead, nor long ago', () => {
  const pointers = (signed: number, published: number): string[] =>
    acceptanceFaults(COMMITMENTS, inDays(signed), inDays(published), NOW).map(({ pointer }) => pointer);
  expect([pointers(0, 0), pointers(-89, -90)]).toEqual([[], []]);
  for (const [signed, published] of [
    [-80, -1],
    [1, -9],
    [-91, -99],
  ] as const) {
    expect(pointers(signed, published)).toEqual(['#/signedAt']);
  }
});

describe('dates of a text', () => {
  it('follow each other', () => {
    const pointers = (effective: number, accept: number | null, latest: number | null): string[] =>
      textFaults(
        { effectiveAt: inDays(effective), acceptBy: accept === null ? null : inDays(accept) },
        latest === null ? null : inDays(latest),
        NOW,
      ).map(({ pointer }) => pointer);
    expect(pointers(0, 14, -1)).toEqual([]);
    expect(pointers(5, 19, -1)).toEqual([]);
    expect(pointers(0, 0, -1)).toEqual(['#/acceptBy']);
    expect(pointers(5, 18.9, -1)).toEqual(['#/acceptBy']);
    expect(pointers(1, null, null)).toEqual([]);
    expect(pointers(-1, null, -2)).toEqual(['#/effectiveAt']);
    expect(pointers(2, 1, 2)).toEqual(['#/effectiveAt', '#/acceptBy']);
  });

  it('surprise nobody', () => {
    const isFine = (effective: number, before: number | null, next: number): boolean =>
      deadlineFaults(
        { effectiveAt: inDays(effective), acceptBy: before === null ? null : inDays(before) },
        inDays(next),
        NOW,
      ).length === 0;
    expect([isFine(-9, null, 14), isFine(5, null, 19)]).toEqual([true, true]);
    expect([isFine(-9, 1, 2), isFine(-9, -1, 2)]).toEqual([true, true]);
    expect([isFine(-9, null, 0), isFine(-9, null, 13.9), isFine(5, null, 18.9)]).toEqual([
      false,
      false,
      false,
    ]);
    expect([isFine(-9, 2, 1), isFine(-9, 2, 2), isFine(-9, -2, -1)]).toEqual([false, false, false]);
  });
});

describe('a text to accept', () => {
  it('is the one in force or announced, and never one before that which was accepted', () => {
    const isOpen = (version: number, effective: number, inForce: boolean, accepted: number | null): boolean =>
      isOpenTo({ version, effective_at: inDays(effective), is_in_force: inForce }, accepted, NOW);
    expect([isOpen(2, -9, true, null), isOpen(2, -9, true, 2), isOpen(3, 9, false, 2)]).toEqual([
      ...[true, true, true],
    ]);
    expect([isOpen(1, -99, false, null), isOpen(2, -9, true, 3)]).toEqual([false, false]);
  });
});

describe('the scorecard', () => {
  it('never shows a count below three, nor what gives one away', () => {
    const counts = fc.tuple(...[1, 2, 3, 4, 5].map(() => fc.integer({ min: 0, max: 7 })));
    fc.assert(
      fc.property(counts, (numbers) => {
        const ratings = ['not_met', 'partly_met', 'met', 'exceeded'] as const;
        const stated: RatingCount[] = ratings.map((rating, index) => ({
          ...{ commitment: 'training' as const, rating },
          members: numbers[index] ?? 0,
        }));
        const total = numbers.reduce((sum, one) => sum + one, 0);
        const row =
          scorecardOf(stated, total).find(({ commitment }) => commitment === 'training')?.counts ?? [];
        for (const [index, { members }] of row.entries()) {
          if (members !== null) expect(members).toBe(numbers[index]);
          expect(members === null || members === 0 || members >= 3).toBe(true);
        }
        // The total is known: what is hidden must not be what is missing from it.
        const hidden = row.filter(({ members }) => members === null).length;
        expect(hidden === 1).toBe(false);
      }),
    );
  });
});
