import { type AlertContent, NOTICE, type ReadAlert } from '../../alerts/alert-feed.service.js';
import { chooseLanguage } from '../../core/language.js';

/** One alert as every format tells of it; each takes from it what it has a place for. */
export interface FeedEntry {
  alert: ReadAlert;
  /** Never changes, whatever becomes of the alert. */
  urn: string;
  /** Where it is found, as JSON, CAP and GeoJSON. */
  address: string;
  /** Handling and status first, where nobody can overlook them. */
  title: string;
  headline: string;
  /** When and where, what, and what to do: plain text. */
  text: string;
  language: string | undefined;
  author: string | undefined;
  published: Date;
  updated: Date;
  tags: { scheme: string; term: string }[];
  /** A CAP 1.2 document; in feeds of CAP only. */
  cap: string | undefined;
}

/** One page of a feed. */
export interface Feed {
  /** The same for all pages of all times. */
  id: string;
  title: string;
  subtitle: string;
  home: string;
  self: string;
  first: string;
  next: string | undefined;
  updated: Date;
  entries: FeedEntry[];
  /** What the reader had and must delete. */
  withdrawn: { urn: string; at: Date }[];
}

export interface EntryOptions {
  acceptLanguage: string | undefined;
  address: string;
  cap: string | undefined;
}

export const urnOf = (id: string): string => `urn:uuid:${id}`;

export function toEntry(alert: ReadAlert, { acceptLanguage, address, cap }: EntryOptions): FeedEntry {
  const { row, content } = alert;
  const languages = [...new Set(content.texts.map((text) => text.language))];
  const language = chooseLanguage(languages, acceptLanguage);
  const text = content.texts.find((one) => one.language === language);
  const headline = text?.headline ?? content.event;
  const parts = [whenAndWhere(content), text?.description, text?.instruction, content.note, NOTICE];
  return {
    alert,
    urn: urnOf(row.id),
    address,
    title: [...marksOf(content), headline].join(' '),
    headline,
    text: parts.filter((part) => part !== undefined && part !== '').join('\n\n'),
    language,
    author: content.originator?.name,
    published: new Date(content.sent),
    updated: row.changed_at,
    tags: [
      { scheme: 'urn:slt:tlp', term: content.handling.tlp },
      { scheme: 'urn:slt:severity', term: content.severity },
      { scheme: 'urn:slt:status', term: content.status },
      ...content.categories.map((term) => ({ scheme: 'urn:slt:category', term })),
    ],
    cap,
  };
}

const marksOf = ({ handling, status, state }: AlertContent): string[] =>
  [
    `[TLP:${handling.tlp}]`,
    handling.classification === 'UNCLASSIFIED' ? '' : `[${handling.classification}]`,
    status === 'actual' ? '' : `[${status.toUpperCase()}]`,
    state === 'published' ? '' : `[${state.toUpperCase()}]`,
  ].filter((mark) => mark !== '');

/** In UTC and without words, which would have to be in the reader's language. */
function whenAndWhere({ onsetAt, effectiveAt, sent, expiresAt, areas }: AlertContent): string {
  const begin = new Date(onsetAt ?? effectiveAt ?? sent).toISOString();
  const time = `${begin} – ${expiresAt === undefined ? '…' : new Date(expiresAt).toISOString()}`;
  return [time, ...areas.map(({ description }) => description)].join('\n');
}
