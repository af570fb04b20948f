import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import pg from 'pg';
import { readBundle } from '../delivery/bundles/bundles.js';
import { EventStream } from '../delivery/event-stream.js';
import { HOOK_SCOPES, HOOK_SETTINGS } from '../delivery/hooks.js';
import { type MailServer, type Received, startMailServer } from '../delivery/mail-server.js';
import { Receiver } from '../delivery/receiver.js';
import { linkIn, mailSettings, newAddress, SUBSCRIBER_SCOPES, subscriptionInput } from '../delivery/subscribing.js';
import { query } from '../support/database.js';
import { type ClientCredentials, requestToken, startApp, type TestApp } from '../support/app.js';
import { alert, alertInput, arrangement, client, join, partner, renditionInput, type TestArrangement, type TestPartner, uniqueCode, USUAL_SCOPES } from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';
import { ecHolder, proofOf } from '../access/proofs.js';
import { DOCUMENT, examplesOf, isOpenToAll, ROUTES } from './document.js';
import { missing, Watch } from './watched.js';

const watch = new Watch();
let mails: MailServer;
let real: TestApp;
let app: TestApp;
beforeAll(async () => {
  mails = await startMailServer();
  real = await startApp({ settings: { ...mailSettings(mails), ...HOOK_SETTINGS } });
  app = watch.app(real);
});
afterAll(async () => {
  await real.close();
  await mails.stop();
});
afterEach(() => {
  const faults = [...watch.faults];
  watch.faults.clear();
  expect(faults).toEqual([]);
});

const ID = randomUUID();
const CAP = { 'Content-Type': 'application/cap+xml' };
const stale = { headers: { 'If-Match': '"999"' } };
const example = (operationId: string, type: string): unknown => {
  const { operation } = ROUTES.find((route) => route.operation.operationId === operationId) ?? {};
  const media = operation?.requestBody?.content[type];
  return media && examplesOf(media)[0];
};
const capExample = (identifier: string): string =>
  String(example('publishAlert', 'application/cap+xml')).replace(/(?<=<identifier>)[^<]*/, identifier);

/** Asks twice for what has not changed; `fetch` would add `Cache-Control: no-cache` to the condition. */
async function unchanged(client: ClientCredentials, path: string, isJson = !/\.(atom|rss|csv|cap)$/.test(path)): Promise<void> {
  const { access_token } = expectStatus(await requestToken(real.anonymous, client), 200);
  const ask = async (more: Record<string, string> = {}) => {
    const headers = { Authorization: `Bearer ${access_token}`, ...more };
    const [answer] = (await once(get(`${real.url}${path}`, { headers }), 'response')) as [IncomingMessage];
    const text = (await answer.toArray()).join('');
    return {
      status: answer.statusCode ?? 0,
      headers: new Headers(answer.headers as Record<string, string>),
      body: text === '' || !isJson ? undefined : (JSON.parse(text) as unknown),
      text,
    };
  };
  const first = await ask();
  const second = await ask({ 'If-None-Match': first.headers.get('etag') ?? '' });
  watch.check('GET', path, first);
  watch.check('GET', path, second);
  expect([path, second.status]).toEqual([path, 304]);
}

