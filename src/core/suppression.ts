/** Counts of one or two events could tell of single incidents, and so of those who were there. */
export const SUPPRESSED_BELOW = 3;

/**
 * A table with its totals, of which small counts may not be told, neither by themselves nor as what is missing from
 * totals. Primary: counts below the limit. Complementary: in each row and column in which something is suppressed it is
 * more than one, it holds together at least the limit and more than one each unless its total is suppressed too, and
 * each suppressed count lies on a round of others, so that no sum of rows and columns leaves it alone. The smallest
 * counts that are left are taken for it, noughts last.
 * @param cells rows of equal length, counts from 0
 * @returns the table with a column of row totals and a row of column totals added; null where suppressed
 */
export function suppress(cells: number[][]): (number | null)[][] {
  const rows = cells.map((row) => [...row, sum(row)]);
  const table = [...rows, (rows[0] ?? [0]).map((_, column) => sum(rows.map((row) => row[column] ?? 0)))];
  const hidden = table.map((row) => row.map((count) => count > 0 && count < SUPPRESSED_BELOW));
  const rowOf = (row: number): Place[] => (table[row] ?? []).map((_, column): Place => [row, column]);
  const columnOf = (column: number): Place[] => table.map((_, row): Place => [row, column]);
  const lines = [
    ...table.map((_, row) => rowOf(row)),
    ...(table[0] ?? []).map((_, column) => columnOf(column)),
  ];
  const count = ([row, column]: Place): number => table[row]?.[column] ?? 0;
  const isHidden = ([row, column]: Place): boolean => hidden[row]?.[column] ?? false;
  const hideOneMore = (line: Place[]): boolean => {
    const [next] = line
      .filter((place) => !isHidden(place))
      .sort((a, b) => Number(count(a) === 0) - Number(count(b) === 0) || count(a) - count(b));
    if (next !== undefined) (hidden[next[0]] as boolean[])[next[1]] = true;
    return next !== undefined;
  };
  const isSafe = (line: Place[]): boolean => {
    const counts = line.filter(isHidden).map(count);
    if (counts.length < 2) return counts.length === 0;
    return isHidden(line.at(-1) as Place) || sum(counts) >= Math.max(SUPPRESSED_BELOW, counts.length + 1);
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const line of lines) if (!isSafe(line) && hideOneMore(line)) changed = true;
    if (changed) continue;
    const lonely = lonelyIn(hidden);
    changed = lonely.some(([row, column]) => hideOneMore(rowOf(row)) || hideOneMore(columnOf(column)));
  }
  return table.map((row, r) => row.map((one, c) => (isHidden([r, c]) ? null : one)));
}

type Place = [row: number, column: number];

/** Hidden places on no round of hidden places: bridges of the graph whose nodes are rows and columns (Tarjan). */
function lonelyIn(hidden: boolean[][]): Place[] {
  const rows = hidden.length;
  const order = new Map<number, number>();
  const found: Place[] = [];
  const neighbours = (node: number): number[] =>
    node < rows
      ? (hidden[node] ?? []).flatMap((is, column) => (is ? [rows + column] : []))
      : hidden.flatMap((row, index) => (row[node - rows] ? [index] : []));
  /** @returns the earliest node that can be reached without the edge that led here */
  const visit = (node: number, from: number): number => {
    const at = order.size;
    order.set(node, at);
    let earliest = at;
    for (const next of neighbours(node)) {
      if (next === from) continue;
      const known = order.get(next);
      const reached = known ?? visit(next, node);
      if (known === undefined && reached > at)
        found.push(node < rows ? [node, next - rows] : [next, node - rows]);
      earliest = Math.min(earliest, reached);
    }
    return earliest;
  };
  for (const node of hidden.keys()) if (!order.has(node)) visit(node, -1);
  return found;
}

const sum = (counts: number[]): number => counts.reduce((total, count) => total + count, 0);
