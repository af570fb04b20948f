import { DateTime, IANAZone } from 'luxon';

/** One thing that was said. */
export interface MinuteItem {
  text: string;
  speaker?: string;
}

/** One thing that is to be done. */
export interface MeetingAction {
  text: string;
  owner?: string;
  dueAt?: string;
  done: boolean;
}

export interface Minutes {
  minutes: MinuteItem[];
  actions: MeetingAction[];
}

/** Under the Chatham House Rule neither who said something nor who took it on may be told, so that it is not kept. */
export function withoutAttribution({ minutes, actions }: Minutes): Minutes {
  return {
    minutes: minutes.map(({ text }) => ({ text })),
    actions: actions.map(({ text, dueAt, done }) => ({ text, done, ...(dueAt !== undefined && { dueAt }) })),
  };
}

export const isTimeZone = (name: unknown): boolean =>
  // Offsets and abbreviations know nothing of summer time.
  typeof name === 'string' && (name === 'UTC' || name.includes('/')) && IANAZone.isValidZone(name);

/** As the clock on the wall shows it, `2026-03-29T10:00`. */
export const localTime = (at: Date, zone: string): string =>
  DateTime.fromJSDate(at, { zone }).toFormat("yyyy-MM-dd'T'HH:mm");
