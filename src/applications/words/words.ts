import { type MailLanguage } from '../../mail/mail.module.js';
import { type NoticesService, type NoticeText } from '../../mail/notices.service.js';
import { type ApplicationWords } from './application-words.js';
import { ar } from './ar.js';
import { en } from './en.js';
import { es } from './es.js';
import { fr } from './fr.js';
import { ru } from './ru.js';
import { zh } from './zh.js';

export const APPLICATION_WORDS: Record<MailLanguage, ApplicationWords> = { en, fr, es, ar, ru, zh };

/** @param linkFor the address at which the application's private link is shown */
export function defineNotices(
  notices: NoticesService,
  linkFor: (id: string, turn: number, now: Date) => string,
): void {
  const texts = (name: 'confirmation' | 'link' | 'news'): Record<MailLanguage, NoticeText> => ({
    en: en[name],
    fr: fr[name],
    es: es[name],
    ar: ar[name],
    ru: ru[name],
    zh: zh[name],
  });
  for (const name of ['confirmation', 'link'] as const) {
    notices.define(`application.${name}`, {
      texts: texts(name),
      link: ({ id, turn }, now) => linkFor(String(id), Number(turn), now),
    });
  }
  notices.define('application.news', { texts: texts('news') });
}
