import {
  type Crosswalk,
  type CrosswalkRelation,
  type CrosswalkScheme,
  type EntryContent,
  type Label,
  type ReferenceVerification,
} from '../reference.values.js';

/** What a release brings. The order of the entries is that of the list. */
export interface ListSeed {
  code: string;
  names: Label[];
  description: string;
  source?: string;
  verification: ReferenceVerification;
  isClosed?: boolean;
  isTranslated?: boolean;
  entries: EntrySeed[];
}

export type EntrySeed = { code: string } & Omit<EntryContent, 'ordinal'>;

/** English, French, Spanish, Arabic; a language that nobody is sure of is left out. */
export type Words = string | readonly [en: string, fr: string, es: string, ar: string];

const LANGUAGES = ['en', 'fr', 'es', 'ar'] as const;

export const labels = (words: Words): Label[] =>
  (typeof words === 'string' ? [words] : words).map((text, index) => ({
    language: LANGUAGES[index] ?? 'und',
    text,
  }));

type More = Partial<Omit<EntrySeed, 'code' | 'labels' | 'crosswalks'>> & { crosswalks?: Crosswalk[] };

const entry = (
  verification: ReferenceVerification,
  code: string,
  words: Words,
  { crosswalks = [], ...more }: More,
): EntrySeed => ({ verification, code, labels: labels(words), crosswalks, ...more });

/** Stated by the source. */
export const sourced = (source: string, code: string, words: Words, more: More = {}): EntrySeed =>
  entry('sourced', code, words, { source, ...more });

/** Concluded for this service. */
export const inferred = (code: string, words: Words, more: More = {}): EntrySeed =>
  entry('inferred', code, words, more);

/** General knowledge of the field that no accessible source confirmed. */
export const unverified = (code: string, words: Words, more: More = {}): EntrySeed =>
  entry('unverified', code, words, more);

const SCHEMES: Record<string, CrosswalkScheme> = { awsd: 'AWSD', inso: 'INSO', acled: 'ACLED', cap: 'CAP' };

/** `{ awsd: 'exact kidnapping', cap: ['broader Security', …] }`: that a word fits is our conclusion. */
export const crosswalks = (
  words: Partial<Record<'awsd' | 'inso' | 'acled' | 'cap', string | string[]>>,
): Crosswalk[] =>
  Object.entries(words).flatMap(([scheme, stated]) =>
    [stated].flat().map((one) => {
      const [relation = '', ...target] = one.split(' ');
      return {
        scheme: SCHEMES[scheme] as CrosswalkScheme,
        relation: relation as CrosswalkRelation,
        target: target.join(' '),
        verification: 'inferred' as const,
      };
    }),
  );
