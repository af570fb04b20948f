import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../alerts/channels.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { NOT_USED, reportInput, submitted } from '../reports/reporting.js';
import { alert, alertInput, client, type TestPartner } from '../support/factories.js';
import { expectStatus, type Http, type Problem } from '../support/http.js';
import {
  aMoment,
  accept,
  acceptanceInput,
  at,
  committing,
  COMMITTING,
  deadlineIn,
  inDays,
  inForce,
  inSeconds,
  lapsesIn,
  statusOf,
  type Text,
  textInput,
  texts,
} from './committing.js';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const publishes = async (by: Http): Promise<number> => {
  const answer = await by.post('/v1/alerts', alertInput({ audience: { kinds: ['ingo'] } }));
  return answer.status;
};
const assessment = { country: 'SD', commitment: 'training', rating: 'met', text: 'As we said.' };

describe('a partner whose acceptance has lapsed', () => {
  let partner: TestPartner;
  beforeAll(async () => {
    partner = await committing(app);
    await accept(partner);
    expect(await publishes(partner.http)).toBe(201);
    await lapsesIn(app, partner, '-1 second');
    await aMoment();
  });

  it('writes nothing any more, with a token from before, and is told why', async () => {
    const answer = await partner.http.post<Problem>('/v1/alerts', alertInput());
    expect([answer.status, answer.body.type]).toEqual([403, '/problems/forbidden']);
    expect(answer.body.detail).toContain('acceptance of the commitments has lapsed');
    expect((await partner.http.post(at(partner, 'assessments'), assessment)).status).toBe(403);
    expect(await statusOf(partner)).toMatchObject({ state: 'lapsed', readOnly: true });
  });

  it('is told of the scope alone where it never had it', async () => {
    const answer = await partner.http.post<Problem>('/v1/partners', {});
    expect([answer.status, answer.body.detail]).toEqual([403, 'The scope partners:manage is needed.']);
  });

  it('goes on reading, and may answer for what it was given', async () => {
    for (const path of ['/v1/alerts', '/v1/changes', '/v1/arrangements', '/v1/partners', '/v1/me']) {
      expect([path, (await partner.http.get(path)).status]).toEqual([path, 200]);
    }
    const unknown = `/v1/alerts/${partner.partner.id}/acknowledgements`;
    expect((await partner.http.post(unknown, {})).status).toBe(404);
  });

  it('may still say who left and which keys are needed, and leave', async () => {
    const kept = ['clients:attest', 'focal-points:manage', 'partnership:end'];
    const other = await app.as(await client(app, partner.partner.id, { scopes: [...kept, 'feeds:manage'] }));
    expect((await other.get<{ scopes: string[] }>('/v1/me')).body.scopes).toEqual(kept);
  });

  it('gets no more by a new token, nor by break-glass', async () => {
    const fresh = await app.as(partner.client);
    expect(await publishes(fresh)).toBe(403);
    const weak = await client(app, partner.partner.id, { scopes: ['alerts:read'] });
    const grant = { scopes: ['alerts:publish'], reason: 'Nobody else is there', minutes: 60 };
    const path = `/v1/partners/${partner.partner.id}/clients/${weak.clientId}/break-glass`;
    expectStatus(await app.steward.post(path, grant), 201);
    expect(await publishes(await app.as(weak))).toBe(403);
  });

  it('does all again once it has accepted', async () => {
    await accept(partner);
    await eventually(async () => (await publishes(partner.http)) === 201);
    expect(await statusOf(partner)).toMatchObject({ state: 'accepted', readOnly: false });
  });
});

describe('what a partner reads whose acceptance has lapsed', () => {
  it('is all that it could read before: of reports, of alerts that it published, of what it is told', async () => {
    const reporting = ['reports:submit', 'reports:triage', 'webhooks:manage', 'feeds:manage'];
    const me = await committing(app, { scopes: [...COMMITTING, ...reporting] });
    const field = await committing(app, { scopes: [...COMMITTING, 'reports:submit'] });
    await accept(me);
    const mine = await submitted(me.http);
    const given = await submitted(field.http, { audience: { partners: [me.partner.code] } });
    const published = await alert(me.http, { audience: { kinds: ['ingo'] } });
    await lapsesIn(app, me, '-1 second');
    await aMoment();
    const listed = async (query: object): Promise<string[]> =>
      expectStatus(
        await me.http.get<{ items: { id: string }[] }>('/v1/reports', { query: { ...query } }),
        200,
      ).items.map(({ id }) => id);
    expect([await listed({ mine: 'true' }), await listed({})]).toEqual([[mine.id], [given.id]]);
    for (const path of [
      ...[`/v1/reports/${mine.id}`, `/v1/reports/${mine.id}/messages`, `/v1/reports/${given.id}`],
      ...['/v1/reports/ledger', '/v1/webhooks', '/v1/feed-addresses'],
      ...[`/v1/alerts/${published.id}/receipts`, `/v1/alerts/${published.id}/renditions`],
    ]) {
      expect([path, (await me.http.get(path)).status]).toEqual([path, 200]);
    }
    const { items } = expectStatus(
      await me.http.get<{ items: { object: { id: string }; content?: object }[] }>(
        '/v1/changes?types=report&include=content',
      ),
      200,
    );
    expect(items.find(({ object }) => object.id === given.id)?.content).toMatchObject({ id: given.id });
    for (const [path, body] of [
      ['/v1/reports', reportInput()],
      ['/v1/reports/preview', reportInput()],
      [`/v1/reports/${mine.id}/updates`, reportInput()],
      [`/v1/reports/${mine.id}/messages`, { text: 'More.' }],
      [`/v1/reports/${given.id}/assignment`, undefined],
      [`/v1/reports/${given.id}/outcome`, { ...NOT_USED, explanation: 'No.' }],
    ] as const) {
      const answer = await me.http.post<Problem>(path, body);
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.body.detail).toContain('acceptance of the commitments has lapsed');
    }
  });
});

