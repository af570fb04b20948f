import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { seenState } from '../../src/arrangements/readiness.rules.js';
import { Database } from '../../src/core/database.js';
import {
  confirm,
  countryFocalPoint,
  namer,
  NAMING_SCOPES,
  passDays,
  register,
} from '../focal-points/naming.js';
import { subPartner } from '../partners/sponsoring.js';
import { until } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import { arrangement, join, leave, type TestArrangement, type TestPartner } from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';

interface Item {
  code: string;
  state: string;
  derived?: boolean;
}

const SCOPES = [...NAMING_SCOPES, 'forums:manage'];
const CODES = ['focal_points', 'scheduled_meetings', 'contact_list'];

let app: TestApp;
let un: TestPartner;
let ngo: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  un = await namer(app, { kind: 'un_entity', scopes: SCOPES });
  ngo = await namer(app, { scopes: SCOPES });
  here = await arrangement(app, { members: [un, ngo] });
  const expectations = CODES.map((code) => ({ code, label: `What ${code} stands for` }));
  expectStatus(await app.steward.put(at('level-settings/regular'), { expectations }), 200);
});

const at = (path: string): string => `/v1/arrangements/${here.id}/${path}`;
const items = async (by: Http = ngo.http): Promise<Item[]> =>
  expectStatus(await by.get<{ items: Item[] }>(at('readiness')), 200).items;
const stateOf = async (code: string, by?: Http): Promise<string | undefined> =>
  (await items(by)).find((one) => one.code === code)?.state;

const plant = async (entries: object[]): Promise<void> => {
  expectStatus(await app.steward.put(at('contact-tree'), { entries }), 200);
};
async function meeting(startsAt: Date): Promise<string> {
  const path = at('forums');
  const forum = expectStatus(
    await ngo.http.post<{ id: string }>(path, { name: 'Weekly', timeZone: 'UTC' }),
    201,
  ).id;
  expectStatus(
    await ngo.http.post(`/v1/forums/${forum}/meetings`, {
      title: 'This week',
      startsAt: startsAt.toISOString(),
      agenda: [],
      handling: { tlp: 'AMBER', classification: 'UNCLASSIFIED' },
      chathamHouse: false,
    }),
    201,
  );
  return forum;
}
const daysAgo = (days: number): Date => new Date(Date.now() - days * 86_400_000);

describe('what the exchange sees for itself', () => {
  it('is nothing that anybody says', async () => {
    for (const code of CODES) {
      expect([code, (await app.steward.put(at(`readiness/${code}`), {})).status]).toEqual([code, 409]);
      expect(await stateOf(code)).toBe('missing');
    }
    expect((await items()).every(({ derived }) => derived)).toBe(true);
  });

  it('are focal points that answer for every member, on both sides', async () => {
    const known = await countryFocalPoint(ngo, here);
    expect(await stateOf('focal_points')).toBe('missing');
    await countryFocalPoint(un, here);
    expect(await stateOf('focal_points')).toBe('in_place');
    await passDays(app, ngo, 92);
    await until(async () => (await register(ngo)).items.every(({ state }) => state === 'lapsed'));
    expect(await stateOf('focal_points')).toBe('lapsed');
    await confirm(ngo, known);
    expect(await stateOf('focal_points')).toBe('in_place');
    const third = await namer(app);
    await join(app, here, third);
    expect(await stateOf('focal_points')).toBe('missing');
    await leave(app, here, third);
    await leave(app, here, un);
    expect(await stateOf('focal_points')).toBe('missing');
  });

  it('asks companies and donors for nobody, and of sub-partners their sponsor', async () => {
    const sponsor = await namer(app, { scopes: [...SCOPES, 'sub-partners:manage'] });
    await join(app, here, sponsor);
    const sub = await subPartner(app, sponsor);
    expectStatus(await sponsor.http.post(at('members'), { partnerId: sub.partner.id }), 201);
    await join(app, here, await namer(app, { kind: 'donor' }));
    for (const one of [un, ngo]) await countryFocalPoint(one, here);
    expect(await stateOf('focal_points')).toBe('missing');
    await countryFocalPoint(sponsor, here);
    expect(await stateOf('focal_points')).toBe('in_place');
  });

  it('is a contact tree in which all members stand, and are called by members', async () => {
    const third = await namer(app);
    await join(app, here, third);
    const [first, second] = [un.partner.code, ngo.partner.code];
    await plant([{ organisation: first }, { organisation: second, caller: first }]);
    expect(await stateOf('contact_list')).toBe('lapsed');
    await plant([
      { organisation: first },
      { organisation: third.partner.code, caller: first },
      { organisation: second, caller: third.partner.code },
    ]);
    expect(await stateOf('contact_list')).toBe('in_place');
    await leave(app, here, third);
    expect(await stateOf('contact_list')).toBe('lapsed');
  });

  it('are meetings to come or not long ago, of a forum that is open, also for members that see none', async () => {
    const donor = await namer(app, { kind: 'donor' });
    await join(app, here, donor);
    await meeting(daysAgo(31));
    expect(await stateOf('scheduled_meetings')).toBe('lapsed');
    const forum = await meeting(daysAgo(-1));
    for (const by of [ngo.http, donor.http, app.steward]) {
      expect(await stateOf('scheduled_meetings', by)).toBe('in_place');
    }
    const text = (await donor.http.get(at('readiness'))).text;
    expect([text.includes(forum), text.includes(daysAgo(-1).toISOString().slice(0, 10))]).toEqual([
      false,
      false,
    ]);
    expectStatus(await ngo.http.patch(`/v1/forums/${forum}`, { closed: true }), 200);
    expect(await stateOf('scheduled_meetings')).toBe('lapsed');
  });

  it('is told to nobody else', async () => {
    await meeting(daysAgo(-1));
    const stranger = await namer(app);
    expect((await stranger.http.get(at('readiness'))).status).toBe(404);
    const seenBy = async ({ partner: { id } }: TestPartner): Promise<unknown[]> =>
      app.nest
        .get(Database)
        .readAs({ partnerId: id, readerId: id, manages: [] }, (tx) =>
          tx.query(`select * from arrangement_evidence($1)`, [here.id]),
        );
    expect(await seenBy(ngo)).toEqual([{ code: 'scheduled_meetings', holds: true }]);
    expect(await seenBy(stranger)).toEqual([]);
  });

  const day = (n: number): Date => new Date(Date.UTC(2026, 0, n));
  it.each([
    ['was never there, without a date', undefined, undefined, 'missing'],
    ['was never there, before its date', day(11), undefined, 'missing'],
    ['was never there, after its date', day(9), undefined, 'overdue'],
    ['is so', day(9), true, 'in_place'],
    ['is so no more', day(11), false, 'lapsed'],
  ])('judges what %s', (_, due, holds, state) => {
    expect(seenState(due, holds, day(10))).toBe(state);
  });
});
