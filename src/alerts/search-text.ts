/** Marks that Arabic and Hebrew write above and below letters, and the stretching tatweel. */
const OPTIONAL_MARKS = /[\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]/g;
const IDEOGRAPHS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]{2,}/gu;

/**
 * Text as search sees it: without accents and case, Arabic letters in their common form, and scripts that write
 * without spaces as pairs of characters. The same for what is kept and for what is asked.
 */
export function foldText(text: string): string {
  const folded = text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(OPTIONAL_MARKS, '')
    .toLowerCase()
    .replace(/[أإآٱ]/g, 'ا')
    .replace(/ى/g, 'ي')
    .replace(/ة/g, 'ه');
  return folded.replace(IDEOGRAPHS, (run) => {
    const characters = [...run];
    return ` ${characters
      .slice(0, -1)
      .map((one, index) => one + (characters[index + 1] ?? ''))
      .join(' ')} `;
  });
}
