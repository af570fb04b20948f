import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  describeTransitions,
  dueAt,
  FOCAL_POINT_ACTS,
  FOCAL_POINT_STATES,
  type FocalPointAct,
  type FocalPointSide,
  nextState,
  type Round,
  TRANSITIONS,
} from '../../src/focal-points/focal-point.rules.js';
import { type Problem as Thrown } from '../../src/core/problem.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { type TestPartner } from '../support/factories.js';
import { type Http } from '../support/http.js';
import { type FocalPoint, namer, nominate, registerOf } from './naming.js';

const SIDES: FocalPointSide[] = ['partner', 'steward', 'person', 'exchange'];
const DAY_MS = 86_400_000;

describe('what can happen to a focal point', () => {
  it('is the table that README and OpenAPI show', () => {
    const squeezed = readFileSync('README.md', 'utf8').replace(/ {2,}/g, ' ').replace(/-{3,}/g, '---');
    expect(squeezed).toContain(describeTransitions());
  });

  const outcome = (work: () => string): string => {
    try {
      return work();
    } catch (error) {
      return (error as Thrown).type;
    }
  };

  it.each(FOCAL_POINT_ACTS.flatMap((act) => SIDES.map((side) => [act, side] as const)))(
    '%s by %s: from every state as the table says',
    (act, side) => {
      const { by, from, to } = TRANSITIONS[act];
      for (const state of FOCAL_POINT_STATES) {
        const allowed = (by as readonly string[]).includes(side);
        const possible = (from as readonly string[]).includes(state);
        expect([state, outcome(() => nextState(state, act, side))]).toEqual([
          state,
          allowed ? (possible ? to : 'conflict') : 'forbidden',
        ]);
      }
    },
  );

  describe('in time', () => {
    const since = new Date('2026-03-01T22:30:00Z');
    const round = (overrides: Partial<Round> = {}): Round => ({
      state: 'confirmed',
      validFrom: new Date('2026-01-01T00:00:00Z'),
      validUntil: null,
      awaitedSince: since,
      reminders: 1,
      ...overrides,
    });
    const on = (days: number, one: Round = round()): unknown =>
      dueAt(one, new Date(since.getTime() + days * DAY_MS));

    it('is nothing until day 76, three reminders, and the end on day 91, to the second', () => {
      expect(on(76 - 1 / 86_400)).toBeNull();
      expect(on(76)).toEqual({ act: 'ask', reminders: 2, fallsDue: true });
      const due = (reminders: number) => round({ state: 'due', reminders });
      expect([on(82, due(2)), on(83, due(2))]).toEqual([null, { act: 'ask', reminders: 3, fallsDue: false }]);
      expect([on(88, due(3)), on(89, due(3))]).toEqual([null, { act: 'ask', reminders: 4, fallsDue: false }]);
      expect([on(90, due(4)), on(91, due(4))]).toEqual([null, { act: 'lapse' }]);
      expect(on(1000, round({ state: 'lapsed', reminders: 4 }))).toBeNull();
    });

    it('is to ask a new address at once, in every state, once, and not for longer than before', () => {
      const anew = (state: Round['state']): Round => round({ state, reminders: 0 });
      expect(on(1, anew('confirmed'))).toEqual({ act: 'ask', reminders: 1, fallsDue: false });
      expect(on(80, anew('confirmed'))).toEqual({ act: 'ask', reminders: 2, fallsDue: true });
      expect(on(80, anew('due'))).toEqual({ act: 'ask', reminders: 2, fallsDue: false });
      expect(on(5, anew('nominated'))).toEqual({ act: 'ask', reminders: 1, fallsDue: false });
      expect(on(200, anew('lapsed'))).toEqual({ act: 'ask', reminders: 4, fallsDue: false });
      expect(on(200, round({ state: 'lapsed', reminders: 4 }))).toBeNull();
      expect(on(91, round({ state: 'nominated', reminders: 4 }))).toEqual({ act: 'lapse' });
    });

    it('counts from the beginning of a validity that was to come, and never after its end', () => {
      const later = new Date(since.getTime() + 10 * DAY_MS);
      const nominated = round({ state: 'nominated', validFrom: later, reminders: 0 });
      expect(on(9, nominated)).toBeNull();
      expect(on(10, nominated)).toEqual({ act: 'ask', reminders: 1, fallsDue: false });
      expect(on(100, { ...nominated, reminders: 4 })).toBeNull();
      expect(on(101, { ...nominated, reminders: 4 })).toEqual({ act: 'lapse' });
      for (const state of ['nominated', 'confirmed', 'due', 'lapsed'] as const) {
        expect(on(200, round({ state, validUntil: later }))).toEqual({ act: 'end' });
      }
      for (const state of ['ended', 'departed'] as const) {
        expect(on(200, round({ state, validUntil: later }))).toBeNull();
      }
    });
  });
});

describe('who may do it over HTTP', () => {
  let app: TestApp;
  let owner: TestPartner;
  let other: TestPartner;
  beforeAll(async () => {
    app = await startApp();
    owner = await namer(app);
    other = await namer(app);
  });
  afterAll(() => app.close());

  const PATHS = { confirm: 'confirmation', depart: 'departure' } satisfies Partial<
    Record<FocalPointAct, string>
  >;
  const inState = async (state: string): Promise<FocalPoint> => {
    const made = await nominate(owner);
    const awaited = state === 'lapsed' ? 95 : state === 'due' ? 77 : 0;
    const reminders = state === 'nominated' ? 0 : state === 'due' ? 2 : 4;
    await query(
      app.database.superuserUrl,
      `update focal_point set state = $2, reminders = $3, awaited_since = now() - make_interval(hours => 24 * $4::int)
       where id = $1`,
      [made.id, state, reminders, awaited],
    );
    return made;
  };

  it.each(
    (['confirm', 'depart'] as const).flatMap((act) =>
      FOCAL_POINT_STATES.map((state) => [act, state] as const),
    ),
  )('%s one that is %s', async (act, state) => {
    const { by, from, to } = TRANSITIONS[act];
    const possible = (from as readonly string[]).includes(state);
    const sides: [FocalPointSide | 'stranger', Http][] = [
      ['stranger', other.http],
      ['steward', app.steward],
      ['partner', owner.http],
    ];
    for (const [side, http] of sides) {
      const { id } = await inState(state);
      const answer = await http.post<FocalPoint & { focalPoint?: FocalPoint }>(
        `${registerOf(owner)}/${id}/${PATHS[act]}`,
        act === 'depart' ? {} : undefined,
      );
      const allowed = (by as readonly string[]).includes(side);
      const status = side === 'stranger' ? 404 : !allowed ? 403 : possible ? 200 : 409;
      expect([side, answer.status]).toEqual([side, status]);
      if (status === 200) expect((answer.body.focalPoint ?? answer.body).state).toBe(to);
    }
  });
});
