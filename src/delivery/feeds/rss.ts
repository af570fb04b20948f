import { type Feed, type FeedEntry } from './feed.js';
import { element, emptyElement, escape, open } from './xml.js';

export const RSS_TYPE = 'application/rss+xml';

/** RSS 2.0 for readers that know nothing else, with the page links of RFC 5005 for those that do. */
export function writeRss(feed: Feed): string {
  const link = (rel: string, href: string): string =>
    emptyElement('atom:link', { rel, href, type: RSS_TYPE });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    open('rss', {
      version: '2.0',
      'xmlns:atom': 'http://www.w3.org/2005/Atom',
      'xmlns:dc': 'http://purl.org/dc/elements/1.1/',
    }),
    '<channel>',
    element('title', feed.title),
    element('link', feed.home),
    element('description', feed.subtitle),
    element('lastBuildDate', feed.updated.toUTCString()),
    link('self', feed.self),
    link('first', feed.first),
    ...(feed.next === undefined ? [] : [link('next', feed.next)]),
    ...feed.entries.map(writeItem),
    '</channel>',
    '</rss>\n',
  ].join('\n');
}

function writeItem(entry: FeedEntry): string {
  return [
    '<item>',
    element('title', entry.title),
    element('link', entry.address),
    element('description', toHtml(entry.text)),
    ...(entry.author === undefined ? [] : [element('dc:creator', entry.author)]),
    ...entry.tags.map(({ scheme, term }) => element('category', term, { domain: scheme })),
    // Readers of RSS show an item once: a new version must be a new one, or nobody would see it.
    element('guid', `${entry.urn}#${entry.alert.row.version}`, { isPermaLink: 'false' }),
    element('pubDate', entry.updated.toUTCString()),
    ...(entry.language === undefined ? [] : [element('dc:language', entry.language)]),
    '</item>',
  ].join('\n');
}

/** Descriptions are shown as HTML: what somebody wrote must arrive as text there too. */
const toHtml = (text: string): string =>
  text
    .split('\n\n')
    .map((part) => `<p>${escape(part).replaceAll('\n', '<br/>')}</p>`)
    .join('');
