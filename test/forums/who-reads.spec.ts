import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { stand, subPartner } from '../partners/sponsoring.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { arrangement, join, partner, type TestArrangement, type TestPartner } from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';

const SCOPES = ['arrangements:read', 'forums:manage', 'partners:read', 'sub-partners:manage'];

let app: TestApp;
let convenor: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  app = await startApp();
  convenor = await partner(app, { kind: 'un_entity', scopes: SCOPES });
});
afterAll(() => app.close());
beforeEach(async () => {
  here = await arrangement(app, { members: [convenor] });
});

/** The address of a meeting of this handling. */
async function meeting(tlp: string): Promise<string> {
  const forum = expectStatus(
    await convenor.http.post<{ id: string }>(`/v1/arrangements/${here.id}/forums`, {
      name: 'Focal points',
      timeZone: 'UTC',
    }),
    201,
  );
  const made = expectStatus(
    await convenor.http.post<{ id: string }>(`/v1/forums/${forum.id}/meetings`, {
      title: 'This week',
      startsAt: '2026-03-29T10:00:00Z',
      agenda: ['The bridge'],
      handling: { tlp, classification: 'UNCLASSIFIED' },
      chathamHouse: false,
    }),
    201,
  );
  return `/v1/forums/${forum.id}/meetings/${made.id}`;
}

describe('a sub-partner reads of a forum what its sponsor reads, and no more:', () => {
  let sponsor: TestPartner;
  let local: TestPartner;
  const sponsored = async (options: object = {}): Promise<void> => {
    sponsor = await partner(app, { scopes: SCOPES });
    await join(app, here, sponsor, options);
    local = await subPartner(app, sponsor);
    const added = await sponsor.http.post(`/v1/arrangements/${here.id}/members`, {
      partnerId: local.partner.id,
    });
    expectStatus(added, 201);
  };
  const readBy = async (path: string): Promise<number[]> =>
    Promise.all([sponsor, local].map(async ({ http }) => (await http.get(path)).status));
  const since = (table: string, where: string): Promise<unknown> =>
    query(app.database.superuserUrl, `update ${table} set restricted_since = now() where ${where} = $1`, [
      sponsor.partner.id,
    ]);
  const ceilingOf = async (http: Http): Promise<unknown> =>
    (await http.get<{ ceiling: object }>('/v1/me')).body.ceiling;

  it('as the membership of its sponsor has it', async () => {
    await sponsored({ ceiling: { tlp: 'GREEN' } });
    expect(await readBy(await meeting('AMBER'))).toEqual([404, 404]);
    expect(await readBy(await meeting('GREEN'))).toEqual([200, 200]);
  });

  it('no more than GREEN while nobody answers for the membership of its sponsor', async () => {
    await sponsored();
    const [amber, green] = [await meeting('AMBER'), await meeting('GREEN')];
    expect(await readBy(amber)).toEqual([200, 200]);
    await since('membership', 'partner_id');
    expect(await readBy(amber)).toEqual([404, 404]);
    expect(await readBy(green)).toEqual([200, 200]);
  });

  it('no more than GREEN while nobody answers for its sponsor, and it is told that ceiling', async () => {
    await sponsored();
    const amber = await meeting('AMBER');
    expect(await ceilingOf(local.http)).toMatchObject({ tlp: 'AMBER' });
    await since('partner', 'id');
    expect(await readBy(amber)).toEqual([404, 404]);
    expect(await ceilingOf(local.http)).toEqual({ tlp: 'GREEN', classification: 'UNCLASSIFIED' });
  });

  it('nothing once its sponsor is gone', async () => {
    await sponsored();
    const green = await meeting('GREEN');
    await stand(sponsor.partner.id, 'suspension', app.steward);
    expect((await readBy(green)).every((status) => status !== 200)).toBe(true);
  });
});

it('companies and donors, which arrangements do not reach, read no forum', async () => {
  const green = await meeting('GREEN');
  for (const kind of ['private_sector', 'donor']) {
    const one = await partner(app, { kind, scopes: SCOPES });
    await join(app, here, one);
    expect([kind, (await one.http.get(green)).status]).toEqual([kind, 404]);
    expect((await one.http.get(`/v1/arrangements/${here.id}/forums`)).status).toBe(404);
    const opened = await one.http.post(`/v1/arrangements/${here.id}/forums`, {
      name: 'Mine',
      timeZone: 'UTC',
    });
    expect(opened.status).toBe(404);
  }
});
