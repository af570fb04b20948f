/** Marks that Arabic and Hebrew write above and below letters, and the stretching tatweel. */
const OPTIONAL_MARKS = /[\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]/g;

/** Letters that Unicode does not take apart and that people type for one another. */
const SAME_LETTERS: Record<string, string> = {
  ء: '',
  ٱ: 'ا',
  ة: 'ه',
  ۃ: 'ه',
  ە: 'ه',
  ہ: 'ه',
  ھ: 'ه',
  ى: 'ي',
  ی: 'ي',
  ے: 'ي',
  ک: 'ك',
  ı: 'i',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
  ς: 'σ',
};
const SAME = new RegExp(`[${Object.keys(SAME_LETTERS).join('')}]`, 'g');

/** The noughts of decimal digits that news of the field are written in: Arabic, Persian, Indic, Thai, Burmese, Khmer. */
const NOUGHTS = [
  0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20,
  0x1040, 0x17e0,
];
const DIGIT = /[\u0660-\u1819]/g;

/** Scripts that write without spaces; what several of them share, such as the long vowel of Katakana, is theirs too. */
const UNSPACED =
  /(?:(?=\p{L}|\p{M}|\p{N})[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}])+/gu;

/**
 * Letters and digits as search sees them: without accents and case, Arabic in its common form, all digits as 0 to 9,
 * everything else a space, but for the point inside of a number.
 */
function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(OPTIONAL_MARKS, '')
    .replace(/\p{Cf}/gu, '')
    .toLowerCase()
    .replace(SAME, (letter) => SAME_LETTERS[letter] ?? letter)
    .replace(DIGIT, asciiDigit)
    .replace(/٫/g, '.')
    .replace(/(?<!\d)\.|\.(?!\d)|[^\p{L}\p{N}\p{M}.]/gu, ' ');
}

function asciiDigit(character: string): string {
  const code = character.charCodeAt(0);
  const nought = NOUGHTS.find((one) => code >= one && code < one + 10);
  return nought === undefined ? character : String(code - nought);
}

/** What is kept of a text, for `to_tsvector`: a run without spaces as its pairs of characters and its last one alone. */
export const foldText = (text: string): string =>
  fold(text).replace(UNSPACED, (run) => {
    const characters = [...run];
    return ` ${characters.map((one, index) => one + (characters[index + 1] ?? '')).join(' ')} `;
  });

/** Words, "phrases", -without and -"without these", prefix*, and OR between what may stand for one another. */
const TERMS = /(-?)(?:"([^"]*)"?|([^\s"]+))/gu;

/**
 * What is asked, in the language of `to_tsquery`; empty when nothing of it can be looked for. It is made of nothing but
 * folded words in quotes, so that no text can be a fault of syntax.
 */
export function foldQuery(query: string): string {
  const alternatives: string[][] = [[]];
  for (const [whole, minus, phrase, word] of query.replace(/[“”„«»]/g, '"').matchAll(TERMS)) {
    if (whole === 'OR') {
      alternatives.push([]);
      continue;
    }
    const term = folded(phrase ?? word ?? '', word?.endsWith('*') ?? false);
    if (term !== '') alternatives.at(-1)?.push(minus === '-' ? `!(${term})` : term);
  }
  return alternatives
    .filter((terms) => terms.length > 0)
    .map((terms) => `(${terms.join(' & ')})`)
    .join(' | ');
}

/** One term: its words must follow each other. The last character of a run may be the first of a pair. */
function folded(text: string, isPrefix: boolean): string {
  const words = fold(text)
    .replace(UNSPACED, (run) => {
      const characters = [...run];
      return ` ${characters.map((one, index) => one + (characters[index + 1] ?? '*')).join(' ')} `;
    })
    .split(/\s+/)
    .filter((one) => one !== '');
  return words
    .map((one, index) => {
      const starts = one.endsWith('*') || (isPrefix && index === words.length - 1);
      return `'${one.replace('*', '')}'${starts ? ':*' : ''}`;
    })
    .join(' <-> ');
}
