import { DateTime } from 'luxon';
import { type ReadAlert } from '../../../alerts/alert-reading.service.js';
import { chooseLanguage } from '../../../core/language.js';
import { type Block, type Document, oneLine, say, SCRIPTS } from '../../../mail/mail.module.js';
import { type Catalogue } from '../catalogue/catalogue.js';
import { CATALOGUES, type MailLanguage } from '../languages.js';

type Content = ReadAlert['content'];

/** For whom a mail is written. */
export interface Reader {
  language: MailLanguage;
  timeZone: string;
  /** The address of an alert on the exchange. */
  addressOf: (alertId: string) => string;
}

/** Handling, and before it whatever is not meant for action: in the subject and around the body. */
export const marksOf = ({ handling, status }: Pick<Content, 'handling' | 'status'>): string[] => [
  ...(status === 'actual' ? [] : [status.toUpperCase()]),
  `TLP:${handling.tlp}`,
  ...(handling.classification === 'UNCLASSIFIED' ? [] : [handling.classification.replaceAll('_', ' ')]),
];

export const subjectOf = (marks: string[], text: string): string =>
  [...marks.map((mark) => `[${mark}]`), oneLine(text)].join(' ');

/** The text that serves the reader best; its author's own when there is none in the language. */
export function textFor(content: Content, language: MailLanguage): Content['texts'][number] | undefined {
  const chosen = chooseLanguage([...new Set(content.texts.map((text) => text.language))], language);
  return content.texts.find((text) => text.language === chosen);
}

export function headlineFor(content: Content, reader: Reader): string {
  const words = CATALOGUES[reader.language];
  const headline = textFor(content, reader.language)?.headline ?? content.event;
  const turn = turnOf(content, words);
  return `${turn === undefined ? '' : turn + SCRIPTS[reader.language].colon}${headline} (${words.severity[content.severity]})`;
}

/** All that the mail tells of one alert. */
export function alertMail({ row, content }: ReadAlert, reader: Reader): Omit<Document, 'footer'> {
  const words = CATALOGUES[reader.language];
  const text = textFor(content, reader.language);
  const language = text?.language ?? 'und';
  const inLanguage = (value: string | undefined, heading = false): Block[] =>
    value === undefined ? [] : [{ text: value, language, heading }];
  return {
    language: reader.language,
    marks: marksOf(content),
    title: [words.kind[content.kind], turnOf(content, words)].filter((one) => one !== undefined).join(' · '),
    blocks: [
      ...(content.status === 'actual' ? [] : [{ ...say(words.alert.drill), strong: true }]),
      ...inLanguage(text?.headline ?? content.event, true),
      ...(content.state === 'cancelled' ? [{ ...say(words.alert.cancelled), strong: true }] : []),
      ...(content.state === 'expired' ? [say(words.alert.expired)] : []),
      ...factsOf(content, reader, words),
      ...inLanguage(text?.description),
      ...(text?.instruction === undefined ? [] : [{ ...say(words.label.instruction), strong: true }]),
      ...inLanguage(text?.instruction),
      ...fact(words.label.note, content.note),
      ...fact(words.label.files, (content.attachments ?? []).map(({ name }) => name).join(words.comma)),
      ...remarksOf(text, reader.language, words),
      ...((content.acknowledgement ?? 'none') === 'none' ? [] : [say(words.alert.acknowledge)]),
      say(words.alert.read),
      { address: reader.addressOf(row.id) },
      say(words.alert.notice),
    ],
  };
}

function turnOf({ state, messageType }: Content, words: Catalogue): string | undefined {
  if (state === 'cancelled') return words.alert.cancellation;
  return messageType === 'update' ? words.alert.update : undefined;
}

const fact = (label: string, value: string | undefined): Block[] =>
  value === undefined || value === '' ? [] : [{ label, value }];

function factsOf(content: Content, { language, timeZone }: Reader, words: Catalogue): Block[] {
  const { label } = words;
  const time = (iso: string | undefined): string | undefined =>
    iso === undefined ? undefined : timeFor(iso, language, timeZone);
  return [
    ...fact(label.severity, words.severity[content.severity]),
    ...fact(label.urgency, words.urgency[content.urgency]),
    ...fact(label.certainty, words.certainty[content.certainty]),
    ...fact(label.response, content.responses.map((one) => words.response[one]).join(words.comma)),
    ...fact(label.area, content.areas.map(({ description }) => description).join('; ')),
    ...fact(label.onset, time(content.onsetAt)),
    ...fact(label.expires, time(content.expiresAt)),
    ...fact(label.source, content.originator?.name ?? words.alert.unnamed),
  ];
}

/** In which language it is, where that is not the reader's; and who did not check it. */
function remarksOf(
  text: Content['texts'][number] | undefined,
  language: MailLanguage,
  words: Catalogue,
): Block[] {
  if (text === undefined) return [];
  const isOwn = text.language.split('-')[0]?.toLowerCase() === language;
  const name = new Intl.DisplayNames([language], { type: 'language' }).of(text.language) ?? text.language;
  return [
    ...(isOwn || text.language === 'und' ? [] : [say(words.alert.fallback, { language: name })]),
    ...(text.provenance === 'machine_unchecked' ? [say(words.alert.machine)] : []),
  ];
}

/** As the reader's own clock will show it, with the zone said. */
export function timeFor(iso: string, language: MailLanguage, timeZone: string): string {
  // Arabic-Indic digits are not read everywhere where Arabic is.
  const locale = language === 'ar' ? 'ar-u-nu-latn' : language;
  const time = DateTime.fromISO(iso, { zone: timeZone, locale });
  return `${time.toLocaleString({ dateStyle: 'medium', timeStyle: 'short' })} (${timeZone})`;
}
