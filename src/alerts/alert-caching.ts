import { type AlertContent } from './alert-content.js';

export { isKnown, type Known, matches, tagOf } from '../core/etag.js';

/** Whether none of them is above GREEN. */
export const isOpen = (contents: AlertContent[]): boolean =>
  contents.every(({ handling }) => handling.tlp === 'CLEAR' || handling.tlp === 'GREEN');

/** Above GREEN nothing on the way may keep a copy; below, only the reader itself, and it asks again each time. */
export const cacheControl = (contents: AlertContent[]): string =>
  isOpen(contents) ? 'private, no-cache' : 'private, no-store';

/** What is for everybody, anybody on the way may keep; not for long, for it may be withdrawn. */
export const PUBLIC_CACHING = 'public, max-age=60';
