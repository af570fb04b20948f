import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { changesOf, eventually, EVERYWHERE, visibleBy } from '../alerts/channels.js';
import { reportInput } from '../reports/reporting.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  arrangement,
  client,
  join,
  leave,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { query } from '../support/database.js';
import { expectStatus, type Http, type Problem } from '../support/http.js';
import {
  type PartnerView as View,
  registered,
  SPONSORING,
  stand as standing,
  subPartner,
} from './sponsoring.js';

let app: TestApp;
let un: TestPartner;
let sponsor: TestPartner;
let local: TestPartner;
let here: TestArrangement;

const sub = (by: TestPartner, more: object = {}): Promise<TestPartner> => subPartner(app, by, more);

const publish = (tlp: string, audience: object) =>
  alert(un.http, {
    renditions: [renditionInput({ tlp: tlp as 'GREEN', audience })],
  });

const stand = (id: string, change: string, by: Http = app.steward) => standing(id, change, by);

beforeAll(async () => {
  app = await startApp();
  un = await partner(app, { kind: 'un_entity' });
});
afterAll(() => app.close());

beforeEach(async () => {
  sponsor = await partner(app, { scopes: SPONSORING });
  here = await arrangement(app, { members: [un, sponsor] });
  local = await sub(sponsor);
  await join(app, here, local);
});

describe('registering an organisation under an INGO', () => {
  it('makes a national NGO of AMBER at most, seen by its sponsor, the steward and fellow members alone', async () => {
    const stranger = await partner(app);
    const { id } = local.partner;
    const own = expectStatus(await sponsor.http.get<View>(`/v1/partners/${id}`), 200);
    expect(own).toMatchObject({ kind: 'national_ngo', sponsorId: sponsor.partner.id, status: 'active' });
    expect(own.ceiling).toEqual({ tlp: 'AMBER', classification: 'CONFIDENTIAL' });
    expect((await app.steward.get(`/v1/partners/${id}`)).status).toBe(200);
    const seenByPeer = expectStatus(await un.http.get<View>(`/v1/partners/${id}`), 200);
    expect(seenByPeer.sponsorId).toBe(sponsor.partner.id);
    expect(seenByPeer.ceiling).toBeUndefined();
    expect((await stranger.http.get(`/v1/partners/${id}`)).status).toBe(404);
    expect((await local.http.get(`/v1/partners/${sponsor.partner.id}`)).status).toBe(200);
    const list = await sponsor.http.get<{ items: View[] }>(`/v1/partners/${sponsor.partner.id}/sub-partners`);
    expect(list.body.items.map((one) => one.id)).toEqual([id]);
    const hidden = await stranger.http.get(`/v1/partners/${sponsor.partner.id}/sub-partners`);
    expect(hidden.status).toBe(404);
  });

  it('takes no ceiling above AMBER or above that of the sponsor', async () => {
    const low = await partner(app, { ceiling: { tlp: 'GREEN' }, scopes: SPONSORING });
    for (const [by, tlp] of [
      [sponsor, 'AMBER+STRICT'],
      [sponsor, 'RED'],
      [low, 'AMBER'],
    ] as const) {
      const refused = await registered(by.http, by.partner.id, { ceiling: { tlp } });
      expect(refused.status).toBe(400);
      expect((refused.body as unknown as Problem).errors?.[0]?.pointer).toBe('#/ceiling/tlp');
    }
    const { body } = await registered(low.http, low.partner.id);
    expect(body.ceiling?.tlp).toBe('GREEN');
    const raised = await low.http.patch(`/v1/partners/${body.id}`, { ceiling: { tlp: 'AMBER' } });
    expect(raised.status).toBe(400);
  });

  it('is for the sponsor with its scope and for the steward, and under INGOs alone', async () => {
    const plain = await partner(app);
    expect((await registered(plain.http, plain.partner.id)).status).toBe(403);
    const other = await partner(app, { scopes: SPONSORING });
    await join(app, here, other);
    expect((await registered(other.http, sponsor.partner.id)).status).toBe(403);
    expect((await registered(app.steward, sponsor.partner.id)).status).toBe(201);
    expect((await registered(app.steward, un.partner.id)).status).toBe(409);
    expect((await registered(app.steward, local.partner.id)).status).toBe(409);
    await stand(sponsor.partner.id, 'suspension');
    expect((await registered(app.steward, sponsor.partner.id)).status).toBe(409);
  });

  it('lets a sponsor keep what is registered under it, and nobody else', async () => {
    const other = await partner(app, { scopes: SPONSORING });
    await join(app, here, other);
    const { id } = local.partner;
    for (const [method, path, body] of [
      ['PATCH', `/v1/partners/${id}`, { name: 'Renamed' }],
      ['POST', `/v1/partners/${id}/suspension`, undefined],
      ['POST', `/v1/partners/${id}/reinstatement`, undefined],
      ['POST', `/v1/partners/${id}/clients`, { name: 'C', scopes: ['alerts:read'] }],
    ] as const) {
      expect([path, (await other.http.send(method, path, body)).status]).toEqual([path, 403]);
      expect([path, (await sponsor.http.send(method, path, body)).status < 300]).toEqual([path, true]);
    }
    for (const path of [un.partner.id, sponsor.partner.id]) {
      expect((await sponsor.http.patch(`/v1/partners/${path}`, { name: 'Mine' })).status).toBe(403);
      const made = await sponsor.http.post(`/v1/partners/${path}/clients`, {
        name: 'C',
        scopes: ['alerts:read'],
      });
      expect(made.status).toBe(403);
    }
  });

  it('does not let a sponsor change itself, also not one that may end its partnership', async () => {
    const both = await client(app, sponsor.partner.id, {
      scopes: ['sub-partners:manage', 'partnership:end'],
    });
    const http = await app.as(both);
    for (const body of [{ name: 'Mine' }, { ceiling: { tlp: 'GREEN' } }]) {
      expect((await http.patch(`/v1/partners/${sponsor.partner.id}`, body)).status).toBe(403);
    }
    expect((await http.patch(`/v1/partners/${local.partner.id}`, { name: 'Renamed' })).status).toBe(200);
  });

  it('gives its clients no scope but to read, to answer and to report', async () => {
    const path = `/v1/partners/${local.partner.id}/clients`;
    for (const scope of ['alerts:publish', 'partners:manage', 'sub-partners:manage', 'arrangements:manage']) {
      for (const by of [sponsor.http, app.steward]) {
        expect((await by.post(path, { name: 'C', scopes: [scope] })).status).toBe(400);
      }
    }
  });

  it('lets it be a member only where its sponsor is one, added by its sponsor or the steward', async () => {
    const elsewhere = await arrangement(app, { members: [un] });
    const body = { partnerId: local.partner.id };
    expect((await app.steward.post(`/v1/arrangements/${elsewhere.id}/members`, body)).status).toBe(409);
    await join(app, elsewhere, sponsor);
    const stranger = await partner(app);
    const foreign = await sponsor.http.post(`/v1/arrangements/${elsewhere.id}/members`, {
      partnerId: un.partner.id,
    });
    expect(foreign.status).toBe(403);
    expect((await stranger.http.post(`/v1/arrangements/${elsewhere.id}/members`, body)).status).toBe(403);
    expect((await sponsor.http.post(`/v1/arrangements/${elsewhere.id}/members`, body)).status).toBe(201);
    const path = `/v1/arrangements/${elsewhere.id}/members`;
    expect((await sponsor.http.delete(`${path}/${un.partner.id}`)).status).toBe(404);
    expect((await sponsor.http.delete(`${path}/${local.partner.id}`)).status).toBe(204);
  });
});

