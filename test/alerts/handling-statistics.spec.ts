import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  alert,
  alertInput,
  arrangement,
  client,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
  USUAL_SCOPES,
} from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';

interface Figures {
  originator: { code: string };
  alerts: number;
  byTlp: { tlp: string; alerts: number }[];
  byReason?: { reason: string; alerts: number }[];
  latency: Record<string, { of: number; p50: number; p90: number }>;
  [name: string]: unknown;
}
interface Page {
  items: Figures[];
  nextCursor: string | null;
}

let app: TestApp;
let here: TestArrangement;
let originator: TestPartner;
let readers: TestPartner[];

beforeAll(async () => {
  app = await startApp();
  originator = await partner(app, { kind: 'un_entity' });
  readers = await Promise.all([1, 2, 3].map(() => partner(app)));
  here = await arrangement(app, { members: [originator, ...readers] });
});
afterAll(() => app.close());

const figures = async (http: Http, options: Record<string, string | number> = {}): Promise<Page> =>
  expectStatus(await http.get<Page>('/v1/statistics/handling', { query: options }), 200);
const own = async (): Promise<Figures> => (await figures(originator.http)).items[0] as Figures;
const higher = (reviewAt?: string) =>
  renditionInput({
    tlp: 'AMBER',
    classification: 'CONFIDENTIAL',
    classificationReason: 'Names a source',
    audience: { arrangements: [here.code] },
    ...(reviewAt && { reviewAt }),
  });
const lower = () => renditionInput({ audience: { arrangements: [here.code] } });

