import { problems } from './problem.js';

/** Strong tag of a row's version, for `If-Match` on changes. */
export const versionTag = (version: number): string => `"${version}"`;

/**
 * A change that names the version it was made for is refused when that version is gone (RFC 9110 §13.1.1).
 * @throws Problem 412
 */
export function requireVersion(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (!tags.includes(versionTag(version))) throw problems.preconditionFailed();
}