describe('answers to what is right', () => {
  let reader: TestPartner;
  let place: TestArrangement;

  it('about partners and their clients', async () => {
    const { steward } = app;
    reader = await partner(app, { country: 'NO' });
    const path = `/v1/partners/${reader.partner.id}`;
    expectStatus(await steward.get('/v1/partners', { query: { kind: 'ingo', limit: 1 } }), 200);
    await unchanged(app.stewardClient, path);
    expectStatus(await steward.send('PATCH', path, { name: 'Another name' }), 200);
    expectStatus(await reader.http.get(path), 200);
    const used = await client(app, reader.partner.id, {
      ceiling: { tlp: 'GREEN' },
      allowedNetworks: ['192.0.2.0/24'],
      expiresAt: '2099-01-01T00:00:00Z',
    });
    expectStatus(await steward.get(`${path}/clients`), 200);
    expectStatus(await steward.get(`${path}/clients/report`, { query: { dormantDays: 1 } }), 200);
    expectStatus(await steward.get('/v1/clients/report', { query: { attestingDays: 3650, limit: 1 } }), 200);
    expectStatus(await steward.get('/v1/clients/report', { query: { cursor: 'none' } }), 400);
    const less = example('changeClient', 'application/json') ?? { requestsPerMinute: 600 };
    expectStatus(await steward.patch(`${path}/clients/${used.clientId}`, less), 200);
    expectStatus(await steward.patch(`${path}/clients/${used.clientId}`, less, stale), 412);
    const making = { headers: { 'Idempotency-Key': randomUUID() } };
    const named = { name: 'x', scopes: ['alerts:read'] };
    expectStatus(await steward.post(`${path}/clients`, named, making), 201);
    expectStatus(await steward.post(`${path}/clients`, { ...named, name: 'y' }, making), 422);
    expectStatus(await steward.post(`${path}/clients/${used.clientId}/rotation`, { overlapSeconds: 60 }), 200);
    const granting = { ceiling: { tlp: 'AMBER' }, scopes: ['reports:submit'], reason: 'Nobody else is there.', minutes: 5 };
    const glass = `${path}/clients/${used.clientId}/break-glass`;
    const { id: granted } = expectStatus(await steward.post<{ id: string }>(glass, granting), 201);
    expectStatus(await steward.post(glass, granting), 409);
    expectStatus(await steward.post(glass, granting, making), 422);
    const other2 = await app.as(await client(app, expectStatus(await steward.get<{ partner: { id: string } }>('/v1/me'), 200).partner.id, { scopes: ['partners:manage'] }));
    const review = { outcome: 'justified', note: 'Right.' };
    expectStatus(await other2.post(`${path}/break-glass/${granted}/review`, review), 409);
    expectStatus(await steward.get(`${path}/break-glass`), 200);
    expectStatus(await steward.post(`${path}/break-glass/${granted}/end`), 200);
    expectStatus(await steward.post(`${path}/break-glass/${granted}/end`), 409);
    expectStatus(await other2.post(`${path}/break-glass/${granted}/review`, review), 200);
    const reviewing = example('askAccessReview', 'application/json');
    expectStatus(await steward.post(`${path}/access-review`, { ...(reviewing as object), attestBy: '2099-01-01T00:00:00Z' }), 200);
    const attestations = `${path}/clients/${used.clientId}/attestations`;
    const attested = { outcome: 'kept', note: 'It fills the map.' };
    expectStatus(await steward.post(attestations, attested), 201);
    expectStatus(await steward.get(`${path}/attestations`), 200);
    expectStatus(await steward.delete(`${path}/clients/${used.clientId}`), 204);
    expectStatus(await steward.post(attestations, attested), 409);
    expectStatus(await steward.post(`${path}/clients/${used.clientId}/rotation`), 409);
    expectStatus(await steward.patch(`${path}/clients/${used.clientId}`, {}), 409);
    expectStatus(await steward.get(`${path}/clients`), 200);
    const other = await partner(app);
    for (const [change, repeated] of [['suspension', 409], ['reinstatement', 409], ['withdrawal', 409]] as const) {
      expectStatus(await steward.post(`/v1/partners/${other.partner.id}/${change}`), 200);
      expectStatus(await steward.post(`/v1/partners/${other.partner.id}/${change}`), repeated);
    }
    const leaving = await partner(app, { scopes: ['partnership:end', 'partners:read', 'alerts:publish'] });
    const its = `/v1/partners/${leaving.partner.id}`;
    const registering = { ...(example('registerSubPartner', 'application/json') as object), code: uniqueCode('S') };
    const again = { headers: { 'Idempotency-Key': randomUUID() } };
    expectStatus(await steward.post(`${its}/sub-partners`, registering, again), 201);
    expectStatus(await steward.post(`${its}/sub-partners`, { ...registering, name: 'Somebody else' }, again), 422);
    expectStatus(await steward.post(`${its}/sub-partners`, registering), 409);
    expectStatus(await steward.get(`${its}/sub-partners`), 200);
    const proposer = await app.as(await client(app, leaving.partner.id, { scopes: ['presences:propose'] }));
    for (const decision of ['confirmation', 'refusal']) {
      const proposed = expectStatus(
        await proposer.post<{ id: string }>(`${its}/presences`, example('statePresence', 'application/json')),
        201,
      );
      expectStatus(await steward.post(`${its}/presences/${proposed.id}/${decision}`), 200);
      expectStatus(await steward.post(`${its}/presences/${proposed.id}/${decision}`), 409);
    }
    const presence = example('statePresence', 'application/json') as object;
    const stating = { headers: { 'Idempotency-Key': randomUUID() } };
    expectStatus(await steward.post(`${its}/presences`, presence, stating), 201);
    expectStatus(await steward.post(`${its}/presences`, { ...presence, country: 'TD' }, stating), 422);
    for (let more = 0; more < 50; more++) expectStatus(await proposer.post(`${its}/presences`, presence), 201);
    expectStatus(await proposer.post(`${its}/presences`, presence), 409);
    expectStatus(await steward.get(`${its}/presences`), 200);
    expectStatus(await steward.get(`${its}/presences`, { query: { cursor: 'none' } }), 400);
    const file = { headers: { 'Content-Type': 'text/plain' }, query: { name: 'closures.txt' } };
    const { id: attached } = expectStatus(await leaving.http.post<{ id: string }>('/v1/attachments', 'All.', file), 201);
    const here = await arrangement(app, { members: [leaving] });
    const contributed = alertInput({ audience: { arrangements: [here.code] } });
    Object.assign(contributed.renditions[0]!, { attachments: [attached] });
    expectStatus(await leaving.http.post('/v1/alerts', contributed), 201);
    const left = expectStatus(
      await leaving.http.post<{ contributions: string }>(`${its}/withdrawal`, { choice: 'return' }),
      200,
    );
    expectStatus(await steward.get(`${its}/withdrawal`), 200);
    expectStatus(await app.anonymous.get(left.contributions), 200);
    expectStatus(await app.anonymous.get(left.contributions, { query: { cursor: 'none' } }), 400);
    expectStatus(await app.anonymous.get('/v1/contributions/nobody'), 404);
    expectStatus(await app.anonymous.get(`${left.contributions}/files/${attached}`), 200);
    expectStatus(await app.anonymous.get(`${left.contributions}/files/${randomUUID()}`), 404);
    expectStatus(await app.anonymous.post('/v1/contributions/nobody/receipt'), 404);
    const nobody = `/v1/partners/${randomUUID()}`;
    expectStatus(await steward.post(`${nobody}/presences`, example('statePresence', 'application/json')), 404);
    expectStatus(await steward.post(`${nobody}/sub-partners`, registering), 404);
    expectStatus(await steward.post(`${nobody}/withdrawal`), 404);
    expectStatus(await app.anonymous.post(`${left.contributions}/receipt`), 200);
    const key = { headers: { 'Idempotency-Key': randomUUID() } };
    const body = { ...(example('admitPartner', 'application/json') as object), code: uniqueCode('E') };
    expectStatus(await steward.post('/v1/partners', body, key), 201);
    expectStatus(await steward.post('/v1/partners', { ...body, name: 'Somebody else' }, key), 422);
    expectStatus(await steward.post('/v1/partners', body), 409);
    expectStatus(await steward.send('PATCH', path, { name: 'Too late' }, stale), 412);
  });

  it('about arrangements and their members', async () => {
    const { steward } = app;
    place = await arrangement(app, { members: [reader] });
    const path = `/v1/arrangements/${place.id}`;
    const restricted = { ceiling: { tlp: 'GREEN' }, until: '2099-01-01T00:00:00Z' };
    const other = await partner(app);
    const joining = { headers: { 'Idempotency-Key': randomUUID() } };
    expectStatus(await steward.post(`${path}/members`, { partnerId: other.partner.id, ...restricted }, joining), 201);
    expectStatus(await steward.post(`${path}/members`, { partnerId: other.partner.id }, joining), 422);
    expectStatus(await steward.post(`${path}/members`, { partnerId: other.partner.id }), 409);
    expectStatus(await steward.get('/v1/arrangements'), 200);
    expectStatus(await steward.get(`${path}/members`), 200);
    expectStatus(await reader.http.get(`${path}/members`), 200);
    await unchanged(app.stewardClient, path);
    expectStatus(await steward.send('PATCH', path, { level: 'emergency' }), 200);
    expectStatus(await steward.send('PATCH', path, { level: 'regular' }, stale), 412);
    expectStatus(await steward.delete(`${path}/members/${other.partner.id}`), 204);
    await levelsOf(path);
    await forumsOf(path);
    await protocolOf(path);
    await contactTreeOf(path);
    await focalPointsOf(path);
    await liaisonOf(path);
    const key = { headers: { 'Idempotency-Key': randomUUID() } };
    const body = { ...(example('establishArrangement', 'application/json') as object), code: uniqueCode('E') };
    expectStatus(await steward.post('/v1/arrangements', body, key), 201);
    expectStatus(await steward.post('/v1/arrangements', { ...body, level: 'regular' }, key), 422);
    expectStatus(await steward.post('/v1/arrangements', body), 409);
    expectStatus(await reader.http.get('/v1/me'), 200);
    expectStatus(await reader.http.get('/v1/me/quotas'), 200);
    expectStatus(await app.steward.get('/v1/audit'), 200);
  });

  const levelsOf = async (path: string): Promise<void> => {
    const { steward } = app;
    const planned = example('setLevel', 'application/json') as object;
    const key = { headers: { 'Idempotency-Key': randomUUID() } };
    const { id } = expectStatus(await steward.post<{ id: string }>(`${path}/levels`, planned, key), 201);
    expectStatus(await steward.post(`${path}/levels`, { ...planned, level: 'regular' }, key), 422);
    expectStatus(await steward.post(`${path}/levels`, planned), 409);
    expectStatus(await reader.http.get(`${path}/levels`), 200);
    expectStatus(await steward.delete(`${path}/levels/${id}`), 204);
    expectStatus(await steward.delete(`${path}/levels/${id}`), 409);
    const setting = example('putLevelSetting', 'application/json');
    expectStatus(await steward.put('/v1/level-settings/regular', setting), 200);
    expectStatus(await steward.put('/v1/level-settings/regular', setting, stale), 412);
    expectStatus(await steward.put('/v1/level-settings/highest', setting), 404);
    expectStatus(await reader.http.get('/v1/level-settings'), 200);
    expectStatus(await steward.put(`${path}/level-settings/emergency`, setting), 200);
    expectStatus(await steward.put(`${path}/level-settings/emergency`, setting, stale), 412);
    expectStatus(await steward.put(`${path}/level-settings/highest`, setting), 404);
    expectStatus(await reader.http.get(`${path}/level-settings`), 200);
    const provision = example('putProvision', 'application/json');
    expectStatus(await steward.put(`${path}/readiness/radio_room`, provision), 200);
    expectStatus(await steward.put(`${path}/readiness/radio_room`, provision, stale), 412);
    expectStatus(await reader.http.get(`${path}/readiness`), 200);
    expectStatus(await steward.delete(`${path}/readiness/radio_room`), 204);
    expectStatus(await steward.put(`${path}/readiness/Nothing-like-it`, provision), 404);
    expectStatus(await steward.put(`${path}/readiness/focal_points`, provision), 409);
    expectStatus(await steward.delete(`${path}/level-settings/emergency`), 204);
    expectStatus(await steward.post(`/v1/arrangements/${ID}/levels`, planned), 404);
  };

  const protocolOf = async (path: string): Promise<void> => {
    const { steward } = app;
    const matrix = example('putSensitivity', 'application/json');
    expectStatus(await steward.put(`${path}/sensitivity`, matrix), 200);
    expectStatus(await steward.put(`${path}/sensitivity`, matrix, stale), 412);
    expectStatus(await reader.http.get(`${path}/sensitivity`), 200);
    expectStatus(await steward.put(`/v1/arrangements/${ID}/sensitivity`, matrix), 404);
    expectStatus(await steward.put(`${path}/sensitivity`, { protocol: 'None', lines: [] }), 200);
  };

  const contactTreeOf = async (path: string): Promise<void> => {
    const { steward } = app;
    const tree = `${path}/contact-tree`;
    const { code, id } = reader.partner;
    expectStatus(await steward.put(tree, { entries: [{ organisation: code }] }), 200);
    expectStatus(await steward.put(tree, { entries: [] }, stale), 412);
    expectStatus(await steward.put(`/v1/arrangements/${ID}/contact-tree`, { entries: [] }), 404);
    expectStatus(await reader.http.get(tree), 200);
    const caller = await app.as(await client(app, id, { scopes: ['contact-tree:call', 'arrangements:read'] }));
    const key = { headers: { 'Idempotency-Key': randomUUID() } };
    const body = example('activateContactTree', 'application/json') as object;
    const begun = expectStatus(await caller.post<{ id: string }>(`${tree}/activations`, body, key), 201);
    expectStatus(await caller.post(`${tree}/activations`, { ...body, drill: false }, key), 422);
    expectStatus(await caller.post(`${tree}/activations`, body), 409);
    expectStatus(await caller.get(`${tree}/activations`), 200);
    const at = `${tree}/activations/${begun.id}`;
    expectStatus(await caller.get(at), 200);
    expectStatus(await caller.get(`${tree}/activations/${ID}`), 404);
    const said = { outcome: 'reached' };
    expectStatus(await caller.post(`${at}/calls/${id}`, said), 200);
    expectStatus(await caller.post(`${at}/calls/${ID}`, said), 404);
    expectStatus(await caller.post(`${at}/closure`), 200);
    expectStatus(await caller.post(`${at}/closure`), 409);
    expectStatus(await caller.post(`${at}/calls/${id}`, said), 409);
    expectStatus(await caller.post(`/v1/arrangements/${ID}/contact-tree/activations`, body), 404);
  };

  const focalPointsOf = async (path: string): Promise<void> => {
    const { steward } = app;
    const named = await partner(app, { scopes: [...USUAL_SCOPES, 'focal-points:manage'] });
    await join(app, place, named);
    const register = `/v1/partners/${named.partner.id}/focal-points`;
    const email = newAddress();
    const key = { headers: { 'Idempotency-Key': randomUUID() } };
    const body = { role: 'country', arrangement: place.code, name: 'Lina Example', email, phones: ['+41225550100'], languages: ['en'] };
    const made = expectStatus(await named.http.post<{ id: string }>(register, body, key), 201);
    expectStatus(await named.http.post(register, { ...body, callSign: 'KILO 8' }, key), 422);
    expectStatus(await named.http.post(`/v1/partners/${ID}/focal-points`, body), 404);
    expectStatus(await named.http.get(register), 200);
    const at = `${register}/${made.id}`;
    expectStatus(await named.http.get(at), 200);
    expectStatus(await named.http.patch(at, { callSign: 'KILO 9' }), 200);
    expectStatus(await named.http.patch(at, { callSign: 'KILO 9' }, stale), 412);
    const [mail] = await mails.to(email);
    const link = linkIn(mail as Received, 'focal-point-confirmations');
    expectStatus(await app.anonymous.get(link), 200);
    expectStatus(await app.anonymous.post(link), 200);
    expectStatus(await named.http.post(`${at}/confirmation`), 200);
    expectStatus(await reader.http.get(`${path}/focal-points`), 200);
    const address = newAddress();
    const heir = expectStatus(await named.http.post<{ id: string }>(register, { ...body, email: address }), 201);
    const early = linkIn((await mails.to(address))[0] as Received, 'focal-point-confirmations');
    const begins = (when: string) =>
      query(real.database.superuserUrl, `update focal_point set valid_from = ${when} where id = $1`, [heir.id]);
    await begins(`now() + interval '1 day'`);
    expectStatus(await app.anonymous.post(early), 409);
    await begins('now()');
    const leaving = { successorId: heir.id, openMatters: ['The radio check is not agreed yet.'] };
    expectStatus(await named.http.post(`${at}/departure`, leaving), 200);
    expectStatus(await named.http.post(`${at}/handover-acknowledgement`), 409);
    expectStatus(await named.http.post(`${register}/${heir.id}/confirmation`), 200);
    expectStatus(await named.http.post(`${at}/handover-acknowledgement`), 200);
    for (const act of ['confirmation', 'departure']) expectStatus(await named.http.post(`${at}/${act}`), 409);
    expectStatus(await named.http.patch(at, { callSign: 'KILO 10' }), 409);
    for (const act of ['confirmation', 'departure', 'handover-acknowledgement']) {
      expectStatus(await named.http.post(`${register}/${ID}/${act}`), 404);
    }
    expectStatus(await named.http.patch(`${register}/${ID}`, {}), 404);
    for (const call of ['get', 'post'] as const) expectStatus(await app.anonymous[call](link), 404);
    await query(
      real.database.superuserUrl,
      `insert into focal_point select (jsonb_populate_record(f, jsonb_build_object('id', gen_random_uuid()))).*
       from focal_point f, generate_series(1, 200) where f.id = $1`,
      [heir.id],
    );
    expectStatus(await named.http.post(register, body), 409);
    expectStatus(await steward.put(`${path}/chair`, { partnerId: named.partner.id }), 200);
    expectStatus(await steward.put(`/v1/arrangements/${ID}/chair`, { partnerId: named.partner.id }), 404);
  };

  const forumsOf = async (path: string): Promise<void> => {
    const own = await partner(app, { scopes: ['arrangements:read', 'forums:manage'] });
    await join(app, place, own);
    const forum = example('openForum', 'application/json') as object;
    const key = { headers: { 'Idempotency-Key': randomUUID() } };
    const made = await own.http.post<{ id: string }>(`${path}/forums`, forum, key);
    const at = `/v1/forums/${expectStatus(made, 201).id}`;
    expectStatus(await own.http.post(`${path}/forums`, { ...forum, name: 'Another' }, key), 422);
    expectStatus(await own.http.post(`/v1/arrangements/${ID}/forums`, forum), 404);
    expectStatus(await own.http.get(`${path}/forums`), 200);
    expectStatus(await own.http.get(at), 200);
    expectStatus(await own.http.patch(at, example('changeForum', 'application/json')), 200);
    expectStatus(await own.http.patch(at, {}, stale), 412);
    expectStatus(await own.http.patch(`/v1/forums/${ID}`, {}), 404);
    const call = example('callMeeting', 'application/json') as object;
    const again = { headers: { 'Idempotency-Key': randomUUID() } };
    const { id } = expectStatus(await own.http.post<{ id: string }>(`${at}/meetings`, call, again), 201);
    expectStatus(await own.http.post(`${at}/meetings`, { ...call, title: 'Another' }, again), 422);
    expectStatus(await own.http.post(`/v1/forums/${ID}/meetings`, call), 404);
    const minutes = example('recordMinutes', 'application/json');
    expectStatus(await own.http.put(`${at}/meetings/${id}/minutes`, minutes), 200);
    expectStatus(await own.http.put(`${at}/meetings/${id}/minutes`, minutes, stale), 412);
    expectStatus(await own.http.put(`${at}/meetings/${ID}/minutes`, minutes), 404);
    expectStatus(await own.http.get(`${at}/meetings`), 200);
    expectStatus(await own.http.get(`${at}/meetings/${id}`), 200);
    const change = example('changeMeeting', 'application/json');
    expectStatus(await own.http.patch(`${at}/meetings/${id}`, change), 200);
    expectStatus(await own.http.patch(`${at}/meetings/${id}`, change, stale), 412);
    expectStatus(await own.http.patch(`${at}/meetings/${ID}`, {}), 404);
    expectStatus(await own.http.patch(`${at}/meetings/${id}`, { chathamHouse: false, cancelled: true }), 409);
    expectStatus(await own.http.patch(`${at}/meetings/${id}`, { cancelled: true }), 200);
    expectStatus(await own.http.put(`${at}/meetings/${id}/minutes`, minutes), 409);
    expectStatus(await own.http.patch(at, { closed: true }), 200);
    expectStatus(await own.http.post(`${at}/meetings`, call), 409);
    for (let more = 0; more < 20; more++) expectStatus(await own.http.post(`${path}/forums`, forum), 201);
    expectStatus(await own.http.post(`${path}/forums`, forum), 409);
    expectStatus(await own.http.patch(at, { closed: false }), 409);
    const taker = await partner(app, { scopes: ['arrangements:read', 'forums:manage'] });
    await join(app, place, taker);
    const { id: one } = expectStatus(await taker.http.post<{ id: string }>(`${path}/forums`, forum), 201);
    expectStatus(await taker.http.put(`/v1/forums/${one}/convenor`, { partnerId: own.partner.id }), 409);
    expectStatus(await own.http.put(`${at}/convenor`, { partnerId: ID }), 400);
    expectStatus(await own.http.put(`${at}/convenor`, { partnerId: own.partner.id }), 204);
    expectStatus(await own.http.put(`/v1/forums/${ID}/convenor`, { partnerId: own.partner.id }), 404);
  };

  const liaisonOf = async (path: string): Promise<void> => {
    const un = await partner(app, { kind: 'un_entity', scopes: ['liaison:read', 'liaison:manage'] });
    await join(app, place, un);
    const [at, nowhere] = [`${path}/liaison`, `/v1/arrangements/${ID}/liaison`];
    const send = async (tail: string, operation: string, other: object) => {
      const body = example(operation, 'application/json') as object;
      const key = { headers: { 'Idempotency-Key': randomUUID() } };
      expectStatus(await un.http.post(`${nowhere}/${tail}`, body), 404);
      const made = expectStatus(await un.http.post<{ id: string }>(`${at}/${tail}`, body, key), 201);
      expectStatus(await un.http.post(`${at}/${tail}`, { ...body, ...other }, key), 422);
      return made;
    };
    const contact = await send('contacts', 'addLiaisonContact', { office: 'Another' });
    const replaced = example('replaceLiaisonContact', 'application/json');
    expectStatus(await un.http.put(`${at}/contacts/${contact.id}`, replaced), 200);
    expectStatus(await un.http.put(`${at}/contacts/${contact.id}`, replaced, stale), 412);
    expectStatus(await un.http.put(`${nowhere}/contacts/${contact.id}`, replaced), 404);
    await send('meetings', 'recordLiaisonMeeting', { subject: 'Another' });
    const undertaking = await send('undertakings', 'recordUndertaking', { text: 'Another' });
    const followUps = `undertakings/${undertaking.id}/follow-ups`;
    await send(followUps, 'followUpUndertaking', { note: 'Another' });
    const again = example('followUpUndertaking', 'application/json');
    expectStatus(await un.http.post(`${at}/${followUps}`, again), 409);
    for (const list of ['contacts', 'meetings', 'undertakings']) {
      expectStatus(await un.http.get(`${at}/${list}`), 200);
    }
    expectStatus(await un.http.delete(`${at}/contacts/${contact.id}`), 204);
  };

  it('about commitments, and how partners meet them', async () => {
    const { steward } = app;
    const scopes = ['commitments:read', 'commitments:accept', 'commitments:assess'];
    // What is signed an hour ago is signed after its text was there.
    await query(real.database.superuserUrl, `update commitment_text set published_at = published_at - interval '1 day'`);
    const [own, other] = await Promise.all([partner(app, { scopes }), partner(app, { scopes })]);
    await join(app, place, own);
    await join(app, place, other);
    const [path, nowhere] = [`/v1/partners/${own.partner.id}`, `/v1/partners/${ID}`];
    const list = expectStatus(await own.http.get<{ items: { id: string }[] }>('/v1/commitments/texts'), 200);
    const textId = list.items[0]?.id ?? '';
    await unchanged(own.client, `/v1/commitments/texts/${textId}`);
    const accepted = { ...(example('acceptCommitments', 'application/json') as object), textId };
    const key = () => ({ headers: { 'Idempotency-Key': randomUUID() } });
    const [once, assessing, saying, publishing] = [key(), key(), key(), key()];
    expectStatus(await own.http.post(`${path}/acceptances`, accepted, once), 201);
    expectStatus(await own.http.post(`${path}/acceptances`, { ...accepted, officerName: 'Another' }, once), 422);
    const before = { ...accepted, signedAt: new Date(Date.now() - 3_600_000).toISOString() };
    expectStatus(await own.http.post(`${path}/acceptances`, before), 409);
    expectStatus(await own.http.post(`${nowhere}/acceptances`, accepted), 404);
    expectStatus(await own.http.get(`${path}/acceptances`), 200);
    await unchanged(own.client, `${path}/commitment-status`);

    const said = example('assessCommitment', 'application/json') as object;
    const { id } = expectStatus(await own.http.post<{ id: string }>(`${path}/assessments`, said, assessing), 201);
    expectStatus(await own.http.post(`${path}/assessments`, { ...said, rating: 'met' }, assessing), 422);
    expectStatus(await own.http.post(`${nowhere}/assessments`, said), 404);
    expectStatus(await other.http.get(`${path}/assessments`), 200);
    const at = `${path}/assessments/${id}`;
    const remark = example('commentOnAssessment', 'application/json');
    const made = expectStatus(await other.http.post<{ id: string }>(`${at}/comments`, remark, saying), 201);
    expectStatus(await other.http.post(`${at}/comments`, { text: 'Another' }, saying), 422);
    expectStatus(await other.http.post(`${path}/assessments/${ID}/comments`, remark), 404);
    for (let more = 1; more < 20; more++) expectStatus(await other.http.post(`${at}/comments`, remark), 201);
    expectStatus(await other.http.post(`${at}/comments`, remark), 409);
    expectStatus(await own.http.get(`${at}/comments`), 200);
    expectStatus(await own.http.get(`${at}/comments`, { query: { cursor: 'none' } }), 400);
    expectStatus(await own.http.get(`${path}/assessments/${ID}/comments`), 404);
    const answer = example('answerComment', 'application/json');
    expectStatus(await own.http.post(`${at}/comments/${made.id}/answer`, answer), 200);
    expectStatus(await own.http.post(`${at}/comments/${made.id}/answer`, answer), 409);
    expectStatus(await own.http.post(`${at}/comments/${ID}/answer`, answer), 404);
    expectStatus(await other.http.get(at), 200);
    expectStatus(await own.http.post(`${path}/assessments`, said), 201);
    expectStatus(await own.http.get(`/v1/arrangements/${place.id}/scorecard`), 200);
    const report = '/v1/commitments/reports/2026';
    expectStatus(await own.http.get(report), 200);
    expectStatus(await own.http.get(report, { headers: { Accept: 'text/csv' } }), 200);
    expectStatus(await own.http.get(report, { headers: { Accept: 'application/xml' } }), 406);
    expectStatus(await own.http.get('/v1/commitments/reports/1999'), 404);

    const next = example('publishCommitmentText', 'application/json') as object;
    const text = await steward.post<{ id: string }>('/v1/commitments/texts', next, publishing);
    const deadline = `/v1/commitments/texts/${expectStatus(text, 201).id}/deadline`;
    expectStatus(await steward.post('/v1/commitments/texts', { ...next, title: 'Another' }, publishing), 422);
    const later = example('setCommitmentDeadline', 'application/json');
    expectStatus(await steward.send('PUT', deadline, later, stale), 412);
    expectStatus(await steward.put(deadline, later), 200);
    expectStatus(await steward.put(`/v1/commitments/texts/${ID}/deadline`, later), 404);
  });

  it('about code lists', async () => {
    const { steward } = app;
    const path = '/v1/reference/incident-acts';
    const french = { headers: { 'Accept-Language': 'fr' } };
    expectStatus(await reader.http.get('/v1/reference', french), 200);
    expectStatus(await reader.http.get(path, { ...french, query: { at: '2020-01-01', crosswalk: 'CAP', all: 'true' } }), 200);
    expectStatus(await reader.http.get('/v1/reference/unsms-entities'), 200);
    await unchanged(reader.client, '/v1/reference');
    await unchanged(reader.client, path);
    await unchanged(reader.client, `${path}/kidnapping`);
    const entry = example('putReferenceEntry', 'application/json') as object;
    expectStatus(await steward.put(`${path}/stone_throwing`, entry), 201);
    expectStatus(await steward.put(`${path}/stone_throwing`, { ...entry, ordinal: 1 }), 200);
    expectStatus(await steward.put(`${path}/stone_throwing`, entry, stale), 412);
    expectStatus(await steward.put('/v1/reference/tlp/white', { ...entry, parent: undefined }), 409);
    expectStatus(await steward.put('/v1/reference/no-list/code', entry), 404);
    expectStatus(await reader.http.get(`${path}/revisions`, { query: { limit: 1 } }), 200);
    expectStatus(await steward.get(`${path}/revisions`), 200);
    const list = example('addReferenceList', 'application/json');
    expectStatus(await steward.post('/v1/reference', list), 201);
    expectStatus(await steward.post('/v1/reference', list), 409);
  });

  it('about alerts, in every form', async () => {
    const { steward } = app;
    const audience = { arrangements: [place.code], except: [] };
    const input = alertInput({ audience });
    input.renditions[0]!.texts.push({ language: 'fr', headline: 'Affrontements', description: 'Des tirs.' });
    input.renditions[0]!.areas.push({ description: 'Around the bridge', circle: undefined });
    Object.assign(input.renditions[0]!.areas[1]!, {
      circles: [{ center: [15.5, 32.5], radiusKm: 2 }],
      geocodes: [{ name: 'P-code', value: 'SD01' }],
    });
    input.renditions.push({
      ...input.renditions[0]!,
      ...{ tlp: 'AMBER', classification: 'CONFIDENTIAL', classificationReason: 'Sources', reviewAt: '2030-01-01' },
    });
    const published = await steward.post<{ id: string }>('/v1/alerts', input);
    const { id } = expectStatus(published, 201);
    const path = `/v1/alerts/${id}`;
    for (const type of ['application/json', 'application/cap+xml', 'application/geo+json']) {
      const answer = await reader.http.get(path, { headers: { Accept: type, 'Accept-Language': 'fr' } });
      expect([type, answer.status, answer.headers.get('content-type')]).toEqual([type, 200, expect.stringContaining(type)]);
    }
    expectStatus(await reader.http.get(path, { headers: { Accept: 'text/html' } }), 406);
    await unchanged(reader.client, path);
    await unchanged(app.stewardClient, `${path}/renditions`);
    await unchanged(reader.client, '/v1/alerts?limit=1&count=true&category=security,health');
    for (const format of ['atom', 'rss', 'json', 'geojson', 'csv', 'cap']) {
      await unchanged(reader.client, `/v1/feeds/alerts.${format}`);
    }
    expectStatus(await reader.http.get('/v1/alerts/facets', { query: { facets: 'kind,severity' } }), 200);
    expectStatus(await reader.http.get('/v1/alerts/trends', { query: { by: 'country' } }), 200);
    expectStatus(await reader.http.get('/v1/changes'), 200);
    expectStatus(await steward.post(`${path}/updates`, alertInput({ audience, severity: 'extreme' })), 200);
    expectStatus(await steward.post(`${path}/updates`, alertInput({ audience }), stale), 412);
    expectStatus(await steward.send('PUT', path, alertInput({ audience })), 409);
    expectStatus(await steward.post(`${path}/publication`), 409);
    expectStatus(await steward.post(`${path}/cancellation`, { note: 'Over.' }, stale), 412);
    expectStatus(await steward.post(`${path}/cancellation`, { note: 'Over.' }), 200);
    expectStatus(await steward.post(`${path}/cancellation`), 409);
    expectStatus(await steward.post(`${path}/updates`, alertInput({ audience })), 409);
    expectStatus(await reader.http.get(path), 200);
    expectStatus(await steward.post(`${path}/withdrawal`, undefined, stale), 412);
    expectStatus(await steward.post(`${path}/withdrawal`), 204);
    expectStatus(await reader.http.get(path), 404);
    expectStatus(await reader.http.get('/v1/changes'), 200);
  });

  it('about what is for everybody', async () => {
    const renditions = [renditionInput({ tlp: 'CLEAR', audience: { kinds: ['public'] } })];
    const { id } = expectStatus(await app.steward.post<{ id: string }>('/v1/alerts', alertInput({ renditions })), 201);
    const again = async (path: string, headers: Record<string, string> = {}) => {
      const first = await app.anonymous.get(path, { headers });
      expectStatus(first, 200);
      const known = { ...headers, 'If-None-Match': first.headers.get('etag') ?? '' };
      expectStatus(await app.anonymous.get(path, { headers: known }), 304);
    };
    for (const format of ['atom', 'rss', 'json', 'geojson', 'csv', 'cap']) await again(`/v1/public/alerts.${format}`);
    expectStatus(await app.anonymous.get('/v1/public/alerts.atom', { query: { surprise: 1 } }), 400);
    const path = `/v1/public/alerts/${id}`;
    for (const type of ['application/json', 'application/cap+xml', 'application/geo+json']) await again(path, { Accept: type });
    expectStatus(await app.anonymous.get(path, { headers: { Accept: 'text/html' } }), 406);
    expectStatus(await app.anonymous.get(`/v1/public/alerts/${ID}`), 404);
    expectStatus(await app.anonymous.get('/v1/public/alerts.pdf'), 404);
  });

  it('about feed addresses', async () => {
    const own = await partner(app, { scopes: ['alerts:read', 'feeds:manage'] });
    const made = expectStatus(
      await own.http.post<{ id: string; addresses: string[] }>('/v1/feed-addresses', example('createFeedAddress', 'application/json')),
      201,
    );
    for (const address of made.addresses) {
      const first = await app.anonymous.get(new URL(address).pathname);
      const known = { 'If-None-Match': first.headers.get('etag') ?? '' };
      expectStatus(first, 200);
      expectStatus(await app.anonymous.get(new URL(address).pathname, { headers: known }), 304);
      expectStatus(await app.anonymous.get(new URL(address).pathname, { query: { surprise: 1 } }), 400);
    }
    expectStatus(await own.http.get('/v1/feed-addresses'), 200);
    expectStatus(await own.http.post(`/v1/feed-addresses/${made.id}/keeper`), 200);
    expectStatus(await own.http.delete(`/v1/feed-addresses/${made.id}`), 204);
    expectStatus(await own.http.delete(`/v1/feed-addresses/${made.id}`), 404);
    expectStatus(await own.http.post(`/v1/feed-addresses/${made.id}/keeper`), 404);
    expectStatus(await app.anonymous.get(new URL(made.addresses[0] ?? '').pathname), 404);
    const { superuserUrl } = real.database;
    await query(
      superuserUrl,
      `insert into reader select gen_random_uuid(), r.id, true, 1, 0, null from reader r, generate_series(1, 50)
         where r.id = '${own.partner.id}';
       insert into feed_address (id, partner_id, owner_id, reader_id, client_id, name, token_hash)
         select gen_random_uuid(), partner_id, partner_id, id, '${own.client.clientId}', 'One of many', id::text::bytea
         from reader where partner_id = '${own.partner.id}' and id <> partner_id
           and id not in (select reader_id from feed_address)`,
    );
    expectStatus(await own.http.post('/v1/feed-addresses', { name: 'One too many' }), 409);
  });

  /** As after a restoration from a backup that is older than any cursor of this reader. */
  async function asRestored(readerId: string, work: () => Promise<void>): Promise<void> {
    const head = (position: string): Promise<unknown> =>
      query(real.database.superuserUrl, `update change_head set position = ${position} where reader_id = '${readerId}'`);
    await head('0');
    await work();
    await head(`(select max(position) from change_entry where reader_id = '${readerId}')`);
  }

  it('about change logs, as pages and as a stream', async () => {
    const own = await partner(app);
    await alert(own.http, { audience: { partners: [own.partner.code] } });
    const { nextCursor } = expectStatus(await own.http.get<{ nextCursor: string }>('/v1/changes', { query: { include: 'content' } }), 200);
    expectStatus(await own.http.get('/v1/changes', { query: { snapshot: 'true' } }), 200);
    expectStatus(await own.http.get('/v1/changes/stream', { headers: { Accept: 'application/json' } }), 406);
    const stream = await EventStream.open(own.http);
    await stream.until(({ events }) => events.length > 0);
    stream.close();
    watch.check('GET', '/v1/changes/stream', { ...stream, headers: stream.headers, body: undefined });
    await asRestored(own.partner.id, async () => {
      expectStatus(await own.http.get('/v1/changes', { query: { after: nextCursor } }), 410);
    });
  });

  it('about bundles', async () => {
    const path = `/v1/arrangements/${place.id}/bundle`;
    const { headers } = await reader.http.get(path);
    expectStatus(await reader.http.get(path), 200);
    expectStatus(await reader.http.get(path, { headers: { 'If-None-Match': headers.get('etag') ?? '' } }), 304);
    expectStatus(await app.anonymous.get('/v1/bundles/keys'), 200);
    const own = await partner(app);
    await join(app, place, own);
    await alert(own.http, { audience: { partners: [own.partner.code] } });
    const { cursor } = await readBundle(own.http, place.id);
    await asRestored(own.partner.id, async () => {
      expectStatus(await own.http.get(path, { query: { after: cursor } }), 410);
    });
  });

  it('about webhooks', async () => {
    const own = await partner(app, { scopes: HOOK_SCOPES });
    const receiver = await Receiver.start();
    const body = { ...(example('createWebhook', 'application/json') as object), url: receiver.url };
    const { id } = expectStatus(await own.http.post<{ id: string }>('/v1/webhooks', body), 201);
    const path = `/v1/webhooks/${id}`;
    const many = await partner(app, { scopes: HOOK_SCOPES });
    for (let count = 0; count < 50; count++) expectStatus(await many.http.post('/v1/webhooks', body), 201);
    expectStatus(await many.http.post('/v1/webhooks', body), 409);
    expectStatus(await own.http.get('/v1/webhooks'), 200);
    expectStatus(await own.http.get(path), 200);
    await unchanged(own.client, path);
    expectStatus(await own.http.patch(path, { name: 'Renamed' }), 200);
    expectStatus(await own.http.patch(path, { name: 'Renamed' }, stale), 412);
    expectStatus(await own.http.post(`${path}/test`), 200);
    expectStatus(await own.http.get(`${path}/attempts`), 200);
    expectStatus(await own.http.post(`${path}/secret-rotation`, { overlapSeconds: 60 }), 200);
    expectStatus(await own.http.post(`${path}/replays`, { what: 'failed' }), 200);
    expectStatus(await own.http.post(`${path}/disabling`), 200);
    expectStatus(await own.http.post(`${path}/enabling`), 200);
    expectStatus(await own.http.delete(path), 204);
    await receiver.stop();
    expectStatus(await own.http.get(path), 404);
    expectStatus(await own.http.patch(path, { name: 'Gone' }), 404);
    expectStatus(await own.http.get(`${path}/attempts`), 404);
    expectStatus(await own.http.post(`${path}/replays`, { what: 'failed' }), 404);
    expectStatus(await own.http.post(`${path}/secret-rotation`, {}), 404);
    for (const act of ['test', 'disabling', 'enabling']) expectStatus(await own.http.post(`${path}/${act}`), 404);
    expectStatus(await own.http.delete(path), 404);
  });

  it('about subscriptions', async () => {
    const own = await partner(app, { ceiling: { tlp: 'GREEN' }, scopes: SUBSCRIBER_SCOPES });
    const address = newAddress();
    const input = subscriptionInput([{ address }]);
    const { id } = expectStatus(await own.http.post<{ id: string }>('/v1/subscriptions', input), 201);
    const path = `/v1/subscriptions/${id}`;
    expectStatus(await own.http.get('/v1/subscriptions'), 200);
    await unchanged(own.client, path);
    const mailCeiling = { tlp: 'AMBER' };
    expectStatus(await own.http.post('/v1/subscriptions', { ...input, mailCeiling }), 422);
    expectStatus(await own.http.patch(path, { mailCeiling }), 422);
    expectStatus(await own.http.patch(path, { name: 'Renamed' }, stale), 412);
    expectStatus(await own.http.patch(path, { name: 'Renamed' }), 200);
    const [asked] = await mails.to(address);
    if (asked === undefined) throw new Error('nobody was asked');
    const link = linkIn(asked, 'subscription-confirmations');
    expectStatus(await app.anonymous.get(link), 200);
    expectStatus(await app.anonymous.post(link), 200);
    expectStatus(await app.anonymous.get('/v1/subscription-confirmations/nothing'), 404);
    expectStatus(await app.anonymous.post('/v1/subscription-confirmations/nothing'), 404);
    await alert(app.steward, { audience: { partners: [own.partner.code] } });
    const told = (await mails.to(address, 2)).at(-1);
    if (told === undefined) throw new Error('nobody was told');
    const stop = linkIn(told, 'unsubscribe');
    expectStatus(await app.anonymous.get(stop), 200);
    expectStatus(await app.anonymous.post(stop), 200);
    expectStatus(await app.anonymous.get('/v1/unsubscribe/nothing'), 404);
    expectStatus(await app.anonymous.post('/v1/unsubscribe/nothing'), 404);
    expectStatus(await own.http.delete(path), 204);
    expectStatus(await own.http.get(path), 404);
    expectStatus(await own.http.patch(path, { name: 'Gone' }), 404);
    expectStatus(await own.http.delete(path), 404);
    for (let made = 0; made < 200; made++) expectStatus(await own.http.post('/v1/subscriptions', subscriptionInput([{ address: newAddress() }])), 201);
    expectStatus(await own.http.post('/v1/subscriptions', input), 409);
  });

  it('about texts that some that they are addressed to could not read', async () => {
    const { steward } = app;
    const low = await partner(app, { ceiling: { tlp: 'GREEN' } });
    const here = await arrangement(app, { members: [low] });
    const audience = { arrangements: [here.code] };
    const above = alertInput({
      renditions: [renditionInput({ tlp: 'AMBER', audience })],
      noLowerReason: undefined,
    });
    const { id } = expectStatus(await steward.post<{ id: string }>('/v1/alerts', alertInput({ audience })), 201);
    expectStatus(await steward.post(`/v1/alerts/${id}/updates`, above), 422);
    const draft = expectStatus(await steward.post<{ id: string }>('/v1/alerts', { ...above, state: 'draft' }), 201);
    expectStatus(await steward.post(`/v1/alerts/${draft.id}/publication`), 422);
  });

  it('about receipts and recalls', async () => {
    const { steward } = app;
    const asked = { acknowledgement: 'required', acknowledgeBy: '2098-01-01T00:00:00Z' };
    const input = alertInput({ audience: { arrangements: [place.code] }, ...asked });
    const { id } = expectStatus(await steward.post<{ id: string }>('/v1/alerts', input), 201);
    const path = `/v1/alerts/${id}`;
    const previewed = example('previewAudience', 'application/json') as { renditions: { audience: object }[] };
    for (const rendition of previewed.renditions) rendition.audience = { arrangements: [place.code] };
    expectStatus(await steward.post('/v1/alerts/audience-preview', previewed), 200);
    expectStatus(await steward.post('/v1/alerts/audience-preview', input), 200);
    expectStatus(await steward.get(`${path}/audience`), 200);
    expectStatus(await reader.http.get('/v1/alerts/unacknowledged'), 200);
    expectStatus(await reader.http.get(`${path}/acknowledgement`), 200);
    const acknowledge = example('acknowledgeAlert', 'application/json');
    expectStatus(await reader.http.post(`${path}/acknowledgements`, acknowledge), 200);
    expectStatus(await steward.post(`${path}/acknowledgements`), 409);
    expectStatus(await steward.post(`/v1/alerts/${ID}/acknowledgements`), 404);
    expectStatus(await reader.http.get(`${path}/acknowledgement`), 200);
    expectStatus(await steward.get(`${path}/receipts`, { query: { outstanding: 'true' } }), 200);
    expectStatus(await steward.post(`${path}/withdrawal`), 204);
    expectStatus(await steward.get(`${path}/recall`), 200);
    expectStatus(await reader.http.post(`${path}/purge-confirmation`, example('confirmPurge', 'application/json')), 200);
    expectStatus(await steward.post(`${path}/purge-confirmation`), 409);
    expectStatus(await steward.post(`/v1/alerts/${ID}/purge-confirmation`), 404);
    expectStatus(await steward.get(`${path}/recall`, { query: { limit: 1 } }), 200);
  });

  it('about feedback and verification', async () => {
    const { steward } = app;
    const input = alertInput({ audience: { arrangements: [place.code] } });
    const { id } = expectStatus(await steward.post<{ id: string }>('/v1/alerts', input), 201);
    const path = `/v1/alerts/${id}`;
    const feedback = example('giveFeedback', 'application/json');
    expectStatus(await reader.http.post(`${path}/feedback`, feedback), 200);
    expectStatus(await reader.http.post(`${path}/feedback`, { kind: 'helpful', anonymous: false }), 200);
    expectStatus(await steward.post(`${path}/feedback`, feedback), 409);
    expectStatus(await steward.get(`${path}/feedback`), 200);
    expectStatus(await reader.http.delete(`${path}/feedback/helpful`), 204);
    const judgement = example('verifyAlert', 'application/json');
    expectStatus(await steward.post(`${path}/verification`, judgement, stale), 412);
    expectStatus(await steward.post(`${path}/verification`, judgement), 200);
    expectStatus(await reader.http.get(path), 200);
    expectStatus(await steward.get(`${path}/renditions`), 200);
    expectStatus(await steward.post(`${path}/withdrawal`), 204);
    expectStatus(await steward.post(`${path}/verification`, judgement), 409);
    expectStatus(await steward.post(`/v1/alerts/${ID}/verification`, judgement), 404);
    expectStatus(await steward.post(`/v1/alerts/${ID}/feedback`, feedback), 404);
  });

  it('about attachments', async () => {
    const { steward } = app;
    const csv = String(example('uploadAttachment', 'text/csv'));
    const send = (body: string, type: string, name = 'closures') =>
      steward.post<{ id: string }>('/v1/attachments', body, { headers: { 'Content-Type': type }, query: { name } });
    const { id } = expectStatus(await send(csv, 'text/csv'), 201);
    expectStatus(await send(csv, 'image/png'), 415);
    expectStatus(await send('x'.repeat(10 * 1024 * 1024 + 1), 'text/plain'), 413);
    expectStatus(await send(csv, 'text/csv', '../closures'), 400);
    const input = alertInput({ audience: { arrangements: [place.code], except: [] } });
    Object.assign(input.renditions[0]!, { attachments: [id] });
    const alert = expectStatus(await steward.post<{ id: string }>('/v1/alerts', input), 201);
    expectStatus(await reader.http.get(`/v1/alerts/${alert.id}`), 200);
    await unchanged(reader.client, `/v1/attachments/${id}`, false);
    for (let sent = 0; sent < 50; sent++) expectStatus(await send('x', 'text/plain'), 201);
    expectStatus(await send('x', 'text/plain'), 409);
  });

  it('about challenges and statistics of handling', async () => {
    const { steward } = app;
    const audience = { arrangements: [place.code] };
    const classified = { tlp: 'AMBER', classification: 'CONFIDENTIAL', classificationReason: 'Sources' } as const;
    const renditions = [renditionInput({ audience }), renditionInput({ audience, ...classified })];
    const input = alertInput({ renditions, knownAt: '2026-01-01T00:00:00Z' });
    const { id } = expectStatus(await steward.post<{ id: string }>('/v1/alerts', input), 201);
    const path = `/v1/alerts/${id}/challenges`;
    const body = example('challengeAlert', 'application/json');
    const made = expectStatus(await reader.http.post<{ id: string }>(path, body), 201);
    expectStatus(await reader.http.post(path, body), 409);
    expectStatus(await steward.post(`/v1/alerts/${ID}/challenges`, body), 404);
    expectStatus(await steward.get('/v1/challenges', { query: { state: 'open', limit: 1 } }), 200);
    const answer = example('answerChallenge', 'application/json');
    expectStatus(await steward.post(`${path}/${made.id}/answer`, answer), 200);
    expectStatus(await steward.post(`${path}/${made.id}/answer`, answer), 409);
    expectStatus(await steward.post(`${path}/${ID}/answer`, answer), 404);
    expectStatus(await reader.http.get(path), 200);
    expectStatus(await steward.get(`/v1/alerts/${id}/renditions`), 200);
    expectStatus(await reader.http.post(`/v1/alerts/${id}/acknowledgements`), 200);
    expectStatus(await steward.get('/v1/statistics/handling', { query: { limit: 1 } }), 200);
    const own = { query: { originator: reader.partner.code } };
    expectStatus(await reader.http.get('/v1/statistics/handling', own), 200);
  });

  it('about releases onward and reviews', async () => {
    const { steward } = app;
    const named = await partner(app);
    const renditions = [renditionInput({ tlp: 'AMBER', audience: { partners: [reader.partner.code] } })];
    const { id } = await alert(steward, { renditions });
    const path = `/v1/alerts/${id}/release-requests`;
    const body = { partner: named.partner.code, until: '2090-01-01T00:00:00Z', reason: 'It is on that road.' };
    const made = expectStatus(await reader.http.post<{ id: string }>(path, body), 201);
    expectStatus(await reader.http.post(path, body), 409);
    expectStatus(await reader.http.post(`/v1/alerts/${ID}/release-requests`, body), 404);
    expectStatus(await steward.get('/v1/release-requests', { query: { state: 'open', limit: 1 } }), 200);
    const answer = { decision: 'granted' };
    for (const [verb, sent] of [['answer', answer], ['end']] as const) {
      expectStatus(await steward.post(`/v1/release-requests/${ID}/${verb}`, sent), 404);
      expectStatus(await steward.post(`/v1/release-requests/${made.id}/${verb}`, sent), 200);
      expectStatus(await steward.post(`/v1/release-requests/${made.id}/${verb}`, sent), 409);
    }
    expectStatus(await named.http.get('/v1/release-requests'), 200);
    expectStatus(await steward.get('/v1/alerts/reviews', { query: { due: 'true' } }), 200);
  });

  it('about reports, their triage and their correspondence', async () => {
    const { steward } = app;
    const source = await partner(app, { scopes: ['reports:submit'] });
    const key = { headers: { 'Idempotency-Key': randomUUID() } };
    const report = { ...(example('submitReport', 'application/json') as object), audience: {} };
    const submitted = await source.http.post<{ id: string }>('/v1/reports', report, key);
    const path = `/v1/reports/${expectStatus(submitted, 201).id}`;
    expectStatus(await source.http.post('/v1/reports', { ...report, kind: 'threat' }, key), 422);
    const preview = { ...(example('previewReport', 'application/json') as object), audience: {} };
    expectStatus(await source.http.post('/v1/reports/preview', preview), 200);
    expectStatus(await source.http.get('/v1/reports', { query: { mine: 'true' } }), 200);
    expectStatus(await steward.get('/v1/reports', { query: { state: 'submitted' } }), 200);
    await unchanged(source.client, path);
    expectStatus(await source.http.post(`${path}/updates`, report, stale), 412);
    const matrix = `/v1/arrangements/${place.id}/sensitivity`;
    const line = { code: 'all', title: 'All', lowestTlp: 'AMBER', effect: 'block', reason: 'Talks go on.' };
    expectStatus(await steward.put(matrix, { protocol: 'Ours', lines: [line] }), 200);
    const low = { ...report, tlp: 'GREEN', audience: { arrangements: [place.code] } };
    expectStatus(await source.http.post(`${path}/updates`, low), 422);
    expectStatus(await steward.put(matrix, { protocol: 'None', lines: [] }), 200);
    expectStatus(await source.http.post(`${path}/updates`, { ...report, kind: 'threat' }), 200);
    expectStatus(await steward.post(`${path}/assignment`, undefined, stale), 412);
    expectStatus(await steward.post(`${path}/assignment`), 200);
    const message = example('writeReportMessage', 'application/json');
    const written = { headers: { 'Idempotency-Key': randomUUID() } };
    expectStatus(await steward.post(`${path}/messages`, message, written), 201);
    expectStatus(await steward.post(`${path}/messages`, { text: 'Another.' }, written), 422);
    expectStatus(await source.http.get(`${path}/messages`, { query: { limit: 1 } }), 200);
    expectStatus(await steward.post(`${path}/source-reveal`, example('revealSource', 'application/json')), 200);
    const { id: alertId } = expectStatus(await steward.post<{ id: string }>('/v1/alerts', alertInput()), 201);
    const outcome = { ...(example('concludeReport', 'application/json') as object), alertId };
    expectStatus(await steward.post(`${path}/outcome`, outcome, stale), 412);
    expectStatus(await steward.post(`${path}/outcome`, outcome), 200);
    expectStatus(await steward.post(`${path}/outcome`, outcome), 409);
    expectStatus(await steward.post(`${path}/assignment`), 409);
    expectStatus(await steward.get(path), 200);
    expectStatus(await source.http.get(path), 200);
    expectStatus(await source.http.get('/v1/reports/ledger'), 200);
    const named = { ...report, kind: 'threat', attribution: 'named' };
    expectStatus(await source.http.post(`${path}/updates`, named), 200);
    const reason = { reason: 'It is plain to see.' };
    expectStatus(await steward.post(`${path}/source-reveal`, reason), 409);
    expectStatus(await source.http.post(`${path}/withdrawal`, undefined, stale), 412);
    expectStatus(await source.http.post(`${path}/withdrawal`), 204);
    expectStatus(await source.http.post(`${path}/withdrawal`), 409);
    expectStatus(await source.http.post(`${path}/updates`, named), 409);
    expectStatus(await source.http.post(`${path}/messages`, message), 409);
    expectStatus(await source.http.get(path), 200);
    const nowhere = `/v1/reports/${ID}`;
    expectStatus(await source.http.post(`${nowhere}/updates`, report), 404);
    expectStatus(await source.http.post(`${nowhere}/messages`, message), 404);
    expectStatus(await steward.post(`${nowhere}/outcome`, outcome), 404);
    expectStatus(await steward.post(`${nowhere}/source-reveal`, reason), 404);
  });

  it('about flashes, translations and what waits for a second person', async () => {
    const scopes = ['alerts:publish', 'alerts:read', 'alerts:release'];
    const own = await partner(app, { scopes });
    const credentials = await client(app, own.partner.id, { scopes });
    const second = await app.as(credentials);
    const audience = { partners: [reader.partner.code] };
    const key = { headers: { 'Idempotency-Key': randomUUID() } };
    const flash = { ...(example('publishFlash', 'application/json') as object), audience };
    const sent = await own.http.post<{ id: string }>('/v1/alerts/flash', flash, key);
    const flashed = `/v1/alerts/${expectStatus(sent, 201).id}`;
    expectStatus(await own.http.post('/v1/alerts/flash', { ...flash, tlp: undefined }), 422);
    const spanish = { texts: [{ language: 'es', headline: 'Eviten el mercado' }] };
    expectStatus(await own.http.post(`${flashed}/translations`, spanish, stale), 412);
    expectStatus(await own.http.post(`${flashed}/translations`, spanish), 200);
    expectStatus(await own.http.post(`${flashed}/withdrawal`), 204);
    expectStatus(await own.http.post('/v1/alerts/flash', flash, key), 409);
    expectStatus(await own.http.post(`${flashed}/translations`, spanish), 409);
    expectStatus(await own.http.get(`${flashed}/release`), 404);

    const policy = '/v1/alerts/release-policy';
    expectStatus(await own.http.put(policy, example('putReleasePolicy', 'application/json')), 200);
    expectStatus(await own.http.get(policy), 200);
    expectStatus(await second.post(`${policy}/confirmation`), 409);
    expectStatus(await own.http.put(policy, { tlp: 'AMBER' }), 200);
    expectStatus(await second.post(`${policy}/confirmation`), 428);
    expectStatus(await second.post(`${policy}/confirmation`, undefined, stale), 412);
    const tag = (await second.get(policy)).headers.get('etag') ?? '';
    await unchanged(credentials, policy);
    const proposed = { headers: { 'If-Match': tag } };
    expectStatus(await second.post(`${policy}/confirmation`, undefined, proposed), 200);
    const renditions = [renditionInput({ tlp: 'AMBER', audience })].map(({ classification: _, ...one }) => one);
    const input = { ...alertInput(), renditions };
    const { id } = expectStatus(await own.http.post<{ id: string }>('/v1/alerts', input), 201);
    const path = `/v1/alerts/${id}`;
    expectStatus(await own.http.get('/v1/alerts', { query: { state: 'pending_release' } }), 200);
    const refusal = example('refuseRelease', 'application/json');
    expectStatus(await second.post(`${path}/release-refusal`, refusal, stale), 412);
    expectStatus(await second.post(`${path}/release-refusal`, refusal), 200);
    expectStatus(await second.post(`${path}/release-refusal`, refusal), 409);
    expectStatus(await second.post(`${path}/release`), 409);
    expectStatus(await own.http.post(`${path}/publication`), 200);
    expectStatus(await second.post(`${path}/release`, undefined, stale), 412);
    expectStatus(await second.post(`${path}/release`), 428);
    await unchanged(credentials, `${path}/release`);
    const seen = async () => {
      const tag = (await second.get(`${path}/release`)).headers.get('etag') ?? '';
      return { headers: { 'If-Match': tag } };
    };
    expectStatus(await second.post(`${path}/release`, undefined, await seen()), 200);
    expectStatus(await own.http.post(`${path}/updates`, { ...input, severity: 'extreme' }), 202);
    expectStatus(await own.http.get(`${path}/release`), 200);
    expectStatus(await own.http.post(`${path}/translations`, spanish), 202);
    expectStatus(await own.http.get(`${path}/release`), 200);
    expectStatus(await second.post(`${path}/release`, undefined, await seen()), 200);
    expectStatus(await second.post(`/v1/alerts/${ID}/release`), 404);
    expectStatus(await second.post(`/v1/alerts/${ID}/release-refusal`, refusal), 404);
    expectStatus(await own.http.post(`/v1/alerts/${ID}/translations`, spanish), 404);
  });

  it('about applications, by links and by vetting', async () => {
    const { steward, anonymous } = app;
    const body = example('applyToJoin', 'application/json') as { contact: { email: string } };
    const contact = { ...body.contact, email: newAddress() };
    expectStatus(await anonymous.post('/v1/partner-applications', { ...body, contact }), 202);
    const [mail] = await mails.to(contact.email);
    const link = linkIn(mail as NonNullable<typeof mail>, 'partner-application-links');
    expectStatus(await anonymous.get(link), 200);
    const page = await anonymous.post(link);
    expect(page.status).toBe(200);
    expectStatus(await anonymous.post(link), 404);
    expectStatus(await anonymous.get(link), 404);
    const [mine = ''] = /\/v1\/partner-application-cases\/[\w-]+/.exec(page.text) ?? [];
    const nobodys = '/v1/partner-application-cases/nobody';
    const links = '/v1/partner-application-links';
    expectStatus(await anonymous.post(links, { email: contact.email }), 202);
    const text = { headers: { 'Content-Type': 'text/plain' } };
    const supply = (path: string, kind: string, sent = 'x', type = 'text/plain') =>
      anonymous.post(`${path}/documents`, sent, { headers: { 'Content-Type': type }, query: { kind, name: 'x' } });
    expectStatus(await supply(nobodys, 'other'), 404);
    expectStatus(await supply(mine, 'other', 'x', 'image/png'), 415);
    expectStatus(await supply(mine, 'other', 'x'.repeat(5 * 1024 * 1024 + 1)), 413);
    expectStatus(await supply(mine, 'nothing'), 400);
    expectStatus(await supply(mine, 'other'), 201);
    const { items } = expectStatus(
      await steward.get<{ items: { id: string }[] }>('/v1/partner-applications', { query: { state: 'submitted' } }),
      200,
    );
    const id = items[0]?.id ?? '';
    const path = `/v1/partner-applications/${id}`;
    const nowhere = `/v1/partner-applications/${ID}`;
    const whole = expectStatus(await steward.get<{ documents: { id: string }[] }>(path), 200);
    expectStatus(await steward.get(`${path}/documents/${whole.documents[0]?.id}`), 200);
    const asked = example('requestInformation', 'application/json');
    const approval = { ...(example('approveApplication', 'application/json') as object), code: uniqueCode('E') };
    const rejection = example('rejectApplication', 'application/json');
    expectStatus(await steward.post(`${path}/information-requests`, asked), 409);
    expectStatus(await steward.post(`${path}/vetting`, example('takeUpApplication', 'application/json')), 200);
    expectStatus(await steward.post(`${path}/vetting`), 409);
    expectStatus(await steward.post(`${path}/approval`, approval), 409);
    expectStatus(await steward.post(`${path}/information-requests`, asked), 200);
    expectStatus(await anonymous.get(mine), 200);
    const answer = example('answerApplication', 'application/json');
    expectStatus(await anonymous.post(`${mine}/answers`, answer), 200);
    expectStatus(await anonymous.post(`${mine}/answers`, answer), 409);
    for (const kind of ['cover_letter', 'registration_certificate', 'un_partnership']) {
      expectStatus(await supply(mine, kind), 201);
    }
    expectStatus(await steward.post(`${path}/approval`, approval), 200);
    expectStatus(await supply(mine, 'other'), 409);
    expectStatus(await anonymous.post(`${mine}/withdrawal`), 409);
    expectStatus(await steward.post(`${path}/rejection`, rejection), 409);
    expectStatus(await steward.post(`${path}/link-revocation`), 204);
    for (const [verb, sent] of [['vetting', {}], ['information-requests', asked], ['approval', approval], ['rejection', rejection]] as const) {
      expectStatus(await steward.post(`${nowhere}/${verb}`, sent), 404);
    }
    expectStatus(await anonymous.get(nobodys), 404);
    expectStatus(await anonymous.post(`${nobodys}/answers`, answer), 404);
    expectStatus(await anonymous.post(`${nobodys}/withdrawal`), 404);
    for (const act of ['rejection', 'withdrawal']) {
      const entry = example('enterApplication', 'application/json') as object;
      const key = { headers: { 'Idempotency-Key': randomUUID() } };
      const entries = '/v1/partner-applications/entries';
      const made = await steward.post<{ application: { id: string }; caseLink: string }>(entries, entry, key);
      expectStatus(await steward.post(entries, { ...entry, name: 'Another' }, key), 422);
      const { application, caseLink } = expectStatus(made, 201);
      const at = act === 'withdrawal' ? new URL(caseLink).pathname : `/v1/partner-applications/${application.id}`;
      expectStatus(await (act === 'withdrawal' ? anonymous : steward).post(`${at}/${act}`, act === 'withdrawal' ? undefined : rejection), 200);
    }
    const much = { headers: { 'Content-Type': 'application/json' } };
    for (const open of ['/v1/partner-applications', links, `${nobodys}/answers`]) {
      expectStatus(await anonymous.post(open, { surprise: 1 }), 400);
      expectStatus(await anonymous.post(open, 'x', text), 415);
      expectStatus(await anonymous.post(open, JSON.stringify({ text: 'x'.repeat(1_100_000) }), much), 413);
    }
    const mute = await startApp({ database: real.database });
    try {
      const nobody = watch.app(mute).anonymous;
      expectStatus(await nobody.post('/v1/partner-applications', body), 422);
      expectStatus(await nobody.post(links, { email: contact.email }), 422);
    } finally {
      await mute.close();
    }
  });

  it('about drafts', async () => {
    const { steward } = app;
    const bare = { ...alertInput(), grading: undefined, expiresAt: undefined, attribution: 'a_partner' };
    const { id } = expectStatus(await steward.post<{ id: string }>('/v1/alerts', { ...bare, state: 'draft' }), 201);
    const path = `/v1/alerts/${id}`;
    expectStatus(await steward.get('/v1/alerts', { query: { state: 'draft' } }), 200);
    expectStatus(await steward.send('PUT', path, bare, stale), 412);
    expectStatus(await steward.send('PUT', path, bare), 200);
    expectStatus(await steward.post(`${path}/publication`, undefined, stale), 412);
    expectStatus(await steward.post(`${path}/publication`), 200);
    expectStatus(await steward.post(`${path}/withdrawal`), 204);
    const again = await steward.post(`${path}/withdrawal`);
    expect([404, 409]).toContain(again.status);
  });

  it('about CAP messages', async () => {
    const { steward } = app;
    const query = { tlp: 'GREEN', classification: 'UNCLASSIFIED', arrangements: place.code };
    const post = (cap: string, options: object = {}) => steward.post('/v1/alerts', cap, { headers: CAP, query, ...options });
    const cap = capExample(uniqueCode('cap'));
    const { id } = expectStatus(await post(cap), 201);
    expectStatus(await post(cap), 200);
    expectStatus(await post(cap.replace('Severe', 'Minor')), 409);
    expectStatus(await post('<alert/>'), 422);
    expectStatus(await post(capExample('x'), { query: {} }), 400);
    expectStatus(await reader.http.get(`/v1/alerts/${String(id)}`, { headers: { Accept: 'application/cap+xml' } }), 200);
    expectStatus(await reader.http.get('/v1/alerts'), 200);
  });

  it('of the published examples', async () => {
    expectStatus(await app.steward.post('/v1/alerts', example('publishAlert', 'application/json')), 201);
  });

  it('of the authorization server, and about health', async () => {
    const { anonymous, stewardClient } = app;
    const granted = expectStatus(await requestToken(anonymous, stewardClient, 'alerts:read'), 200);
    const basic = Buffer.from(`${stewardClient.clientId}:${stewardClient.clientSecret}`).toString('base64');
    const form = { 'Content-Type': 'application/x-www-form-urlencoded', Authorization: `Basic ${basic}` };
    expectStatus(await anonymous.post('/oauth/revocation', `token=${granted.access_token}`, { headers: form }), 200);
    expectStatus(await anonymous.post('/oauth/revocation', 'x=1', { headers: form }), 400);
    expectStatus(await anonymous.post('/oauth/token', 'grant_type=password', { headers: form }), 400);
    expectStatus(await requestToken(anonymous, stewardClient, 'alerts:everything'), 400);
    expectStatus(await requestToken(anonymous, { clientId: 'steward', clientSecret: 'wrong' }), 401);
    const holder = ecHolder();
    const bound = async (iat?: number): Promise<Record<string, string>> => {
      const proof = await proofOf(holder, 'POST', `${real.url}/oauth/token`, iat === undefined ? {} : { claims: { iat } });
      return { ...form, DPoP: proof };
    };
    const ask = (headers: Record<string, string>) => anonymous.post('/oauth/token', 'grant_type=client_credentials', { headers });
    const first = expectStatus(await ask(await bound()), 200);
    expect(first['token_type']).toBe('DPoP');
    expectStatus(await ask(await bound(1)), 400);
    expectStatus(await anonymous.with({ Authorization: `DPoP ${String(first['access_token'])}` }).get('/v1/me'), 401);
    const wrong = { ...form, Authorization: `Basic ${Buffer.from('steward:wrong').toString('base64')}` };
    expectStatus(await anonymous.post('/oauth/revocation', 'token=x', { headers: wrong }), 401);
    for (const { path } of ROUTES.filter((route) => route.method === 'GET' && !route.path.startsWith('/v1/'))) {
      expectStatus(await anonymous.get(path), 200);
    }
  });
});

