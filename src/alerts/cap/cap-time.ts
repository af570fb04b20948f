// The hour 24 and offsets up to fourteen hours are what XML Schema's dateTime admits too.
const CAP_TIME =
  /^(\d{4}-\d{2}-(\d{2}))T(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d|24:00:00)[-+](?:(?:0\d|1[0-3]):[0-5]\d|14:00)$/;

/** CAP 1.2 section 3.3.2: no `Z`, no fraction, always an offset. Throws RangeError. */
export function parseCapTime(text: string): Date {
  const [, date = '', day = ''] = CAP_TIME.exec(text) ?? [];
  // V8 rolls 30 February over into March instead of refusing it.
  const midnight = new Date(`${date}T00:00:00Z`);
  const time = new Date(text);
  if (midnight.getUTCDate() !== Number(day) || Number.isNaN(time.getTime())) {
    throw new RangeError('A CAP time is a real date and time written as 2026-01-01T06:00:00-00:00.');
  }
  return time;
}

/** UTC, which CAP writes as `-00:00`; parts of a second are cut off. Throws RangeError outside years 0000 to 9999. */
export function formatCapTime(date: Date): string {
  const text = date.toISOString();
  if (text.length !== '2026-01-01T06:00:00.000Z'.length) {
    throw new RangeError('A CAP time has a year of four digits.');
  }
  return `${text.slice(0, 19)}-00:00`;
}
