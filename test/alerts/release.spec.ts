import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  alertInput,
  arrangement,
  client,
  partner,
  renditionInput,
  type TestPartner,
  USUAL_SCOPES,
} from '../support/factories.js';
import { type Answer, expectStatus, type Http, type Problem } from '../support/http.js';
import { changesOf, everyChannel, EVERYWHERE, type Page, type View, visibleBy } from './channels.js';

const SCOPES = [...USUAL_SCOPES, 'alerts:release', 'audit:read'];

let app: TestApp;
let un: TestPartner;
let second: Http;
let reader: TestPartner;
let place: { code: string };
let narrow: Http;

beforeAll(async () => {
  app = await startApp();
  un = await partner(app, { kind: 'un_entity', scopes: SCOPES });
  reader = await partner(app, { scopes: SCOPES });
  place = await arrangement(app, { members: [un, reader] });
  const narrowed = { scopes: SCOPES, arrangements: [place.code] };
  second = await app.as(await client(app, un.partner.id, { scopes: SCOPES }));
  narrow = await app.as(await client(app, un.partner.id, narrowed));
  expectStatus(await second.put('/v1/alerts/release-policy', { tlp: 'AMBER' }), 200);
});
afterAll(() => app.close());

const at = (tlp: 'GREEN' | 'AMBER', headline = 'Avoid the bridge') =>
  renditionInput({
    tlp,
    audience: { arrangements: [place.code] },
    texts: [{ language: 'en', headline, description: 'x', instruction: 'Stay away.' }],
  });
const input = (...renditions: ReturnType<typeof at>[]) => alertInput({ renditions });
const publish = async (by: Http = un.http, ...renditions: ReturnType<typeof at>[]): Promise<string> => {
  const body = input(...(renditions.length > 0 ? renditions : [at('AMBER')]));
  const { id, state } = expectStatus(await by.post<View>('/v1/alerts', body), 201);
  expect(state).toBe('pending_release');
  return id;
};
const seen = async (by: Http, id: string) => ({
  headers: { 'If-Match': (await by.get(`/v1/alerts/${id}/release`)).headers.get('etag') ?? '' },
});
const releaseBy = async (by: Http, id: string) =>
  by.post<View>(`/v1/alerts/${id}/release`, undefined, await seen(by, id));
const released = async (): Promise<string> => {
  const id = await publish();
  expectStatus(await releaseBy(second, id), 200);
  return id;
};
const waitingOf = async (id: string, by = un.http) =>
  (await by.get<Record<string, unknown>>(`/v1/alerts/${id}/release`)).body;
const read = async (by: Http, id: string) => (await by.get<View>(`/v1/alerts/${id}`)).body;
const detail = (answer: Answer<unknown>): [number, string | undefined] => [
  answer.status,
  (answer.body as Problem).detail,
];

describe('the policy', () => {
  it('is for unnarrowed clients with alerts:release', async () => {
    const path = '/v1/alerts/release-policy';
    expect((await app.anonymous.put(path, {})).status).toBe(401);
    const plain = await app.as(await client(app, un.partner.id));
    for (const by of [plain, narrow]) {
      const answers = [await by.get(path), await by.put(path, {}), await by.post(`${path}/confirmation`)];
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    }
    expect((await un.http.put(path, { tlp: 'PURPLE', from: 1 })).status).toBe(400);
  });

  it('holds by classification as by TLP, for whichever rendition reaches it', async () => {
    const own = await partner(app, { kind: 'un_entity', scopes: SCOPES });
    expectStatus(await own.http.put('/v1/alerts/release-policy', { classification: 'CONFIDENTIAL' }), 200);
    const post = async (...renditions: object[]) =>
      expectStatus(
        await own.http.post<View>('/v1/alerts', alertInput({ renditions: renditions as never })),
        201,
      ).state;
    const secret = { ...at('AMBER'), classification: 'CONFIDENTIAL', classificationReason: 'Names a source' };
    expect([await post(at('AMBER')), await post(secret), await post(at('GREEN'), secret)]).toEqual([
      'published',
      'pending_release',
      'pending_release',
    ]);
  });

  it('leaves what waits waiting, and what was published alone, when it changes', async () => {
    const own = await partner(app, { kind: 'un_entity', scopes: SCOPES });
    const other = await app.as(await client(app, own.partner.id, { scopes: SCOPES }));
    const set = async (policy: object) =>
      expectStatus(await own.http.put('/v1/alerts/release-policy', policy), 200);
    const post = async () => expectStatus(await own.http.post<View>('/v1/alerts', input(at('AMBER'))), 201);
    const free = await post();
    await set({ tlp: 'GREEN' });
    const held = await post();
    await set({});
    const proposed = await other.get('/v1/alerts/release-policy');
    const headers = { 'If-Match': proposed.headers.get('etag') ?? '' };
    expectStatus(await other.post('/v1/alerts/release-policy/confirmation', undefined, { headers }), 200);
    expect((await post()).state).toBe('published');
    expect([(await read(own.http, free.id)).state, (await read(own.http, held.id)).state]).toEqual([
      'published',
      'pending_release',
    ]);
    expect((await own.http.post(`/v1/alerts/${held.id}/release`)).status).toBe(403);
    expectStatus(await releaseBy(other, held.id), 200);
  });
});

