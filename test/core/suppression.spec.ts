import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { suppress, SUPPRESSED_BELOW } from '../../src/core/suppression.js';

const table = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
  .chain(([rows, columns]) => {
    const count = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 40 }));
    const row = fc.array(count, { minLength: columns, maxLength: columns });
    return fc.array(row, { minLength: rows, maxLength: rows });
  });

/** The cells and all totals. */
function withTotals(cells: number[][]): number[][] {
  const sum = (counts: number[]): number => counts.reduce((total, one) => total + one, 0);
  const rows = cells.map((row) => [...row, sum(row)]);
  return [...rows, (rows[0] ?? []).map((_, column) => sum(rows.map((row) => row[column] ?? 0)))];
}

/**
 * Which suppressed counts follow from those that are shown: each row and column is an equation (its parts less its
 * total are nothing), and a count follows when elimination leaves it alone in one.
 */
function revealed(shown: (number | null)[][]): string[] {
  const unknown = shown.flatMap((row, r) => row.flatMap((one, c) => (one === null ? [`${r},${c}`] : [])));
  const width = shown[0]?.length ?? 0;
  const sign = (index: number, length: number): number => (index === length - 1 ? -1 : 1);
  const equations = [
    ...shown.map((_, r) =>
      unknown.map((key) => (key.startsWith(`${r},`) ? sign(Number(key.split(',')[1]), width) : 0)),
    ),
    ...Array.from({ length: width }, (_, c) =>
      unknown.map((key) => (key.endsWith(`,${c}`) ? sign(Number(key.split(',')[0]), shown.length) : 0)),
    ),
  ];
  let next = 0;
  for (let column = 0; column < unknown.length; column += 1) {
    const pivot = equations.findIndex((row, index) => index >= next && Math.abs(row[column] ?? 0) > 1e-9);
    if (pivot < 0) continue;
    const row = equations.splice(pivot, 1)[0] as number[];
    const scaled = row.map((one) => one / (row[column] as number));
    equations.splice(next, 0, scaled);
    for (const [index, other] of equations.entries()) {
      if (index === next) continue;
      const factor = other[column] ?? 0;
      equations[index] = other.map((one, place) => one - factor * (scaled[place] ?? 0));
    }
    next += 1;
  }
  return equations.flatMap((row) => {
    const left = row.flatMap((one, index) => (Math.abs(one) > 1e-9 ? [unknown[index] ?? ''] : []));
    return left.length === 1 ? left : [];
  });
}

describe('a table of counts', () => {
  it('shows no small count, and nothing but the truth', () => {
    fc.assert(
      fc.property(table, (cells) => {
        const truth = withTotals(cells);
        for (const [r, row] of suppress(cells).entries()) {
          for (const [c, one] of row.entries()) {
            const real = truth[r]?.[c] ?? 0;
            if (one === null) continue;
            expect(one).toBe(real);
            expect(one === 0 || one >= SUPPRESSED_BELOW).toBe(true);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('gives no suppressed count away by its totals', () => {
    fc.assert(
      fc.property(table, (cells) => {
        expect(revealed(suppress(cells))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('is shown whole when nothing in it is small', () => {
    expect(
      suppress([
        [3, 0, 5],
        [9, 4, 0],
      ]),
    ).toEqual([
      [3, 0, 5, 8],
      [9, 4, 0, 13],
      [12, 4, 5, 21],
    ]);
  });

  it('hides what a total would give away, at the least cost', () => {
    expect(
      suppress([
        [2, 5, 40],
        [6, 7, 50],
      ]),
    ).toEqual([
      [null, null, 40, 47],
      [null, null, 50, 63],
      [8, 12, 90, 110],
    ]);
    // Two counts of one each would be known by their sum of two.
    expect(suppress([[1, 1, 9, 30]])[0]?.slice(0, 4)).toEqual([null, null, null, 30]);
    expect(suppress([[2]])).toEqual([
      [null, null],
      [null, null],
    ]);
    expect(suppress([])).toEqual([[0]]);
  });

  it('of many values and periods is done in time', () => {
    const cells = Array.from({ length: 300 }, (_, r) =>
      Array.from({ length: 120 }, (__, c) => (r * 7 + c * 13) % 23),
    );
    expect(suppress(cells)).toHaveLength(301);
  });
});