describe('statistics of handling', () => {
  it('count nothing for whoever has published nothing', async () => {
    expect((await own()).alerts).toBe(0);
    expect(await own()).not.toHaveProperty('shareClassified');
  });

  it('count each alert once, by its highest handling, with reasons, reviews and missing lower texts', async () => {
    const recent = new Date(Date.now() - 90 * 60_000).toISOString();
    await alert(originator.http, { renditions: [lower(), higher('2026-01-01')], knownAt: recent });
    await alert(originator.http, { renditions: [lower()] });
    await alert(originator.http, { renditions: [higher('2099-01-01')] });
    await alert(originator.http, { renditions: [lower()], status: 'exercise' });
    const draft = { ...alertInput({ renditions: [lower()] }), state: 'draft' };
    expectStatus(await originator.http.post('/v1/alerts', draft), 201);
    expect(await own()).toMatchObject({
      originator: { code: originator.partner.code },
      alerts: 3,
      byTlp: [
        { tlp: 'CLEAR', alerts: 0 },
        { tlp: 'GREEN', alerts: 1 },
        { tlp: 'AMBER', alerts: 2 },
        { tlp: 'AMBER+STRICT', alerts: 0 },
        { tlp: 'RED', alerts: 0 },
      ],
      byReason: [{ reason: 'Names a source', alerts: 2 }],
      shareClassified: 0.667,
      reviewsOverdue: 1,
      lowerTextMissing: 1,
      latency: { knownToPublishedMinutes: { of: 1, p50: 90, p90: 90 } },
    });
  });

  it('tell originator and steward of reviews overdue, however long ago the alert was published', async () => {
    const slow = await partner(app, { kind: 'un_entity' });
    const publish = async (...renditions: object[]): Promise<string> =>
      (await alert(slow.http, { renditions: renditions as never })).id;
    const old = await publish(lower(), higher('2025-03-01'));
    await publish(higher('2026-01-01'));
    const [cancelled, withdrawn] = [await publish(higher('2025-06-01')), await publish(higher('2024-01-01'))];
    await publish(higher('2099-01-01'));
    await alert(slow.http, { renditions: [higher('2024-01-01')], status: 'exercise' });
    expectStatus(await slow.http.post(`/v1/alerts/${cancelled}/cancellation`, {}), 200);
    expectStatus(await slow.http.post(`/v1/alerts/${withdrawn}/withdrawal`), 204);
    await query(
      app.database.superuserUrl,
      `update change_entry set at = at - interval '3 years' where shareable_id = '${old}';
       update shareable set created_at = created_at - interval '3 years', updated_at = updated_at - interval '3 years'
       where id = '${old}'`,
    );
    const overdue = { reviewsOverdue: 3, oldestReviewAt: '2025-03-01' };
    expect((await figures(slow.http)).items[0]).toMatchObject({ alerts: 4, ...overdue });
    const asSteward = await figures(app.steward, { originator: slow.partner.code });
    expect(asSteward.items[0]).toMatchObject(overdue);
  });

  it('keep to the time asked for', async () => {
    const before = { from: '2026-01-01T00:00:00Z', until: '2026-02-01T00:00:00Z' };
    expect((await figures(originator.http, before)).items[0]?.alerts).toBe(0);
    for (const [options, pointer] of [
      [{ from: '2026-02-01T00:00:00Z', until: '2026-01-01T00:00:00Z' }, '?from'],
      [{ from: '2020-01-01T00:00:00Z', until: '2026-01-01T00:00:00Z' }, '?from'],
      [{ from: 'yesterday' }, '?from'],
    ] as const) {
      const answer = await originator.http.get<{ errors: { pointer: string }[] }>('/v1/statistics/handling', {
        query: options,
      });
      expect([answer.status, answer.body.errors[0]?.pointer]).toEqual([400, pointer]);
    }
  });

  it('count challenges by what became of them, and how long delivery took', async () => {
    const { id } = await alert(originator.http, { renditions: [lower()], acknowledgement: 'required' });
    const path = `/v1/alerts/${id}`;
    const proposed = { reason: 'Open it.', proposed: { tlp: 'CLEAR' } };
    const made: string[] = [];
    for (const { http } of readers) {
      expectStatus(await http.get(path), 200);
      expectStatus(await http.post(`${path}/acknowledgements`), 200);
      made.push(expectStatus(await http.post<{ id: string }>(`${path}/challenges`, proposed), 201).id);
    }
    const [first, second] = made;
    const decision = { decision: 'upheld', reason: 'It names a place.' };
    expectStatus(await originator.http.post(`${path}/challenges/${first}/answer`, decision), 200);
    const { superuserUrl } = app.database;
    await query(superuserUrl, `update alert_challenge set answer_by = made_at where id = $1`, [second]);
    await query(
      superuserUrl,
      `update acknowledgement set acknowledged_at = acknowledged_at + interval '3 hours' where shareable_id = $1`,
      [id],
    );
    const { challenges, latency } = await own();
    expect(challenges).toEqual({ open: 1, overdue: 1, upheld: 1, lowered: 0, raised: 0, withdrawn: 0 });
    const { p50 = 0, p90 = 0, of } = latency['publishedToAcknowledgedHours'] ?? { of: 0 };
    expect([of, p50 >= 3, p90 >= p50]).toEqual([3, true, true]);
  });

  it('are one’s own, and everybody’s for the steward, without reasons', async () => {
    const { code, id } = originator.partner;
    for (const reference of [code, id]) {
      expect((await figures(originator.http, { originator: reference })).items).toHaveLength(1);
      const toSteward = (await figures(app.steward, { originator: reference })).items;
      expect(toSteward).toMatchObject([{ originator: { code }, alerts: 4 }]);
      expect(toSteward[0]).not.toHaveProperty('byReason');
    }
    const [reader] = readers as [TestPartner];
    for (const reference of [code, id, 'NOBODY']) {
      const refused = await reader.http.get('/v1/statistics/handling', { query: { originator: reference } });
      expect(refused.status).toBe(403);
    }
    expect((await figures(reader.http)).items).toMatchObject([{ originator: { code: reader.partner.code } }]);
    expect(
      (await app.steward.get('/v1/statistics/handling', { query: { originator: 'NOBODY' } })).status,
    ).toBe(400);
    const narrowed = await app.as(await client(app, originator.partner.id, { ceiling: { tlp: 'GREEN' } }));
    expect((await narrowed.get('/v1/statistics/handling')).status).toBe(403);
    expect((await app.anonymous.get('/v1/statistics/handling')).status).toBe(401);
  });

  it('tell the steward latencies of organisations from three upwards', async () => {
    const one = await partner(app);
    const few = await arrangement(app, { members: [one, ...readers.slice(0, 2)] });
    const { id } = await alert(one.http, { audience: { arrangements: [few.code] } });
    for (const { http } of readers.slice(0, 2)) {
      expectStatus(await http.post(`/v1/alerts/${id}/acknowledgements`), 200);
    }
    expect((await figures(one.http)).items[0]?.latency).toHaveProperty('publishedToAcknowledgedHours');
    // Of two organisations however often they acknowledge.
    const { id: another } = await alert(one.http, { audience: { arrangements: [few.code] } });
    for (const { http } of readers.slice(0, 2)) {
      expectStatus(await http.post(`/v1/alerts/${another}/acknowledgements`), 200);
    }
    const [toSteward] = (await figures(app.steward, { originator: one.partner.code })).items;
    expect(toSteward?.latency).not.toHaveProperty('publishedToAcknowledgedHours');
    const [all] = (await figures(app.steward, { originator: originator.partner.code })).items;
    expect(all?.latency).toHaveProperty('publishedToAcknowledgedHours');
  });

  it('leave out, for the steward, who has but an alert that waits for its release', async () => {
    const scopes = [...USUAL_SCOPES, 'alerts:release'];
    const waiting = await partner(app, { scopes });
    const second = await app.as(await client(app, waiting.partner.id, { scopes }));
    expectStatus(await second.put('/v1/alerts/release-policy', { tlp: 'GREEN' }), 200);
    const audience = { partners: [waiting.partner.code] };
    const { state } = await alert(waiting.http, { audience });
    expect(state).toBe('pending_release');
    const codes = (await figures(app.steward, { limit: 200 })).items.map((item) => item.originator.code);
    expect(codes).not.toContain(waiting.partner.code);
  });

  it('show nothing to whoever is suspended', async () => {
    const suspended = await partner(app);
    await alert(suspended.http, { audience: { arrangements: [here.code] } });
    expect((await figures(suspended.http)).items).toMatchObject([{ alerts: 1 }]);
    expectStatus(await app.steward.post(`/v1/partners/${suspended.partner.id}/suspension`), 200);
    expect((await figures(suspended.http)).items).toEqual([]);
  });

  it('come page by page', async () => {
    const codes: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Page = await figures(app.steward, { limit: 1, ...(cursor !== '' && { cursor }) });
      codes.push(...page.items.map((item) => item.originator.code));
      cursor = page.nextCursor;
    }
    expect(codes).toEqual((await figures(app.steward)).items.map((item) => item.originator.code));
    expect(codes).toContain(originator.partner.code);
  });
});

