import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  alertInput,
  arrangement,
  client,
  leave,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { type Answer, expectStatus, type Http } from '../support/http.js';

interface Feedback {
  corroboration: Record<string, number>;
  mine: { kind: string; note?: string; anonymous: boolean; at: string }[];
  received?: { kind: string; note?: string; organisation?: { code: string }; at?: string }[];
}

const NONE = {
  confirmed: 0,
  disputed: 0,
  noLongerValid: 0,
  helpful: 0,
  actedOn: 0,
  moreInformation: 0,
};
const HOUR = /^\d{4}-\d\d-\d\dT\d\d:00:00\.000Z$/;

let app: TestApp;
let here: TestArrangement;
let originator: TestPartner;
let one: TestPartner;
let another: TestPartner;
let outside: TestPartner;

beforeAll(async () => {
  app = await startApp();
  [originator, one, another, outside] = await Promise.all([
    partner(app, { kind: 'un_entity' }),
    partner(app),
    partner(app),
    partner(app),
  ]);
  here = await arrangement(app, { members: [originator, one, another] });
});
afterAll(() => app.close());

const published = async (overrides: object = {}): Promise<string> =>
  (await alert(originator.http, { audience: { arrangements: [here.code] }, ...overrides })).id;

const say = (http: Http, id: string, kind: string, more: object = {}): Promise<Answer<Feedback>> =>
  http.post<Feedback>(`/v1/alerts/${id}/feedback`, { kind, anonymous: false, ...more });

const counts = async (http: Http, id: string): Promise<Record<string, number>> =>
  expectStatus(await http.get<Feedback>(`/v1/alerts/${id}/feedback`), 200).corroboration;

const bodyOf = async (http: Http, id: string): Promise<Feedback> =>
  expectStatus(await http.get<Feedback>(`/v1/alerts/${id}/feedback`), 200);

