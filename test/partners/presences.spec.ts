import { changesOf, eventually, visibleBy } from '../alerts/channels.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  alert,
  arrangement,
  client,
  join,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
  uniqueCode,
  USUAL_SCOPES,
} from '../support/factories.js';
import { type Answer, expectStatus, type Http } from '../support/http.js';

interface View {
  id: string;
  country: string;
  status: string;
  from: string;
  state: string;
}

let app: TestApp;
let other: TestApp;
let un: TestPartner;
let ngo: TestPartner;
let sudan: TestArrangement;
let kenya: TestArrangement;

beforeAll(async () => {
  app = await startApp();
  other = await startApp({ database: app.database, settings: { SLT_PUBLIC_URL: app.url } });
  un = await partner(app, { kind: 'un_entity' });
});
afterAll(async () => {
  await other.close();
  await app.close();
});
beforeEach(async () => {
  ngo = await partner(app, { scopes: [...USUAL_SCOPES, 'presences:propose'] });
  sudan = await arrangement(app, { countries: ['SD'], members: [un, ngo] });
  kenya = await arrangement(app, { countries: ['KE'], members: [un, ngo] });
});

const state = (by: Http, status: string, more: object = {}): Promise<Answer<View>> =>
  by.post<View>(`/v1/partners/${ngo.partner.id}/presences`, { country: 'SD', status, ...more });
const publish = async (to: TestArrangement): Promise<string> =>
  (await alert(un.http, { renditions: [renditionInput({ audience: { arrangements: [to.code] } })] })).id;
const untilCurrent = ({ id }: View): Promise<void> =>
  eventually(async () => {
    const { body } = await app.steward.get<{ items: View[] }>(`/v1/partners/${ngo.partner.id}/presences`);
    return body.items.find((one) => one.id === id)?.state === 'current';
  });
const effective = async (status: string): Promise<void> =>
  untilCurrent(expectStatus(await state(app.steward, status), 201));

it.each(['suspended', 'closed'])(
  'a presence that is %s ends what comes through arrangements of that country, and nothing elsewhere',
  async (status) => {
    const [here, there] = [await publish(sudan), await publish(kenya)];
    await effective(status);
    const later = await publish(sudan);
    for (const id of [here, later]) expect(await visibleBy(ngo.http, id)).toEqual([]);
    expect(await visibleBy(ngo.http, there)).not.toEqual([]);
    await effective('active');
    expect((await changesOf(ngo.http, here)).map(([change]) => change)).toEqual([
      ...['published', 'withdrawn', 'published'],
    ]);
    expect((await changesOf(ngo.http, there)).map(([change]) => change)).toEqual(['published']);
  },
);

it('keeps out of an arrangement who joins it without working there, and its sub-partners with it', async () => {
  const made = expectStatus(
    await app.steward.post<TestPartner['partner']>(`/v1/partners/${ngo.partner.id}/sub-partners`, {
      code: uniqueCode('S'),
      name: 'A local organisation',
    }),
    201,
  );
  const credentials = await client(app, made.id, { scopes: ['alerts:read', 'arrangements:read'] });
  const local = { partner: made, client: credentials, http: await app.as(credentials) };
  await join(app, sudan, local);
  const id = await publish(sudan);
  await effective('suspended');
  const again = await arrangement(app, { countries: ['SD'], members: [un, ngo] });
  expect(await visibleBy(ngo.http, await publish(again))).toEqual([]);
  await effective('active');
  expect((await changesOf(local.http, id)).map(([change]) => change)).toEqual([
    ...['published', 'withdrawn', 'published'],
  ]);
});

it('stays what it became last, whatever is stated or confirmed later of a time before that', async () => {
  const id = await publish(sudan);
  const proposed = expectStatus(await state(ngo.http, 'suspended', { from: '2026-02-01T00:00:00Z' }), 201);
  const newer = expectStatus(await state(app.steward, 'active', { from: '2026-06-01T00:00:00Z' }), 201);
  await untilCurrent(newer);
  const path = `/v1/partners/${ngo.partner.id}/presences`;
  expectStatus(await state(app.steward, 'closed', { from: '2026-01-01T00:00:00Z' }), 201);
  expectStatus(await app.steward.post(`${path}/${proposed.id}/confirmation`), 200);
  await eventually(async () => {
    const { items } = (await app.steward.get<{ items: View[] }>(path)).body;
    return items.every((one) => one.state === (one.id === newer.id ? 'current' : 'past'));
  });
  expect((await changesOf(ngo.http, id)).map(([change]) => change)).toEqual(['published']);
  expect(await visibleBy(ngo.http, id)).not.toEqual([]);
  // The other way round no right comes back by it.
  await effective('closed');
  const late = expectStatus(await state(app.steward, 'active', { from: '2026-07-01T00:00:00Z' }), 201);
  await eventually(async () => {
    const { items } = (await app.steward.get<{ items: View[] }>(path)).body;
    return items.find((one) => one.id === late.id)?.state === 'past';
  });
  expect(await visibleBy(ngo.http, id)).toEqual([]);
});

