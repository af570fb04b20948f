import { changesOf, EVERYWHERE, visibleBy } from '../alerts/channels.js';
import { EventStream } from '../delivery/event-stream.js';
import { until } from '../sharing/gate.js';
import { type ClientCredentials, requestToken, startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  alert,
  alertInput,
  client,
  partner,
  renditionInput,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Http, type Problem } from '../support/http.js';
import { SPONSORING, subPartner } from './sponsoring.js';

interface View {
  id: string;
  clientId: string;
  state: string;
  scopes: string[];
  ceiling?: object;
  reason: string;
  until: string;
  review?: object;
}

let app: TestApp;
let un: TestPartner;
let owner: TestPartner;
let narrow: ClientCredentials;
let reviewer: Http;
beforeAll(async () => {
  app = await startApp();
  un = await partner(app, { kind: 'un_entity' });
  const me = expectStatus(await app.steward.get<{ partner: { id: string } }>('/v1/me'), 200);
  reviewer = await app.as(await client(app, me.partner.id, { scopes: ['partners:manage', 'partners:read'] }));
});
afterAll(() => app.close());
beforeEach(async () => {
  owner = await partner(app, {
    ceiling: { tlp: 'AMBER', classification: 'CONFIDENTIAL' },
    scopes: ['partners:read', 'alerts:read', 'audit:read'],
  });
  narrow = await client(app, owner.partner.id, {
    scopes: ['alerts:read', 'partners:read'],
    ceiling: { tlp: 'GREEN' },
  });
});

const REASON = 'The watch room is cut off.';
const input = (more: Record<string, unknown> = {}) => ({
  ceiling: { tlp: 'AMBER' },
  reason: REASON,
  minutes: 60,
  ...more,
});
const grant = (more: Record<string, unknown> = {}, clientId = narrow.clientId, by = app.steward) =>
  by.post<View & Problem>(`/v1/partners/${owner.partner.id}/clients/${clientId}/break-glass`, input(more));
const granted = async (more: Record<string, unknown> = {}): Promise<View> =>
  expectStatus(await grant(more), 201);
const act = (id: string, what: string, body?: unknown, by = app.steward) =>
  by.post<View & Problem>(`/v1/partners/${owner.partner.id}/break-glass/${id}/${what}`, body);
const listed = async (by: Http): Promise<View[]> =>
  expectStatus(await by.get<{ items: View[] }>(`/v1/partners/${owner.partner.id}/break-glass`), 200).items;
const publish = (tlp: 'AMBER' | 'AMBER+STRICT'): Promise<{ id: string }> => {
  const more = {
    classification: 'CONFIDENTIAL' as const,
    classificationReason: 'Names',
    reviewAt: '2099-01-01',
  };
  const audience = { partners: [owner.partner.code] };
  return alert(un.http, { renditions: [renditionInput({ tlp, ...more, audience })] });
};
/** As when its time has come. */
const expire = (id: string): Promise<unknown> =>
  query(
    app.database.superuserUrl,
    `update break_glass set created_at = now() - interval '2 hours', until = now() - interval '1 second' where id = $1`,
    [id],
  );

