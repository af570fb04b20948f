import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { type Actor } from '../../src/access/actor.js';
import { ActorsService } from '../../src/access/actors.service.js';
import { AlertPagesService, SavedFilter } from '../../src/alerts/alert-pages.service.js';
import { Database } from '../../src/core/database.js';
import { startApp, type TestApp } from '../support/app.js';
import { alert, arrangement, client, join, leave, partner, renditionInput } from '../support/factories.js';
import { type TestArrangement, type TestPartner } from '../support/factories.js';

let app: TestApp;
let un: TestPartner;
let reader: TestPartner;
let here: TestArrangement;
let there: TestArrangement;
let actors: ActorsService;
let pages: AlertPagesService;
let ids: Record<'clash' | 'flood' | 'quiet' | 'both' | 'hidden', string>;

beforeAll(async () => {
  app = await startApp();
  actors = app.nest.get(ActorsService, { strict: false });
  pages = app.nest.get(AlertPagesService, { strict: false });
  [un, reader] = await Promise.all([partner(app, { kind: 'un_entity' }), partner(app)]);
  here = await arrangement(app, { members: [un, reader] });
  there = await arrangement(app, { members: [un, reader] });
  const told = async (to: TestArrangement[], more: Record<string, unknown> = {}): Promise<string> => {
    const audience = { arrangements: to.map(({ code }) => code) };
    return (await alert(un.http, { renditions: [renditionInput({ audience })], ...more })).id;
  };
  ids = {
    clash: await told([here]),
    flood: await told([here], { categories: ['met'], severity: 'moderate' }),
    quiet: await told([there], { severity: 'minor' }),
    both: await told([here, there], { kind: 'incident' }),
    hidden: (await alert(un.http, { audience: { partners: [un.partner.code] } })).id,
  };
});
afterAll(() => app.close());

async function wanted(filter: SavedFilter, by = reader): Promise<string[]> {
  const actor = (await actors.actingFor(by.client.clientId)) as Actor;
  const found = await pages.matching(actor, filter, Object.values(ids), false);
  const names = Object.entries(ids).filter(([, id]) => found.has(id));
  return names.map(([name]) => name).sort();
}
const settled = async (filter: SavedFilter): Promise<SavedFilter> => {
  const actor = (await actors.actingFor(reader.client.clientId)) as Actor;
  return app.nest.get(Database, { strict: false }).readAs(actor, (tx) => pages.settle(tx, filter));
};

describe('a filter that is kept', () => {
  it('restricts nothing by what it leaves out, and never shows what its reader does not have', async () => {
    expect(await wanted({})).toEqual(['both', 'clash', 'flood', 'quiet']);
    expect(await wanted({}, un)).toContain('hidden');
  });

  it('takes the values of one field as alternatives and lets the fields add up', async () => {
    expect(await wanted({ kinds: ['advisory', 'incident'], minSeverity: 'severe' })).toEqual([
      'both',
      'clash',
    ]);
    expect(await wanted({ categories: ['met', 'security'] })).toEqual(['both', 'clash', 'flood', 'quiet']);
    expect(await wanted({ categories: ['met'], minSeverity: 'severe' })).toEqual([]);
    const places = { near: '15.6,32.6', radiusKm: 50 };
    expect(await wanted({ ...places, countries: ['SD'] })).toEqual([]);
    expect(await wanted({ ...places, languages: ['fr', 'en'] })).toEqual(['both', 'clash', 'flood', 'quiet']);
    expect(await wanted({ originators: [un.partner.code, 'P-NOBODY'], text: 'clashes' })).toHaveLength(4);
  });

  it('knows arrangements by code, keeps their ids, and has no use for one that was left', async () => {
    const filter = await settled({ arrangements: [there.code] });
    expect(filter.arrangements).toEqual([there.id]);
    expect(await wanted(filter)).toEqual(['both', 'quiet']);
    await leave(app, there, reader);
    // It still has the one that was sent to both, and must not learn from its filter where else that went.
    expect(await wanted({})).toContain('both');
    expect(await wanted(filter)).toEqual([]);
    await join(app, there, reader);
  });

  it('is refused where it names an arrangement that its owner cannot see, or a place that is none', async () => {
    const foreign = await arrangement(app, { members: [un] });
    await expect(settled({ arrangements: [here.code, foreign.code] })).rejects.toMatchObject({
      errors: [{ pointer: '/filter/arrangements/1' }],
    });
    await expect(settled({ near: '15,32' })).rejects.toMatchObject({
      errors: [{ pointer: '/filter/radiusKm' }],
    });
  });

  it('refuses empty lists, which nobody means', () => {
    const lists = ['arrangements', 'originators', 'kinds', 'urgencies', 'certainties', 'categories'];
    const more = ['incidentTypes', 'languages', 'countries', 'geocodes'];
    const empty = Object.fromEntries([...lists, ...more].map((name) => [name, []]));
    const faults = validateSync(plainToInstance(SavedFilter, empty), { whitelist: true });
    expect(faults.map(({ property }) => property).sort()).toEqual([...lists, ...more].sort());
  });
});

describe('acting for a client when nobody asks', () => {
  it('has the rights that the client has at this moment, and none once it or its partner has ended', async () => {
    const keeper = await client(app, reader.partner.id, {
      scopes: ['alerts:read'],
      arrangements: [here.code],
    });
    const actor = await actors.actingFor(keeper.clientId);
    expect(actor).toMatchObject({ partnerId: reader.partner.id, narrowed: true, manages: [] });
    expect([...(actor?.scopes ?? [])]).toEqual(['alerts:read']);
    await app.steward.post(`/v1/partners/${reader.partner.id}/suspension`, {});
    expect(await actors.actingFor(keeper.clientId)).toBeNull();
    await app.steward.post(`/v1/partners/${reader.partner.id}/reinstatement`, {});
    expect(await actors.actingFor(keeper.clientId)).not.toBeNull();
    await app.steward.delete(`/v1/partners/${reader.partner.id}/clients/${keeper.clientId}`);
    expect(await actors.actingFor(keeper.clientId)).toBeNull();
    expect(await actors.actingFor('nobody')).toBeNull();
  });
});