describe('an alert that reaches the policy', () => {
  it('is with nobody else until another client of the same partner releases it', async () => {
    const tag = (await reader.http.get('/v1/alerts')).headers.get('etag');
    const id = await publish(un.http, at('GREEN'), at('AMBER'));
    expect(await visibleBy(reader.http, id)).toEqual([]);
    expect(await visibleBy(narrow, id)).toEqual([]);
    for (const answer of Object.values(await everyChannel(app.steward, id)))
      expect(answer.text).not.toContain(id);
    expect((await reader.http.get('/v1/alerts')).headers.get('etag')).toBe(tag);
    expect((await read(un.http, id)).state).toBe('pending_release');
    expect(await visibleBy(un.http, id)).toEqual(['item', 'cap', 'geojson']);
    const { body } = await second.get<Page>('/v1/alerts', { query: { state: 'pending_release' } });
    expect(body.items.map((one) => one.id)).toContain(id);
    expect(await waitingOf(id)).toEqual({
      state: 'waiting',
      subject: 'alert',
      askedBy: un.client.clientId,
      askedAt: expect.any(String) as string,
    });

    expect((await un.http.post(`/v1/alerts/${id}/release`)).status).toBe(403);
    expect((await narrow.post(`/v1/alerts/${id}/release`)).status).toBe(404);
    expect((await reader.http.post(`/v1/alerts/${id}/release`)).status).toBe(404);
    expect(await visibleBy(reader.http, id)).toEqual([]);
    const view = expectStatus(await releaseBy(second, id), 200);
    expect([view.state, view.messageType]).toEqual(['published', 'alert']);
    expect(await visibleBy(reader.http, id)).toEqual(EVERYWHERE);
    expect((await read(reader.http, id)).state).toBe('published');
    expect(await changesOf(reader.http, id)).toEqual([['published', 1]]);
    expect(await waitingOf(id)).toMatchObject({ state: 'released', decidedBy: expect.any(String) as string });
    expect((await second.post(`/v1/alerts/${id}/release`)).status).toBe(409);
    const audit = await un.http.get<{ items: { action: string }[] }>('/v1/audit', { query: { object: id } });
    expect(audit.body.items.map(({ action }) => action)).toEqual([
      'alert.published',
      'release.granted',
      'release.requested',
    ]);
  });

  it('cannot be changed, verified or cancelled while it waits, but withdrawn', async () => {
    const id = await publish();
    const body = input(at('AMBER', 'Other'));
    for (const [method, path, sent] of [
      ['PUT', '', body],
      ['POST', '/updates', body],
      ['POST', '/publication', undefined],
      ['POST', '/translations', { texts: [{ language: 'fr', headline: 'x' }] }],
      ['POST', '/cancellation', {}],
      ['POST', '/verification', { status: 'verified', grading: { reliability: 'A', credibility: '1' } }],
    ] as const) {
      expect([path, (await un.http.send(method, `/v1/alerts/${id}${path}`, sent)).status]).toEqual([
        path,
        409,
      ]);
    }
    expectStatus(await un.http.post(`/v1/alerts/${id}/withdrawal`), 204);
    expect((await second.post(`/v1/alerts/${id}/release`)).status).toBe(409);
    expect(await changesOf(reader.http, id)).toEqual([]);
  });

  it('comes from a draft by its publication, asked by whoever publishes', async () => {
    const draft = { ...input(at('AMBER')), state: 'draft' };
    const { id } = expectStatus(await un.http.post<View>('/v1/alerts', draft), 201);
    expect((await second.post(`/v1/alerts/${id}/release`)).status).toBe(409);
    expect(expectStatus(await second.post<View>(`/v1/alerts/${id}/publication`), 200).state).toBe(
      'pending_release',
    );
    expect(await visibleBy(reader.http, id)).toEqual([]);
    expect((await second.post(`/v1/alerts/${id}/release`)).status).toBe(403);
    expectStatus(await releaseBy(un.http, id), 200);
    expect(await visibleBy(reader.http, id)).toEqual(EVERYWHERE);
  });

  it('is a draft again when it is refused, with a reason for the partner alone', async () => {
    const id = await publish();
    expect((await second.post(`/v1/alerts/${id}/release-refusal`, {})).status).toBe(400);
    expect((await reader.http.post(`/v1/alerts/${id}/release-refusal`, { reason: 'No.' })).status).toBe(404);
    const reason = 'Names the bridge';
    expectStatus(await second.post(`/v1/alerts/${id}/release-refusal`, { reason }), 200);
    expect((await read(un.http, id)).state).toBe('draft');
    expect(await waitingOf(id)).toMatchObject({ state: 'refused', reason });
    expect((await reader.http.get(`/v1/alerts/${id}/release`)).status).toBe(404);
    expect((await second.post(`/v1/alerts/${id}/release`)).status).toBe(409);
    expectStatus(await un.http.put(`/v1/alerts/${id}`, input(at('GREEN', 'Avoid the river'))), 200);
    expect(expectStatus(await un.http.post<View>(`/v1/alerts/${id}/publication`), 200).state).toBe(
      'published',
    );
    expect((await read(reader.http, id)).text?.headline).toBe('Avoid the river');
  });

  it('is refused to a narrowed client, which could not find it again', async () => {
    expect((await narrow.post('/v1/alerts', input(at('AMBER')))).status).toBe(403);
    expect((await narrow.post('/v1/alerts', input(at('GREEN')))).status).toBe(201);
  });

  it('is published once, whoever releases it at the same time', async () => {
    const third = await app.as(await client(app, un.partner.id, { scopes: SCOPES }));
    const id = await publish();
    const path = `/v1/alerts/${id}/release`;
    const tag = await seen(second, id);
    const answers = await Promise.all([second, third, second].map((by) => by.post(path, undefined, tag)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect(await changesOf(reader.http, id)).toEqual([['published', 1]]);
  });

  it('is told of whom it would not reach when it is asked for', async () => {
    const low = await partner(app, { ceiling: { tlp: 'GREEN' } });
    const mixed = await arrangement(app, { members: [un, low] });
    const { noLowerReason: _, ...body } = alertInput({
      renditions: [renditionInput({ tlp: 'AMBER', audience: { arrangements: [mixed.code] } })],
    });
    expect((await un.http.post('/v1/alerts', body)).status).toBe(422);
  });

  it('waits for nobody as a flash, but what is said of that later does', async () => {
    const flash = {
      event: 'Shots',
      headline: 'Shots',
      tlp: 'AMBER',
      classification: 'UNCLASSIFIED',
      audience: { arrangements: [place.code] },
    };
    const { id } = expectStatus(await un.http.post<View>('/v1/alerts/flash', flash), 201);
    expect(await visibleBy(reader.http, id)).toEqual(EVERYWHERE);
    const update = { ...input(at('AMBER')), kind: 'flash' };
    expect((await un.http.post(`/v1/alerts/${id}/updates`, update)).status).toBe(202);
    expect(await changesOf(reader.http, id)).toEqual([['published', 1]]);
  });

  it('waits when it is only called a flash, at once or by way of a draft', async () => {
    const called = { ...input(at('AMBER')), kind: 'flash' };
    expect(expectStatus(await un.http.post<View>('/v1/alerts', called), 201).state).toBe('pending_release');
    const draft = { ...input(at('GREEN')), state: 'draft' };
    const { id } = expectStatus(await un.http.post<View>('/v1/alerts', draft), 201);
    expectStatus(await un.http.put(`/v1/alerts/${id}`, called), 200);
    expect(expectStatus(await un.http.post<View>(`/v1/alerts/${id}/publication`), 200).state).toBe(
      'pending_release',
    );
    expect(await visibleBy(reader.http, id)).toEqual([]);
  });

  it('takes no note of a verification or cancellation, which would go out unseen', async () => {
    const verdict = { status: 'verified', grading: { reliability: 'A', credibility: '1' } };
    const id = await released();
    for (const [path, body] of [
      ['verification', { ...verdict, note: 'Told by the nurse' }],
      ['cancellation', { note: 'Told by the nurse' }],
    ] as const) {
      const answer = await un.http.post(`/v1/alerts/${id}/${path}`, body);
      expect([path, ...detail(answer)]).toEqual([path, 409, expect.stringMatching('without a note')]);
    }
    expect(await changesOf(reader.http, id)).toEqual([['published', 1]]);
    expectStatus(await un.http.post(`/v1/alerts/${id}/verification`, verdict), 200);
    expectStatus(await un.http.post(`/v1/alerts/${id}/cancellation`, {}), 200);
    const low = expectStatus(await un.http.post<View>('/v1/alerts', input(at('GREEN'))), 201);
    expectStatus(await un.http.post(`/v1/alerts/${low.id}/verification`, { ...verdict, note: 'Seen' }), 200);
    expectStatus(await un.http.post(`/v1/alerts/${low.id}/cancellation`, { note: 'Over' }), 200);
  });
});

describe('an update of what stands', () => {
  const propose = async (id: string, headline: string, by = un.http) =>
    expectStatus(await by.post<View>(`/v1/alerts/${id}/updates`, input(at('AMBER', headline))), 202);

  it('waits while the published text stands, and takes its place when it is released', async () => {
    const id = await released();
    const before = (await read(reader.http, id)) as unknown;
    expect((await propose(id, 'The bridge is open')).text?.headline).toBe('Avoid the bridge');
    expect(await read(reader.http, id)).toEqual(before);
    expect(await waitingOf(id, second)).toMatchObject({
      state: 'waiting',
      subject: 'update',
      askedBy: un.client.clientId,
      update: { renditions: [{ tlp: 'AMBER', texts: [{ headline: 'The bridge is open' }] }] },
    });
    expect((await reader.http.get(`/v1/alerts/${id}/release`)).status).toBe(403);
    expect((await un.http.post(`/v1/alerts/${id}/release`)).status).toBe(403);
    expectStatus(await releaseBy(second, id), 200);
    expect((await read(reader.http, id)).text?.headline).toBe('The bridge is open');
    expect(await changesOf(reader.http, id)).toEqual([
      ['published', 1],
      ['updated', 2],
    ]);
    expect(await waitingOf(id)).not.toHaveProperty('update');
  });

  it('is released only as it was looked at', async () => {
    const id = await released();
    const path = `/v1/alerts/${id}/release`;
    await propose(id, 'Harmless');
    const harmless = await seen(second, id);
    await propose(id, 'Swapped');
    const reason = { reason: 'Not that one' };
    expect((await second.post(path, undefined, harmless)).status).toBe(412);
    expect((await second.post(`${path}-refusal`, reason, harmless)).status).toBe(412);
    for (const headers of [{}, { 'If-Match': '*' }] as Record<string, string>[])
      expect((await second.post(path, undefined, { headers })).status).toBe(428);
    expect((await read(reader.http, id)).text?.headline).toBe('Avoid the bridge');
    await propose(id, 'Harmless');
    expect((await second.post(path, undefined, harmless)).status).toBe(412);
    expectStatus(await releaseBy(second, id), 200);
    expect((await read(reader.http, id)).text?.headline).toBe('Harmless');
  });

  it('is dropped when it is refused', async () => {
    const id = await released();
    await propose(id, 'Refused');
    const answer = await second.post(`/v1/alerts/${id}/release-refusal`, { reason: 'Not confirmed' });
    expect(expectStatus(answer, 200)).toMatchObject({ state: 'refused', subject: 'update' });
    expect((await read(reader.http, id)).state).toBe('published');
    expect((await second.post(`/v1/alerts/${id}/release`)).status).toBe(409);
    const [row] = await query<{ proposal: unknown }>(
      app.database.superuserUrl,
      'select proposal from alert_release where alert_id = $1',
      [id],
    );
    expect(row).toEqual({ proposal: null });
  });

  it('is replaced by a further one, and belongs to whoever asked last', async () => {
    const id = await released();
    await propose(id, 'First');
    await propose(id, 'Second', second);
    expect((await second.post(`/v1/alerts/${id}/release`)).status).toBe(403);
    expectStatus(await releaseBy(un.http, id), 200);
    expect((await read(reader.http, id)).text?.headline).toBe('Second');
  });

  it('cannot be released when the alert has changed meanwhile', async () => {
    const id = await released();
    await propose(id, 'Overtaken');
    const verdict = { status: 'verified', grading: { reliability: 'A', credibility: '1' } };
    expectStatus(await un.http.post(`/v1/alerts/${id}/verification`, verdict), 200);
    expect(detail(await releaseBy(second, id))).toEqual([409, expect.stringMatching('changed')]);
    expect((await read(reader.http, id)).text?.headline).toBe('Avoid the bridge');
  });

  it('can be released when the alert has only expired meanwhile', async () => {
    const id = await released();
    await propose(id, 'Longer');
    await query(
      app.database.superuserUrl,
      `update shareable set state = 'expired', version = version + 1 where id = $1`,
      [id],
    );
    expectStatus(await releaseBy(second, id), 200);
    expect((await read(reader.http, id)).state).toBe('published');
  });

  it('is checked when it is proposed and again when it is released', async () => {
    const id = await released();
    const nobody = [renditionInput({ tlp: 'AMBER', audience: { partners: ['NOBODY'] } })];
    expect((await un.http.post(`/v1/alerts/${id}/updates`, alertInput({ renditions: nobody }))).status).toBe(
      400,
    );
    await propose(id, 'Past');
    await query(
      app.database.superuserUrl,
      `update alert_release set proposal = jsonb_set(proposal, '{expiresAt}', '"2001-01-01T00:00:00Z"')
       where alert_id = $1`,
      [id],
    );
    const answer = (await releaseBy(second, id)) as Answer<unknown> as Answer<Problem>;
    expect([answer.status, answer.body.errors]).toEqual([
      409,
      expect.arrayContaining([expect.objectContaining({ pointer: '#/expiresAt' })]),
    ]);
    expect(await waitingOf(id)).toMatchObject({ state: 'waiting' });
  });

  it('passes at once below the policy, also with what waits for it', async () => {
    const { id } = expectStatus(await un.http.post<View>('/v1/alerts', input(at('GREEN'))), 201);
    await propose(id, 'Higher');
    expectStatus(await un.http.post(`/v1/alerts/${id}/updates`, input(at('GREEN', 'Lower'))), 200);
    expect((await read(reader.http, id)).text?.headline).toBe('Lower');
    expect((await releaseBy(second, id)).status).toBe(409);
  });

  it('waits as a translation too', async () => {
    const id = await released();
    const french = {
      texts: [{ language: 'fr', headline: 'Évitez le pont', instruction: 'Restez à distance.' }],
    };
    expectStatus(await un.http.post(`/v1/alerts/${id}/translations`, french), 202);
    expect((await read(reader.http, id)).languages).toEqual(['en']);
    expect(await waitingOf(id)).toMatchObject({ subject: 'translation', translation: french });
    expectStatus(await releaseBy(second, id), 200);
    expect((await read(reader.http, id)).languages).toEqual(['en', 'fr']);
  });

  it.each([
    ['cancellation', 200, 'cancelled'],
    ['withdrawal', 204, 'withdrawn'],
  ])('never holds up a %s, which leaves nothing to release', async (verb, status, change) => {
    const id = await released();
    await propose(id, 'Too late');
    expectStatus(
      await un.http.post(`/v1/alerts/${id}/${verb}`, verb === 'cancellation' ? {} : undefined),
      status,
    );
    expect((await changesOf(reader.http, id)).at(-1)).toEqual([change, 2]);
    expect((await second.post(`/v1/alerts/${id}/release`)).status).toBe(409);
  });
});

describe('a CAP message that reaches the policy', () => {
  const cap = (
    id: string,
    { type = 'Alert', references = '', expires = '2099-01-01T00:00:00-00:00', text = true, note = '' } = {},
  ) => `
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>${id}</identifier><sender>watch@un.example</sender>
<sent>2026-01-01T00:00:00-00:00</sent><status>Actual</status><msgType>${type}</msgType><scope>Restricted</scope>
<restriction>x</restriction>${note && `<note>${note}</note>`}${references && `<references>watch@un.example,${references},2026-01-01T00:00:00-00:00</references>`}
${text ? info(id, expires) : ''}</alert>`;
  const info = (
    id: string,
    expires: string,
  ) => `<info><language>en</language><category>Security</category><event>Clashes</event><urgency>Immediate</urgency>
<severity>Severe</severity><certainty>Observed</certainty><expires>${expires}</expires><headline>${id}</headline></info>`;
  const post = (body: string, tlp = 'AMBER', more: Record<string, string> = {}) =>
    un.http.send<View>('POST', '/v1/alerts', body.trim(), {
      headers: { 'Content-Type': 'application/cap+xml' },
      query: { tlp, classification: 'UNCLASSIFIED', arrangements: place.code, ...more },
    });

  it('waits with the identity that it has, and keeps it', async () => {
    const message = randomUUID();
    const { id, state } = expectStatus(await post(cap(message)), 201);
    expect(state).toBe('pending_release');
    expect(await visibleBy(reader.http, id)).toEqual([]);
    expect(expectStatus(await post(cap(message)), 200).id).toBe(id);
    expectStatus(await releaseBy(second, id), 200);
    expect(await visibleBy(reader.http, id)).toEqual(EVERYWHERE);
    expect(await read(reader.http, id)).toMatchObject({ identifier: message, state: 'published' });
  });

  it('is a draft again when it is refused', async () => {
    const { id } = expectStatus(await post(cap(randomUUID())), 201);
    expectStatus(await second.post(`/v1/alerts/${id}/release-refusal`, { reason: 'Not ours' }), 200);
    expect((await read(un.http, id)).state).toBe('draft');
    expect(await visibleBy(reader.http, id)).toEqual([]);
  });

  it('cannot update what stands, but cancel it', async () => {
    const message = randomUUID();
    const { id } = expectStatus(await post(cap(message)), 201);
    const update = () => post(cap(randomUUID(), { type: 'Update', references: message }));
    expect(detail(await update())).toEqual([409, expect.stringMatching('waits for its release')]);
    expectStatus(await releaseBy(second, id), 200);
    expect(detail(await update())).toEqual([409, expect.stringMatching('second person')]);
    const before = await read(reader.http, id);
    for (const more of [{}, { text: false, note: 'Told by the nurse' }]) {
      const cancel = await post(cap(randomUUID(), { type: 'Cancel', references: message, ...more }));
      expect(detail(cancel)).toEqual([409, expect.stringMatching('cancellation')]);
    }
    expect(await read(reader.http, id)).toEqual(before);
    expectStatus(await post(cap(randomUUID(), { type: 'Cancel', references: message, text: false })), 200);
    expect(await read(reader.http, id)).toMatchObject({ state: 'cancelled', text: before.text });
  });

  it('brings no higher text to readers as the Cancel of a lower one', async () => {
    const message = randomUUID();
    const { id } = expectStatus(await post(cap(message), 'GREEN'), 201);
    const cancel = cap('UNSEEN', { type: 'Cancel', references: message });
    expect((await post(cancel)).status).toBe(409);
    for (const answer of Object.values(await everyChannel(reader.http, id)))
      expect(answer.text).not.toContain('UNSEEN');
    expectStatus(await post(cancel, 'GREEN'), 200);
  });

  it('leaves nothing waiting for what it has replaced', async () => {
    for (const [type, expires] of [
      ['Update', '2099-01-01T00:00:00-00:00'],
      ['Update', '2026-01-02T00:00:00-00:00'],
      ['Cancel', '2099-01-01T00:00:00-00:00'],
    ] as const) {
      const message = randomUUID();
      const { id } = expectStatus(await post(cap(message), 'GREEN'), 201);
      expectStatus(await un.http.post(`/v1/alerts/${id}/updates`, input(at('AMBER', 'Stale'))), 202);
      expectStatus(await post(cap(randomUUID(), { type, expires, references: message }), 'GREEN'), 200);
      expect((await un.http.get(`/v1/alerts/${id}/release`)).status).toBe(404);
      expect([type, expires, (await second.post(`/v1/alerts/${id}/release`)).status]).toEqual([
        type,
        expires,
        409,
      ]);
    }
  });

  it('does not pass as a Cancel of nothing, or as one whose time is over', async () => {
    expect((await post(cap(randomUUID(), { type: 'Cancel', references: randomUUID() }))).status).toBe(409);
    expect((await post(cap(randomUUID(), { expires: '2026-01-02T00:00:00-00:00' }))).status).toBe(409);
  });

  it('passes below the policy, and not as what is called a flash', async () => {
    expect(expectStatus(await post(cap(randomUUID()), 'GREEN'), 201).state).toBe('published');
    expect(expectStatus(await post(cap(randomUUID()), 'AMBER', { kind: 'flash' }), 201).state).toBe(
      'pending_release',
    );
  });
});
