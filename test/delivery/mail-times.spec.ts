import { dueFor, type Wishes } from '../../src/delivery/subscriptions/due.rules.js';
import { isTimeZone, nextOf, quietUntil } from '../../src/delivery/subscriptions/local-times.rules.js';
import { tellingsOf, turnsOf } from '../../src/delivery/subscriptions/plan.rules.js';

const at = (text: string): Date => new Date(text);
const next = (times: string[], zone: string, now: string): string =>
  nextOf(times, zone, at(now)).toISOString();

describe('local times', () => {
  it('come at the next of several times of the day, in the zone of the recipient', () => {
    const times = ['07:00', '19:30'];
    expect(next(times, 'Africa/Khartoum', '2026-03-01T04:59:59Z')).toBe('2026-03-01T05:00:00.000Z');
    expect(next(times, 'Africa/Khartoum', '2026-03-01T05:00:00Z')).toBe('2026-03-01T17:30:00.000Z');
    expect(next(times, 'Africa/Khartoum', '2026-03-01T17:30:00Z')).toBe('2026-03-02T05:00:00.000Z');
    expect(next(['00:00'], 'Pacific/Kiritimati', '2026-03-01T09:59:00Z')).toBe('2026-03-01T10:00:00.000Z');
    expect(next(['23:59'], 'Pacific/Pago_Pago', '2026-03-01T00:00:00Z')).toBe('2026-03-01T10:59:00.000Z');
  });

  it('come once, and later, on the day on which the clock skips them', () => {
    // Paris, 29 March 2026: from 02:00 to 03:00.
    expect(next(['02:30'], 'Europe/Paris', '2026-03-28T01:30:00Z')).toBe('2026-03-29T01:30:00.000Z');
    expect(next(['02:30'], 'Europe/Paris', '2026-03-29T01:30:00Z')).toBe('2026-03-30T00:30:00.000Z');
    // Beirut, 29 March 2026: from 00:00 to 01:00.
    expect(next(['00:00'], 'Asia/Beirut', '2026-03-28T12:00:00Z')).toBe('2026-03-28T22:00:00.000Z');
  });

  it('come once, the first time, on the day on which the clock shows them twice', () => {
    // Paris, 25 October 2026: 02:30 at +2, then again at +1.
    expect(next(['02:30'], 'Europe/Paris', '2026-10-24T12:00:00Z')).toBe('2026-10-25T00:30:00.000Z');
    expect(next(['02:30'], 'Europe/Paris', '2026-10-25T00:30:00Z')).toBe('2026-10-26T01:30:00.000Z');
    expect(next(['02:30'], 'Europe/Paris', '2026-10-25T01:00:00Z')).toBe('2026-10-26T01:30:00.000Z');
    // Lord Howe turns by half an hour: 5 April 2026, 01:45 at +11, then again at +10:30.
    expect(next(['01:45'], 'Australia/Lord_Howe', '2026-04-04T12:00:00Z')).toBe('2026-04-04T14:45:00.000Z');
  });

  it('always lie ahead, and never further than two days', () => {
    for (const zone of ['Europe/Paris', 'Asia/Beirut', 'Australia/Lord_Howe', 'America/Santiago', 'UTC']) {
      for (let hour = 0; hour < 24 * 365; hour += 331) {
        const now = new Date(Date.UTC(2026, 0, 1, hour, 13));
        const ahead = nextOf(['00:00', '02:30'], zone, now).getTime() - now.getTime();
        expect(ahead).toBeGreaterThan(0);
        expect(ahead).toBeLessThanOrEqual(26 * 3_600_000);
      }
    }
  });

  it('takes zones that know their summer time', () => {
    for (const name of ['UTC', 'Europe/Paris', 'Asia/Kolkata']) expect(isTimeZone(name)).toBe(true);
    for (const name of ['', 'CEST', 'UTC+2', '+02:00', 'local', 'system', 'Europe/Nowhere', 'a/b'])
      expect(isTimeZone(name)).toBe(false);
  });
});

