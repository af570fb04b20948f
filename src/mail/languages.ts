/** The official languages of the United Nations. */
export const MAIL_LANGUAGES = ['en', 'fr', 'es', 'ar', 'ru', 'zh'] as const;
export type MailLanguage = (typeof MAIL_LANGUAGES)[number];

/** How a language is written, whatever is said in it. */
export interface Script {
  direction: 'ltr' | 'rtl';
  /** Between a name and what follows it. */
  colon: string;
}

export const SCRIPTS: Record<MailLanguage, Script> = {
  en: { direction: 'ltr', colon: ': ' },
  fr: { direction: 'ltr', colon: '\u00a0: ' },
  es: { direction: 'ltr', colon: ': ' },
  ar: { direction: 'rtl', colon: ': ' },
  ru: { direction: 'ltr', colon: ': ' },
  zh: { direction: 'ltr', colon: '：' },
};
