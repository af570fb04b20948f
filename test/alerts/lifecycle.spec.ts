import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  alertInput,
  arrangement,
  client,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';
import {
  CAP,
  changesOf,
  EVERYWHERE,
  everyChannel,
  GEOJSON,
  type Page,
  type View,
  visibleBy,
} from './channels.js';

let app: TestApp;
let here: TestArrangement;
let un: TestPartner;
let high: TestPartner;
let low: TestPartner;
let outside: TestPartner;

beforeAll(async () => {
  app = await startApp();
  [un, high, low, outside] = await Promise.all([
    partner(app, { kind: 'un_entity' }),
    partner(app, { ceiling: { tlp: 'AMBER' } }),
    partner(app, { ceiling: { tlp: 'GREEN' } }),
    partner(app),
  ]);
  here = await arrangement(app, { members: [un, high, low] });
});
afterAll(() => app.close());

const lower = (description = 'the lower text') =>
  renditionInput({
    audience: { arrangements: [here.code] },
    texts: [{ language: 'en', headline: 'Clashes', description }],
  });
const higher = (description = 'the higher text') => ({
  ...lower(description),
  tlp: 'AMBER' as const,
  classification: 'CONFIDENTIAL' as const,
  classificationReason: 'Names a source',
});

const read = async (by: Http, id: string): Promise<View> =>
  expectStatus(await by.get<View>(`/v1/alerts/${id}`), 200);

const renditionsOf = (by: Http, id: string) =>
  by.get<{ state?: string; items: { texts: { description: string }[]; identifier: string }[] }>(
    `/v1/alerts/${id}/renditions`,
  );

const tagOf = async (id: string): Promise<string> =>
  (await renditionsOf(un.http, id)).headers.get('etag') ?? '';

const update = (id: string, body: object, headers: Record<string, string> = {}, by = un.http) =>
  by.post<View>(`/v1/alerts/${id}/updates`, body, { headers });

describe('a draft', () => {
  it('is hidden from everybody else on every channel, until it is published', async () => {
    const { id, state } = await alert(un.http, { state: 'draft', renditions: [lower(), higher()] });
    expect(state).toBe('draft');
    for (const { http } of [high, low, outside]) expect(await visibleBy(http, id)).toEqual([]);
    expect(await changesOf(un.http, id)).toEqual([]);
    expect(await visibleBy(un.http, id)).toEqual(['item', 'cap', 'geojson']);
    const drafts = await un.http.get<Page>('/v1/alerts', { query: { state: 'draft' } });
    expect(drafts.body.items.map((item) => item.id)).toContain(id);
    expect((await high.http.get<Page>('/v1/alerts', { query: { state: 'draft' } })).body.items).toEqual([]);

    const published = expectStatus(await un.http.post<View>(`/v1/alerts/${id}/publication`), 200);
    expect([published.state, published.messageType]).toEqual(['published', 'alert']);
    for (const { http } of [un, high, low]) {
      expect(await visibleBy(http, id)).toEqual(EVERYWHERE);
      expect(await changesOf(http, id)).toEqual([['published', 1]]);
    }
    expect((await read(high.http, id)).text?.description).toBe('the higher text');
    expect((await un.http.get<Page>('/v1/alerts', { query: { state: 'draft' } })).text).not.toContain(id);
  });

  it('may be rewritten as often as it takes, and nothing of that is left when it is published', async () => {
    const { id } = await alert(un.http, { state: 'draft', renditions: [lower('first thoughts'), higher()] });
    const first = await renditionsOf(un.http, id);
    const rewritten = await un.http.put<View>(
      `/v1/alerts/${id}`,
      alertInput({ renditions: [lower('second thoughts')], event: 'Shelling' }),
      { headers: { 'If-Match': first.headers.get('etag') ?? '' } },
    );
    expect([rewritten.status, rewritten.body.event, rewritten.body.state]).toEqual([
      200,
      'Shelling',
      'draft',
    ]);
    expectStatus(await un.http.post(`/v1/alerts/${id}/publication`), 200);
    for (const { http } of [high, low]) {
      const view = await read(http, id);
      expect([view.text?.description, view.messageType, view.references]).toEqual([
        'second thoughts',
        'alert',
        [],
      ]);
      expect((await http.get(`/v1/alerts/${id}`, { headers: CAP })).text).not.toMatch('first thoughts');
    }
  });

  it('cannot be published once it has expired', async () => {
    const expiresAt = new Date(Date.now() + 5000).toISOString();
    const { id } = await alert(un.http, { state: 'draft', renditions: [lower()], expiresAt });
    await new Promise((resolve) => setTimeout(resolve, Date.parse(expiresAt) + 100 - Date.now()));
    expect((await un.http.post(`/v1/alerts/${id}/publication`)).status).toBe(409);
    expect(await visibleBy(high.http, id)).toEqual([]);
  });

  it('is nobody else’s to read, change, publish or withdraw', async () => {
    const { id } = await alert(un.http, { state: 'draft', renditions: [lower()] });
    const missing = randomUUID();
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['GET', '/renditions', undefined],
      ['PUT', '', alertInput({ renditions: [lower()] })],
      ['POST', '/publication', undefined],
      ['POST', '/updates', alertInput({ renditions: [lower()] })],
      ['POST', '/cancellation', {}],
      ['POST', '/withdrawal', undefined],
    ] as const) {
      const answer = await high.http.send(method, `/v1/alerts/${id}${path}`, body);
      const nothing = await high.http.send(method, `/v1/alerts/${missing}${path}`, body);
      expect([path, answer.status, answer.text]).toEqual([path, 404, nothing.text]);
    }
  });
});