it('follows the countries of an arrangement when they change', async () => {
  await effective('suspended');
  const [here, there] = [await publish(sudan), await publish(kenya)];
  const countries = async ({ id }: TestArrangement, codes: string[]): Promise<void> => {
    expectStatus(await app.steward.patch(`/v1/arrangements/${id}`, { countries: codes }), 200);
  };
  await countries(kenya, ['SD']);
  expect(await visibleBy(ngo.http, there)).toEqual([]);
  await countries(kenya, ['SD', 'KE']);
  expect(await visibleBy(ngo.http, there)).toEqual([]);
  await countries(sudan, ['SS']);
  expect(await visibleBy(ngo.http, here)).not.toEqual([]);
  expect((await changesOf(ngo.http, there)).map(([change]) => change)).toEqual(['published', 'withdrawn']);
  expect((await changesOf(ngo.http, here)).map(([change]) => change)).toEqual(['published']);
});

it('is proposed by the partner and decided by the steward, and by nobody else', async () => {
  const { id, state: first } = expectStatus(await state(ngo.http, 'closed'), 201);
  expect(first).toBe('proposed');
  expect((await state(un.http, 'closed')).status).toBe(403);
  const stranger = await partner(app, { scopes: ['presences:propose', 'partners:read'] });
  expect((await state(stranger.http, 'closed')).status).toBe(404);
  const path = `/v1/partners/${ngo.partner.id}/presences`;
  expect((await stranger.http.get(path)).status).toBe(404);
  // Not even those who see the partner see what it only proposed.
  expect((await un.http.get<{ items: View[] }>(path)).body.items).toEqual([]);
  expect((await ngo.http.post(`${path}/${id}/confirmation`)).status).toBe(403);
  expect((await app.steward.post<View>(`${path}/${id}/refusal`)).body.state).toBe('refused');
  for (const act of ['refusal', 'confirmation']) {
    expect((await app.steward.post(`${path}/${id}/${act}`)).status).toBe(409);
  }
  const next = expectStatus(await state(ngo.http, 'closed'), 201);
  expectStatus(await app.steward.post(`${path}/${next.id}/confirmation`), 200);
  await untilCurrent(next);
});

it('is decided by whoever manages or chairs an arrangement of that country with it, and of no other', async () => {
  const scopes = [...USUAL_SCOPES, 'presences:confirm', 'presences:propose'];
  const [chair, chairElsewhere] = [await partner(app, { scopes }), await partner(app, { scopes })];
  const manager = await partner(app, { scopes: ['partners:read', 'arrangements:manage'] });
  for (const who of [chair, chairElsewhere]) await join(app, sudan, who);
  await join(app, kenya, chairElsewhere);
  for (const [place, who] of [
    [sudan, chair],
    [kenya, chairElsewhere],
  ] as const) {
    expectStatus(
      await app.steward.send('PUT', `/v1/arrangements/${place.id}/chair`, { partnerId: who.partner.id }),
      200,
    );
  }
  const path = `/v1/partners/${ngo.partner.id}/presences`;
  const listed = async (by: TestPartner): Promise<string[]> =>
    (await by.http.get<{ items: View[] }>(path)).body.items.map(({ id }) => id);
  const propose = async (): Promise<string> => expectStatus(await state(ngo.http, 'active'), 201).id;
  const first = await propose();
  expect([await listed(chair), await listed(chairElsewhere)]).toEqual([[first], []]);
  expect((await chairElsewhere.http.post(`${path}/${first}/confirmation`)).status).toBe(404);
  const plain = await app.as(
    await client(app, chair.partner.id, { scopes: ['partners:read', 'presences:propose'] }),
  );
  expect((await plain.post(`${path}/${first}/confirmation`)).status).toBe(403);
  expect((await plain.get<{ items: View[] }>(path)).body.items).toEqual([]);
  const decided = expectStatus(await chair.http.post<View>(`${path}/${first}/confirmation`), 200);
  expect(decided.state).toBe('planned');
  expect((await chair.http.post(`${path}/${first}/refusal`)).status).toBe(409);
  const second = await propose();
  expect(expectStatus(await chair.http.post<View>(`${path}/${second}/refusal`), 200).state).toBe('refused');
  const third = await propose();
  expectStatus(await manager.http.post(`${path}/${third}/confirmation`), 200);
  const own = `/v1/partners/${chair.partner.id}/presences`;
  const mine = expectStatus(await chair.http.post<View>(own, { country: 'SD', status: 'closed' }), 201);
  expect((await chair.http.post(`${own}/${mine.id}/confirmation`)).status).toBe(403);
  const written = query(
    app.database.superuserUrl,
    `begin; set local role slt_service; select set_config('slt.partner', '${chair.partner.id}', true),
       set_config('slt.reader', '${chair.partner.id}', true), set_config('slt.manages', 'presences', true);
     update partner_presence set state = 'current' where id = '${await propose()}'; rollback`,
  );
  await expect(written).rejects.toThrow('row-level security');
});

