import { createHash } from 'node:crypto';
import { type AlertContent } from './alert-content.js';

/** Bound to the reader, so that no two partners ever share one. */
export function tagOf(...parts: string[]): string {
  return `"${createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 27)}"`;
}

/** Weak comparison of `If-None-Match` (RFC 9110 §13.1.2). */
export const matches = (ifNoneMatch: string, tag: string): boolean =>
  ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);

/** Above GREEN nothing on the way may keep a copy; below, only the reader itself, and it asks again each time. */
export const cacheControl = (contents: AlertContent[]): string =>
  contents.every(({ handling }) => handling.tlp === 'CLEAR' || handling.tlp === 'GREEN')
    ? 'private, no-cache'
    : 'private, no-store';
