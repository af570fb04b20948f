import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { registered, SPONSORING, stand, subPartner } from '../partners/sponsoring.js';
import { eventually } from '../alerts/channels.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  arrangement,
  join,
  leave,
  partner,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';

interface Entry {
  action: string;
  partner?: string;
  details: Record<string, unknown>;
}

let app: TestApp;
let sponsor: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  sponsor = await partner(app, { scopes: [...SPONSORING, 'audit:read'] });
  here = await arrangement(app, { countries: ['SD'] });
});

const entries = async (object: string, by: Http = app.steward): Promise<Entry[]> => {
  const of = by === app.steward ? 'exchange' : 'own';
  const page = await by.get<{ items: Entry[] }>('/v1/audit', { query: { of, object, limit: 100 } });
  return expectStatus(page, 200).items.reverse();
};
const said = (all: Entry[]): [string, unknown][] => all.map(({ action, details }) => [action, details]);
const at = (member: TestPartner) => ({ partner: member.partner.id });

describe('the audit of what gives and takes rights', () => {
  it('tells who established an arrangement, moved it, and let whom in and out', async () => {
    await join(app, here, sponsor, { ceiling: { tlp: 'AMBER' } });
    expectStatus(await app.steward.patch(`/v1/arrangements/${here.id}`, { countries: ['KE'] }), 200);
    await leave(app, here, sponsor);
    expect(said(await entries(here.id))).toEqual([
      ['arrangement.established', { code: here.code }],
      ['arrangement.level_set', { level: 'regular' }],
      ['membership.added', { ...at(sponsor), state: 'current', ceiling: { tlp: 'AMBER' } }],
      ['arrangement.changed', { countries: ['KE'] }],
      ['membership.ended', at(sponsor)],
    ]);
    const own = await entries(here.id, sponsor.http);
    expect(own.map(({ action }) => action)).toEqual(['membership.added', 'membership.ended']);
    expect(own.every((entry) => entry.partner !== undefined && entry.partner !== sponsor.partner.id)).toBe(
      true,
    );
  });

  it('tells what a membership does at its dates, in the name of nobody', async () => {
    await join(app, here, sponsor, { from: '2099-01-01T00:00:00Z', until: '2099-02-01T00:00:00Z' });
    const move = (column: string): Promise<unknown> =>
      query(app.database.superuserUrl, `update membership set ${column} = now() where arrangement_id = $1`, [
        here.id,
      ]);
    const done = async (action: string): Promise<Entry | undefined> =>
      (await entries(here.id, sponsor.http)).find((entry) => entry.action === action);
    await move('starts_at');
    await eventually(async () => (await done('membership.began')) !== undefined);
    await move('ends_at');
    await eventually(async () => (await done('membership.ended')) !== undefined);
    expect([await done('membership.began'), await done('membership.ended')]).toEqual(
      ['membership.began', 'membership.ended'].map((action) =>
        expect.objectContaining({ action, details: at(sponsor) }),
      ),
    );
    expect((await done('membership.ended'))?.partner).toBeUndefined();
  });

  it('tells of what follows a sponsor: its sub-partners, and their memberships', async () => {
    await join(app, here, sponsor);
    const sub = await subPartner(app, sponsor);
    await join(app, here, sub);
    for (const change of ['suspension', 'reinstatement']) {
      expectStatus(await stand(sponsor.partner.id, change, app.steward), 200);
    }
    const path = `/v1/partners/${sponsor.partner.id}`;
    expectStatus(await app.steward.patch(path, { ceiling: { tlp: 'GREEN' } }), 200);
    await leave(app, here, sponsor);
    const followed = { with: sponsor.partner.id };
    const ceiling = { tlp: 'GREEN', classification: 'UNCLASSIFIED' };
    for (const by of [app.steward, sponsor.http]) {
      const later = (await entries(sub.partner.id, by)).slice(-3);
      expect(said(later)).toEqual([
        ['partner.standing_changed', { status: 'suspended', ...followed }],
        ['partner.standing_changed', { status: 'active', ...followed }],
        ['partner.changed', { ceiling, ...followed }],
      ]);
      expect(later.map((entry) => entry.partner)).toEqual([undefined, undefined, undefined]);
      const ended = (await entries(here.id, by)).filter(({ action }) => action === 'membership.ended');
      expect(ended.map(({ details }) => details)).toEqual(expect.arrayContaining([at(sub), at(sponsor)]));
      expect(ended.length).toBe(2);
    }
  });

  it('tells of what a presence lets rest, and lets go on', async () => {
    const sub = expectStatus(await registered(sponsor.http, sponsor.partner.id), 201);
    await join(app, here, sponsor);
    for (const status of ['closed', 'active']) {
      const path = `/v1/partners/${sponsor.partner.id}/presences`;
      expectStatus(await app.steward.post(path, { country: 'SD', status }), 201);
      await eventually(async () =>
        (await entries(sponsor.partner.id)).some(
          ({ action, details }) => action === 'partner.presence_began' && details['status'] === status,
        ),
      );
    }
    expect((await entries(here.id, sponsor.http)).map(({ action }) => action)).toEqual([
      'membership.added',
      'membership.suspended',
      'membership.resumed',
    ]);
    expect((await entries(sub.id)).map(({ action }) => action)).toEqual(['partner.registered']);
  });

  it('tells who said whom a contact tree reached', async () => {
    const caller = await partner(app, { scopes: ['arrangements:read', 'contact-tree:call'] });
    const called = await partner(app, { scopes: ['audit:read'] });
    for (const one of [caller, called]) await join(app, here, one);
    const path = `/v1/arrangements/${here.id}/contact-tree`;
    const tree = [
      { organisation: caller.partner.code },
      { organisation: called.partner.code, caller: caller.partner.code },
    ];
    expectStatus(await app.steward.put(path, { entries: tree }), 200);
    const begun = { drill: true, reason: 'As every month.' };
    const { id } = expectStatus(await caller.http.post<{ id: string }>(`${path}/activations`, begun), 201);
    const say = { outcome: 'reached' };
    for (const _ of [1, 2]) {
      expectStatus(await caller.http.post(`${path}/activations/${id}/calls/${called.partner.id}`, say), 200);
    }
    const answered = (await entries(id)).filter(({ action }) => action === 'contact_tree.answered');
    expect(said(answered)).toEqual([['contact_tree.answered', { ...at(called), ...say }]]);
    expect(answered[0]?.partner).toBe(caller.partner.id);
  });
});
