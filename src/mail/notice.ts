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

/** What is told to the administrators and duty lines of partners, and those who speak for them in an arrangement. */
export interface PartnerNotice {
  partnerIds: string[];
  /** Null: nothing of an arrangement. */
  arrangementId: string | null;
  kind: 'focal_point.break_glass' | 'focal_point.tree_called' | 'focal_point.tree_drill';
  params: NoticeParams;
}

export interface Notice {
  /** Address of one recipient. */
  to: string;
  language: MailLanguage;
  kind: string;
  params: NoticeParams;
}
