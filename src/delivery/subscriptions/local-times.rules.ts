import { DateTime, IANAZone } from 'luxon';

/** A time of the day as hh:mm. */
export const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;

export interface QuietHours {
  from: string;
  until: string;
}

export const isTimeZone = (name: string): boolean =>
  // Offsets and abbreviations know nothing of summer time.
  (name === 'UTC' || name.includes('/')) && IANAZone.isValidZone(name);

/**
 * When a clock on the wall shows this time on this day. A time that the clock skips comes as much later as it skips;
 * of one that it shows twice the first counts.
 */
function instantOf(day: DateTime, time: string): Date {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const shown = DateTime.fromObject(
    { year: day.year, month: day.month, day: day.day, hour, minute },
    { zone: day.zone },
  );
  return new Date(Math.min(...shown.getPossibleOffsets().map((one) => one.toMillis())));
}

/** Days around now, whatever its date is elsewhere. */
function daysAround(now: Date, zone: string, before: number, after: number): DateTime[] {
  const noon = DateTime.fromJSDate(now, { zone }).set({ hour: 12 });
  return Array.from({ length: before + after + 1 }, (_, index) => noon.plus({ days: index - before }));
}

/** @returns the first moment after now at which the clock shows one of the times */
export function nextOf(times: readonly string[], zone: string, now: Date): Date {
  const moments = daysAround(now, zone, 1, 3).flatMap((day) => times.map((time) => instantOf(day, time)));
  const coming = moments.map((moment) => moment.getTime()).filter((moment) => moment > now.getTime());
  return new Date(Math.min(...coming));
}

/** @returns when the quiet hours that now lies in are over; null outside of them */
export function quietUntil(quiet: QuietHours | null, zone: string, now: Date): Date | null {
  if (quiet === null) return null;
  const overMidnight = quiet.until <= quiet.from;
  for (const day of daysAround(now, zone, 2, 1)) {
    const from = instantOf(day, quiet.from);
    const until = instantOf(overMidnight ? day.plus({ days: 1 }) : day, quiet.until);
    if (from <= now && now < until) return until;
  }
  return null;
}
