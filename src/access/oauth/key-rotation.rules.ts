/** Seconds; what the token endpoint grants. */
export const TOKEN_LIFETIME = 600;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SIGNS_FOR = 30 * DAY;
/** Whoever keeps the key set for a day knows a key before it meets the first token that the key signed. */
const PUBLISHED_BEFORE = DAY;
const PREPARED_BEFORE = 2 * DAY;
/** Longer than the last token lives, with room for clocks that differ. */
export const PUBLISHED_AFTER = HOUR;

/** Times in milliseconds since 1970, of the database's clock. */
export interface KeyTimes {
  kid: string;
  signsFrom: number;
  signsUntil: number;
}

export interface RotationPlan {
  create?: { signsFrom: number; signsUntil: number };
  /** A successor that comes late still gets its day in the open: the key before it signs on until then. */
  extend?: { kid: string; signsUntil: number };
}

/** What has to be done now, so that there is always a key that signs and a successor known in time. */
export function planRotation(keys: readonly KeyTimes[], now: number): RotationPlan {
  if (signingKeyAt(keys, now) === undefined)
    return { create: { signsFrom: now, signsUntil: now + SIGNS_FOR } };
  const last = keys.reduce((a, b) => (b.signsUntil > a.signsUntil ? b : a));
  if (last.signsUntil - now > PREPARED_BEFORE) return {};
  const signsFrom = Math.max(last.signsUntil, now + PUBLISHED_BEFORE);
  return {
    create: { signsFrom, signsUntil: signsFrom + SIGNS_FOR },
    ...(signsFrom > last.signsUntil && { extend: { kid: last.kid, signsUntil: signsFrom } }),
  };
}

/** The one whose turn came last, in every process alike. */
export function signingKeyAt<Key extends KeyTimes>(keys: readonly Key[], now: number): Key | undefined {
  return keys
    .filter((key) => key.signsFrom <= now && now < key.signsUntil)
    .sort((a, b) => b.signsFrom - a.signsFrom || (a.kid < b.kid ? -1 : 1))[0];
}
