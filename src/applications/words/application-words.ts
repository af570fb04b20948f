import { type NoticeText } from '../../mail/notices.service.js';

/** All that an applicant is told by mail and on the page behind a link, in one language. */
export interface ApplicationWords {
  /** days; not the name, which nobody has confirmed */
  confirmation: NoticeText;
  /** name, days */
  link: NoticeText;
  /** name */
  news: NoticeText;
  page: {
    title: string;
    /** name */
    question: string;
    button: string;
    shown: string;
    keep: string;
    over: string;
  };
}
