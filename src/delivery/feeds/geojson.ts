import { GEOJSON_SCHEMA, toGeoJson } from '../../alerts/alert-feed.service.js';
import { type Feed } from './feed.js';

export const GEOJSON_TYPE = 'application/geo+json';

const LINK_SCHEMA = {
  type: 'object',
  required: ['rel', 'href', 'type'],
  properties: { rel: { type: 'string' }, href: { type: 'string' }, type: { type: 'string' } },
};

/** RFC 7946 §3.3, with links as OGC API Features has them. */
export const FEATURES_SCHEMA = {
  type: 'object',
  required: ['type', 'features', 'links'],
  properties: {
    type: { type: 'string', enum: ['FeatureCollection'] },
    features: { type: 'array', items: GEOJSON_SCHEMA },
    links: { type: 'array', items: LINK_SCHEMA },
  },
};

/** Each alert as it answers by itself: the very coordinates of its CAP message, longitude first. */
export function writeGeoJson(feed: Feed): string {
  const pages = { self: feed.self, first: feed.first, next: feed.next };
  return JSON.stringify({
    type: 'FeatureCollection',
    features: feed.entries.map(({ alert: { row, content }, language }) =>
      toGeoJson({ id: row.id, version: row.version, changedAt: row.changed_at }, content, language),
    ),
    links: Object.entries(pages).flatMap(([rel, href]) =>
      href === undefined ? [] : [{ rel, href, type: GEOJSON_TYPE }],
    ),
  });
}
