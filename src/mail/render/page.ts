import { type Response } from 'express';
import { type MailLanguage } from '../languages.js';
import { type Block } from './document.js';
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

/** Nothing but the page itself and its one button. */
const POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

export function answerPage(page: string, response: Response): string {
  response.type('text/html').set({ 'Content-Security-Policy': POLICY, 'Cache-Control': 'no-store' });
  return page;
}