it('tells fellow members where it works now, in countries that they share, and nobody why or what is planned', async () => {
  const [peer, elsewhere] = [await partner(app), await partner(app)];
  const [company, donor] = [
    await partner(app, { kind: 'private_sector' }),
    await partner(app, { kind: 'donor' }),
  ];
  for (const who of [peer, company, donor]) await join(app, sudan, who);
  for (const who of [elsewhere, company, donor]) await join(app, kenya, who);
  const path = `/v1/partners/${ngo.partner.id}/presences`;
  const reason = 'Our driver was abducted';
  const now = expectStatus(await state(app.steward, 'active', { reason }), 201);
  const plan = expectStatus(
    await state(app.steward, 'closed', { from: '2099-01-01T00:00:00Z', reason }),
    201,
  );
  await untilCurrent(now);
  type Seen = [string, string | undefined];
  const seen = async (by: Http): Promise<Seen[]> =>
    expectStatus(await by.get<{ items: (View & { reason?: string })[] }>(path), 200).items.map(
      (one): Seen => [one.id, one.reason],
    );
  for (const by of [ngo.http, app.steward]) {
    expect(await seen(by)).toEqual([
      [plan.id, reason],
      [now.id, reason],
    ]);
  }
  expect(await seen(peer.http)).toEqual([[now.id, undefined]]);
  for (const { http } of [elsewhere, company, donor]) expect(await seen(http)).toEqual([]);
});

it('keeps why it works somewhere from whoever confirms it, also in the database', async () => {
  const chair = await partner(app, { scopes: [...USUAL_SCOPES, 'presences:confirm'] });
  await join(app, sudan, chair);
  expectStatus(
    await app.steward.send('PUT', `/v1/arrangements/${sudan.id}/chair`, { partnerId: chair.partner.id }),
    200,
  );
  const reason = 'Our driver was abducted';
  const { id } = expectStatus(await state(ngo.http, 'closed', { reason }), 201);
  const confirmed = await chair.http.post<View & { reason?: string }>(
    `/v1/partners/${ngo.partner.id}/presences/${id}/confirmation`,
  );
  expect([confirmed.status, confirmed.body.reason]).toEqual([200, undefined]);
  await expect(query(app.database.serviceUrl, 'select reason from partner_presence')).rejects.toThrow(
    'permission denied',
  );
});

it('takes effect once at its date, whatever the time zone it was said in, in one of two processes', async () => {
  const id = await publish(sudan);
  const said = { from: '2099-12-31T23:30:00-05:00' };
  const planned = expectStatus(await state(app.steward, 'suspended', said), 201);
  expect([planned.state, planned.from]).toEqual(['planned', '2100-01-01T04:30:00.000Z']);
  expect(await visibleBy(ngo.http, id)).not.toEqual([]);
  await query(app.database.superuserUrl, `update partner_presence set starts_at = now() where id = $1`, [
    planned.id,
  ]);
  await untilCurrent(planned);
  expect(await changesOf(ngo.http, id)).toEqual([
    ['published', 1],
    ['withdrawn', 2],
  ]);
});

it('is proposed fifty times at most before somebody decides, and listed whole', async () => {
  const path = `/v1/partners/${ngo.partner.id}/presences`;
  const ids: string[] = [];
  for (let made = 0; made < 50; made++) ids.unshift(expectStatus(await state(ngo.http, 'active'), 201).id);
  expect((await state(ngo.http, 'active')).status).toBe(409);
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: View[]; nextCursor: string | null } = expectStatus(
      await ngo.http.get(path, { query: { limit: 20, ...(cursor !== null && { cursor }) } }),
      200,
    );
    found.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(found).toEqual(ids);
  expectStatus(await app.steward.post(`${path}/${ids[0]}/refusal`), 200);
  expectStatus(await state(ngo.http, 'active'), 201);
});
