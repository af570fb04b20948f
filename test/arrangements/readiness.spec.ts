import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readinessState } from '../../src/arrangements/readiness.rules.js';
import { startApp, type TestApp } from '../support/app.js';
import { arrangement, partner, type TestArrangement, type TestPartner } from '../support/factories.js';
import { expectStatus, type Problem } from '../support/http.js';

interface Setting {
  level: string;
  setBy: string;
  proposal: boolean;
  expectations: { code: string; label: string; dueDays?: number }[];
}
interface Readiness {
  level: string;
  levelSince: string;
  ready: boolean;
  proposal: boolean;
  items: { code: string; state: string; dueAt?: string; from?: string; until?: string; note?: string }[];
}

let app: TestApp;
let member: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  app = await startApp();
  member = await partner(app);
});
beforeEach(async () => {
  here = await arrangement(app, { members: [member] });
});
afterAll(() => app.close());

const at = (path: string): string => `/v1/arrangements/${here.id}/${path}`;
const settings = async (): Promise<Setting[]> =>
  expectStatus(await member.http.get<{ items: Setting[] }>(at('level-settings')), 200).items;
const readiness = async (): Promise<Readiness> =>
  expectStatus(await member.http.get<Readiness>(at('readiness')), 200);
const radio = { code: 'radio_room', label: 'Common radio room', dueDays: 7 };

describe('what a level expects', () => {
  it('is a proposal that says so until somebody decides', async () => {
    const found = await settings();
    expect(found.map(({ level, setBy, proposal }) => [level, setBy, proposal])).toEqual([
      ['regular', 'exchange', true],
      ['enhanced', 'exchange', true],
      ['emergency', 'exchange', true],
    ]);
    expect(found.every(({ expectations }) => expectations.length > 3)).toBe(true);
    expect((await readiness()).proposal).toBe(true);
  });

  it('is decided for an arrangement, and back again', async () => {
    const path = at('level-settings/regular');
    const own = {
      level: 'regular',
      setBy: 'arrangement',
      proposal: false,
      version: 1,
      expectations: [radio],
    };
    expect((await app.steward.put(path, { expectations: [radio] })).body).toEqual(own);
    expect((await settings())[0]).toEqual(own);
    const elsewhere = await arrangement(app, { members: [member] });
    const other = await member.http.get<{ items: Setting[] }>(
      `/v1/arrangements/${elsewhere.id}/level-settings`,
    );
    expect(other.body.items[0]?.setBy).toBe('exchange');
    expect((await app.steward.delete(path)).status).toBe(204);
    expect((await settings())[0]?.setBy).toBe('exchange');
    expect((await app.steward.delete(path)).status).toBe(404);
  });

  it('may be nothing at all, and then everything is in place', async () => {
    expectStatus(await app.steward.put(at('level-settings/regular'), { expectations: [] }), 200);
    expect(await readiness()).toMatchObject({ ready: true, items: [] });
  });

  it('is decided for all at once', async () => {
    const before = (await app.steward.get<{ items: Setting[] }>('/v1/level-settings')).body.items[1];
    const path = '/v1/level-settings/enhanced';
    expectStatus(await app.steward.put(path, { expectations: [radio] }), 200);
    expect((await settings())[1]).toEqual({
      level: 'enhanced',
      setBy: 'exchange',
      proposal: false,
      version: 0,
      expectations: [radio],
    });
    expectStatus(await app.steward.put(path, { expectations: before?.expectations }), 200);
  });

  it('is for whoever manages arrangements to decide', async () => {
    const body = { expectations: [radio] };
    for (const [method, path, sent] of [
      ['PUT', at('level-settings/regular'), body],
      ['DELETE', at('level-settings/regular'), undefined],
      ['PUT', '/v1/level-settings/regular', body],
      ['PUT', at('readiness/radio_room'), {}],
      ['DELETE', at('readiness/radio_room'), undefined],
    ] as const) {
      expect([path, (await member.http.send(method, path, sent)).status]).toEqual([path, 403]);
    }
  });

  it('names every code once, and no wrong ones', async () => {
    const twice = await app.steward.put<Problem>(at('level-settings/regular'), {
      expectations: [radio, radio],
    });
    expect(twice.status).toBe(400);
    const wrong = await app.steward.put<Problem>(at('level-settings/regular'), {
      expectations: [{ code: 'Radio Room', label: 'x', dueDays: -1 }],
    });
    expect(wrong.body.errors?.map(({ pointer }) => pointer).sort()).toEqual([
      '#/expectations/0/code',
      '#/expectations/0/dueDays',
      '#/expectations/0/label',
    ]);
  });
});