describe('answers to what is wrong', () => {
  const fill = (path: string): string => path.replace('{clientId}', 'nobody').replace(/\{\w+\}/g, ID);
  const secured = ROUTES.filter(({ path, method }) => !isOpenToAll(path, method));
  const others = new Map<string, Http>();
  beforeAll(async () => {
    const { partner: own } = await partner(app);
    for (const scope of ['partners:read', 'alerts:read']) {
      others.set(scope, await app.as(await client(app, own.id, { scopes: [scope] })));
    }
  });

  it.each(secured.map(({ operation, ...route }) => [operation.operationId, { ...route, operation }] as const))(
    '%s: no token, no right, no such thing, no such name, no such form, too much',
    async (_, { method, path, operation: { security, responses, parameters = [], requestBody } }) => {
      const at = fill(path);
      const { steward, anonymous } = app;
      expectStatus(await anonymous.send(method, at), 401);
      expectStatus(await anonymous.with({ Authorization: 'Bearer nonsense' }).send(method, at), 401);
      const scopes = security.flatMap(({ oauth2 = [] }) => oauth2);
      const other = others.get(scopes.includes('alerts:read') ? 'partners:read' : 'alerts:read');
      if (scopes.length > 0) expectStatus(await (other as Http).send(method, at), 403);
      if ('404' in responses && !requestBody) expectStatus(await steward.send(method, at), 404);
      if (requestBody && !('application/json' in requestBody.content)) {
        // Said of such bodies one by one.
      } else if (requestBody) {
        expectStatus(await steward.send(method, at, { surprise: 1 }), 400);
        expectStatus(await steward.send(method, at, '{', { headers: { 'Content-Type': 'application/json' } }), 400);
        expectStatus(await steward.send(method, at, 'x', { headers: { 'Content-Type': 'text/plain' } }), 415);
        const much = JSON.stringify({ name: 'x'.repeat(1_100_000) });
        expectStatus(await steward.send(method, at, much, { headers: { 'Content-Type': 'application/json' } }), 413);
      } else if (parameters.some((one) => one.in === 'query')) {
        expectStatus(await steward.send(method, at, undefined, { query: { surprise: 1 } }), 400);
      }
    },
  );

  it('is not found behind a body either', async () => {
    const { steward } = app;
    expectStatus(await steward.send('PATCH', `/v1/partners/${ID}`, {}), 404);
    expectStatus(await steward.post(`/v1/partners/${ID}/clients`, { name: 'x', scopes: ['alerts:read'] }), 404);
    expectStatus(await steward.post(`/v1/partners/${ID}/clients/nobody/rotation`), 404);
    expectStatus(await steward.patch(`/v1/partners/${ID}/clients/nobody`, {}), 404);
    const granting = { scopes: ['reports:submit'], reason: 'Nobody else is there.', minutes: 5 };
    expectStatus(await steward.post(`/v1/partners/${ID}/clients/nobody/break-glass`, granting), 404);
    const reviewing = { attestBy: '2099-01-01T00:00:00Z', reason: 'All keys.' };
    expectStatus(await steward.post(`/v1/partners/${ID}/access-review`, reviewing), 404);
    const attested = { outcome: 'kept', note: 'Needed.' };
    expectStatus(await steward.post(`/v1/partners/${ID}/clients/nobody/attestations`, attested), 404);
    const review = { outcome: 'justified', note: 'Right.' };
    expectStatus(await steward.post(`/v1/partners/${ID}/break-glass/${ID}/review`, review), 404);
    expectStatus(await steward.send('PATCH', `/v1/arrangements/${ID}`, {}), 404);
    const { partner: member } = await partner(app);
    expectStatus(await steward.post(`/v1/arrangements/${ID}/members`, { partnerId: member.id }), 404);
    expectStatus(await steward.send('PUT', `/v1/alerts/${ID}`, alertInput()), 404);
    expectStatus(await steward.post(`/v1/alerts/${ID}/updates`, alertInput()), 404);
    expectStatus(await steward.post(`/v1/alerts/${ID}/cancellation`), 404);
  });

  it('from a network that the client may not be used from', async () => {
    const proxied = await startApp({ settings: { SLT_TRUST_PROXY: '1' }, database: real.database });
    try {
      const { partner: own } = await partner(app);
      const bound = await client(app, own.id, { allowedNetworks: ['192.0.2.0/24'] });
      const http = watch.app(proxied).anonymous;
      const there = http.with({ 'X-Forwarded-For': '192.0.2.7' });
      const { access_token } = expectStatus(await requestToken(there, bound), 200);
      const token = { Authorization: `Bearer ${access_token}` };
      expectStatus(await there.get('/v1/me', { headers: token }), 200);
      for (const path of ['/v1/me', '/v1/me/quotas']) expectStatus(await http.get(path, { headers: token }), 403);
      const list = '/v1/reference/incident-acts';
      for (const path of ['/v1/reference', list, `${list}/theft`, `${list}/revisions`]) {
        expectStatus(await http.get(path, { headers: token }), 403);
      }
    } finally {
      await proxied.close();
    }
  });

  it('names every fault of an alert', async () => {
    expectStatus(await app.steward.post('/v1/alerts', { ...alertInput(), severity: 'awful' }), 400);
  });

  it('is a problem when the headers are too large', async () => {
    const headers = { 'X-Much': 'x'.repeat(20_000) };
    expectStatus(await app.steward.get('/v1/me', { headers }), 431);
    expectStatus(await app.anonymous.get('/health/live', { headers }), 431);
  });
});