describe('a date', () => {
  it('takes effect by itself, for a token that is in use, and for nobody else', async () => {
    const [ending, going] = await Promise.all([committing(app), committing(app)]);
    await Promise.all([accept(ending), accept(going)]);
    await lapsesIn(app, ending, '3 seconds');
    const { readOnlyFrom = '' } = await statusOf(ending);
    const answers: { at: number; status: number }[] = [];
    while (Date.now() < Date.parse(readOnlyFrom) + 2500) {
      answers.push({ at: Date.now(), status: await publishes(ending.http) });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const before = answers.filter((one) => one.at < Date.parse(readOnlyFrom) - 200);
    const after = answers.filter((one) => one.at > Date.parse(readOnlyFrom) + 1500);
    expect([new Set(before.map(({ status }) => status)), new Set(after.map(({ status }) => status))]).toEqual(
      [new Set([201]), new Set([403])],
    );
    const turns = answers.filter((one, index) => index > 0 && one.status !== answers[index - 1]?.status);
    expect(turns.length).toBe(1);
    expect(await publishes(going.http)).toBe(201);
  });

  it('means the same instant in every time zone', async () => {
    const dates = async (zone: string): Promise<unknown> => {
      const [row] = await query(
        app.database.superuserUrl,
        `select set_config('TimeZone', $1, false),
           extract(epoch from (timestamptz '2027-03-01T00:00:00Z' + make_interval(hours => 24 * 30)))::text as by_hours,
           (select extract(epoch from d.renew_by)::text from commitments_dates(gen_random_uuid(), now()) d) as none`,
        [zone],
      );
      return [row?.['by_hours'], row?.['none']];
    };
    expect(await dates('America/New_York')).toEqual(await dates('Asia/Kolkata'));
  });
});

describe('a text', () => {
  const publish = (more: Record<string, unknown> = {}, by = app.steward) =>
    by.post<Text & Problem>('/v1/commitments/texts', textInput(more));
  const deadline = (id: string, acceptBy: string, headers = {}) =>
    app.steward.put<Text & Problem>(`/v1/commitments/texts/${id}/deadline`, { acceptBy }, { headers });

  it('came with the service, in six commitments, and nobody has to accept it', async () => {
    const [first] = (await app.steward.get<{ items: Record<string, unknown>[] }>('/v1/commitments/texts'))
      .body.items;
    expect(first).toMatchObject({ version: 1, inForce: true, validityDays: 365, graceDays: 30 });
    expect(first).not.toHaveProperty('acceptBy');
    expect((first?.['commitments'] as unknown[]).length).toBe(6);
  });

  it('replaces the one before from its date on, and can be accepted as soon as it is announced', async () => {
    const [early, late] = await Promise.all([committing(app), committing(app)]);
    const before = await inForce(early.http);
    const next = expectStatus(await publish({ effectiveAt: inSeconds(4) }), 201);
    expect([next.version, next.inForce]).toEqual([before.version + 1, false]);
    const post = async (by: TestPartner, id: string): Promise<number> =>
      (await by.http.post(at(by, 'acceptances'), acceptanceInput(id))).status;
    expect([await post(early, next.id), await post(late, before.id)]).toEqual([201, 201]);
    // What it accepted last would otherwise be the former.
    expect(await post(early, before.id)).toBe(409);
    await eventually(async () => (await inForce(early.http)).id === next.id);
    expect([await post(late, before.id), await post(late, next.id)]).toEqual([409, 201]);
    expect(await statusOf(early)).toMatchObject({ state: 'accepted', acceptedVersion: next.version });
    expect((await texts(early.http)).filter((one) => one.inForce).length).toBe(1);
  });

  it('is refused with dates that surprise', async () => {
    const pointers = async (more: Record<string, unknown>) =>
      (await publish(more)).body.errors?.map(({ pointer }: { pointer: string }) => pointer);
    expect(await pointers({ effectiveAt: inSeconds(-60) })).toContain('#/effectiveAt');
    expect(await pointers({ effectiveAt: inSeconds(60), acceptBy: inSeconds(30) })).toEqual(['#/acceptBy']);
    const [start, soon] = [inSeconds(60), inDays(13)];
    expect(await pointers({ effectiveAt: start, acceptBy: start })).toEqual(['#/acceptBy']);
    expect(await pointers({ acceptBy: soon })).toEqual(['#/acceptBy']);
    const later = expectStatus(await publish({ effectiveAt: '2090-01-01T00:00:00Z' }), 201);
    expect(await pointers({ effectiveAt: '2089-01-01T00:00:00Z' })).toEqual(['#/effectiveAt']);
    await query(app.database.superuserUrl, 'delete from commitment_text where id = $1', [later.id]);
  });

  it('has a deadline that is an instant, set to come, and never earlier', async () => {
    const { id } = await inForce(app.steward);
    for (const early of [inSeconds(-60), inSeconds(1), inDays(13)]) {
      expect((await deadline(id, early)).status).toBe(400);
    }
    const read = await app.steward.get(`/v1/commitments/texts/${id}`);
    const tag = { 'If-Match': read.headers.get('etag') ?? '' };
    const set = await deadline(id, '2098-06-01T00:00:00+05:30', tag);
    expect([set.status, set.body.acceptBy]).toEqual([200, '2098-05-31T18:30:00.000Z']);
    expect((await deadline(id, '2098-07-01T00:00:00Z', tag)).status).toBe(412);
    expect((await deadline(id, '2098-05-31T18:29:59Z')).status).toBe(400);
    expect((await deadline(id, '2098-07-01T00:00:00Z')).body.acceptBy).toBe('2098-07-01T00:00:00.000Z');
  });

  it('past its deadline makes readers of those that have not accepted it, and they come back', async () => {
    const [never, old, signed] = await Promise.all([committing(app), committing(app), committing(app)]);
    await accept(old);
    // Who came a moment ago has the days of grace, which are none here.
    const text = expectStatus(await publish({ acceptBy: inDays(15), graceDays: 0 }), 201);
    const acceptBy = await deadlineIn(app, text.id, 3);
    await accept(signed);
    expect(await statusOf(old)).toMatchObject({ state: 'renewal_due', readOnlyFrom: acceptBy });
    expect(await statusOf(never)).toMatchObject({ state: 'never_accepted', readOnlyFrom: acceptBy });
    expect(await publishes(old.http)).toBe(201);
    await eventually(async () => (await publishes(old.http)) === 403);
    await eventually(async () => (await publishes(never.http)) === 403);
    expect(await publishes(signed.http)).toBe(201);
    await accept(never);
    await eventually(async () => (await publishes(never.http)) === 201);
  });

  it('locks nobody out of accepting, the steward least of all', async () => {
    await eventually(async () => (await app.steward.get('/v1/audit?of=exchange')).status === 403);
    const steward = await app.steward.get<{ partner: { id: string } }>('/v1/me');
    const { id } = steward.body.partner;
    // A client of the steward's that was never given the scope.
    await query(
      app.database.superuserUrl,
      `update client set scopes = array_remove(scopes, 'commitments:accept') where id = $1`,
      [app.stewardClient.clientId],
    );
    await aMoment();
    expect((await app.steward.post('/v1/partners', {})).status).toBe(403);
    const text = await inForce(app.steward);
    const path = `/v1/partners/${id}/acceptances`;
    expectStatus(await app.steward.post(path, acceptanceInput(text.id)), 201);
    await eventually(async () => (await app.steward.get('/v1/audit?of=exchange')).status === 200);
  });

  it('gives whoever is admitted after its deadline the days of grace', async () => {
    const { id } = expectStatus(await publish({ acceptBy: inDays(15), graceDays: 10 }), 201);
    const acceptBy = await deadlineIn(app, id, 3);
    await accept({
      partner: { id: await stewardId(), code: '' },
      client: app.stewardClient,
      http: app.steward,
    });
    await eventually(() => Promise.resolve(Date.now() > Date.parse(acceptBy)));
    const late = await committing(app);
    const { readOnlyFrom = '' } = await statusOf(late);
    const days = (Date.parse(readOnlyFrom) - Date.now()) / 86_400_000;
    expect([days > 9.9, days <= 10]).toEqual([true, true]);
  });

  const stewardId = async (): Promise<string> =>
    (await app.steward.get<{ partner: { id: string } }>('/v1/me')).body.partner.id;
});
