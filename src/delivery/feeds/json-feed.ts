import { type Feed, type FeedEntry } from './feed.js';
import { type JsonFeedItemView, type JsonFeedView } from './json-feed.view.js';

export const JSON_FEED_TYPE = 'application/feed+json';

/** https://www.jsonfeed.org/version/1.1/ */
export const writeJsonFeed = (feed: Feed): string => JSON.stringify(presentJsonFeed(feed));

export const presentJsonFeed = (feed: Feed): JsonFeedView => ({
  version: 'https://jsonfeed.org/version/1.1',
  title: feed.title,
  description: feed.subtitle,
  home_page_url: feed.home,
  feed_url: feed.self,
  ...(feed.next !== undefined && { next_url: feed.next }),
  items: feed.entries.map(presentItem),
});

function presentItem(entry: FeedEntry): JsonFeedItemView {
  const { row, content } = entry.alert;
  return {
    id: entry.urn,
    url: entry.address,
    title: entry.title,
    content_text: entry.text,
    summary: entry.headline,
    date_published: entry.published.toISOString(),
    date_modified: entry.updated.toISOString(),
    ...(entry.author !== undefined && { authors: [{ name: entry.author }] }),
    ...(entry.language !== undefined && { language: entry.language }),
    tags: entry.tags.map(({ scheme, term }) => `${scheme.split(':').at(-1)}:${term}`),
    _slt: {
      version: row.version,
      handling: { tlp: content.handling.tlp, classification: content.handling.classification },
      status: content.status,
      state: content.state,
      kind: content.kind,
      event: content.event,
      urgency: content.urgency,
      severity: content.severity,
      certainty: content.certainty,
      onsetAt: content.onsetAt,
      expiresAt: content.expiresAt,
    },
  };
}
