import { MAIL_LANGUAGES, type MailLanguage } from '../../mail/mail.module.js';
import { type NoticesService, type NoticeText } from '../../mail/notices.service.js';
import { ar } from './ar.js';
import { en } from './en.js';
import { es } from './es.js';
import { type FocalPointWords } from './focal-point-words.js';
import { fr } from './fr.js';
import { ru } from './ru.js';
import { zh } from './zh.js';

export const FOCAL_POINT_WORDS: Record<MailLanguage, FocalPointWords> = { en, fr, es, ar, ru, zh };

/** Why an alert comes to a duty address. */
export const dutyWords = (language: MailLanguage): string => FOCAL_POINT_WORDS[language].duty;

/** The first of these that mails are written in. */
export function mailLanguage(languages: readonly string[]): MailLanguage {
  const known = languages.map((one) => one.split('-')[0]?.toLowerCase());
  return known.map((one) => MAIL_LANGUAGES.find((language) => language === one)).find((one) => one) ?? 'en';
}

/** @param linkFor the address at which a focal point confirms */
export function defineNotices(
  notices: NoticesService,
  linkFor: (id: string, turn: number, now: Date) => string,
): void {
  for (const name of ['ask', 'reminder', 'suspended', 'unconfirmed'] as const) {
    const texts = Object.fromEntries(
      MAIL_LANGUAGES.map((language) => [language, FOCAL_POINT_WORDS[language][name]]),
    ) as Record<MailLanguage, NoticeText>;
    const asks = name === 'ask' || name === 'reminder';
    notices.define(`focal_point.${name}`, {
      texts,
      ...(asks && { link: ({ id, turn }, now) => linkFor(String(id), Number(turn), now) }),
    });
  }
}
