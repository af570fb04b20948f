/**
 * Where somebody is who follows a log: after a position of it, or still within what the reader had when it began. All
 * that is known of a place is in its cursor, so that any process can go on from there.
 */
export type Place =
  | { kind: 'log'; after: bigint }
  /** Of the objects that the reader has, those after this position; what changed since `until` is told by the log. */
  | { kind: 'snapshot'; after: bigint; until: bigint };

export const BEGINNING: Place = { kind: 'log', after: 0n };

const POSITION_BITS = 63n;
const SNAPSHOT = 1n << 127n;

/** As a number of 128 bits, which is what cursors hold. */
export const toNumber = (place: Place): bigint =>
  place.kind === 'log' ? place.after : SNAPSHOT | (place.until << POSITION_BITS) | place.after;

export function fromNumber(number: bigint): Place {
  const after = BigInt.asUintN(Number(POSITION_BITS), number);
  if ((number & SNAPSHOT) === 0n) return { kind: 'log', after };
  return { kind: 'snapshot', after, until: BigInt.asUintN(Number(POSITION_BITS), number >> POSITION_BITS) };
}
