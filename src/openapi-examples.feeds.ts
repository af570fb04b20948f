import { alert } from './openapi-examples.exchange.js';
import {
  ALERT,
  JSON_TYPE,
  MADE,
  one,
  type RequestExamples,
  type ResponseExamples,
} from './openapi-examples.story.js';

const BASE = 'https://slt.example';
const AT = alert.changedAt;
const TITLE = `[TLP:GREEN] ${alert.text.headline ?? ''}`;
const TEXT = [alert.text.description, alert.text.instruction, alert.notice].join('\n\n');

const ATOM = `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">
<id>${BASE}/v1/feeds/alerts.atom</id>
<title>SLT Exchange: alerts</title>
<updated>${AT}</updated>
<author><name>SLT Exchange</name></author>
<link rel="self" href="${BASE}/v1/feeds/alerts.atom" type="application/atom+xml"/>
<at:deleted-entry ref="urn:uuid:019b2f00-0000-7000-8000-00000000000f" when="${AT}"/>
<entry xml:lang="en">
<id>urn:uuid:${ALERT}</id>
<title>${TITLE}</title>
<updated>${AT}</updated>
<link rel="alternate" href="${BASE}/v1/alerts/${ALERT}" type="application/cap+xml"/>
<content type="text">${TEXT}</content>
</entry>
</feed>
`;

const FEED = {
  version: 'https://jsonfeed.org/version/1.1',
  title: 'SLT Exchange: alerts',
  description: 'Each at the handling that its entry states, latest change first.',
  home_page_url: BASE,
  feed_url: `${BASE}/v1/feeds/alerts.json`,
  items: [
    {
      id: `urn:uuid:${ALERT}`,
      url: `${BASE}/v1/alerts/${ALERT}`,
      title: TITLE,
      content_text: TEXT,
      summary: alert.text.headline ?? '',
      date_published: AT,
      date_modified: AT,
      authors: [{ name: alert.originator.name }],
      language: 'en',
      tags: ['tlp:GREEN', 'severity:severe', 'status:actual', 'category:security'],
      _slt: {
        version: 1,
        handling: alert.handling,
        status: alert.status,
        state: alert.state,
        kind: alert.kind,
        event: alert.event,
        urgency: alert.urgency,
        severity: alert.severity,
        certainty: alert.certainty,
        onsetAt: alert.onsetAt,
        expiresAt: alert.expiresAt,
      },
    },
  ],
};

const ANSWER = { 200: { 'application/atom+xml': ATOM, 'application/feed+json': FEED } };

const ADDRESS = {
  id: '019b2f00-0000-7000-8000-000000000060',
  name: 'Map of the operations room',
  state: 'open',
  keeper: 'c-019b2f0000007000',
  ceiling: { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
  filter: { countries: ['SD'], minSeverity: 'moderate' },
  createdAt: MADE,
};

export const FEEDS_REQUESTS: RequestExamples = {
  createFeedAddress: { [JSON_TYPE]: one({ name: ADDRESS.name, filter: ADDRESS.filter }) },
};

export const FEEDS_RESPONSES: ResponseExamples = {
  getAlertFeed: ANSWER,
  getAddressedAlertFeed: ANSWER,
  getPublicAlertFeed: {
    200: { 'application/geo+json': { type: 'FeatureCollection', features: [], links: [] } },
  },
  getPublicAlert: {
    200: { [JSON_TYPE]: { ...alert, handling: { tlp: 'CLEAR', classification: 'UNCLASSIFIED' } } },
  },
  createFeedAddress: {
    201: {
      [JSON_TYPE]: {
        ...ADDRESS,
        addresses: ['atom', 'rss', 'json', 'geojson', 'csv', 'cap'].map(
          (format) => `${BASE}/v1/feeds/shown-only-once-in-this-answer/alerts.${format}`,
        ),
      },
    },
  },
  listFeedAddresses: {
    200: { [JSON_TYPE]: { items: [{ ...ADDRESS, lastUsedAt: '2026-11-02T08:00:00.000Z' }] } },
  },
  takeFeedAddress: { 200: { [JSON_TYPE]: ADDRESS } },
};
