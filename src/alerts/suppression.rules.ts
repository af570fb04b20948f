/** Counts of one or two events could tell of single incidents, and so of those who were there. */
export const SUPPRESSED_BELOW = 3;

/**
 * A table with its totals, of which small counts may not be told, neither by themselves nor as what is missing from a
 * total. Primary: counts below the limit. Complementary: in every row and column (of cells, or of totals) in which
 * something is suppressed, what is suppressed is more than one and holds together at least the limit and more than one
 * each; the smallest counts that are left are taken for it, noughts last.
 * @param cells rows of equal length, counts from 0
 * @returns the table with a column of row totals and a row of column totals added; null where suppressed
 */
export function suppress(cells: number[][]): (number | null)[][] {
  const rows = cells.map((row) => [...row, sum(row)]);
  const table = [...rows, (rows[0] ?? [0]).map((_, column) => sum(rows.map((row) => row[column] ?? 0)))];
  const hidden = table.map((row) => row.map((count) => count > 0 && count < SUPPRESSED_BELOW));
  const lines: Place[][] = [
    ...table.map((row, r) => row.map((_, c): Place => [r, c])),
    ...(table[0] ?? []).map((_, c) => table.map((__, r): Place => [r, c])),
  ];
  const count = ([row, column]: Place): number => table[row]?.[column] ?? 0;
  const isHidden = ([row, column]: Place): boolean => hidden[row]?.[column] ?? false;
  let changed = true;
  while (changed) {
    changed = false;
    for (const line of lines) {
      const next = isSafe(line.filter(isHidden).map(count), isHidden(line.at(-1) as Place))
        ? undefined
        : line
            .filter((place) => !isHidden(place))
            .sort((a, b) => Number(count(a) === 0) - Number(count(b) === 0) || count(a) - count(b))[0];
      if (next === undefined) continue;
      (hidden[next[0]] as boolean[])[next[1]] = true;
      changed = true;
    }
  }
  return table.map((row, r) => row.map((one, c) => (isHidden([r, c]) ? null : one)));
}

type Place = [row: number, column: number];

/** Nothing is told when nothing is hidden, or when a total is hidden with a part, or many parts with much in them. */
function isSafe(hidden: number[], totalIsHidden: boolean): boolean {
  if (hidden.length === 0) return true;
  if (hidden.length === 1) return false;
  return totalIsHidden || (sum(hidden) >= SUPPRESSED_BELOW && sum(hidden) > hidden.length);
}

const sum = (counts: number[]): number => counts.reduce((total, count) => total + count, 0);
