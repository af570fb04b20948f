import { type MailLanguage } from './languages.js';

/** What the names in braces of its sentences stand for: never a secret, never content of an alert. */
export type NoticeParams = Record<string, string | number>;

export interface NoticeText {
  subject: string;
  before: string[];
  /** What stands below the link, if there is one. */
  after: string[];
}

/** One sort of notice: what it says in each language, and where it leads, decided in the moment of sending. */
export interface NoticeKind {
  texts: Record<MailLanguage, NoticeText>;
  link?: (params: NoticeParams, now: Date) => string;
}

export interface Notice {
  /** Address of one recipient. */
  to: string;
  language: MailLanguage;
  kind: string;
  params: NoticeParams;
}