describe('feedback', () => {
  it('asks for a token, the scope, a kind and whether it is anonymous, and for an alert that one may read', async () => {
    const id = await published();
    const path = `/v1/alerts/${id}/feedback`;
    const elsewhere = await app.as(await client(app, one.partner.id, { scopes: ['partners:read'] }));
    for (const [method, at, body] of [
      ['POST', path, { kind: 'confirm', anonymous: false }],
      ['GET', path, undefined],
      ['DELETE', `${path}/confirm`, undefined],
    ] as const) {
      expect((await app.anonymous.send(method, at, body)).status).toBe(401);
      expect((await elsewhere.send(method, at, body)).status).toBe(403);
    }
    for (const [body, pointer] of [
      [{ kind: 'confirm' }, '#/anonymous'],
      [{ kind: 'confirm', anonymous: 'true' }, '#/anonymous'],
      [{ kind: 'agree', anonymous: true }, '#/kind'],
      [{ kind: 'confirm', anonymous: true, note: ' ' }, '#/note'],
      [{ kind: 'confirm', anonymous: true, note: 'x'.repeat(2001) }, '#/note'],
      [{ kind: 'confirm', anonymous: true, partner: 'X' }, '#/partner'],
    ] as const) {
      const answer = await one.http.post<{ errors: { pointer: string }[] }>(path, body);
      expect([answer.status, answer.body.errors[0]?.pointer]).toEqual([400, pointer]);
    }
    const answer = expectStatus(await say(one.http, id, 'confirm', { note: 'We saw it.' }), 200);
    expect(answer).toEqual({
      corroboration: { ...NONE, confirmed: 1 },
      mine: [
        { kind: 'confirm', note: 'We saw it.', anonymous: false, at: expect.stringMatching(HOUR) as unknown },
      ],
    });
  });

  it('answers for what is hidden exactly as for what is missing', async () => {
    const id = await published();
    const draft = expectStatus(
      await originator.http.post<{ id: string }>('/v1/alerts', {
        ...alertInput({ audience: { arrangements: [here.code] } }),
        state: 'draft',
      }),
      201,
    ).id;
    for (const http of [outside.http, one.http]) {
      const hidden = http === outside.http ? id : draft;
      for (const [method, rest, body] of [
        ['POST', '', { kind: 'confirm', anonymous: true }],
        ['GET', '', undefined],
        ['DELETE', '/confirm', undefined],
      ] as const) {
        const answers = await Promise.all(
          [hidden, randomUUID()].map((at) => http.send(method, `/v1/alerts/${at}/feedback${rest}`, body)),
        );
        expect(answers.map(({ status }) => status)).toEqual([404, 404]);
        expect(answers[0]?.text).toBe(answers[1]?.text);
      }
    }
    expect(await counts(originator.http, id)).toEqual(NONE);
  });

  it('counts the last assessment of an organisation, and each other kind once', async () => {
    const id = await published();
    await say(one.http, id, 'confirm');
    await say(one.http, id, 'helpful');
    await say(one.http, id, 'helpful', { note: 'Again.' });
    await say(another.http, id, 'dispute');
    expect(await counts(one.http, id)).toEqual({ ...NONE, confirmed: 1, disputed: 1, helpful: 1 });
    await say(one.http, id, 'no_longer_valid');
    await say(one.http, id, 'acted_on');
    await say(one.http, id, 'more_information');
    const said = { ...NONE, disputed: 1, noLongerValid: 1, helpful: 1, actedOn: 1, moreInformation: 1 };
    for (const { http } of [one, another, originator]) expect(await counts(http, id)).toEqual(said);
    const { mine } = await bodyOf(one.http, id);
    expect(mine.map(({ kind }) => kind).sort()).toEqual([
      'acted_on',
      'helpful',
      'more_information',
      'no_longer_valid',
    ]);
    expect(mine.find(({ kind }) => kind === 'helpful')?.note).toBe('Again.');
  });

  it('counts an organisation once however many of its clients say it at once', async () => {
    const id = await published();
    const clients = await Promise.all([
      client(app, one.partner.id),
      client(app, one.partner.id, { arrangements: [here.code] }),
      client(app, one.partner.id, { ceiling: { tlp: 'GREEN' } }),
    ]);
    const https = [one.http, ...(await Promise.all(clients.map((each) => app.as(each))))];
    const answers = await Promise.all(
      https.flatMap((http) => [say(http, id, 'confirm'), say(http, id, 'acted_on', { anonymous: true })]),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    for (const http of [...https, originator.http]) {
      expect(await counts(http, id)).toEqual({ ...NONE, confirmed: 1, actedOn: 1 });
    }
  });

  it('is taken back by whoever gave it, and by nobody else', async () => {
    const id = await published();
    await say(one.http, id, 'confirm');
    await say(one.http, id, 'helpful');
    const withdraw = (http: Http, kind: string) => http.delete(`/v1/alerts/${id}/feedback/${kind}`);
    for (const http of [another.http, originator.http]) {
      expect((await withdraw(http, 'confirm')).status).toBe(404);
    }
    for (const kind of ['dispute', 'acted_on', 'nonsense']) {
      expect((await withdraw(one.http, kind)).status).toBe(404);
    }
    expect((await withdraw(one.http, 'confirm')).status).toBe(204);
    expect((await withdraw(one.http, 'confirm')).status).toBe(404);
    expect(await counts(another.http, id)).toEqual({ ...NONE, helpful: 1 });
  });

  it('lets no originator corroborate itself, through a narrowed client either', async () => {
    const id = await published();
    const narrowed = await app.as(
      await client(app, originator.partner.id, { ceiling: { tlp: 'GREEN' }, arrangements: [here.code] }),
    );
    for (const http of [originator.http, narrowed]) {
      expect((await say(http, id, 'confirm', { anonymous: true })).status).toBe(409);
    }
    await say(one.http, id, 'confirm');
    expect(await bodyOf(narrowed, id)).toEqual({ corroboration: { ...NONE, confirmed: 1 }, mine: [] });
    expect(await bodyOf(originator.http, id)).toMatchObject({ received: [{ kind: 'confirm' }] });
  });

  it('stays possible while the alert can be read, cancelled or not, and no longer', async () => {
    const id = await published();
    expectStatus(await originator.http.post(`/v1/alerts/${id}/cancellation`), 200);
    expect((await say(one.http, id, 'no_longer_valid')).status).toBe(200);
    expectStatus(await originator.http.post(`/v1/alerts/${id}/withdrawal`), 204);
    expect((await say(one.http, id, 'confirm')).status).toBe(404);
    expect((await one.http.get(`/v1/alerts/${id}/feedback`)).status).toBe(404);
    expect((await one.http.delete(`/v1/alerts/${id}/feedback/no_longer_valid`)).status).toBe(404);
    expect(await counts(originator.http, id)).toEqual({ ...NONE, noLongerValid: 1 });
  });

  it('still counts when its sender has left, who then sees nothing of it', async () => {
    const leaving = await partner(app);
    const place = await arrangement(app, { members: [originator, leaving, one] });
    const id = await published({ audience: { arrangements: [place.code] } });
    await say(leaving.http, id, 'confirm');
    await leave(app, place, leaving);
    expect((await leaving.http.get(`/v1/alerts/${id}/feedback`)).status).toBe(404);
    expect(await counts(one.http, id)).toEqual({ ...NONE, confirmed: 1 });
  });

  it('moves the ETag of the alert as JSON, and neither that of its other forms nor that of the list', async () => {
    const id = await published();
    const path = `/v1/alerts/${id}`;
    const tags = async () => {
      const json = await one.http.get<{ corroboration: unknown }>(path);
      const cap = await one.http.get(path, { headers: { Accept: 'application/cap+xml' } });
      const list = await one.http.get<{ items: object[] }>('/v1/alerts', { query: { limit: 1 } });
      expect(list.body.items[0]).not.toHaveProperty('corroboration');
      return {
        said: json.body.corroboration,
        json: json.headers.get('etag') ?? '',
        cap: cap.headers.get('etag'),
        list: list.headers.get('etag'),
      };
    };
    const before = await tags();
    expect(before.said).toEqual(NONE);
    expect((await one.http.get(path, { headers: { 'If-None-Match': before.json } })).status).toBe(304);
    await say(another.http, id, 'confirm', { anonymous: true });
    const after = await tags();
    expect(after).toEqual({
      ...before,
      said: { ...NONE, confirmed: 1 },
      json: expect.any(String) as unknown,
    });
    expect((await one.http.get(path, { headers: { 'If-None-Match': before.json } })).status).toBe(200);
    expect((await one.http.get(path, { headers: { 'If-None-Match': after.json } })).status).toBe(304);
  });
});

describe('feedback on an alert with a GREEN and an AMBER text', () => {
  let high: TestPartner;
  let low: TestPartner;
  let rising: TestPartner;
  let place: TestArrangement;

  beforeAll(async () => {
    [high, low, rising] = await Promise.all([
      partner(app, { ceiling: { tlp: 'AMBER' } }),
      partner(app, { ceiling: { tlp: 'GREEN' } }),
      partner(app, { ceiling: { tlp: 'GREEN' } }),
    ]);
    place = await arrangement(app, { members: [originator, high, low, rising] });
  });

  const lower = () => renditionInput({ audience: { arrangements: [place.code] } });
  const higher = () =>
    renditionInput({
      tlp: 'AMBER',
      classification: 'CONFIDENTIAL',
      classificationReason: 'Names a source',
      audience: { arrangements: [place.code] },
    });

  /** All that a reader of the lower text can see of what is said, as it was asked for. */
  const seen = async (http: Http, id: string) => {
    const item = await http.get<{ corroboration: unknown }>(`/v1/alerts/${id}`);
    return {
      feedback: await bodyOf(http, id),
      corroboration: item.body.corroboration,
      size: item.text.length,
      tag: item.headers.get('etag'),
    };
  };

  it('shows the readers of the lower text what it would if there were no higher one', async () => {
    const worlds = [
      await published({ renditions: [lower()] }),
      await published({ renditions: [lower(), higher()] }),
    ];
    const [without, beside] = worlds as [string, string];
    for (const id of worlds) {
      await say(rising.http, id, 'confirm', { note: 'We saw it.' });
      await say(low.http, id, 'helpful');
    }
    const before = await seen(low.http, beside);
    for (const kind of ['dispute', 'helpful', 'acted_on', 'more_information']) {
      expectStatus(await say(high.http, beside, kind), 200);
    }
    expectStatus(await high.http.delete(`/v1/alerts/${beside}/feedback/acted_on`), 204);
    // It now has the higher text, and takes back there what it said of the lower one.
    const raise = (tlp: string) =>
      app.steward.patch(`/v1/partners/${rising.partner.id}`, { ceiling: { tlp } });
    expectStatus(await raise('AMBER'), 200);
    expectStatus(await say(rising.http, beside, 'no_longer_valid'), 200);
    expect(await counts(rising.http, beside)).toMatchObject({ confirmed: 0, noLongerValid: 1, disputed: 1 });

    expect(await seen(low.http, beside)).toEqual(before);
    const { tag: _without, ...one } = await seen(low.http, without);
    const { tag: _beside, ...other } = await seen(low.http, beside);
    expect(other).toEqual(one);
    expect(other.corroboration).toEqual({ ...NONE, confirmed: 1, helpful: 1 });

    expect(await counts(originator.http, beside)).toEqual({
      ...NONE,
      disputed: 1,
      noLongerValid: 1,
      helpful: 2,
      moreInformation: 1,
    });
    expectStatus(await raise('GREEN'), 200);
  });

  it('tells a narrowed client nothing of what its organisation said to the higher text', async () => {
    const id = await published({ renditions: [lower(), higher()] });
    const narrowed = await app.as(await client(app, high.partner.id, { ceiling: { tlp: 'GREEN' } }));
    await say(high.http, id, 'confirm', { note: 'Names the source too.' });
    expect(await bodyOf(narrowed, id)).toEqual({ corroboration: NONE, mine: [] });
    expect((await narrowed.delete(`/v1/alerts/${id}/feedback/confirm`)).status).toBe(404);
    await say(narrowed, id, 'dispute');
    expect(await counts(low.http, id)).toEqual({ ...NONE, disputed: 1 });
    expect(await counts(originator.http, id)).toEqual({ ...NONE, disputed: 1 });
    expect((await narrowed.delete(`/v1/alerts/${id}/feedback/dispute`)).status).toBe(204);
    expect(await counts(originator.http, id)).toEqual({ ...NONE, confirmed: 1 });
  });

  it('shows the whole partner its own word and withdraws it at every handling', async () => {
    const id = await published({ renditions: [lower(), higher()] });
    const narrowed = await app.as(await client(app, high.partner.id, { ceiling: { tlp: 'GREEN' } }));
    await say(narrowed, id, 'confirm');
    await say(high.http, id, 'confirm', { note: 'Still.' });
    expect((await bodyOf(high.http, id)).mine).toMatchObject([{ kind: 'confirm', note: 'Still.' }]);
    expect(await counts(high.http, id)).toEqual({ ...NONE, confirmed: 1 });
    expect((await high.http.delete(`/v1/alerts/${id}/feedback/confirm`)).status).toBe(204);
    for (const http of [originator.http, high.http, low.http]) expect(await counts(http, id)).toEqual(NONE);
  });

  it('reaches no originator that is suspended', async () => {
    const suspended = await partner(app);
    const audience = { partners: [one.partner.code, another.partner.code] };
    const { id } = await alert(suspended.http, { audience });
    expectStatus(await say(one.http, id, 'confirm', { note: 'We saw it.' }), 200);
    expect((await bodyOf(suspended.http, id)).received).toHaveLength(1);
    expectStatus(await app.steward.post(`/v1/partners/${suspended.partner.id}/suspension`), 200);
    expectStatus(await say(another.http, id, 'dispute', { note: 'We did not.' }), 200);
    expect(await bodyOf(suspended.http, id)).toMatchObject({ corroboration: NONE, received: [] });
  });
});