describe('what a sub-partner receives', () => {
  const ofHere = () => ({ arrangements: [here.code] });

  it('is GREEN and AMBER of its arrangement on every channel, and nothing of AMBER+STRICT and RED', async () => {
    for (const tlp of ['GREEN', 'AMBER']) {
      const { id } = await publish(tlp, ofHere());
      expect([tlp, (await visibleBy(local.http, id)).sort()]).toEqual([tlp, [...EVERYWHERE].sort()]);
    }
    const strict = await publish('AMBER+STRICT', ofHere());
    expect((await visibleBy(sponsor.http, strict.id)).length).toBeGreaterThan(0);
    expect(await visibleBy(local.http, strict.id)).toEqual([]);
    const red = await publish('RED', { partners: [sponsor.partner.code, local.partner.code] });
    expect(await visibleBy(sponsor.http, red.id)).not.toEqual([]);
    expect(await visibleBy(local.http, red.id)).toEqual([]);
  });

  it('is nothing that its sponsor has not: by kind, by name, or where the sponsor is excepted', async () => {
    const byKind = await publish('GREEN', { kinds: ['national_ngo'] });
    const byName = await publish('GREEN', { partners: [local.partner.code] });
    const excepted = await publish('GREEN', { ...ofHere(), except: [sponsor.partner.code] });
    for (const { id } of [byKind, byName, excepted]) expect(await visibleBy(local.http, id)).toEqual([]);
    const both = await publish('GREEN', { kinds: ['national_ngo', 'ingo'] });
    expect(await visibleBy(local.http, both.id)).toContain('item');
  });

  it('says to the originator that it is the sponsor that is not reached', async () => {
    const { id } = await publish('GREEN', { partners: [local.partner.code] });
    const { text } = await un.http.get(`/v1/alerts/${id}/audience`);
    expect(text).toContain('sponsor_not_reached');
  });

  it('is the tear-line below what its sponsor has', async () => {
    const text = (headline: string) => [{ language: 'en', headline, description: 'As said.' }];
    const { id } = await alert(un.http, {
      renditions: [
        renditionInput({ tlp: 'AMBER+STRICT', audience: ofHere(), texts: text('With names') }),
        renditionInput({ tlp: 'GREEN', audience: ofHere(), texts: text('Without names') }),
      ],
    });
    expect((await sponsor.http.get(`/v1/alerts/${id}`)).text).toContain('With names');
    const seen = await local.http.get(`/v1/alerts/${id}`);
    // Its sponsor has the higher one, and could have this one.
    expect(seen.text).toContain('Without names');
    expect(seen.text).not.toContain('With names');
  });
});

