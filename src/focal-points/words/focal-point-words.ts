import { type NoticeText } from '../../mail/notices.service.js';

/** All that a focal point is told by mail and on the page behind a link, in one language. */
export interface FocalPointWords {
  /** partner, days */
  ask: NoticeText;
  /** partner, days */
  reminder: NoticeText;
  /** partner, place */
  suspended: NoticeText;
  /** To the chair. partner, place */
  unconfirmed: NoticeText;
  page: {
    title: string;
    /** partner */
    question: string;
    button: string;
    done: string;
    over: string;
  };
  /** Below alerts that are mailed to a duty address. partner */
  duty: string;
}