describe('quiet hours', () => {
  const night = { from: '22:00', until: '06:00' };
  const quiet = (now: string, zone = 'Africa/Khartoum', hours = night): string | undefined =>
    quietUntil(hours, zone, at(now))?.toISOString();

  it('last over midnight, from their first minute to the one before their last', () => {
    expect(quiet('2026-03-01T19:59:59Z')).toBeUndefined();
    expect(quiet('2026-03-01T20:00:00Z')).toBe('2026-03-02T04:00:00.000Z');
    expect(quiet('2026-03-02T03:59:59Z')).toBe('2026-03-02T04:00:00.000Z');
    expect(quiet('2026-03-02T04:00:00Z')).toBeUndefined();
    expect(quiet('2026-03-02T10:30:00Z', 'Africa/Khartoum', { from: '12:00', until: '13:00' })).toBe(
      '2026-03-02T11:00:00.000Z',
    );
  });

  it('end where the clock says so first when it is turned', () => {
    const hours = { from: '22:00', until: '02:30' };
    expect(quiet('2026-10-25T00:15:00Z', 'Europe/Paris', hours)).toBe('2026-10-25T00:30:00.000Z');
    expect(quiet('2026-10-25T01:15:00Z', 'Europe/Paris', hours)).toBeUndefined();
    expect(quiet('2026-03-29T00:59:00Z', 'Europe/Paris', hours)).toBe('2026-03-29T01:30:00.000Z');
  });
});

describe('when a recipient is told', () => {
  const now = at('2026-03-01T21:00:00Z');
  const wishes: Wishes = {
    timeZone: 'Africa/Khartoum',
    delivery: 'immediate',
    digestAt: [],
    quiet: null,
    maxPerHour: 3,
  };
  const none = { count: 0, oldest: null };
  const full = { count: 3, oldest: at('2026-03-01T20:20:00Z') };
  const mild = { isUrgent: false, wasUrgent: false };
  const severe = { isUrgent: true, wasUrgent: false };
  const digest: Wishes = { ...wishes, delivery: 'digest', digestAt: ['07:00'] };
  const sleeping: Wishes = { ...wishes, quiet: { from: '22:00', until: '06:00' } };

  it('is at once of what is severe or extreme, whatever it wishes and has had', () => {
    for (const one of [wishes, digest, sleeping])
      for (const recent of [none, full])
        expect(dueFor(one, severe, recent, now)).toEqual({ as: 'mail', at: now });
  });

  it('is in the digest, at the end of quiet hours, or at once', () => {
    expect(dueFor(wishes, mild, none, now)).toEqual({ as: 'mail', at: now });
    expect(dueFor(digest, mild, none, now)).toEqual({ as: 'digest', at: at('2026-03-02T05:00:00Z') });
    expect(dueFor(sleeping, mild, none, now)).toEqual({ as: 'digest', at: at('2026-03-02T04:00:00Z') });
  });

  it('is in one digest, when the hour is over, of what is more than it can read', () => {
    const later = at('2026-03-01T21:20:00Z');
    expect(dueFor(wishes, mild, full, now)).toEqual({ as: 'digest', at: later });
    expect(dueFor(wishes, { isUrgent: true, wasUrgent: true }, full, now)).toEqual({
      as: 'digest',
      at: later,
    });
    expect(dueFor(wishes, { isUrgent: true, wasUrgent: true }, none, now)).toEqual({ as: 'mail', at: now });
    const evening = { ...wishes, quiet: { from: '23:10', until: '06:00' } };
    expect(dueFor(evening, mild, full, now)).toEqual({ as: 'digest', at: at('2026-03-02T04:00:00Z') });
  });

  it('is once for all the changes of one alert, and not of what alarms nobody', () => {
    const entry = (change: string, id: string, alarm = true, type = 'alert') => ({
      change,
      alarm,
      type,
      shareable_id: id,
    });
    const turns = turnsOf([
      entry('published', 'a'),
      entry('updated', 'b', false),
      entry('updated', 'a'),
      entry('published', 'r', true, 'report'),
      entry('published', 'c'),
      entry('withdrawn', 'c'),
      entry('published', 'd'),
      entry('withdrawn', 'd'),
      entry('published', 'd'),
      entry('expired', 'a', false),
    ]);
    expect(turns).toEqual([
      { alertId: 'a', isWithdrawn: false, changes: 2 },
      { alertId: 'c', isWithdrawn: true, changes: 0 },
      { alertId: 'd', isWithdrawn: true, changes: 1 },
    ]);
  });

  it('counts what it is being told against what it can read', () => {
    const recipient = {
      ...wishes,
      id: 'r',
      recent: { count: 1, oldest: at('2026-03-01T20:20:00Z') },
      urgent: new Set(['x']),
    };
    const turns = ['a', 'b', 'c', 'x', 'y'].map((alertId) => ({ alertId, isWithdrawn: false, changes: 1 }));
    const tellings = tellingsOf([recipient], turns, new Set(['x', 'y']), now);
    expect(tellings.map(({ alertId, as }) => [alertId, as])).toEqual([
      ['a', 'mail'],
      ['b', 'mail'],
      ['c', 'digest'],
      ['x', 'digest'],
      ['y', 'mail'],
    ]);
  });
});
