import { createHash } from 'node:crypto';
import { problems } from './problem.js';

/** Strong tag of a row's version, for `If-Match` on changes. */
export const versionTag = (version: number): string => `"${version}"`;

/**
 * A change that names the version it was made for is refused when that version is gone (RFC 9110 §13.1.1).
 * @throws Problem 412
 */
export function requireVersion(ifMatch: string | undefined, version: number): void {
  requireTag(ifMatch, versionTag(version));
}

/** @throws Problem 412 when another one than this tag is named */
export function requireTag(ifMatch: string | undefined, tag: string): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  if (!ifMatch.split(',').some((one) => one.trim() === tag)) throw problems.preconditionFailed();
}

/** Bound to the reader, so that no two partners ever share one. */
export function tagOf(...parts: string[]): string {
  return `"${createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 27)}"`;
}

/** Weak comparison of `If-None-Match` (RFC 9110 §13.1.2). */
export const matches = (ifNoneMatch: string, tag: string): boolean =>
  ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);

/** What a caller says that it has already. */
export interface Known {
  ifNoneMatch: string | undefined;
  ifModifiedSince?: string | undefined;
}

/**
 * Whether an answer of this tag and time is what the caller has (RFC 9110 §13.2.2). The time must be the very one that
 * it was told: one of its own clock could lie behind a change that it has not seen.
 */
export function isKnown(known: Known, tag: string | undefined, changedAt: Date | undefined): boolean {
  if (known.ifNoneMatch !== undefined) return tag !== undefined && matches(known.ifNoneMatch, tag);
  return changedAt !== undefined && known.ifModifiedSince === changedAt.toUTCString();
}