describe('a sub-partner ends with its sponsor', () => {
  const ENDINGS: [name: string, end: () => Promise<unknown>, status: string][] = [
    ['is suspended', () => stand(sponsor.partner.id, 'suspension'), 'suspended'],
    ['withdraws', () => stand(sponsor.partner.id, 'withdrawal'), 'withdrawn'],
    ['leaves the arrangement', () => leave(app, here, sponsor), 'active'],
    [
      'is lowered',
      () => app.steward.patch(`/v1/partners/${sponsor.partner.id}`, { ceiling: { tlp: 'CLEAR' } }),
      'active',
    ],
    [
      'expires',
      async () => {
        await query(
          app.database.superuserUrl,
          `update partner set expires_at = now() - interval '1 second' where id = $1`,
          [sponsor.partner.id],
        );
        await eventually(async () => (await statusOf(sponsor)) === 'expired');
      },
      'expired',
    ],
  ];

  const statusOf = async ({ partner: { id } }: TestPartner): Promise<string> =>
    (await app.steward.get<View>(`/v1/partners/${id}`)).body.status;

  it.each(ENDINGS)('when that %s: in the same transaction, with a tombstone', async (_, end, status) => {
    const { id } = await publish('GREEN', { arrangements: [here.code] });
    expect(await changesOf(local.http, id)).toEqual([['published', 1]]);
    await end();
    expect(await statusOf(local)).toBe(status);
    const rows = await query<{ change: string; same: boolean }>(
      app.database.superuserUrl,
      `select l.change, l.at = s.at as same from change_entry l
       join change_entry s on s.reader_id = $2 and s.shareable_id = l.shareable_id and s.change = 'withdrawn'
       where l.reader_id = $1 and l.shareable_id = $3 and l.change = 'withdrawn'`,
      [local.partner.id, sponsor.partner.id, id],
    );
    // Times are those of transactions.
    expect(rows).toEqual([{ change: 'withdrawn', same: true }]);
    const later = await publish('GREEN', { arrangements: [here.code], partners: [local.partner.code] });
    const given = await query(
      app.database.superuserUrl,
      `select from share_grant where reader_id = $1 and shareable_id = any ($2)`,
      [local.partner.id, [id, later.id]],
    );
    expect(given).toEqual([]);
  });

  it('and comes back with it from suspension, unless it was suspended by itself', async () => {
    const other = await sub(sponsor);
    await stand(other.partner.id, 'suspension', sponsor.http);
    const { id } = await publish('GREEN', { arrangements: [here.code] });
    await stand(sponsor.partner.id, 'suspension');
    expect((await stand(local.partner.id, 'reinstatement')).status).toBe(409);
    await stand(sponsor.partner.id, 'reinstatement');
    expect([await statusOf(local), await statusOf(other)]).toEqual(['active', 'suspended']);
    expect(await changesOf(local.http, id)).toEqual([
      ['published', 1],
      ['withdrawn', 2],
      ['published', 3],
    ]);
  });

  it('and its ceiling stays where that of the sponsor pushed it', async () => {
    await app.steward.patch(`/v1/partners/${sponsor.partner.id}`, { ceiling: { tlp: 'GREEN' } });
    await app.steward.patch(`/v1/partners/${sponsor.partner.id}`, { ceiling: { tlp: 'RED' } });
    const { body } = await sponsor.http.get<View>(`/v1/partners/${local.partner.id}`);
    expect(body.ceiling).toEqual({ tlp: 'GREEN', classification: 'UNCLASSIFIED' });
  });

  it('whoever writes to the database: no row of it stands above its sponsor', async () => {
    const refused = (sql: string) =>
      query(app.database.superuserUrl, sql, [local.partner.id]).then(
        () => 'written',
        (error: { code: string }) => error.code,
      );
    expect(await refused(`update partner set ceiling_tlp = 3 where id = $1`)).toBe('23514');
    await stand(sponsor.partner.id, 'suspension');
    expect(await refused(`update partner set status = 'active' where id = $1`)).toBe('23514');
    await stand(sponsor.partner.id, 'reinstatement');
    await leave(app, here, sponsor);
    expect(await refused(`update membership set state = 'current' where partner_id = $1`)).toBe('23514');
  });
});

