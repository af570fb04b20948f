import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '../support/app.js';
import {
  alertInput,
  arrangement,
  client,
  partner,
  type TestPartner,
  uniqueCode,
} from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';
import { changesOf, everyChannel, EVERYWHERE, visibleBy } from './channels.js';

let app: TestApp;
let un: TestPartner;
let ngo: TestPartner;
let reader: TestPartner;
let onDuty: Http;
let place: { code: string };

beforeAll(async () => {
  app = await startApp();
  [un, ngo, reader] = [await partner(app, { kind: 'un_entity' }), await partner(app), await partner(app)];
  place = await arrangement(app, { members: [un, ngo, reader] });
  onDuty = await app.as(await client(app, ngo.partner.id, { scopes: ['alerts:flash'] }));
});
afterAll(() => app.close());

const flash = (more: object = {}) => ({
  event: 'Shots fired',
  headline: 'Shots near the market',
  tlp: 'GREEN',
  audience: { arrangements: [place.code] },
  ...more,
});
const send = (by: Http, body: object, headers: Record<string, string> = {}) =>
  by.post<Record<string, unknown> & { id: string }>('/v1/alerts/flash', body, { headers });

describe('a flash', () => {
  it('reaches everybody on every channel from five fields, and guesses nothing', async () => {
    const before = Date.now();
    const answer = await send(onDuty, flash());
    const { id, expiresAt, ...said } = expectStatus(answer, 201);
    expect(answer.headers.get('location')).toBe(`/v1/alerts/${id}`);
    expect(said).toMatchObject({
      kind: 'flash',
      status: 'actual',
      state: 'published',
      event: 'Shots fired',
      categories: ['security'],
      urgency: 'unknown',
      severity: 'unknown',
      certainty: 'unknown',
      text: { language: 'und', headline: 'Shots near the market' },
      handling: { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
    });
    expect(Date.parse(String(expiresAt)) - before).toBeGreaterThanOrEqual(24 * 3600 * 1000);
    expect(Date.parse(String(expiresAt)) - before).toBeLessThan(24 * 3600 * 1000 + 60_000);
    expect(await visibleBy(reader.http, id)).toEqual(EVERYWHERE);
    const { cap } = await everyChannel(reader.http, id);
    expect(cap?.text).toMatch('<language>und</language>');
  });

  it('says what was stated', async () => {
    const stated = {
      language: 'fr',
      instruction: 'Restez à l’abri.',
      description: 'Tirs près du marché.',
      severity: 'severe',
      urgency: 'immediate',
      certainty: 'likely',
      categories: ['transport'],
      responses: ['shelter'],
      expiresAt: '2099-01-01T00:00:00Z',
    };
    const { text, ...said } = expectStatus(await send(onDuty, flash(stated)), 201);
    const { language, instruction, description, expiresAt: _, ...facts } = stated;
    expect(said).toMatchObject(facts);
    expect(text).toMatchObject({ language, instruction, description });
  });

  it('is not asked for a lower text', async () => {
    const low = await partner(app, { ceiling: { tlp: 'GREEN' } });
    const mixed = await arrangement(app, { members: [ngo, low, reader] });
    const { id } = expectStatus(
      await send(onDuty, flash({ tlp: 'AMBER', audience: { arrangements: [mixed.code] } })),
      201,
    );
    expect([await visibleBy(reader.http, id), await visibleBy(low.http, id)]).toEqual([EVERYWHERE, []]);
    const {
      renditions,
      noLowerReason: _,
      ...called
    } = alertInput({
      kind: 'flash',
      audience: { arrangements: [mixed.code] },
    });
    const body = renditions.map(({ classification: _none, ...one }) => ({ ...one, tlp: 'AMBER' }));
    expect((await ngo.http.post('/v1/alerts', { ...called, renditions: body })).status).toBe(422);
  });

  it('is enriched by an ordinary update and becomes an incident', async () => {
    const { id } = expectStatus(await send(ngo.http, flash()), 201);
    const { renditions: _, ...facts } = alertInput({ kind: 'incident' });
    const renditions = alertInput({ audience: { arrangements: [place.code] } }).renditions.map(
      ({ classification: _none, ...one }) => one,
    );
    const update = { ...facts, renditions };
    expect((await onDuty.post(`/v1/alerts/${id}/updates`, update)).status).toBe(403);
    expect(expectStatus(await ngo.http.post(`/v1/alerts/${id}/updates`, update), 200)).toMatchObject({
      kind: 'incident',
    });
    expect(await changesOf(reader.http, id)).toEqual([
      ['published', 1],
      ['updated', 2],
    ]);
  });

  it('is one alert however often it is sent with the same key', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const ids = [];
    for (let i = 0; i < 2; i++) ids.push(expectStatus(await send(onDuty, flash(), headers), 201).id);
    expect(new Set(ids).size).toBe(1);
    expect((await send(onDuty, flash({ event: 'Other' }), headers)).status).toBe(422);
  });
});