describe('an update', () => {
  it('gives every reader the new version, counted for itself', async () => {
    const { id } = await alert(un.http, { renditions: [lower(), higher()] });
    expectStatus(
      await update(id, alertInput({ renditions: [lower('news for all'), higher('more news')] })),
      200,
    );
    expect((await read(high.http, id)).text?.description).toBe('more news');
    expect((await read(low.http, id)).text?.description).toBe('news for all');
    for (const { http } of [un, high, low]) {
      expect(await changesOf(http, id)).toEqual([
        ['published', 1],
        ['updated', 2],
      ]);
      expect((await read(http, id)).version).toBe(2);
    }
  });

  it('that leaves a rendition as it was tells its readers nothing', async () => {
    const { id } = await alert(un.http, { renditions: [lower(), higher()] });
    const before = await everyChannel(low.http, id);
    expectStatus(await update(id, alertInput({ renditions: [lower(), higher('more')] })), 200);
    expectStatus(await update(id, alertInput({ renditions: [higher('still more'), lower()] })), 200);
    const after = await everyChannel(low.http, id);
    for (const [channel, { text, headers }] of Object.entries(after)) {
      expect([channel, text]).toEqual([channel, before[channel]?.text]);
      expect([channel, headers.get('etag')]).toEqual([channel, before[channel]?.headers.get('etag')]);
    }
    expect((await read(high.http, id)).version).toBe(3);
    expect((await read(low.http, id)).version).toBe(1);
  });

  it('lets readers move between renditions, enter and leave', async () => {
    const { id } = await alert(un.http, { renditions: [lower()] });
    expectStatus(await update(id, alertInput({ renditions: [lower(), higher()] })), 200);
    expect((await read(high.http, id)).text?.description).toBe('the higher text');
    expectStatus(await update(id, alertInput({ renditions: [higher()] })), 200);
    expect(await visibleBy(low.http, id)).toEqual([]);
    expectStatus(await update(id, alertInput({ renditions: [lower('again')] })), 200);
    expect(await changesOf(high.http, id)).toEqual([
      ['published', 1],
      ['updated', 2],
      ['updated', 3],
    ]);
    expect(await changesOf(low.http, id)).toEqual([
      ['published', 1],
      ['withdrawn', 2],
      ['published', 3],
    ]);
    expect((await read(low.http, id)).text?.description).toBe('again');
  });

  it('is for the originator alone', async () => {
    const { id } = await alert(un.http, { renditions: [lower()] });
    const body = alertInput({ renditions: [lower('forged')] });
    for (const [path, sent] of [
      ['/updates', body],
      ['/cancellation', {}],
      ['/withdrawal', undefined],
      ['/publication', undefined],
    ] as const) {
      expect((await high.http.post(`/v1/alerts/${id}${path}`, sent)).status).toBe(403);
      const hidden = await outside.http.post(`/v1/alerts/${id}${path}`, sent);
      const missing = await outside.http.post(`/v1/alerts/${randomUUID()}${path}`, sent);
      expect([hidden.status, hidden.text]).toEqual([404, missing.text]);
    }
    expect((await renditionsOf(high.http, id)).status).toBe(403);
    expect((await renditionsOf(outside.http, id)).status).toBe(404);
    expect((await high.http.put(`/v1/alerts/${id}`, body)).status).toBe(403);
    expect((await read(low.http, id)).version).toBe(1);
  });

  it('is for those who may publish, not for those who only read', async () => {
    const { id } = await alert(un.http, { renditions: [lower()] });
    const reading = await app.as(un.client, 'alerts:read');
    expect((await update(id, alertInput({ renditions: [lower()] }), {}, reading)).status).toBe(403);
    expect((await renditionsOf(reading, id)).status).toBe(403);
    expect((await app.anonymous.post(`/v1/alerts/${id}/updates`, {})).status).toBe(401);
  });

  it('is refused when it was made for a version that is gone', async () => {
    const { id } = await alert(un.http, { renditions: [lower()] });
    const tag = await tagOf(id);
    const body = (words: string) => alertInput({ renditions: [lower(words)] });
    expect((await update(id, body('one'), { 'If-Match': tag })).status).toBe(200);
    expect((await update(id, body('two'), { 'If-Match': tag })).status).toBe(412);
    expect((await update(id, body('three'), { 'If-Match': '*' })).status).toBe(200);
    const own = (await un.http.get(`/v1/alerts/${id}`)).headers.get('etag') ?? '';
    expect((await update(id, body('four'), { 'If-Match': own })).status).toBe(412);
    const now = await tagOf(id);
    const twins = await Promise.all(
      ['five', 'six'].map((words) => update(id, body(words), { 'If-Match': now })),
    );
    expect(twins.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect((await read(low.http, id)).version).toBe(4);
  });
});

describe('a cancellation', () => {
  it('leaves the alert with its readers, marked, with the reason', async () => {
    const { id } = await alert(un.http, { renditions: [lower(), higher()] });
    const note = 'Not confirmed.';
    expectStatus(await un.http.post(`/v1/alerts/${id}/cancellation`, { note }), 200);
    for (const { http } of [un, high, low]) {
      expect(await visibleBy(http, id)).toEqual(EVERYWHERE);
      const view = await read(http, id);
      expect([view.state, view.messageType, view.note, view.version]).toEqual([
        'cancelled',
        'cancel',
        note,
        2,
      ]);
      expect(await changesOf(http, id)).toEqual([
        ['published', 1],
        ['cancelled', 2],
      ]);
      expect((await http.get('/v1/feeds/alerts.atom')).text).toContain('[CANCELLED]');
    }
    expect((await read(low.http, id)).text?.description).toBe('the lower text');
  });
});

describe('a withdrawal', () => {
  it('takes the alert from everybody and leaves a tombstone; its originator still has what it wrote', async () => {
    const { id } = await alert(un.http, { renditions: [lower(), higher()] });
    expect((await un.http.post(`/v1/alerts/${id}/withdrawal`)).status).toBe(204);
    for (const { http } of [high, low]) {
      expect(await visibleBy(http, id)).toEqual([]);
      expect(await changesOf(http, id)).toEqual([
        ['published', 1],
        ['withdrawn', 2],
      ]);
      for (const headers of [{}, CAP, GEOJSON]) {
        const gone = await http.get(`/v1/alerts/${id}`, { headers });
        const missing = await http.get(`/v1/alerts/${randomUUID()}`, { headers });
        expect([gone.status, gone.text]).toEqual([404, missing.text]);
      }
    }
    const own = await renditionsOf(un.http, id);
    expect(own.body.items.map(({ texts }) => texts[0]?.description)).toEqual([
      'the lower text',
      'the higher text',
    ]);
  });
});

describe('what an alert has become', () => {
  it.each<[string, string[], string[]]>([
    ['draft', ['/publication', '/withdrawal'], ['/updates', '/cancellation']],
    ['published', ['/updates', '/cancellation', '/withdrawal'], ['/publication', 'PUT']],
    ['cancelled', ['/withdrawal'], ['/publication', 'PUT', '/updates', '/cancellation']],
    ['withdrawn', [], ['/publication', 'PUT', '/updates', '/cancellation', '/withdrawal']],
  ])('decides what can be done with it: %s', async (state, possible, impossible) => {
    const make = async (): Promise<string> => {
      const { id } = await alert(un.http, { renditions: [lower()], ...(state === 'draft' && { state }) });
      if (state === 'cancelled') expectStatus(await un.http.post(`/v1/alerts/${id}/cancellation`, {}), 200);
      if (state === 'withdrawn') expectStatus(await un.http.post(`/v1/alerts/${id}/withdrawal`), 204);
      return id;
    };
    const body = (path: string): unknown =>
      path === '/updates' || path === 'PUT'
        ? alertInput({ renditions: [lower('x')] })
        : path === '/cancellation'
          ? {}
          : undefined;
    const act = async (id: string, path: string): Promise<number> =>
      (path === 'PUT'
        ? await un.http.put(`/v1/alerts/${id}`, body(path))
        : await un.http.post(`/v1/alerts/${id}${path}`, body(path))
      ).status;
    const id = await make();
    const [reader, tag] = [await everyChannel(low.http, id), await tagOf(id)];
    for (const path of impossible) expect([path, await act(id, path)]).toEqual([path, 409]);
    expect(await tagOf(id)).toBe(tag);
    for (const [channel, { text }] of Object.entries(await everyChannel(low.http, id))) {
      expect([channel, text]).toEqual([channel, reader[channel]?.text]);
    }
    for (const path of possible)
      expect([path, [200, 204]]).toEqual([path, expect.arrayContaining([await act(await make(), path)])]);
  });
});

describe('the language of an alert', () => {
  let id: string;
  beforeAll(async () => {
    const texts = ['fr', 'en-GB', 'ar'].map((language) => ({
      language,
      headline: `in ${language}`,
      description: 'x',
    }));
    ({ id } = await alert(un.http, { renditions: [{ ...lower(), texts }] }));
  });

  it.each([
    [undefined, 'fr'],
    ['ar', 'ar'],
    ['AR', 'ar'],
    ['en', 'en-GB'],
    ['en-US, ar;q=0.5', 'ar'],
    ['en-GB;q=0.1, ar;q=0.9', 'ar'],
    ['ar;q=0, en;q=0.1', 'en-GB'],
    ['ru', 'fr'],
    ['ru, *;q=0.5', 'fr'],
    ['*', 'fr'],
    ['', 'fr'],
    [';;;=,,q=1', 'fr'],
    ['ar;q=abc', 'fr'],
    ['x'.repeat(2000), 'fr'],
    [Array.from({ length: 400 }, (_, i) => `x${i}`).join(','), 'fr'],
  ])('is chosen by Accept-Language: %s', async (asked, language) => {
    const headers: Record<string, string> = asked === undefined ? {} : { 'Accept-Language': asked };
    // fetch says "*" where nothing is said.
    const answer = await low.http.get<View>(`/v1/alerts/${id}`, { headers });
    if (asked !== 'ar;q=abc')
      expect([answer.body.text?.language, answer.headers.get('content-language')]).toEqual([
        language,
        language,
      ]);
    expect([answer.status, answer.body.languages]).toEqual([200, ['fr', 'en-GB', 'ar']]);
    const map = await low.http.get<{ properties: View }>(`/v1/alerts/${id}`, {
      headers: { ...headers, ...GEOJSON },
    });
    expect(map.body.properties.text).toEqual(answer.body.text);
    const cap = await low.http.get(`/v1/alerts/${id}`, { headers: { ...headers, ...CAP } });
    for (const one of ['fr', 'en-GB', 'ar']) expect(cap.text).toContain(`in ${one}`);
    const list = await low.http.get<Page>('/v1/alerts', { headers });
    expect(list.body.items.find((item) => item.id === id)?.text).toEqual(answer.body.text);
    expect((await low.http.get('/v1/feeds/alerts.atom', { headers })).text).toContain(
      answer.body.text?.headline,
    );
  });
});

describe('what a reader has already', () => {
  const kinds = { json: {}, cap: CAP, geojson: GEOJSON, arabic: { 'Accept-Language': 'ar' } };
  const paths = [
    '/v1/alerts/ID',
    '/v1/alerts',
    '/v1/alerts?limit=1',
    '/v1/alerts?kind=advisory',
    '/v1/alerts?count=true',
    '/v1/feeds/alerts.atom',
  ];

  it('is not sent again, and never taken for what another reader, language, form or query has', async () => {
    const texts = ['en', 'ar'].map((language) => ({ language, headline: language, description: 'same' }));
    const { id } = await alert(un.http, { renditions: [{ ...lower(), texts }] });
    const tags = new Map<string, string>();
    for (const [name, { http }] of Object.entries({ high, low })) {
      for (const [kind, headers] of Object.entries(kinds)) {
        for (const path of paths) {
          if (path !== paths[0] && (kind === 'cap' || kind === 'geojson')) continue;
          const address = path.replace('ID', id);
          const { status, headers: got } = await http.get(address, { headers });
          const tag = got.get('etag') ?? '';
          expect([status, tag]).toEqual([200, expect.stringMatching(/^"[\w-]{20,}"$/)]);
          expect([name, kind, path, tags.get(tag)]).toEqual([name, kind, path, undefined]);
          tags.set(tag, address);
          for (const known of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
            const again = await http.get(address, { headers: { ...headers, 'If-None-Match': known } });
            expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', tag]);
            expect(again.headers.get('vary')).toMatch('Authorization');
            expect(again.headers.get('cache-control')).toMatch('private');
          }
        }
      }
    }
    const [[foreign = '']] = [...tags].filter(([, address]) => address.endsWith(id)) as [[string, string]];
    expect((await low.http.get(`/v1/alerts/${id}`, { headers: { 'If-None-Match': foreign } })).status).toBe(
      200,
    );
    const all = [...tags.keys()];
    const mine = (await un.http.get('/v1/alerts', { headers: { 'If-None-Match': all.join(', ') } })).status;
    expect(mine).toBe(200);
  });

  it('is sent anew after a change, and for a hidden alert is 404 with any tag', async () => {
    const { id } = await alert(un.http, { renditions: [lower()] });
    const answer = await low.http.get(`/v1/alerts/${id}`);
    const list = await low.http.get('/v1/alerts');
    const known = (one: { headers: Headers }) => ({ 'If-None-Match': one.headers.get('etag') ?? '' });
    expectStatus(await update(id, alertInput({ renditions: [lower('changed')] })), 200);
    expect((await low.http.get(`/v1/alerts/${id}`, { headers: known(answer) })).status).toBe(200);
    expect((await low.http.get('/v1/alerts', { headers: known(list) })).status).toBe(200);
    expectStatus(await un.http.post(`/v1/alerts/${id}/withdrawal`), 204);
    expect((await low.http.get(`/v1/alerts/${id}`, { headers: { 'If-None-Match': '*' } })).status).toBe(404);
    expect((await low.http.get(`/v1/alerts/${id}`, { headers: known(answer) })).status).toBe(404);
  });

  it('may be kept by nobody on the way, and above GREEN by nobody at all', async () => {
    const { id } = await alert(un.http, { renditions: [lower(), higher()] });
    for (const [{ http }, policy] of [
      [low, 'private, no-cache'],
      [high, 'private, no-store'],
    ] as const) {
      for (const headers of [{}, CAP, GEOJSON]) {
        const answer = await http.get(`/v1/alerts/${id}`, { headers });
        expect(answer.headers.get('cache-control')).toBe(policy);
        expect(answer.headers.get('vary')).toBe('Authorization, Accept, Accept-Language');
      }
      for (const path of ['/v1/alerts', '/v1/feeds/alerts.atom']) {
        expect([path, (await http.get(path)).headers.get('cache-control')]).toEqual([path, policy]);
      }
      for (const path of [
        '/v1/changes',
        '/v1/me',
        '/v1/partners',
        '/v1/arrangements',
        `/v1/alerts/${randomUUID()}`,
      ]) {
        const { headers } = await http.get(path);
        expect([path, headers.get('cache-control')]).toEqual([
          path,
          expect.stringMatching(/private, no-(store|cache)/),
        ]);
        expect([path, headers.get('vary')]).toEqual([path, expect.stringMatching('Authorization')]);
      }
    }
    expect((await renditionsOf(un.http, id)).headers.get('cache-control')).toBe('private, no-store');
    expect((await alertAnswer()).headers.get('cache-control')).toBe('private, no-cache');
  });

  const alertAnswer = () => un.http.post('/v1/alerts', alertInput({ renditions: [lower()] }));

  it('is in a form that it accepts, or 406', async () => {
    const { id } = await alert(un.http, { renditions: [lower()] });
    for (const [accept, type] of [
      ['application/cap+xml, application/json;q=0.9', 'application/cap+xml'],
      ['application/json;q=0.1, application/geo+json', 'application/geo+json'],
      ['*/*', 'application/json'],
      ['application/*', 'application/json'],
      ['text/html, */*;q=0.1', 'application/json'],
    ] as const) {
      const answer = await low.http.get(`/v1/alerts/${id}`, { headers: { Accept: accept } });
      expect([accept, answer.headers.get('content-type')]).toEqual([accept, expect.stringContaining(type)]);
    }
    for (const accept of ['text/html', 'application/json;q=0', 'image/*']) {
      expect((await low.http.get(`/v1/alerts/${id}`, { headers: { Accept: accept } })).status).toBe(406);
    }
  });
});

describe('an originator that stays unnamed', () => {
  it('is nowhere in what its readers get: not by name, code, id, client, or the place of its sender', async () => {
    const hidden = await partner(app, { kind: 'un_entity', name: 'The Hidden Agency' });
    const reader = await partner(app);
    const there = await arrangement(app, { members: [hidden, reader] });
    const renditions = [
      renditionInput({ audience: { arrangements: [there.code] } }),
      renditionInput({ tlp: 'AMBER', audience: { arrangements: [there.code] } }),
    ];
    const { id } = await alert(hidden.http, { attribution: 'a_partner', renditions });
    const traces = [hidden.partner.id, hidden.partner.code, 'Hidden', hidden.client.clientId].map((one) =>
      one.toLowerCase(),
    );
    const expectNoTrace = async (): Promise<void> => {
      const answers = Object.entries(await everyChannel(reader.http, id));
      for (const [channel, { text, headers, status }] of answers) {
        expect([channel, status]).toEqual([channel, 200]);
        const all = `${text} ${JSON.stringify([...headers])}`.toLowerCase();
        for (const trace of traces)
          expect([channel, trace, all.includes(trace)]).toEqual([channel, trace, false]);
      }
    };
    await expectNoTrace();
    expect((await read(reader.http, id)).sender).toBe('exchange@127.0.0.1');
    const again = alertInput({ attribution: 'a_partner', severity: 'minor', renditions });
    expectStatus(await hidden.http.post(`/v1/alerts/${id}/updates`, again), 200);
    await expectNoTrace();
    expectStatus(await hidden.http.post(`/v1/alerts/${id}/cancellation`, { note: 'Over' }), 200);
    await expectNoTrace();
    const refused = await reader.http.post(`/v1/alerts/${id}/updates`, again);
    for (const trace of traces) expect(refused.text.toLowerCase()).not.toContain(trace);
    for (const { body } of [await hidden.http.get<View>(`/v1/alerts/${id}`)])
      expect(body.originator).toBeUndefined();
  });

  it('is not named by an update that leaves the attribution out', async () => {
    const { id } = await alert(un.http, { attribution: 'a_partner', renditions: [lower()] });
    const { attribution: _, ...silent } = alertInput({ severity: 'minor', renditions: [lower()] });
    const { body } = await un.http.post<{ attribution: string; originator?: object }>(
      `/v1/alerts/${id}/updates`,
      silent,
    );
    expect([body.attribution, body.originator]).toEqual(['a_partner', undefined]);
  });

  it('cannot be taken back once it was named', async () => {
    const { id } = await alert(un.http, { renditions: [lower()] });
    const answer = await update(id, alertInput({ attribution: 'a_partner', renditions: [lower()] }));
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('#/attribution')]);
  });
});

