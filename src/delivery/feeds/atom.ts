import { type Feed, type FeedEntry } from './feed.js';
import { element, emptyElement, escape, open } from './xml.js';

export const ATOM_TYPE = 'application/atom+xml';
const ATOM_NAMESPACE = 'http://www.w3.org/2005/Atom';
const TOMBSTONE_NAMESPACE = 'http://purl.org/atompub/tombstones/1.0';

/**
 * RFC 4287, as a paged feed (RFC 5005 §3): `first` is the address without a cursor, `next` leads to what changed
 * earlier. There is no `previous`, for what changes moves to the front; and no archive, whose documents would have to
 * stay for ever, also with what was withdrawn. Of that a deleted-entry (RFC 6721) tells.
 */
export function writeAtom(feed: Feed, contentOf: (entry: FeedEntry) => string = textOf): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    open('feed', { xmlns: ATOM_NAMESPACE, 'xmlns:at': TOMBSTONE_NAMESPACE }),
    element('id', feed.id),
    element('title', feed.title),
    element('subtitle', feed.subtitle),
    element('updated', feed.updated.toISOString()),
    '<author><name>SLT Exchange</name></author>',
    link('self', feed.self, ATOM_TYPE),
    link('first', feed.first, ATOM_TYPE),
    ...(feed.next === undefined ? [] : [link('next', feed.next, ATOM_TYPE)]),
    ...feed.withdrawn.map(({ urn, at }) =>
      emptyElement('at:deleted-entry', { ref: urn, when: at.toISOString() }),
    ),
    ...feed.entries.map((entry) => writeEntry(entry, contentOf(entry))),
    '</feed>\n',
  ].join('\n');
}

function writeEntry(entry: FeedEntry, content: string): string {
  return [
    open('entry', { 'xml:lang': entry.language }),
    element('id', entry.urn),
    element('title', entry.title),
    element('published', entry.published.toISOString()),
    element('updated', entry.updated.toISOString()),
    ...(entry.author === undefined ? [] : [`<author>${element('name', entry.author)}</author>`]),
    ...entry.tags.map(({ scheme, term }) => emptyElement('category', { scheme, term })),
    ...['application/json', 'application/cap+xml', 'application/geo+json'].map((type) =>
      link('alternate', entry.address, type),
    ),
    element('summary', entry.headline),
    content,
    '</entry>',
  ].join('\n');
}

const textOf = ({ text }: FeedEntry): string => `<content type="text">${escape(text)}</content>`;

const link = (rel: string, href: string, type: string): string => emptyElement('link', { rel, href, type });
