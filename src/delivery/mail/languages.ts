import { ar } from './catalogue/ar.js';
import { type Catalogue } from './catalogue/catalogue.js';
import { en } from './catalogue/en.js';
import { es } from './catalogue/es.js';
import { fr } from './catalogue/fr.js';
import { ru } from './catalogue/ru.js';
import { zh } from './catalogue/zh.js';

/** The official languages of the United Nations. */
export const MAIL_LANGUAGES = ['en', 'fr', 'es', 'ar', 'ru', 'zh'] as const;
export type MailLanguage = (typeof MAIL_LANGUAGES)[number];

export const CATALOGUES: Record<MailLanguage, Catalogue> = { en, fr, es, ar, ru, zh };
