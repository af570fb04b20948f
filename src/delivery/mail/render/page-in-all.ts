import { say, writePage } from '../../../mail/mail.module.js';
import { CATALOGUES } from '../languages.js';

/** In every language, when there is nothing left by which to know the right one. */
export function writePageInAll(sentence: 'invalid' | 'stopped'): string {
  const blocks = Object.values(CATALOGUES).map(({ page }) => say(page[sentence]));
  return writePage('en', 'SLT Exchange', blocks);
}
