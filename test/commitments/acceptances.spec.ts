import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mutationsOf, omissionsOf, sendAll, unnamed } from '../alerts/mutations.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { client, type TestPartner } from '../support/factories.js';
import { expectStatus, type Problem } from '../support/http.js';
import {
  accept,
  type Acceptance,
  acceptanceInput,
  at,
  COMMITTING,
  committing,
  DAY_MS,
  inForce,
  inSeconds,
  publishedLongAgo,
  SIX,
  type Text,
  textInput,
  statusOf,
} from './committing.js';

let app: TestApp;
let own: TestPartner;
let other: TestPartner;
let textId: string;

beforeAll(async () => {
  app = await startApp();
  await publishedLongAgo(app);
  [own, other] = await Promise.all([committing(app), committing(app)]);
  textId = (await inForce(own.http)).id;
});
afterAll(() => app.close());

const post = <T = Acceptance>(by: TestPartner, more: Record<string, unknown> = {}) =>
  by.http.post<T>(at(by, 'acceptances'), acceptanceInput(textId, more));

describe('accepting the commitments', () => {
  it('is explicit, signed by a named officer, and good for a year and a month', async () => {
    const partner = await committing(app);
    expect(await statusOf(partner)).toEqual({
      state: 'never_accepted',
      readOnly: false,
      versionInForce: 1,
      reminders: [],
    });
    const signedAt = inSeconds(-3600);
    const accepted = expectStatus(await post(partner, { signedAt }), 201);
    const after = (days: number): string => new Date(Date.parse(signedAt) + days * DAY_MS).toISOString();
    expect(accepted).toEqual({
      id: expect.any(String),
      textId,
      version: 1,
      officerName: 'Ola Signer',
      officerTitle: 'Secretary General',
      signedAt,
      acceptedAt: expect.any(String),
      validUntil: after(365),
      lapsesAt: after(395),
      reminderLanguage: 'en',
    });
    expect(await statusOf(partner)).toEqual({
      state: 'accepted',
      readOnly: false,
      acceptedVersion: 1,
      versionInForce: 1,
      renewBy: after(365),
      readOnlyFrom: after(395),
      reminders: [],
    });
  });

  it('takes all six or none, and names each that is missing', async () => {
    const answer = await post<Problem>(own, { accepted: SIX.slice(2) });
    expect([answer.status, answer.body.errors?.map(({ detail }) => detail)]).toEqual([
      400,
      ['must name arrangements', 'must name information'],
    ]);
    expect((await statusOf(own)).state).toBe('never_accepted');
  });

  it.each([
    ['in the future', 3600],
    ['long ago', -91 * 86_400],
  ])('refuses a signature %s', async (_, seconds) => {
    const answer = await post<Problem>(own, { signedAt: inSeconds(seconds) });
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, '#/signedAt']);
  });

  it('refuses a signature from before its text was there', async () => {
    const partner = await committing(app);
    const next = expectStatus(
      await app.steward.post<Text>(
        '/v1/commitments/texts',
        textInput({ effectiveAt: '2090-01-01T00:00:00Z' }),
      ),
      201,
    );
    const sign = (signedAt: string) =>
      partner.http.post<Problem>(at(partner, 'acceptances'), acceptanceInput(next.id, { signedAt }));
    const answer = await sign(inSeconds(-80 * 86_400));
    expect([answer.status, answer.body.errors?.map(({ pointer }) => pointer)]).toEqual([400, ['#/signedAt']]);
    expect((await sign(inSeconds(0))).status).toBe(201);
  });

  it('refuses any wrong value, and keeps nothing of it', async () => {
    const input = acceptanceInput(textId, {
      signedAt: inSeconds(-60),
      reminderAddress: 'duty@office.example',
      reminderLanguage: 'fr',
    });
    const harmless = /^#\/officer(Name|Title)$/;
    const wrong = mutationsOf(input).filter(
      ({ pointer, what }) => !(harmless.test(pointer) && /^(a word|not a number)$/.test(what)),
    );
    const optional = /^#\/(signedAt|reminderAddress|reminderLanguage)$/;
    const all = [...wrong, ...omissionsOf(input).filter(({ pointer }) => !optional.test(pointer))];
    expect(unnamed(all, await sendAll(other.http, at(other, 'acceptances'), all))).toEqual([]);
    expect((await statusOf(other)).state).toBe('never_accepted');
  });

  it('happens once for one key, and keeps every signature in its history', async () => {
    const partner = await committing(app);
    const headers = { 'Idempotency-Key': randomUUID() };
    const body = acceptanceInput(textId, { signedAt: inSeconds(-600) });
    const twins = await Promise.all(
      [1, 2, 3].map(() => partner.http.post<Acceptance>(at(partner, 'acceptances'), body, { headers })),
    );
    expect(new Set(twins.map((one) => expectStatus(one, 201).id)).size).toBe(1);
    const again = await accept(partner, { officerName: 'Somebody Later' });
    const list = await partner.http.get<{ items: Acceptance[] }>(at(partner, 'acceptances'));
    expect(list.body.items.map(({ officerName }) => officerName)).toEqual(['Somebody Later', undefined]);
    expect((await statusOf(partner)).renewBy).toBe(again.validUntil);
    const first = await partner.http.get<{ items: Acceptance[]; nextCursor: string }>(
      at(partner, 'acceptances'),
      { query: { limit: 1 } },
    );
    const rest = await partner.http.get<{ items: Acceptance[] }>(at(partner, 'acceptances'), {
      query: { cursor: first.body.nextCursor },
    });
    expect([...first.body.items, ...rest.body.items]).toEqual(list.body.items);
  });

  it('is not extended by a signature older than the one that counts', async () => {
    const partner = await committing(app);
    const { validUntil } = await accept(partner, { signedAt: inSeconds(-60) });
    expect((await post(partner, { signedAt: inSeconds(-3600) })).status).toBe(409);
    expect((await statusOf(partner)).renewBy).toBe(validUntil);
  });

  it('makes one of several at the same time the latest', async () => {
    const partner = await committing(app);
    const seconds = [-10, -20, -30, -40];
    await Promise.all(seconds.map((one) => post(partner, { signedAt: inSeconds(one) })));
    const list = await partner.http.get<{ items: Acceptance[] }>(at(partner, 'acceptances'));
    const latest = list.body.items
      .map(({ validUntil }) => validUntil)
      .sort()
      .at(-1);
    expect((await statusOf(partner)).renewBy).toBe(latest);
  });

  it('needs the text in force', async () => {
    const answer = await own.http.post<Problem>(at(own, 'acceptances'), acceptanceInput(randomUUID()));
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, '#/textId']);
  });

  it('writes once: the history is not the service’s to change', async () => {
    await accept(own);
    const { rows, error } = await query(
      app.database.serviceUrl,
      `select set_config('slt.partner', $1, false), set_config('slt.reader', $1, false)`,
      [own.partner.id],
    ).then(
      (rows) => ({ rows, error: null }),
      (error: unknown) => ({ rows: [], error }),
    );
    expect([rows.length, error]).toEqual([1, null]);
    for (const statement of [
      `update commitment_acceptance set officer_name = 'x'`,
      `update commitment_acceptance set valid_until = valid_until`,
      'delete from commitment_acceptance',
      `update partner set read_only_from = null`,
      `update commitment_text set title = 'x'`,
    ]) {
      await expect(query(app.database.serviceUrl, statement)).rejects.toMatchObject({ code: '42501' });
    }
  });
});

