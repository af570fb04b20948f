import { type MailLanguage } from '../../mail/mail.module.js';
import { ar } from './catalogue/ar.js';
import { type Catalogue } from './catalogue/catalogue.js';
import { en } from './catalogue/en.js';
import { es } from './catalogue/es.js';
import { fr } from './catalogue/fr.js';
import { ru } from './catalogue/ru.js';
import { zh } from './catalogue/zh.js';

export { MAIL_LANGUAGES, type MailLanguage } from '../../mail/mail.module.js';

export const CATALOGUES: Record<MailLanguage, Catalogue> = { en, fr, es, ar, ru, zh };
