import { keyAt, planKeys, type KeyPeriod } from '../../../src/delivery/bundles/bundle-key.rules.js';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-01T00:00:00Z');

describe('keys of bundles', () => {
  /** The keys after days of planning, as they are still published. */
  const after = (days: number): { keys: KeyPeriod[]; now: number } => {
    let keys: KeyPeriod[] = [];
    for (let day = 0; day <= days; day++) {
      const now = NOW + day * DAY;
      keys = [...keys, ...planKeys(keys, now)].filter(({ publishedUntil }) => publishedUntil > now);
    }
    return { keys, now: NOW + days * DAY };
  };

  it('are two at first: one that signs, and its successor', () => {
    expect(planKeys([], NOW)).toMatchObject([
      { signsFrom: NOW, signsUntil: NOW + 90 * DAY },
      { signsFrom: NOW + 90 * DAY, signsUntil: NOW + 180 * DAY },
    ]);
    expect(planKeys(planKeys([], NOW), NOW + 89 * DAY)).toEqual([]);
  });

  it('always have one that signs, which was published for at least as long as it signs', () => {
    for (const days of [0, 89, 90, 91, 180, 400]) {
      const { keys, now } = after(days);
      expect([days, keyAt(keys, now) === undefined]).toEqual([days, false]);
      const later = keyAt(keys, now + 90 * DAY - 1) as KeyPeriod;
      expect(keys).toContain(later);
    }
  });

  it('are published for a month after they signed last, and are never many', () => {
    const { keys, now } = after(365);
    expect(keys.length).toBeLessThanOrEqual(3);
    for (const { signsUntil, publishedUntil } of keys) {
      expect(publishedUntil - signsUntil).toBe(30 * DAY);
      expect(publishedUntil).toBeGreaterThan(now);
    }
  });

  it('begin anew after a long silence', () => {
    const keys = planKeys([], NOW);
    const now = NOW + 300 * DAY;
    const [made, next] = planKeys(keys, now);
    expect([made?.signsFrom, next?.signsFrom]).toEqual([now, now + 90 * DAY]);
    expect(keyAt([...keys, ...planKeys(keys, now)], now)).toEqual(made);
  });
});
