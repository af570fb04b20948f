/** RFC 4287 documents. Only what feeds of this service need, always escaped, always in the same order. */
export interface AtomEntry {
  id: string;
  title: string;
  updated: Date;
  language?: string;
  summary: string;
  content: string;
  author?: string;
  categories: { scheme: string; term: string }[];
  links: { rel: string; href: string; type: string }[];
}

export interface AtomFeed {
  id: string;
  title: string;
  subtitle: string;
  updated: Date;
  links: { rel: string; href: string; type: string }[];
  entries: AtomEntry[];
}

export const ATOM_TYPE = 'application/atom+xml';

export function writeAtom(feed: AtomFeed): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom">',
    element('id', feed.id),
    element('title', feed.title),
    element('subtitle', feed.subtitle),
    element('updated', feed.updated.toISOString()),
    '<author><name>SLT Exchange</name></author>',
    ...feed.links.map(link),
    ...feed.entries.map(writeEntry),
    '</feed>\n',
  ].join('\n');
}

function writeEntry(entry: AtomEntry): string {
  return [
    entry.language === undefined ? '<entry>' : `<entry xml:lang="${escape(entry.language)}">`,
    element('id', entry.id),
    element('title', entry.title),
    element('updated', entry.updated.toISOString()),
    entry.author === undefined ? '' : `<author>${element('name', entry.author)}</author>`,
    ...entry.categories.map(
      ({ scheme, term }) => `<category scheme="${escape(scheme)}" term="${escape(term)}"/>`,
    ),
    ...entry.links.map(link),
    element('summary', entry.summary),
    `<content type="text">${escape(entry.content)}</content>`,
    '</entry>',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

const element = (name: string, text: string): string => `<${name}>${escape(text)}</${name}>`;

const link = ({ rel, href, type }: AtomEntry['links'][number]): string =>
  `<link rel="${escape(rel)}" href="${escape(href)}" type="${escape(type)}"/>`;

/** Characters that XML 1.0 cannot carry even as references are dropped; input refuses them, old data may not have. */
const UNWRITABLE =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

const escape = (text: string): string =>
  text.replace(UNWRITABLE, '').replace(/[&<>"\r]/g, (character) => ESCAPES[character] ?? character);
