/** Marks that Arabic and Hebrew write above and below letters, and the stretching tatweel. */
const OPTIONAL_MARKS = /[\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]/g;
const UNSPACED =
  '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}]{2,}';
const UNSPACED_RUN = new RegExp(UNSPACED, 'gu');
const EXCLUDED_RUN = new RegExp(`(^|\\s)-(${UNSPACED})`, 'gu');

/**
 * Text as search sees it: without accents and case, Arabic letters in their common form, and scripts that write
 * without spaces as pairs of characters. The same for what is kept and for what is asked.
 */
export function foldText(text: string): string {
  const folded = text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(OPTIONAL_MARKS, '')
    .replace(/\p{Cf}/gu, '')
    .replace(/[“”„«»]/g, '"')
    // PostgreSQL's parser takes whatever is not ASCII for a letter.
    .replace(/[^\p{L}\p{N}\p{M}\p{ASCII}]/gu, ' ')
    .toLowerCase()
    .replace(/[أإآٱ]/g, 'ا')
    .replace(/ى/g, 'ي')
    .replace(/ة/g, 'ه');
  return folded.replace(UNSPACED_RUN, (run) => {
    const characters = [...run];
    return ` ${characters
      .slice(0, -1)
      .map((one, index) => one + (characters[index + 1] ?? ''))
      .join(' ')} `;
  });
}

/** What is asked, for `websearch_to_tsquery`: an excluded run without spaces is excluded as the phrase that it becomes. */
export const foldQuery = (query: string): string => foldText(query.replace(EXCLUDED_RUN, '$1-"$2"'));
