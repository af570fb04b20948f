import { type AlertContent, middleOf } from '../../alerts/alert-feed.service.js';
import { type Cell, writeRows } from '../../core/csv.js';
import { type Feed, type FeedEntry } from './feed.js';

export { CSV_TYPE } from '../../core/csv.js';

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

/** The second row is of HXL tags. */
export const writeCsv = (feed: Feed): string =>
  writeRows([
    COLUMNS.map(({ header }) => header),
    COLUMNS.map(({ tag }) => tag),
    ...feed.entries.map((entry) => COLUMNS.map(({ cell }) => cell(entry, entry.alert.content))),
  ]);

const list = (values: string[]): string => [...new Set(values)].join(' | ');