describe('who signed', () => {
  const NAME = `Officer ${randomUUID()}`;
  let signed: TestPartner;
  beforeAll(async () => {
    signed = await committing(app);
    await accept(signed, { officerName: NAME });
  });

  it('is seen by its own organisation and the steward', async () => {
    for (const by of [signed.http, app.steward]) {
      expect((await by.get(at(signed, 'acceptances'))).text).toContain(NAME);
    }
  });

  it('is seen by nobody else, who finds nothing, like where nothing is', async () => {
    const narrowed = await app.as(
      await client(app, signed.partner.id, { scopes: COMMITTING, ceiling: { tlp: 'GREEN' } }),
    );
    for (const by of [other.http, narrowed]) {
      for (const path of ['acceptances', 'commitment-status']) {
        const answer = await by.get(at(signed, path));
        const nowhere = await by.get(`/v1/partners/${randomUUID()}/${path}`);
        expect([answer.status, answer.text]).toEqual([404, nowhere.text]);
      }
      const answer = await by.post(at(signed, 'acceptances'), acceptanceInput(textId));
      expect(answer.status).toBe(404);
    }
    expect((await app.steward.post(at(signed, 'acceptances'), acceptanceInput(textId))).status).toBe(404);
  });

  it('stands in no audit', async () => {
    const [left] = await query(
      app.database.superuserUrl,
      `select count(*)::int as count from audit_entry a where a::text like $1`,
      [`%${NAME}%`],
    );
    expect(left).toEqual({ count: 0 });
    const audit = await signed.http.get('/v1/audit', { query: { action: 'commitments.accepted' } });
    expect(audit.text).toContain(textId);
  });
});

describe('every route', () => {
  it('asks for a token and its scope', async () => {
    const reader = await app.as(await client(app, own.partner.id, { scopes: ['alerts:read'] }));
    for (const [method, path, body] of [
      ['GET', '/v1/commitments/texts', undefined],
      ['GET', `/v1/commitments/texts/${textId}`, undefined],
      ['POST', '/v1/commitments/texts', {}],
      ['PUT', `/v1/commitments/texts/${textId}/deadline`, {}],
      ['POST', at(own, 'acceptances'), {}],
      ['GET', at(own, 'acceptances'), undefined],
      ['GET', at(own, 'commitment-status'), undefined],
      ['POST', at(own, 'assessments'), {}],
      ['GET', at(own, 'assessments'), undefined],
      ['GET', at(own, `assessments/${textId}`), undefined],
      ['POST', at(own, `assessments/${textId}/comments`), {}],
      ['POST', at(own, `assessments/${textId}/comments/${textId}/answer`), {}],
      ['GET', `/v1/arrangements/${textId}/scorecard`, undefined],
      ['GET', '/v1/commitments/reports/2026', undefined],
    ] as const) {
      expect([path, (await app.anonymous.send(method, path, body)).status]).toEqual([path, 401]);
      expect([path, (await reader.send(method, path, body)).status]).toEqual([path, 403]);
    }
    for (const [method, path] of [
      ['POST', '/v1/commitments/texts'],
      ['PUT', `/v1/commitments/texts/${textId}/deadline`],
    ] as const) {
      expect([path, (await own.http.send(method, path, {})).status]).toEqual([path, 403]);
    }
  });
});
