import { type ReadAlert } from '../../../alerts/alert-reading.service.js';
import { type Tlp } from '../../../access/handling.js';
import { type Block, type Document, say } from '../../../mail/mail.module.js';
import { CATALOGUES } from '../languages.js';
import { headlineFor, marksOf, type Reader, textFor } from './alert-mail.js';

type Body = Omit<Document, 'footer'>;

/** That there is an alert, and where: for one that may not be told by mail. */
export function aboveMail({ row, content }: ReadAlert, reader: Reader): Body {
  const words = CATALOGUES[reader.language];
  return {
    language: reader.language,
    marks: marksOf(content),
    title: '',
    blocks: [
      ...(content.status === 'actual' ? [] : [{ ...say(words.alert.drill), strong: true }]),
      say(words.above.body),
      { address: reader.addressOf(row.id) },
    ],
  };
}

/** That it is to be deleted, and nothing of what it was. */
export function withdrawalMail(alert: { tlp: Tlp; isDrill: boolean }, { language }: Reader): Body {
  const words = CATALOGUES[language];
  return {
    language,
    // What kind of drill it was is no longer anybody's to know.
    marks: [...(alert.isDrill ? ['EXERCISE'] : []), `TLP:${alert.tlp}`],
    title: '',
    blocks: [
      ...(alert.isDrill ? [{ ...say(words.alert.drill), strong: true }] : []),
      { ...say(words.withdrawn.body), strong: true },
    ],
  };
}

/** One alert of a digest: told, or only announced. */
export interface Line {
  alert: ReadAlert;
  changes: number;
  isAbove: boolean;
}

/** @param marks those of the highest handling among the lines */
export function digestMail(lines: Line[], marks: string[], isDrill: boolean, reader: Reader): Body {
  const words = CATALOGUES[reader.language];
  return {
    language: reader.language,
    marks,
    title: '',
    blocks: [
      ...(isDrill ? [{ ...say(words.alert.drill), strong: true }] : []),
      say(words.digest.intro),
      ...lines.flatMap((line) => lineOf(line, reader)),
      say(words.alert.notice),
    ],
  };
}

function lineOf({ alert: { row, content }, changes, isAbove }: Line, reader: Reader): Block[] {
  const words = CATALOGUES[reader.language];
  const marks = marksOf(content);
  const language = textFor(content, reader.language)?.language ?? 'und';
  return [
    isAbove
      ? { marks, line: words.digest.above, language: reader.language }
      : { marks, line: headlineFor(content, reader), language },
    ...(changes > 1 ? [{ label: words.label.changes, value: String(changes) }] : []),
    { address: reader.addressOf(row.id) },
  ];
}

/** Says who asks, and what for; nothing else is sent before it is answered. */
export function confirmationMail(
  ask: { partner: string; subscription: string; address: string; link: string; days: number },
  { language }: Pick<Reader, 'language'>,
): Document {
  const { confirmation } = CATALOGUES[language];
  const { partner, subscription, address, days } = ask;
  return {
    language,
    marks: [],
    title: '',
    blocks: [
      say(confirmation.body, { partner, subscription, address }),
      say(confirmation.link, { days }),
      { address: ask.link },
      say(confirmation.ignore),
    ],
    footer: [],
  };
}
