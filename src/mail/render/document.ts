import { type MailLanguage } from '../languages.js';

/** A sentence of the catalogue with what its names in braces stand for. */
export interface Sentence {
  template: string;
  values: Record<string, string | number>;
}

/** What one paragraph of a mail is; written out as plain text and as HTML, each in its own way of keeping scripts apart. */
export type Block =
  /** In the language of the mail. */
  | { sentence: Sentence; strong?: boolean }
  /** Of the alert itself, in whatever language that is. */
  | { text: string; language: string; heading?: boolean }
  | { label: string; value: string }
  /** A line that begins with its handling. */
  | { marks: string[]; line: string; language: string }
  | { address: string };

/** One mail or page, before it is written out. */
export interface Document {
  language: MailLanguage;
  /** Above and below everything: handling, and that it is a drill. Never translated. */
  marks: string[];
  title: string;
  blocks: Block[];
  footer: Block[];
}

/** @param values what the names in braces stand for */
export const fill = (template: string, values: Record<string, string | number>): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));

export const say = (template: string, values: Record<string, string | number> = {}): Block => ({
  sentence: { template, values },
});

/** For headers and for places of one line: neither line ends nor what turns the direction of the rest around. */
export const oneLine = (text: string, most = 200): string => {
  const flat = text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/ {2,}/g, ' ')
    .trim();
  return flat.length <= most ? flat : `${[...flat].slice(0, most - 1).join('')}…`;
};

/** Without controls that would leave their paragraph. */
export const inParagraph = (text: string): string => text.replace(/[\u202a-\u202e\u2066-\u2069]/g, '').trim();
