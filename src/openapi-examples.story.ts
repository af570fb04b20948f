/** One made-up story, told through the main operations; none of its organisations, places and events exists. */
export const PARTNER = '019b2f00-0000-7000-8000-000000000001';
export const ARRANGEMENT = '019b2f00-0000-7000-8000-000000000002';
export const ALERT = '019b2f00-0000-7000-8000-000000000003';
export const MADE = '2026-11-02T08:00:00.000Z';

export const JSON_TYPE = 'application/json';

/** One, or several to choose from. */
export type Examples =
  { example: unknown } | { examples: Record<string, { summary: string; value: unknown }> };
export const one = (example: unknown): Examples => ({ example });

/** By operation and media type. */
export type RequestExamples = Record<string, Record<string, Examples>>;
/** By operation, status and media type. */
export type ResponseExamples = Record<string, Record<string, Record<string, unknown>>>;
