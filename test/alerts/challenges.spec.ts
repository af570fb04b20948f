import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  alert,
  arrangement,
  client,
  leave,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { type Answer, expectStatus, type Http } from '../support/http.js';

interface Challenge {
  id: string;
  alert: string;
  state: string;
  answerBy: string;
  at: string;
  challenger: { code: string };
  originator?: { code: string };
  answer?: { decision: string; reason: string };
}
type List = { items: Challenge[]; nextCursor?: string | null };

const TOO_HIGH = {
  reason: 'Our drivers must know of it.',
  proposed: { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
};
const LOWERED = { decision: 'lowered', reason: 'The source has left.' };

let app: TestApp;
let here: TestArrangement;
let originator: TestPartner;
let amber: TestPartner;
let other: TestPartner;
let green: TestPartner;

beforeAll(async () => {
  app = await startApp();
  [originator, amber, other, green] = await Promise.all([
    partner(app, { kind: 'un_entity' }),
    partner(app, { ceiling: { tlp: 'AMBER' } }),
    partner(app, { ceiling: { tlp: 'AMBER' } }),
    partner(app, { ceiling: { tlp: 'GREEN' } }),
  ]);
  here = await arrangement(app, { members: [originator, amber, other, green] });
});
afterAll(() => app.close());

const published = async (overrides: object = {}): Promise<string> => {
  const audience = { arrangements: [here.code] };
  const { id } = await alert(originator.http, {
    renditions: [
      renditionInput({ audience }),
      renditionInput({
        tlp: 'AMBER',
        classification: 'CONFIDENTIAL',
        classificationReason: 'Names a source',
        audience,
      }),
    ],
    ...overrides,
  });
  return id;
};
const challenge = (http: Http, id: string, body: object = TOO_HIGH): Promise<Answer<Challenge>> =>
  http.post<Challenge>(`/v1/alerts/${id}/challenges`, body);
const answer = (http: Http, id: string, of: string, body: object = LOWERED): Promise<Answer<Challenge>> =>
  http.post<Challenge>(`/v1/alerts/${id}/challenges/${of}/answer`, body);
const listed = async (http: Http, state?: string): Promise<string[]> => {
  const options = { query: { limit: 200, ...(state !== undefined && { state }) } };
  return expectStatus(await http.get<List>('/v1/challenges', options), 200).items.map(({ id }) => id);
};
const of = async (http: Http, id: string): Promise<Challenge[]> =>
  expectStatus(await http.get<List>(`/v1/alerts/${id}/challenges`), 200).items;

describe('a challenge', () => {
  it('asks for a token, the scope, what is proposed and an alert that one may read', async () => {
    const id = await published();
    const elsewhere = await app.as(await client(app, amber.partner.id, { scopes: ['partners:read'] }));
    for (const [method, path] of [
      ['POST', `/v1/alerts/${id}/challenges`],
      ['GET', `/v1/alerts/${id}/challenges`],
      ['POST', `/v1/alerts/${id}/challenges/${randomUUID()}/answer`],
      ['GET', '/v1/challenges'],
    ] as const) {
      expect((await app.anonymous.send(method, path)).status).toBe(401);
      expect((await elsewhere.send(method, path)).status).toBe(403);
    }
    for (const [body, pointer] of [
      [{ ...TOO_HIGH, reason: 'x' }, '#/reason'],
      [{ reason: 'Too high.' }, '#/proposed'],
      [{ ...TOO_HIGH, proposed: {} }, '#/proposed'],
      [{ ...TOO_HIGH, proposed: { tlp: 'AMBER' } }, '#/proposed'],
      [{ ...TOO_HIGH, proposed: { tlp: 'GREEN' } }, '#/proposed'],
      [{ ...TOO_HIGH, proposed: { tlp: 'WHITE' } }, '#/proposed/tlp'],
    ] as const) {
      const refused = await amber.http.post<{ errors: { pointer: string }[] }>(
        `/v1/alerts/${id}/challenges`,
        body,
      );
      expect([refused.status, refused.body.errors[0]?.pointer]).toEqual([400, pointer]);
    }
    const stranger = await partner(app);
    const answers = await Promise.all(
      [id, randomUUID()].flatMap((at) => [
        challenge(stranger.http, at),
        stranger.http.get(`/v1/alerts/${at}/challenges`),
      ]),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect((await challenge(originator.http, id)).status).toBe(409);
    expect(await of(originator.http, id)).toEqual([]);
  });

  it('is about the text that the challenger holds, and says until when it is answered', async () => {
    const id = await published();
    const made = expectStatus(await challenge(amber.http, id), 201);
    expect(made).toMatchObject({
      alert: id,
      handling: { tlp: 'AMBER', classification: 'CONFIDENTIAL' },
      ...TOO_HIGH,
      state: 'open',
      challenger: { code: amber.partner.code },
    });
    const days = (Date.parse(made.answerBy) - Date.parse(made.at)) / 86_400_000;
    expect(Math.abs(days - 14)).toBeLessThan(0.01);
    const lower = expectStatus(
      await challenge(green.http, id, { reason: 'Open it.', proposed: { tlp: 'CLEAR' } }),
      201,
    );
    expect(lower).toMatchObject({ handling: { tlp: 'GREEN', classification: 'UNCLASSIFIED' } });
  });

  it('is seen by both parties and the steward, and by nobody else', async () => {
    const id = await published({ attribution: 'a_partner' });
    const made = expectStatus(await challenge(amber.http, id), 201);
    const parties = { originator: originator.http, challenger: amber.http, steward: app.steward };
    for (const [name, http] of Object.entries(parties)) {
      expect([name, await listed(http)]).toEqual([name, expect.arrayContaining([made.id])]);
    }
    for (const { http } of [other, green]) {
      expect(await of(http, id)).toEqual([]);
      expect(await listed(http)).not.toContain(made.id);
    }
    expect((await of(originator.http, id)).map((one) => one.id)).toEqual([made.id]);
    expect((await of(amber.http, id)).map((one) => one.id)).toEqual([made.id]);
    const toSteward = (await app.steward.get<List>('/v1/challenges')).body.items[0];
    expect(toSteward?.originator?.code).toBe(originator.partner.code);
    expectStatus(await answer(originator.http, id, made.id), 200);
    // Whose alert it is stays unsaid to the challenger.
    for (const path of ['/v1/challenges', `/v1/alerts/${id}/challenges`]) {
      const { text } = await amber.http.get(path);
      for (const mark of [originator.partner.id, originator.partner.code]) expect(text).not.toContain(mark);
    }
    expect((await of(amber.http, id))[0]?.answer).toMatchObject(LOWERED);
  });

  it('is one at a time for each organisation and text, however many are made at once', async () => {
    const id = await published();
    const second = await app.as(await client(app, amber.partner.id));
    const answers = await Promise.all([amber.http, second, amber.http].map((http) => challenge(http, id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect((await challenge(other.http, id)).status).toBe(201);
    const [first] = await of(amber.http, id);
    expectStatus(await answer(originator.http, id, first?.id ?? '', { ...LOWERED, decision: 'upheld' }), 200);
    expect((await challenge(second, id)).status).toBe(201);
  });

  it('is answered by its originator, once', async () => {
    const id = await published();
    const { id: made } = expectStatus(await challenge(amber.http, id), 201);
    expect((await answer(amber.http, id, made)).status).toBe(403);
    expect((await answer((await partner(app)).http, id, made)).status).toBe(404);
    expect((await answer(originator.http, id, randomUUID())).status).toBe(404);
    expect((await answer(originator.http, await published(), made)).status).toBe(404);
    expect((await answer(originator.http, id, made, { ...LOWERED, decision: 'maybe' })).status).toBe(400);
    const answers = await Promise.all([1, 2].map(() => answer(originator.http, id, made)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await answer(originator.http, id, made)).status).toBe(409);
    for (const http of [originator.http, amber.http, app.steward]) {
      expect(await listed(http, 'answered')).toContain(made);
      expect(await listed(http, 'open')).not.toContain(made);
    }
  });

  it('is shown as overdue to both parties and the steward once its time has passed', async () => {
    const id = await published();
    const { id: made } = expectStatus(await challenge(amber.http, id), 201);
    await query(
      app.database.superuserUrl,
      `update alert_challenge set answer_by = now() - interval '1 minute' where id = $1`,
      [made],
    );
    for (const http of [originator.http, amber.http, app.steward]) {
      expect(await listed(http, 'overdue')).toContain(made);
      expect(await listed(http, 'open')).not.toContain(made);
    }
    expect((await of(amber.http, id))[0]?.state).toBe('overdue');
    expect(expectStatus(await answer(originator.http, id, made), 200).state).toBe('answered');
  });

  it('stays with its challenger when the alert is withdrawn, but not beyond a lowered ceiling', async () => {
    const late = await partner(app, { ceiling: { tlp: 'AMBER' } });
    const place = await arrangement(app, { members: [originator, late] });
    const audience = { arrangements: [place.code] };
    const { id } = await alert(originator.http, {
      renditions: [
        renditionInput({ audience }),
        renditionInput({
          tlp: 'AMBER',
          classification: 'CONFIDENTIAL',
          classificationReason: 'Why',
          audience,
        }),
      ],
    });
    const { id: made } = expectStatus(await challenge(late.http, id), 201);
    expectStatus(await originator.http.post(`/v1/alerts/${id}/withdrawal`), 204);
    expectStatus(await answer(originator.http, id, made, { ...LOWERED, decision: 'withdrawn' }), 200);
    expect(await listed(late.http)).toEqual([made]);
    expect((await late.http.get(`/v1/alerts/${id}/challenges`)).status).toBe(404);
    await app.steward.patch(`/v1/partners/${late.partner.id}`, { ceiling: { tlp: 'GREEN' } });
    expect(await listed(late.http)).toEqual([]);
  });

  it('and its answer are for nobody who is suspended', async () => {
    const [author, reader] = [await partner(app, { kind: 'un_entity' }), await partner(app)];
    const audience = { partners: [reader.partner.code] };
    const { id } = await alert(author.http, { audience });
    const open = { reason: 'Open it.', proposed: { tlp: 'CLEAR' } };
    const { id: made } = expectStatus(await challenge(reader.http, id, open), 201);
    expect([await listed(author.http), await listed(reader.http)]).toEqual([[made], [made]]);
    for (const { partner: one } of [author, reader]) {
      expectStatus(await app.steward.post(`/v1/partners/${one.id}/suspension`), 200);
    }
    expect([await listed(author.http), await listed(reader.http)]).toEqual([[], []]);
    // Within the second in which its token still has the scope it is as if there were none.
    expect([403, 404]).toContain((await answer(author.http, id, made)).status);
  });

  it('is answered to who has lost the alert only if the answer was there before', async () => {
    const [early, late] = [await partner(app), await partner(app)];
    const place = await arrangement(app, { members: [originator, early, late] });
    const { id } = await alert(originator.http, { audience: { arrangements: [place.code] } });
    const open = { reason: 'Open it.', proposed: { tlp: 'CLEAR' } };
    const { id: first } = expectStatus(await challenge(early.http, id, open), 201);
    const { id: second } = expectStatus(await challenge(late.http, id, open), 201);
    expectStatus(await answer(originator.http, id, first), 200);
    for (const member of [early, late]) await leave(app, place, member);
    expect(await listed(late.http)).toEqual([second]);
    expectStatus(await answer(originator.http, id, second), 200);
    expect([await listed(early.http), await listed(late.http)]).toEqual([[first], []]);
    // Not even when it is withdrawn afterwards.
    expectStatus(await originator.http.post(`/v1/alerts/${id}/withdrawal`), 204);
    expect(await listed(late.http)).toEqual([]);
  });

  it('of the whole partner is hidden from a client that was narrowed', async () => {
    const id = await published();
    const { id: made } = expectStatus(await challenge(amber.http, id), 201);
    const narrowed = await app.as(await client(app, amber.partner.id, { ceiling: { tlp: 'GREEN' } }));
    expect(await listed(narrowed)).not.toContain(made);
    const own = expectStatus(
      await challenge(narrowed, id, { reason: 'Open it.', proposed: { tlp: 'CLEAR' } }),
      201,
    );
    expect(await listed(narrowed)).toEqual([own.id]);
    expect(await listed(amber.http)).toEqual(expect.arrayContaining([made, own.id]));
  });

  it('is listed page by page, the latest first', async () => {
    const all = await listed(app.steward);
    const pages: string[] = [];
    let cursor: string | null | undefined = '';
    while (typeof cursor === 'string') {
      const query: Record<string, string | number> = { limit: 2, ...(cursor !== '' && { cursor }) };
      const page: List = expectStatus(await app.steward.get<List>('/v1/challenges', { query }), 200);
      pages.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(pages).toEqual(all);
    expect(all.length).toBeGreaterThan(5);
  });
});
