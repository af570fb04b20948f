import { ATOM_TYPE, writeAtom } from './atom.js';
import { writeCapFeed } from './cap-feed.js';
import { CSV_TYPE, writeCsv } from './csv.js';
import { problems } from '../../core/problem.js';
import { type Feed } from './feed.js';
import { GEOJSON_TYPE, writeGeoJson } from './geojson.js';
import { JSON_FEED_TYPE, writeJsonFeed } from './json-feed.js';
import { RSS_TYPE, writeRss } from './rss.js';

export const FEED_FORMATS = ['atom', 'rss', 'json', 'geojson', 'csv', 'cap'] as const;
type FeedFormat = (typeof FEED_FORMATS)[number];

interface Writer {
  type: string;
  write: (feed: Feed) => string;
}

/** What stands behind the dot of a feed's address, and who writes it. */
const WRITERS: Record<FeedFormat, Writer> = {
  atom: { type: ATOM_TYPE, write: writeAtom },
  rss: { type: RSS_TYPE, write: writeRss },
  json: { type: JSON_FEED_TYPE, write: writeJsonFeed },
  geojson: { type: GEOJSON_TYPE, write: writeGeoJson },
  csv: { type: CSV_TYPE, write: writeCsv },
  cap: { type: ATOM_TYPE, write: writeCapFeed },
};

/** @throws Problem 404 when nobody writes that */
export function writerOf(format: string): Writer {
  const known = FEED_FORMATS.find((one) => one === format);
  if (known === undefined) throw problems.notFound();
  return WRITERS[known];
}