describe('a repeat of a publication', () => {
  it('with the same key is the same alert, also for twins, and for each client its own', async () => {
    const body = alertInput({ renditions: [lower()] });
    const headers = { 'Idempotency-Key': `k-${randomUUID()}` };
    const twins = await Promise.all([1, 2, 3].map(() => un.http.post<View>('/v1/alerts', body, { headers })));
    expect(twins.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(twins.map((answer) => answer.body.id)).size).toBe(1);
    expect(await changesOf(low.http, twins[0]?.body.id ?? '')).toEqual([['published', 1]]);
    const quoted = { 'Idempotency-Key': `"${headers['Idempotency-Key']}"` };
    expect((await un.http.post<View>('/v1/alerts', body, { headers: quoted })).body.id).toBe(
      twins[0]?.body.id,
    );
    const changed = await un.http.post('/v1/alerts', { ...body, event: 'Other' }, { headers });
    expect(changed.status).toBe(422);
    const second = await app.as(await client(app, un.partner.id));
    const own = expectStatus(await second.post<View>('/v1/alerts', body, { headers }), 201);
    expect(own.id).not.toBe(twins[0]?.body.id);
  });

  it('is free to use the key again when the first came to nothing', async () => {
    const headers = { 'Idempotency-Key': `k-${randomUUID()}` };
    const body = alertInput({ renditions: [lower()] });
    expect((await un.http.post('/v1/alerts', { ...body, event: '' }, { headers })).status).toBe(400);
    const unseen = { ...body, renditions: [renditionInput({ audience: { arrangements: ['NOWHERE'] } })] };
    expect((await un.http.post('/v1/alerts', unseen, { headers })).status).toBe(400);
    expect((await un.http.post('/v1/alerts', body, { headers })).status).toBe(201);
  });
});

describe('what an update replaces', () => {
  it('is named to each reader as far as it had it, and to a newcomer not at all', async () => {
    const [early, late] = [await partner(app), await partner(app)];
    const to = (...partners: string[]) => [renditionInput({ audience: { partners } })];
    type Said = {
      version: number;
      messageType: string;
      references: { identifier: string }[];
      identifier: string;
    };
    const read = async (by: TestPartner, id: string): Promise<Said> =>
      (await by.http.get<Said>(`/v1/alerts/${id}`)).body;
    const { id } = await alert(un.http, { renditions: to(early.partner.code) });
    const first = await read(early, id);
    const wider = alertInput({ severity: 'minor', renditions: to(early.partner.code, late.partner.code) });
    expectStatus(await un.http.post(`/v1/alerts/${id}/updates`, wider), 200);
    const [second, fresh] = [await read(early, id), await read(late, id)];
    expect([second.version, second.messageType]).toEqual([2, 'update']);
    expect(second.references.map((one) => one.identifier)).toEqual([first.identifier]);
    expect([fresh.version, fresh.messageType, fresh.references]).toEqual([1, 'alert', []]);
  });
});