describe('when the originator learned of it', () => {
  it('is for the originator alone, and never in the future', async () => {
    const knownAt = new Date(Date.now() - 3_600_000).toISOString();
    const { id } = await alert(originator.http, { renditions: [lower()], knownAt });
    const renditions = await originator.http.get<{ knownAt: string }>(`/v1/alerts/${id}/renditions`);
    expect(renditions.body.knownAt).toBe(knownAt);
    for (const { http } of [originator, ...readers.slice(0, 1)]) {
      for (const accept of ['application/json', 'application/cap+xml', 'application/geo+json']) {
        const { text } = await http.get(`/v1/alerts/${id}`, { headers: { Accept: accept } });
        expect([text.includes('knownAt'), text.includes(knownAt.slice(0, 19))]).toEqual([false, false]);
      }
    }
    const [row] = await query<{ content: string }>(
      app.database.superuserUrl,
      `select content::text from alert_rendition where alert_id = $1`,
      [id],
    );
    expect(row?.content).not.toContain('knownAt');
    const update = alertInput({ renditions: [lower()], severity: 'minor' });
    expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, update), 200);
    const kept = await originator.http.get<{ knownAt: string }>(`/v1/alerts/${id}/renditions`);
    expect(kept.body.knownAt).toBe(knownAt);
    const future = alertInput({ renditions: [lower()], knownAt: '2099-01-01T00:00:00Z' });
    const answer = await originator.http.post<{ errors: { pointer: string }[] }>('/v1/alerts', future);
    expect([answer.status, answer.body.errors[0]?.pointer]).toEqual([400, '#/knownAt']);
  });

  it('can be stated by a narrowed client too', async () => {
    const narrowed = await app.as(
      await client(app, originator.partner.id, { ceiling: { tlp: 'GREEN' }, arrangements: [here.code] }),
    );
    const { id } = await alert(narrowed, { renditions: [lower()], knownAt: '2026-01-01T00:00:00Z' });
    const renditions = await originator.http.get(`/v1/alerts/${id}/renditions`);
    expect(renditions.body).toMatchObject({ knownAt: '2026-01-01T00:00:00.000Z' });
  });
});
