import { randomBytes } from 'node:crypto';
import { Sealing } from '../../src/core/sealing.js';
import {
  GIVEN_UP_AFTER,
  isDead,
  restAfter,
  retryDelay,
  timeAskedFor,
} from '../../src/delivery/webhooks/webhook.rules.js';

describe('the schedule of attempts', () => {
  /** Seconds from the first attempt to each of the others, while all fail. */
  const attempts = (chance: number): number[] => {
    const at = [0];
    for (;;) {
      const now = at.at(-1) ?? 0;
      const delay = retryDelay(at.length, now, chance);
      if (delay === undefined) return at;
      at.push(now + delay);
    }
  };

  it('is quick, then steady for a quarter of an hour, then ever rarer for three days', () => {
    const at = attempts(0.5);
    expect(at.slice(0, 6)).toEqual([0, 5, 15, 35, 75, 135]);
    const steady = at.filter((time) => time > 135 && time <= 960);
    expect(steady.map((time, index) => time - (steady[index - 1] ?? 135))).toEqual(steady.map(() => 60));
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(Math.max(...gaps)).toBe(3600);
    expect(at.at(-1)).toBeGreaterThanOrEqual(GIVEN_UP_AFTER);
    expect(GIVEN_UP_AFTER).toBeGreaterThanOrEqual(24 * 3600);
    expect(at.length).toBeGreaterThan(80);
  });

  it('never waits alike', () => {
    expect(attempts(0)[1]).toBeCloseTo(4.5);
    expect(attempts(1)[1]).toBeCloseTo(5.5);
  });

  it('asks one that takes nothing singly, and once a minute at the least while there is news', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 100].map(restAfter)).toEqual([0, 0, 0, 5, 10, 20, 40, 60, 60, 60]);
    expect([2, 3].map(isDead)).toEqual([false, true]);
  });

  it('gives a receiver the time it asks for, but not for silence', () => {
    expect([undefined, 30, 1e6].map(timeAskedFor)).toEqual([0, 30, 3600]);
  });
});

describe('sealing', () => {
  const sealing = new Sealing(randomBytes(32));
  const keys = randomBytes(64);

  it('opens what it sealed, for what it belongs to', () => {
    const sealed = sealing.seal(keys, 'one');
    expect(sealing.open(sealed, 'one')).toEqual(keys);
    expect(sealing.seal(keys, 'one')).not.toEqual(sealed);
    expect(sealed.includes(keys.subarray(0, 16))).toBe(false);
  });

  it('refuses what was moved, changed or sealed elsewhere', () => {
    const sealed = sealing.seal(keys, 'one');
    expect(() => sealing.open(sealed, 'two')).toThrow();
    expect(() => new Sealing(randomBytes(32)).open(sealed, 'one')).toThrow();
    for (const place of [0, 13, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(place) ^ 1, place);
      expect(() => sealing.open(changed, 'one')).toThrow();
    }
  });
});
