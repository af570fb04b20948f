import { chooseLanguage, NOTICE, type ReadAlert } from '../alerts/alert-reading.service.js';
import { type AtomEntry } from './atom.js';

/** An alert as an Atom entry; status and handling stand in the title, where nobody can overlook them. */
export function alertEntry(
  { row, content }: ReadAlert,
  acceptLanguage: string | undefined,
  publicUrl: string,
): AtomEntry {
  const languages = [...new Set(content.texts.map((text) => text.language))];
  const language = chooseLanguage(languages, acceptLanguage);
  const text = content.texts.find((one) => one.language === language);
  const address = `${publicUrl}/v1/alerts/${row.id}`;
  const marks = [
    `[TLP:${content.handling.tlp}]`,
    content.handling.classification === 'UNCLASSIFIED' ? '' : `[${content.handling.classification}]`,
    content.status === 'actual' ? '' : `[${content.status.toUpperCase()}]`,
    content.state === 'published' ? '' : `[${content.state.toUpperCase()}]`,
  ].filter((mark) => mark !== '');
  return {
    id: `urn:uuid:${row.id}`,
    title: [...marks, text?.headline ?? content.event].join(' '),
    updated: row.changed_at,
    language,
    author: content.originator?.name,
    categories: [
      { scheme: 'urn:slt:tlp', term: content.handling.tlp },
      { scheme: 'urn:slt:severity', term: content.severity },
      { scheme: 'urn:slt:status', term: content.status },
      ...content.categories.map((term) => ({ scheme: 'urn:slt:category', term })),
    ],
    links: [
      { rel: 'alternate', href: address, type: 'application/json' },
      { rel: 'alternate', href: address, type: 'application/cap+xml' },
      { rel: 'alternate', href: address, type: 'application/geo+json' },
    ],
    summary: text?.headline ?? content.event,
    content: [text?.description, text?.instruction, content.note, NOTICE]
      .filter((part) => part !== undefined)
      .join('\n\n'),
  };
}
