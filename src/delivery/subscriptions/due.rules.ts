import { nextOf, type QuietHours, quietUntil } from './local-times.rules.js';

export interface Wishes {
  timeZone: string;
  delivery: 'immediate' | 'digest';
  digestAt: string[];
  quiet: QuietHours | null;
  maxPerHour: number;
}

/** What there is to say to a recipient. */
export interface Occasion {
  /** Severe or extreme. */
  isUrgent: boolean;
  /** It has been told of it as urgent before. */
  wasUrgent: boolean;
}

/** Mails about single alerts in the last hour. */
export interface Recent {
  count: number;
  oldest: Date | null;
}

export type Due = { as: 'mail' | 'digest'; at: Date };

const HOUR_MS = 3_600_000;

/** The moments that the wishes of one recipient come to; zones take long to ask, so each is asked once. */
export class WishedTimes {
  private digest: Date | undefined;
  private quiet: Date | null | undefined;

  constructor(
    private readonly wishes: Wishes,
    private readonly now: Date,
  ) {}

  get nextDigest(): Date {
    return (this.digest ??= nextOf(this.wishes.digestAt, this.wishes.timeZone, this.now));
  }

  /** Null when it is not quiet now. */
  get quietEnd(): Date | null {
    if (this.quiet === undefined) this.quiet = this.quietEndAt(this.now);
    return this.quiet;
  }

  quietEndAt(moment: Date): Date | null {
    return quietUntil(this.wishes.quiet, this.wishes.timeZone, moment);
  }
}

/**
 * As a mail of its own, or as a line of the next digest, and when. That something is severe or extreme is said at once,
 * whatever the recipient wishes and has had; what follows on it comes at once too, within what one can read in an hour.
 */
export function dueFor(
  wishes: Wishes,
  occasion: Occasion,
  recent: Recent,
  now: Date,
  times = new WishedTimes(wishes, now),
): Due {
  if (occasion.isUrgent && !occasion.wasUrgent) return { as: 'mail', at: now };
  const overflows = recent.count >= wishes.maxPerHour;
  const overflowAt = new Date((recent.oldest ?? now).getTime() + HOUR_MS);
  if (occasion.isUrgent) return overflows ? { as: 'digest', at: overflowAt } : { as: 'mail', at: now };
  if (wishes.delivery === 'digest') return { as: 'digest', at: times.nextDigest };
  if (times.quietEnd !== null) return { as: 'digest', at: times.quietEnd };
  if (!overflows) return { as: 'mail', at: now };
  return { as: 'digest', at: times.quietEndAt(overflowAt) ?? overflowAt };
}