describe('readiness', () => {
  it('says what is in place and what is not, with dates', async () => {
    const drills = { code: 'drills', label: 'Drills twice a year' };
    expectStatus(await app.steward.put(at('level-settings/regular'), { expectations: [radio, drills] }), 200);
    const before = await readiness();
    const due = new Date(Date.parse(before.levelSince) + 7 * 86_400_000).toISOString();
    expect(before).toMatchObject({ level: 'regular', ready: false });
    expect(before.items).toEqual([
      { code: 'radio_room', label: radio.label, state: 'missing', dueAt: due },
      { code: 'drills', label: drills.label, state: 'missing' },
    ]);
    const from = '2026-01-01T00:00:00.000Z';
    expectStatus(await app.steward.put(at('readiness/radio_room'), { from, note: 'Room 4' }), 200);
    expectStatus(await app.steward.put(at('readiness/drills'), { from: '2099-01-01T00:00:00Z' }), 200);
    expect((await readiness()).items).toEqual([
      {
        code: 'radio_room',
        label: radio.label,
        state: 'in_place',
        dueAt: due,
        from,
        note: 'Room 4',
        version: 1,
      },
      { code: 'drills', label: drills.label, state: 'planned', from: '2099-01-01T00:00:00.000Z', version: 1 },
    ]);
    const ended = expectStatus(
      await app.steward.put<Readiness>(at('readiness/radio_room'), { from, until: '2026-02-01T00:00:00Z' }),
      200,
    );
    expect(ended.items[0]).toMatchObject({ state: 'lapsed', until: '2026-02-01T00:00:00.000Z' });
    expect(ended.items[0]).not.toHaveProperty('note');
    expectStatus(await app.steward.put(at('readiness/radio_room'), {}), 200);
    expectStatus(await app.steward.put(at('readiness/drills'), {}), 200);
    expect((await readiness()).ready).toBe(true);
    expect((await app.steward.delete(at('readiness/drills'))).status).toBe(204);
    expect((await app.steward.delete(at('readiness/drills'))).status).toBe(404);
    expect((await readiness()).ready).toBe(false);
  });

  it('follows the level, and what is there stays there', async () => {
    expectStatus(await app.steward.put(at('level-settings/emergency'), { expectations: [radio] }), 200);
    expectStatus(await app.steward.put(at('readiness/radio_room'), {}), 200);
    const body = { level: 'emergency', reason: 'Fighting' };
    const { from } = expectStatus(await app.steward.post<{ from: string }>(at('levels'), body), 201);
    expect(await readiness()).toMatchObject({ level: 'emergency', levelSince: from, ready: true });
  });

  it('refuses an end before the beginning', async () => {
    const answer = await app.steward.put<Problem>(at('readiness/radio_room'), {
      from: '2026-02-01T00:00:00Z',
      until: '2026-01-01T00:00:00Z',
    });
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, '#/until']);
  });

  const day = (n: number): Date => new Date(Date.UTC(2026, 0, n));
  it.each([
    ['nothing, without a date', undefined, undefined, 'missing'],
    ['nothing, before its date', day(11), undefined, 'missing'],
    ['nothing, after its date', day(9), undefined, 'overdue'],
    ['what is announced, before its date', day(11), { startsAt: day(12), endsAt: null }, 'planned'],
    ['what is announced, after its date', day(9), { startsAt: day(12), endsAt: null }, 'overdue'],
    ['what is there', day(9), { startsAt: day(10), endsAt: null }, 'in_place'],
    ['what is there for a while', day(9), { startsAt: day(1), endsAt: day(11) }, 'in_place'],
    ['what has ended', day(11), { startsAt: day(1), endsAt: day(10) }, 'lapsed'],
  ])('judges %s', (_, due, provision, state) => {
    expect(readinessState(due, provision, day(10))).toBe(state);
  });
});