it('reports, and follows what it reported', async () => {
  const made = expectStatus(await local.http.post<{ id: string }>('/v1/reports', reportInput()), 201);
  expect((await local.http.get(`/v1/reports/${made.id}`)).status).toBe(200);
  expect((await sponsor.http.get(`/v1/reports/${made.id}`)).status).toBe(403);
});

describe('what a sub-partner reports in confidence is not for its sponsor', () => {
  const path = (): string => `/v1/partners/${local.partner.id}/clients`;
  type Made = { clientId: string; clientSecret: string; ceiling?: object } & Problem;
  const made = (scopes: string[], more: object = {}) =>
    sponsor.http.post<Made>(path(), { name: 'Ours', scopes, ...more });

  it('by a client that the sponsor makes: to it there is no report, and no word of one', async () => {
    const file = expectStatus(
      await local.http.post<{ id: string }>('/v1/attachments?name=map.txt', 'Where it was', {
        headers: { 'Content-Type': 'text/plain' },
      }),
      201,
    );
    const { id } = expectStatus(
      await local.http.post<{ id: string }>('/v1/reports', reportInput({ attachments: [file.id] })),
      201,
    );
    const refused = await made(['alerts:read', 'reports:submit']);
    expect([refused.status, refused.body.errors?.[0]?.pointer]).toEqual([400, '#/scopes/1']);
    const scopes = ['alerts:read', 'audit:read', 'partners:read', 'webhooks:manage', 'alerts:respond'];
    const ours = expectStatus(await made(scopes), 201);
    expect(ours.ceiling).toEqual({ tlp: 'AMBER', classification: 'CONFIDENTIAL' });
    const http = await app.as(ours);
    const alertId = (await publish('AMBER', { arrangements: [here.code] })).id;
    expect(await visibleBy(http, alertId)).toEqual(EVERYWHERE);
    for (const where of ['/v1/changes', '/v1/changes?types=report&snapshot=true', '/v1/audit']) {
      const answer = await http.get(where);
      expect([where, answer.status, answer.text.includes(id)]).toEqual([where, 200, false]);
    }
    expect((await http.get(`/v1/attachments/${file.id}`)).status).toBe(404);
    expect((await local.http.get(`/v1/attachments/${file.id}`)).status).toBe(200);
    expect((await local.http.get(`/v1/reports/${id}`)).status).toBe(200);
  });

  it('by the secret of a client that the steward made: the sponsor ends it, and never has it', async () => {
    const of = `${path()}/${local.client.clientId}`;
    expect((await sponsor.http.post(`${of}/rotation`, {})).status).toBe(403);
    expect((await app.steward.post(`${of}/rotation`, {})).status).toBe(200);
    const ours = expectStatus(await made(['alerts:read']), 201);
    expect((await sponsor.http.post(`${path()}/${ours.clientId}/rotation`, {})).status).toBe(200);
    const asSponsor = `begin; set local role slt_service; select set_config('slt.partner', '${sponsor.partner.id}', true),
      set_config('slt.reader', '${sponsor.partner.id}', true), set_config('slt.manages', 'sub-partners', true);`;
    const written = (sql: string) => query(app.database.superuserUrl, `${asSponsor} ${sql}; rollback`);
    await expect(
      written(`update client set secret_hash = 'x' where id = '${local.client.clientId}'`),
    ).rejects.toThrow('the steward alone');
    await expect(
      written(`insert into client (id, partner_id, reader_id, name, scopes, authentication, secret_hash)
        values ('x', '${local.partner.id}', '${local.partner.id}', 'X', '{reports:submit}', 'client_secret', 'x')`),
    ).rejects.toThrow('row-level security');
    expect((await sponsor.http.delete(of)).status).toBe(204);
  });
});