describe('who sends a flash', () => {
  it('climbs the ladder: 401, 403, 400, 422, 201', async () => {
    const body = flash();
    expect((await send(app.anonymous, body)).status).toBe(401);
    const readOnly = await app.as(await client(app, ngo.partner.id, { scopes: ['alerts:read'] }));
    expect((await send(readOnly, body)).status).toBe(403);
    const wrong = await send(onDuty, {
      ...flash({
        headline: '',
        tlp: 'PURPLE',
        priority: 1,
        language: 'no language',
        expiresAt: '2001-01-01T00:00:00Z',
      }),
    });
    expect([wrong.status, pointers(wrong.body)]).toEqual([
      400,
      ['#/headline', '#/language', '#/priority', '#/tlp'],
    ]);
    const { tlp: _, ...unhandled } = body;
    expect((await send(onDuty, unhandled)).status).toBe(422);
    expect((await send(onDuty, body)).status).toBe(201);
    expect((await send(ngo.http, body)).status).toBe(201);
  });

  it.each([
    ['a time that has passed', { expiresAt: '2001-01-01T00:00:00Z' }, ['#/expiresAt']],
    [
      'a classification that is not its own',
      { classification: 'CONFIDENTIAL', tlp: 'AMBER' },
      ['#/classification', '#/classificationReason'],
    ],
    ['a long text', { description: 'x'.repeat(2001) }, ['#/description']],
    ['a long instruction', { instruction: 'x'.repeat(1001) }, ['#/instruction']],
    ['nobody known', { audience: { partners: ['NOBODY-AT-ALL'] } }, ['#/audience/partners/0']],
    ['RED to an arrangement', { tlp: 'RED' }, ['#/audience']],
    [
      'a ring that is not closed',
      {
        areas: [
          {
            description: 'x',
            polygon: [
              [1, 1],
              [1, 2],
            ],
          },
        ],
      },
      ['#/areas/0/polygon'],
    ],
  ])('is told where %s stands in what was sent', async (_, more, expected) => {
    const answer = await send(onDuty, flash(more));
    expect(answer.status).toBe(400);
    expect(pointers(answer.body).every((one) => expected.some((prefix) => one.startsWith(prefix)))).toBe(
      true,
    );
  });

  it('states a classification as a UN originator', async () => {
    const refused = await send(un.http, flash());
    expect([refused.status, pointers(refused.body)]).toEqual([400, ['#/classification']]);
    expect((await send(un.http, flash({ classification: 'UNCLASSIFIED' }))).status).toBe(201);
  });

  it('can do nothing else of publishing with alerts:flash alone', async () => {
    const { id } = expectStatus(await send(onDuty, flash()), 201);
    const draft = expectStatus(
      await ngo.http.post<{ id: string }>('/v1/alerts', {
        ...alertInput({ state: 'draft' }),
        renditions: [{ tlp: 'GREEN', audience: {}, texts: [{ language: 'en', headline: 'x' }] }],
      }),
      201,
    );
    const body = alertInput();
    for (const [method, path, sent] of [
      ['POST', '/v1/alerts', body],
      ['POST', '/v1/alerts', { ...body, kind: 'flash' }],
      ['PUT', `/v1/alerts/${draft.id}`, body],
      ['POST', `/v1/alerts/${draft.id}/publication`, undefined],
      ['POST', `/v1/alerts/${id}/updates`, body],
      ['POST', `/v1/alerts/${id}/translations`, { texts: [{ language: 'fr', headline: 'x' }] }],
      ['POST', `/v1/alerts/${id}/cancellation`, {}],
      ['POST', `/v1/alerts/${id}/withdrawal`, undefined],
      [
        'POST',
        `/v1/alerts/${id}/verification`,
        { status: 'verified', grading: { reliability: 'A', credibility: '1' } },
      ],
      ['GET', `/v1/alerts/${id}/renditions`, undefined],
      ['GET', `/v1/alerts/${id}/receipts`, undefined],
      ['GET', `/v1/alerts/${id}/release`, undefined],
      ['POST', `/v1/alerts/${id}/release`, undefined],
      ['GET', '/v1/alerts/release-policy', undefined],
      ['PUT', '/v1/alerts/release-policy', {}],
      ['GET', '/v1/alerts', undefined],
      ['GET', `/v1/alerts/${id}`, undefined],
    ] as const) {
      expect([method, path, (await onDuty.send(method, path, sent)).status]).toEqual([method, path, 403]);
    }
    const cap = await onDuty.send('POST', '/v1/alerts', '<alert/>', {
      headers: { 'Content-Type': 'application/cap+xml' },
      query: { kind: 'flash', tlp: 'GREEN' },
    });
    expect(cap.status).toBe(403);
  });

  it('stays within what a narrowed client may itself read', async () => {
    const narrow = await app.as(
      await client(app, ngo.partner.id, {
        scopes: ['alerts:flash', 'alerts:read'],
        arrangements: [place.code],
      }),
    );
    const { id } = expectStatus(await send(narrow, flash()), 201);
    expect(await visibleBy(narrow, id)).toContain('item');
    const elsewhere = await arrangement(app, { code: uniqueCode('A') });
    expect((await send(narrow, flash({ audience: { arrangements: [elsewhere.code] } }))).status).toBe(400);
    expect((await send(narrow, flash({ audience: { kinds: ['io'] } }))).status).toBe(403);
  });
});

const pointers = (body: unknown): string[] =>
  [...new Set(((body as { errors?: { pointer: string }[] }).errors ?? []).map((one) => one.pointer))].sort();
