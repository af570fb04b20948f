import { type AlertText } from './alert-content.js';

const LATIN_LIMIT = 160;
const OTHER_LIMIT = 70;
const OTHER_LETTER = /(?!\p{Script=Latin})\p{L}/u;
const RIGHT_TO_LEFT =
  /^(ar|arc|ckb|dv|fa|he|iw|ji|ks|nqo|ps|sd|syr|ug|ur|yi)(-|$)|-(arab|hebr|syrc|thaa|nkoo|rohg|adlm)(-|$)/i;

/** How much one short message carries: UCS-2 and its 70 characters as soon as a letter is not Latin (3GPP TS 23.038). */
export const shortTextLimit = (text: string): number => (OTHER_LETTER.test(text) ? OTHER_LIMIT : LATIN_LIMIT);

/** @returns the author's own short text, or as much of headline and instruction as one short message carries */
export function shortTextOf({
  shortText,
  headline,
  instruction,
  description,
}: AlertText): string | undefined {
  if (shortText !== undefined) return shortText;
  const whole = [headline, instruction ?? description]
    .filter((part) => part !== undefined)
    .map((part) => part.replaceAll(/\s+/g, ' ').trim())
    .map((part) => (/[.!?。！？؟…]$/.test(part) ? part : `${part}.`))
    .join(' ');
  return whole === '' ? undefined : clip(whole, shortTextLimit(whole));
}

/** At the end of a word, where there is one, and never within a character. */
function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  let clipped = '';
  for (const { segment } of segments.segment(text)) {
    if (clipped.length + segment.length > limit - 1) break;
    clipped += segment;
  }
  const end = clipped.lastIndexOf(' ');
  return `${(end > limit / 2 ? clipped.slice(0, end) : clipped).trimEnd()}…`;
}

/** As the language is written; what is embedded in other text needs it to stay in order. */
export const directionOf = (language: string): 'ltr' | 'rtl' =>
  RIGHT_TO_LEFT.test(language) && !/-latn(-|$)/i.test(language) ? 'rtl' : 'ltr';
