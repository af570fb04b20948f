export const CSV_TYPE = 'text/csv';

export type Cell = string | number | undefined;

/** RFC 4180 in UTF-8, with the mark by which spreadsheets know it. */
export const writeRows = (rows: Cell[][]): string =>
  `\ufeff${rows.map((row) => `${row.map((cell) => quote(toCell(cell))).join(',')}\r\n`).join('')}`;

/** What a spreadsheet would take for a formula; also behind blanks, and as East Asian keyboards write it. */
const FORMULA = /^[\s\0]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

/** Numbers of our own are what they are; a text that would be run is marked as text. */
function toCell(value: Cell): string {
  if (typeof value === 'number') return String(value);
  return value !== undefined && FORMULA.test(value) ? `'${value}` : (value ?? '');
}

const quote = (cell: string): string => (/[",\r\n;\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
