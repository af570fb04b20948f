import { CATALOGUES, type MailLanguage } from '../languages.js';
import { type Block, say } from './document.js';
import { escapeHtml, writeHtml } from './html.js';

/**
 * A page for a recipient. What it asks is done by its button alone: whatever follows links by itself, to look for
 * viruses or to be quick, does nothing.
 */
export function writePage(language: MailLanguage, title: string, blocks: Block[], button?: string): string {
  const page = writeHtml({ language, marks: [], title, blocks, footer: [] });
  if (button === undefined) return page;
  const form = `<form method="post"><button type="submit" style="font:inherit;padding:8px 16px">${escapeHtml(button)}</button></form>`;
  return page.replace('</div>\n</body>', `${form}\n</div>\n</body>`);
}

/** In every language, when there is nothing left by which to know the right one. */
export function writePageInAll(sentence: 'invalid' | 'stopped'): string {
  const blocks = Object.values(CATALOGUES).map(({ page }) => say(page[sentence]));
  return writePage('en', 'SLT Exchange', blocks);
}