describe('a raised ceiling', () => {
  it('opens what the client could not read, up to what its partner may, and takes it back by itself', async () => {
    const [amber, above] = [await publish('AMBER'), await publish('AMBER+STRICT')];
    const http = await app.as(narrow);
    expect(await visibleBy(http, amber.id)).toEqual([]);
    const stream = await EventStream.open(http);
    const { id } = await granted({ ceiling: { tlp: 'RED' } });
    expect(await visibleBy(http, amber.id)).toEqual(EVERYWHERE);
    expect(await visibleBy(http, above.id)).toEqual([]);
    await expire(id);
    await until(async () => (await listed(app.steward))[0]?.state === 'ended');
    expect(await visibleBy(http, amber.id)).toEqual([]);
    expect(await changesOf(http, amber.id)).toEqual([
      ['published', 1],
      ['withdrawn', 2],
    ]);
    const told = ({ data }: (typeof stream.events)[number]): boolean => data.object?.id === amber.id;
    await stream.until(({ events }) => events.filter(told).length === 2);
    stream.close();
    const later = await publish('AMBER');
    expect(await visibleBy(http, later.id)).toEqual([]);
    expect(await visibleBy(owner.http, later.id)).toEqual(EVERYWHERE);
  });

  it('goes in the transaction in which the grant ends, also before its time', async () => {
    const amber = await publish('AMBER');
    const http = await app.as(narrow);
    const { id } = await granted();
    expect((await http.get(`/v1/alerts/${amber.id}`)).status).toBe(200);
    expectStatus(await act(id, 'end'), 200);
    expect((await http.get(`/v1/alerts/${amber.id}`)).status).toBe(404);
    expect((await act(id, 'end')).status).toBe(409);
    await granted();
  });
});

describe('granted scopes', () => {
  it('are had by new tokens, and by none once the time is over, however long the token lives', async () => {
    const post = async (http: Http): Promise<number> =>
      (await http.post('/v1/alerts', alertInput({ audience: { partners: [un.partner.code] } }))).status;
    const whole = await client(app, owner.partner.id, { scopes: ['alerts:read'] });
    expect((await requestToken(app.anonymous, whole, 'alerts:publish')).status).toBe(400);
    const before = await app.as(whole);
    const { id } = expectStatus(
      await grant({ ceiling: undefined, scopes: ['alerts:publish'] }, whole.clientId),
      201,
    );
    const during = await app.as(whole, 'alerts:read alerts:publish');
    expect([await post(before), await post(during)]).toEqual([403, 201]);
    await expire(id);
    await until(async () => (await post(during)) === 403);
    expect((await during.get('/v1/alerts')).status).toBe(200);
    expect((await requestToken(app.anonymous, whole, 'alerts:publish')).status).toBe(400);
  });
});