describe('answers of a service in need', () => {
  it('that has answered too often', async () => {
    const limits = { SLT_REQUESTS_PER_MINUTE: '1', SLT_ANONYMOUS_REQUESTS_PER_MINUTE: '2' };
    const busy = await startApp({ settings: limits, database: real.database });
    try {
      const { steward, anonymous } = watch.app(busy);
      for (const { method, path } of ROUTES.filter((route) => !route.path.startsWith('/health/'))) {
        const http = isOpenToAll(path, method) ? anonymous : steward;
        // What would go on for ever, were it let in.
        const address = path.replace(/\{\w+\}/g, ID) + (path.endsWith('/stream') ? '?after=none' : '');
        await http.send(method, address);
        expectStatus(await http.send(method, address), 429);
      }
    } finally {
      await busy.close();
    }
  });

  it('that has lost a table', async () => {
    const { superuserUrl } = real.database;
    await query(superuserUrl, 'alter table change_entry rename to mislaid');
    try {
      expectStatus(await app.steward.get('/v1/changes'), 500);
    } finally {
      await query(superuserUrl, 'alter table mislaid rename to change_entry');
    }
    expectStatus(await app.steward.get('/v1/changes'), 200);
  });

  it('whose database goes away', async () => {
    const blocker = new pg.Client({ connectionString: real.database.superuserUrl });
    await blocker.connect();
    await blocker.query('begin; lock table arrangement in access exclusive mode');
    try {
      const answer = app.steward.impatient().get('/v1/arrangements');
      for (let cut = 0; cut === 0; await new Promise((resolve) => setTimeout(resolve, 50))) {
        const rows = await query(
          real.database.superuserUrl,
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and wait_event_type = 'Lock'`,
        );
        cut = rows.length;
      }
      expectStatus(await answer, 503);
    } finally {
      await blocker.end();
    }
  });
});

describe('the document', () => {
  it('promises nothing that was not seen', () => {
    expect(missing(watch, /^(2|3)/)).toEqual([]);
    expect(missing(watch, /^4(?!31)/)).toEqual([]);
    const statuses = new Set([...watch.seen].map((answer) => answer.split(' ')[1]));
    expect([...statuses]).toEqual(expect.arrayContaining(['431', '500', '503']));
    expect(Object.keys(DOCUMENT.paths).length).toBeGreaterThan(20);
  });
});
