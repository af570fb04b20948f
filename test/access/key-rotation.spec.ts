import { generateKeyPairSync } from 'node:crypto';
import { KeySet } from '../../src/access/oauth/key-set.js';
import {
  type KeyTimes,
  planRotation,
  PUBLISHED_AFTER,
  type RotationPlan,
  signingKeyAt,
  TOKEN_LIFETIME,
} from '../../src/access/oauth/key-rotation.rules.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('the rotation of signing keys', () => {
  it('makes a key at once where none signs', () => {
    expect(planRotation([], 1000)).toEqual({ create: { signsFrom: 1000, signsUntil: 1000 + 30 * DAY } });
    const ended = { kid: 'a', signsFrom: 0, signsUntil: 1000 };
    expect(planRotation([ended], 1000).create?.signsFrom).toBe(1000);
  });

  it('has nothing to do until two days before the key ends', () => {
    const key = { kid: 'a', signsFrom: 0, signsUntil: 30 * DAY };
    expect(planRotation([key], 0)).toEqual({});
    expect(planRotation([key], 28 * DAY - 1)).toEqual({});
    expect(planRotation([key], 28 * DAY)).toEqual({ create: { signsFrom: 30 * DAY, signsUntil: 60 * DAY } });
  });

  it('lets the key sign on when its successor is made late', () => {
    const key = { kid: 'a', signsFrom: 0, signsUntil: 30 * DAY };
    expect(planRotation([key], 30 * DAY - HOUR)).toEqual({
      create: { signsFrom: 31 * DAY - HOUR, signsUntil: 61 * DAY - HOUR },
      extend: { kid: 'a', signsUntil: 31 * DAY - HOUR },
    });
  });

  it.each([
    ['every hour', HOUR],
    ['every nine hours', 9 * HOUR],
    ['once a day', 23.9 * HOUR],
  ])('over half a year, looked at %s, always has one key and shows each a day before it signs', (_, step) => {
    const keys: (KeyTimes & { madeAt: number })[] = [];
    for (let now = 0; now < 180 * DAY; now += step) {
      carryOut(keys, planRotation(keys, now), now);
      expect(planRotation(keys, now)).toEqual({});
      expect(signingKeyAt(keys, now)).toBeDefined();
    }
    for (const key of keys.slice(1)) expect(key.signsFrom - key.madeAt).toBeGreaterThanOrEqual(DAY);
  });

  it('publishes a key until the last token that it signed has long ended', () => {
    expect(PUBLISHED_AFTER).toBeGreaterThanOrEqual(2 * TOKEN_LIFETIME * 1000);
  });

  it('lets the newer of two keys sign, whatever their order', () => {
    const older = { kid: 'b', signsFrom: 0, signsUntil: 100 };
    const newer = { kid: 'a', signsFrom: 50, signsUntil: 150 };
    for (const keys of [
      [older, newer],
      [newer, older],
    ]) {
      expect([0, 49, 50, 149].map((now) => signingKeyAt(keys, now)?.kid)).toEqual(['b', 'b', 'a', 'a']);
      expect(signingKeyAt(keys, 150)).toBeUndefined();
    }
  });
});

function carryOut(keys: (KeyTimes & { madeAt: number })[], plan: RotationPlan, now: number): void {
  const extended = keys.find(({ kid }) => kid === plan.extend?.kid);
  if (extended && plan.extend) extended.signsUntil = plan.extend.signsUntil;
  if (plan.create) keys.push({ kid: `key ${keys.length}`, madeAt: now, ...plan.create });
}

describe('a set of keys', () => {
  const privateJwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    format: 'jwk',
  }) as never;
  const key = { kid: 'a', signsFrom: 1000, signsUntil: 2000_000, publishedUntil: 3000_000, privateJwk };

  it("goes by the database's clock, and forgets a key in time even when it is not read again", () => {
    const at = (databaseTime: number) => new KeySet([key], databaseTime);
    expect(() => at(0).signingKid()).toThrow();
    expect(at(1000).signingKid()).toBe('a');
    expect(() => at(2000_000).signingKid()).toThrow();
    expect(at(2000_000).findPublicKey('a')?.type).toBe('public');
    expect(at(3000_000).findPublicKey('a')).toBeUndefined();
    expect(at(1000).findPublicKey('b')).toBeUndefined();
  });
});
