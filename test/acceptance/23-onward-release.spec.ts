import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { changesOf, eventually, EVERYWHERE, visibleBy } from '../alerts/channels.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  alertInput,
  client,
  partner,
  renditionInput,
  type TestPartner,
  USUAL_SCOPES,
} from '../support/factories.js';
import { query } from '../support/database.js';
import { expectStatus, type Answer } from '../support/http.js';

interface Request {
  id: string;
  role: string;
  state: string;
  answer?: { until?: string; conditions?: string; reason?: string };
}

const LATER = '2090-01-01T00:00:00.000Z';
const LOWER = 'Clashes near the market: keep away.';
const HIGHER = 'Clashes between Kestrel and Sparrow at the market: keep away.';

/**
 * Acceptance test 23: a granted request opens exactly one rendition to one named receiver until its expiry, and shows in
 * both audit views; a refused one discloses nothing.
 */
describe('a reader that asks for an alert to be passed on', () => {
  let app: TestApp;
  let originator: TestPartner;
  let asker: TestPartner;
  let named: TestPartner;
  let other: TestPartner;
  let steward: string;

  beforeAll(async () => {
    app = await startApp();
    const scopes = [...USUAL_SCOPES, 'audit:read'];
    originator = await partner(app, { kind: 'un_entity', scopes });
    asker = await partner(app, { scopes });
    named = await partner(app, { kind: 'national_ngo', scopes });
    other = await partner(app, { kind: 'national_ngo', scopes });
    steward = (await app.steward.get<{ partner: { id: string } }>('/v1/me')).body.partner.id;
  });
  afterAll(() => app.close());

  const text = (headline: string, tlp: 'GREEN' | 'AMBER', audience: object) =>
    renditionInput({
      tlp,
      audience,
      texts: [{ language: 'en', headline, description: headline, instruction: 'Keep away.' }],
    });
  /** A lower text for everybody of a kind, which is nobody here, and the asker's own. */
  const renditions = (except: string[] = []) => [
    text(LOWER, 'GREEN', { kinds: ['red_cross_red_crescent'] }),
    text(HIGHER, 'AMBER', { partners: [asker.partner.code], except }),
  ];
  const ask = (id: string, by = asker, to: TestPartner = named): Promise<Answer<Request>> =>
    by.http.post(`/v1/alerts/${id}/release-requests`, {
      partner: to.partner.code,
      until: LATER,
      reason: 'Its drivers are on that road.',
    });
  const answer = (request: Request, body: object, by = originator): Promise<Answer<Request>> =>
    by.http.post(`/v1/release-requests/${request.id}/answer`, body);
  const requestsOf = async ({ http }: TestPartner, state?: string): Promise<Request[]> =>
    expectStatus(
      await http.get<{ items: Request[] }>('/v1/release-requests', { query: { ...(state && { state }) } }),
      200,
    ).items;
  const actsOf = async ({ http }: TestPartner, request: Request): Promise<string[]> => {
    const { items } = expectStatus(
      await http.get<{ items: { action: string }[] }>('/v1/audit', { query: { object: request.id } }),
      200,
    );
    return items.map(({ action }) => action).reverse();
  };
  async function asked(): Promise<{ id: string; request: Request }> {
    const { id } = await alert(originator.http, { renditions: renditions() });
    return { id, request: expectStatus(await ask(id), 201) };
  }
  async function granted(): Promise<{ id: string; request: Request }> {
    const { id, request } = await asked();
    expectStatus(await answer(request, { decision: 'granted' }), 200);
    return { id, request };
  }

  it('opens to the one named receiver the one text that it has, and shows in both audit views', async () => {
    const { id, request } = await asked();
    expect(await visibleBy(named.http, id)).toEqual([]);
    expect((await requestsOf(originator, 'open'))[0]).toMatchObject({ id: request.id, role: 'originator' });
    const until = '2089-01-01T00:00:00.000Z';
    const conditions = 'Not to be forwarded.';
    expectStatus(await answer(request, { decision: 'granted_with_conditions', until, conditions }), 200);

    expect(await visibleBy(named.http, id)).toEqual(EVERYWHERE);
    expect(await visibleBy(other.http, id)).toEqual([]);
    const { body } = await named.http.get<{ text: { headline: string } }>(`/v1/alerts/${id}`);
    expect(body.text.headline).toBe(HIGHER);
    expect(await changesOf(named.http, id)).toEqual([['published', 1]]);

    const received = (await requestsOf(named))[0];
    expect(received).toMatchObject({ role: 'receiver', state: 'granted', answer: { until, conditions } });
    expect(JSON.stringify(received)).not.toContain(asker.partner.code);
    expect((await requestsOf(asker))[0]).toMatchObject({ role: 'asker', state: 'granted' });
    const acts = ['release.requested', 'release.granted'];
    expect(await actsOf(originator, request)).toEqual(acts);
    expect(await actsOf(asker, request)).toEqual(acts);
    expect(await actsOf(named, request)).toEqual(['release.granted']);
    expect(await actsOf(other, request)).toEqual([]);
  });

  it('closes it again when its time is over, and when its originator ends it', async () => {
    const byTime = await granted();
    const byHand = await granted();
    await query(
      app.database.superuserUrl,
      `update onward_release set until = now() where shareable_id = $1`,
      [byTime.id],
    );
    expectStatus(await originator.http.post(`/v1/release-requests/${byHand.request.id}/end`), 200);
    await eventually(async () => (await visibleBy(named.http, byTime.id)).length === 0);
    for (const { id, request } of [byTime, byHand]) {
      expect(await visibleBy(named.http, id)).toEqual([]);
      expect((await changesOf(named.http, id)).at(-1)).toEqual(['withdrawn', 2]);
      expect(await visibleBy(asker.http, id)).toEqual(EVERYWHERE);
      expect((await requestsOf(asker)).find((one) => one.id === request.id)).toMatchObject({
        state: 'ended',
      });
      for (const side of [originator, asker, named])
        expect((await actsOf(side, request)).at(-1)).toBe('release.ended');
    }
    const again = await originator.http.post(`/v1/release-requests/${byHand.request.id}/end`);
    expect(again.status).toBe(409);
  });

  it('does not open the next version of the text', async () => {
    const { id } = await granted();
    const [lower, higher] = renditions();
    const next = { ...higher!, texts: [{ ...higher!.texts[0]!, headline: 'Sparrow has left.' }] };
    const input = alertInput({ renditions: [lower!, next] });
    expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, input), 200);
    expect(await visibleBy(named.http, id)).toEqual([]);
    expect((await changesOf(named.http, id)).at(-1)).toEqual(['withdrawn', 2]);
  });

  it('hears no from the originator, and whom it named hears nothing at all', async () => {
    const before = await everythingOf(named);
    const { id, request } = await asked();
    const reason = 'It would tell who Kestrel is.';
    expectStatus(await answer(request, { decision: 'denied', reason }), 200);
    expect((await requestsOf(asker))[0]).toMatchObject({ state: 'denied', answer: { reason } });
    const acts = ['release.requested', 'release.denied'];
    expect(await actsOf(asker, request)).toEqual(acts);
    expect(await actsOf(originator, request)).toEqual(acts);
    expect(await visibleBy(named.http, id)).toEqual([]);
    expect(await everythingOf(named)).toBe(before);
    expect((await answer(request, { decision: 'granted' })).status).toBe(409);
    const missing = { id: randomUUID() } as Request;
    const [hidden, absent] = await Promise.all(
      [request, missing].map((one) => answer(one, { decision: 'granted' }, named)),
    );
    expect([hidden?.status, hidden?.text]).toEqual([404, absent?.text]);
  });

  it('learns no more than that it cannot be when it is excluded, too high or there already', async () => {
    const low = await partner(app, { ceiling: { tlp: 'GREEN' } });
    const { id } = await alert(originator.http, { renditions: renditions([other.partner.code]) });
    const refusals = await Promise.all([other, low, originator, asker].map((to) => ask(id, asker, to)));
    for (const { status, text: said } of refusals) expect([status, said]).toEqual([409, refusals[0]?.text]);
    const unknown = await asker.http.post(`/v1/alerts/${id}/release-requests`, {
      partner: 'NOBODY-AT-ALL',
      until: LATER,
      reason: 'No reason.',
    });
    expect(unknown.status).toBe(400);
    expect(unknown.body['errors']).toMatchObject([{ pointer: '#/partner' }]);
    expect((await ask(id, named)).status).toBe(404);
    expect((await ask(id, originator)).status).toBe(409);
    expectStatus(await ask(id), 201);
    expect((await ask(id)).status).toBe(409);
  });

  it('is granted nothing that does not hold any more when it is answered', async () => {
    const { id, request } = await asked();
    const low = { ceiling: { tlp: 'GREEN' } };
    const high = { ceiling: { tlp: 'RED', classification: 'STRICTLY_CONFIDENTIAL' } };
    const lowered = await app.steward.send('PATCH', `/v1/partners/${named.partner.id}`, low);
    expect(lowered.status).toBeLessThan(300);
    const refused = await answer(request, { decision: 'granted' });
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('above what it may read')]);
    await app.steward.send('PATCH', `/v1/partners/${named.partner.id}`, high);
    expect(await visibleBy(named.http, id)).toEqual([]);
    expectStatus(await originator.http.post(`/v1/alerts/${id}/withdrawal`), 204);
    expect((await answer(request, { decision: 'granted' })).status).toBe(409);
    expect(await visibleBy(named.http, id)).toEqual([]);
  });

  it('does not learn whose alert it is by asking', async () => {
    const { id } = await alert(originator.http, { attribution: 'a_partner', renditions: renditions() });
    const request = expectStatus(await ask(id), 201);
    expectStatus(await answer(request, { decision: 'granted' }), 200);
    for (const side of [asker, named]) {
      const seen = [
        (await side.http.get('/v1/release-requests')).text,
        (await side.http.get('/v1/audit', { query: { object: request.id } })).text,
      ].join(' ');
      expect(seen).toContain(request.id);
      expect(seen).not.toContain(originator.partner.id);
      expect(seen).not.toContain(originator.partner.code);
    }
    expect(steward).not.toBe(originator.partner.id);
  });

  it('is the organisation itself, not a client that may read less', async () => {
    const { id } = await alert(originator.http, { renditions: renditions() });
    const narrowed = await app.as(await client(app, asker.partner.id, { ceiling: { tlp: 'AMBER' } }));
    const body = { partner: named.partner.code, until: LATER, reason: 'No reason.' };
    expect((await narrowed.post(`/v1/alerts/${id}/release-requests`, body)).status).toBe(403);
    expect((await narrowed.get('/v1/release-requests')).body['items']).toEqual([]);
  });

  /** Whatever the service would tell it of others. */
  async function everythingOf({ http }: TestPartner): Promise<string> {
    const paths = [
      '/v1/release-requests',
      '/v1/audit',
      '/v1/changes',
      '/v1/alerts',
      '/v1/alerts/unacknowledged',
    ];
    const answers = [];
    for (const path of paths) answers.push((await http.get(path)).text);
    return answers.join('\n');
  }
});
