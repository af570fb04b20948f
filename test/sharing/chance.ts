/** Numbers that look random and are the same for the same seed (mulberry32). */
export interface Chance {
  /** 0 to `limit` − 1 */
  below(limit: number): number;
  one<T>(list: readonly T[]): T;
  /** At least one of them, in their order. */
  some<T>(list: readonly T[]): T[];
}

export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  const one = <T>(list: readonly T[]): T => {
    if (list.length === 0) throw new Error('There is nothing to choose from.');
    return list[below(list.length)] as T;
  };
  const some = <T>(list: readonly T[]): T[] => {
    const sure = below(list.length);
    return list.filter((_, place) => place === sure || below(2) === 0);
  };
  return { below, one, some };
}
