import { type AlertContent } from './alert-content.js';

export { matches, tagOf } from '../core/etag.js';

/** Above GREEN nothing on the way may keep a copy; below, only the reader itself, and it asks again each time. */
export const cacheControl = (contents: AlertContent[]): string =>
  contents.every(({ handling }) => handling.tlp === 'CLEAR' || handling.tlp === 'GREEN')
    ? 'private, no-cache'
    : 'private, no-store';
