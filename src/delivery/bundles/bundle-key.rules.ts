const DAY = 86_400_000;
const SIGNS_FOR = 90 * DAY;
/** An old bundle can still be checked, and be called old. */
const PUBLISHED_AFTER = 30 * DAY;

/** Times in milliseconds since 1970, of the database's clock. */
export interface KeyPeriod {
  signsFrom: number;
  signsUntil: number;
  publishedUntil: number;
}

/**
 * The keys to be made now, so that one signs and its successor is published as long before: whoever keeps the published
 * keys can check without a network, for 90 days at least, whatever is signed.
 */
export function planKeys(keys: readonly KeyPeriod[], now: number): KeyPeriod[] {
  const first = keyAt(keys, now) === undefined ? [period(now)] : [];
  const last = Math.max(...[...keys, ...first].map(({ signsUntil }) => signsUntil));
  const next = keys.some(({ signsFrom }) => signsFrom > now) ? [] : [period(last)];
  return [...first, ...next];
}

/** The one whose turn came last, in every process alike. */
export const keyAt = <Key extends KeyPeriod>(keys: readonly Key[], now: number): Key | undefined =>
  keys
    .filter(({ signsFrom, signsUntil }) => signsFrom <= now && now < signsUntil)
    .sort((a, b) => b.signsFrom - a.signsFrom)[0];

const period = (signsFrom: number): KeyPeriod => ({
  signsFrom,
  signsUntil: signsFrom + SIGNS_FOR,
  publishedUntil: signsFrom + SIGNS_FOR + PUBLISHED_AFTER,
});
