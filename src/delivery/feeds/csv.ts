import { type AlertContent, middleOf } from '../../alerts/alert-feed.service.js';
import { type Feed, type FeedEntry } from './feed.js';

export const CSV_TYPE = 'text/csv';

type Cell = string | number | undefined;

interface Column {
  header: string;
  /** HXL 1.1. */
  tag: string;
  cell: (entry: FeedEntry, content: AlertContent) => Cell;
}

const COLUMNS: Column[] = [
  { header: 'TLP', tag: '#meta+tlp', cell: (_, { handling }) => `TLP:${handling.tlp}` },
  {
    header: 'Classification',
    tag: '#meta+classification',
    cell: (_, { handling }) => handling.classification,
  },
  { header: 'Status', tag: '#status+use', cell: (_, { status }) => status },
  { header: 'State', tag: '#status+state', cell: (_, { state }) => state },
  { header: 'Id', tag: '#event+id', cell: ({ alert }) => alert.row.id },
  { header: 'Version', tag: '#meta+version', cell: ({ alert }) => alert.row.version },
  { header: 'Changed', tag: '#date+updated', cell: ({ updated }) => updated.toISOString() },
  { header: 'Sent', tag: '#date+reported', cell: ({ published }) => published.toISOString() },
  { header: 'Onset', tag: '#date+start', cell: (_, { onsetAt }) => onsetAt },
  { header: 'Expires', tag: '#date+end', cell: (_, { expiresAt }) => expiresAt },
  { header: 'Kind', tag: '#event+kind', cell: (_, { kind }) => kind },
  { header: 'Event', tag: '#event+name', cell: (_, { event }) => event },
  {
    header: 'Incident types',
    tag: '#event+type+list',
    cell: (_, { incidentTypes = [] }) => list(incidentTypes),
  },
  { header: 'Categories', tag: '#event+category+list', cell: (_, { categories }) => list(categories) },
  { header: 'Severity', tag: '#severity', cell: (_, { severity }) => severity },
  { header: 'Urgency', tag: '#severity+urgency', cell: (_, { urgency }) => urgency },
  { header: 'Certainty', tag: '#severity+certainty', cell: (_, { certainty }) => certainty },
  { header: 'Originator', tag: '#org+originator+code', cell: (_, { originator }) => originator?.code },
  {
    header: 'Country',
    tag: '#country+code+v_iso2+list',
    cell: (_, { areas }) => list(areas.flatMap(({ countries = [] }) => countries)),
  },
  {
    header: 'Place',
    tag: '#loc+name',
    cell: (_, { areas }) => areas.map(({ description }) => description).join('; '),
  },
  {
    header: 'Place codes',
    tag: '#loc+code+list',
    cell: (_, { areas }) =>
      list(areas.flatMap(({ geocodes }) => geocodes.map(({ name, value }) => `${name}:${value}`))),
  },
  { header: 'Latitude', tag: '#geo+lat', cell: (_, { areas }) => middleOf(areas)?.[0] },
  { header: 'Longitude', tag: '#geo+lon', cell: (_, { areas }) => middleOf(areas)?.[1] },
  { header: 'Language', tag: '#meta+lang', cell: ({ language }) => language },
  { header: 'Headline', tag: '#event+headline', cell: ({ headline }) => headline },
  { header: 'Text', tag: '#description', cell: ({ text }) => text },
  { header: 'Address', tag: '#meta+url', cell: ({ address }) => address },
];

/** RFC 4180 in UTF-8, with the mark by which spreadsheets know it; the second row is of HXL tags. */
export function writeCsv(feed: Feed): string {
  const rows = [
    COLUMNS.map(({ header }) => header),
    COLUMNS.map(({ tag }) => tag),
    ...feed.entries.map((entry) => COLUMNS.map(({ cell }) => toCell(cell(entry, entry.alert.content)))),
  ];
  return `\ufeff${rows.map((row) => `${row.map(quote).join(',')}\r\n`).join('')}`;
}

/** What a spreadsheet would take for a formula; also behind blanks, and as East Asian keyboards write it. */
const FORMULA = /^[\s\0]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

/** Numbers of our own are what they are; a text that would be run is marked as text. */
function toCell(value: Cell): string {
  if (typeof value === 'number') return String(value);
  return value !== undefined && FORMULA.test(value) ? `'${value}` : (value ?? '');
}

const quote = (cell: string): string => (/[",\r\n;\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

const list = (values: string[]): string => [...new Set(values)].join(' | ');
