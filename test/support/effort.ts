/**
 * How often a search by chance tries, or how large a random world is: whole, unless SLT_EFFORT says what part of it.
 * The second Node release of `.ci/run` does what the first did with less of it.
 */
export const effort = (whole: number): number => Math.ceil(whole * Number(process.env['SLT_EFFORT'] ?? 1));
