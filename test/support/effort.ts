/**
 * How often a search by chance tries, or how large a random world is: whole, unless SLT_EFFORT says what part of it.
 * `npm test` does all of it; `.ci/run`, which runs everything on two releases of Node, does less.
 */
export const effort = (whole: number): number => Math.ceil(whole * Number(process.env['SLT_EFFORT'] ?? 1));