describe('a grant', () => {
  it('is refused beyond bounds, without a reason, for what decides over everybody, or for nothing', async () => {
    for (const [body, pointer] of [
      [{ minutes: 481 }, '#/minutes'],
      [{ minutes: 0 }, '#/minutes'],
      [{ reason: 'short' }, '#/reason'],
      [{ reason: undefined }, '#/reason'],
      [{ ceiling: undefined }, '#/scopes'],
      [{ ceiling: { tlp: 'GREEN' } }, '#/ceiling'],
      [{ ceiling: { tlp: 'CLEAR' } }, '#/ceiling'],
      [{ scopes: ['partners:manage'] }, '#/scopes/0'],
      [{ scopes: ['alerts:publish', 'arrangements:manage'] }, '#/scopes/1'],
      [{ scopes: ['reference:manage'] }, '#/scopes/0'],
      [{ scopes: ['sources:reveal'] }, '#/scopes/0'],
      [{ scopes: ['clients:attest'] }, '#/scopes/0'],
      [{ scopes: ['focal-points:manage'] }, '#/scopes/0'],
      [{ scopes: ['commitments:accept'] }, '#/scopes/0'],
      [{ scopes: ['alerts:read'] }, '#/scopes/0'],
      [{ scopes: ['alerts:all'] }, '#/scopes'],
    ] as const) {
      const answer = await grant(body);
      const pointers = new Set(answer.body.errors?.map((fault) => fault.pointer));
      expect([body, answer.status, [...pointers]]).toEqual([body, 400, [pointer]]);
    }
    const whole = await grant({}, owner.client.clientId);
    expect([whole.status, whole.body.errors?.[0]?.pointer]).toEqual([400, '#/ceiling']);
    expect(await listed(app.steward)).toEqual([]);
  });

  it('gives a sub-partner nothing that no sub-partner may have', async () => {
    const local = await subPartner(app, await partner(app, { scopes: SPONSORING }));
    const ask = (scopes: string[]) =>
      app.steward.post<Problem>(
        `/v1/partners/${local.partner.id}/clients/${local.client.clientId}/break-glass`,
        { scopes, reason: REASON, minutes: 60 },
      );
    for (const scope of ['alerts:publish', 'alerts:flash', 'focal-points:manage', 'reports:triage']) {
      const answer = await ask(['webhooks:manage', scope]);
      const pointers = answer.body.errors?.map(({ pointer }) => pointer);
      expect([scope, answer.status, pointers]).toEqual([scope, 400, ['#/scopes/1']]);
    }
    expect((await ask(['webhooks:manage'])).status).toBe(201);
  });

  it('is one at a time, and none for a client that is revoked or not there', async () => {
    await granted();
    expect((await grant()).status).toBe(409);
    expect((await grant({}, 'nobody')).status).toBe(404);
    expect((await grant({}, un.client.clientId)).status).toBe(404);
    const revoked = await client(app, owner.partner.id, { ceiling: { tlp: 'GREEN' } });
    expectStatus(
      await app.steward.delete(`/v1/partners/${owner.partner.id}/clients/${revoked.clientId}`),
      204,
    );
    expect((await grant({}, revoked.clientId)).status).toBe(409);
  });

  it('is made, ended and reviewed by the steward alone, and read by the partner too', async () => {
    const { id } = await granted();
    for (const by of [owner.http, un.http]) {
      expect((await grant({}, narrow.clientId, by)).status).toBe(403);
      expect((await act(id, 'end', undefined, by)).status).toBe(403);
      expect((await act(id, 'review', { outcome: 'justified', note: 'Mine' }, by)).status).toBe(403);
    }
    expect((await listed(owner.http)).map((one) => [one.id, one.reason])).toEqual([[id, REASON]]);
    expect(await listed(await app.as(narrow))).toEqual([]);
    expect((await un.http.get(`/v1/partners/${owner.partner.id}/break-glass`)).status).toBe(404);
    const elsewhere = `/v1/partners/${un.partner.id}/break-glass/${id}`;
    expect((await app.steward.post(`${elsewhere}/end`)).status).toBe(404);
  });

  it('is reviewed once, after its end, by another than granted it', async () => {
    const { id } = await granted();
    const review = { outcome: 'not_justified', note: 'It could have waited.' };
    expect((await act(id, 'review', review, reviewer)).status).toBe(409);
    expectStatus(await act(id, 'end'), 200);
    expect((await act(id, 'review', review)).status).toBe(403);
    expect((await act(id, 'review', { ...review, outcome: 'fine' }, reviewer)).status).toBe(400);
    expect(expectStatus(await act(id, 'review', review, reviewer), 200).review).toMatchObject(review);
    expect((await act(id, 'review', review, reviewer)).status).toBe(409);
    expect((await listed(owner.http))[0]?.review).toMatchObject(review);
  });

  it('is told to the partner and the exchange, with its reason, its end and its review', async () => {
    const { id } = await granted({ scopes: ['reports:submit'] });
    await expire(id);
    await until(async () => (await listed(app.steward))[0]?.state === 'ended');
    expectStatus(await act(id, 'review', { outcome: 'justified', note: 'Right.' }, reviewer), 200);
    for (const [by, more] of [
      [owner.http, {}],
      [app.steward, { of: 'exchange' }],
    ] as const) {
      const { items } = expectStatus(
        await by.get<{ items: { action: string; details: object }[] }>('/v1/audit', {
          query: { object: id, ...more },
        }),
        200,
      );
      expect(items.map(({ action }) => action)).toEqual([
        'break_glass.reviewed',
        'break_glass.ended',
        'break_glass.granted',
      ]);
      expect(items[2]?.details).toEqual({
        client: narrow.clientId,
        scopes: ['reports:submit'],
        ceiling: { tlp: 'AMBER' },
        reason: REASON,
        minutes: 60,
      });
    }
  });
});
