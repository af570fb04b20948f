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

interface Item {
  id: string;
  version: number;
  messageType: string;
  identifier: string;
  grading: unknown;
  verification: { status: string; grading: unknown; at: string; note?: string }[];
  references: { identifier: string }[];
}

const REFUTED = {
  status: 'refuted',
  grading: { reliability: 'B', credibility: '5' },
  note: 'The shots were fireworks.',
};
const CAP = { Accept: 'application/cap+xml' };

let app: TestApp;
let here: TestArrangement;
let originator: TestPartner;
let amber: TestPartner;
let green: TestPartner;

beforeAll(async () => {
  app = await startApp();
  [originator, amber, green] = await Promise.all([
    partner(app, { kind: 'un_entity' }),
    partner(app, { ceiling: { tlp: 'AMBER' } }),
    partner(app, { ceiling: { tlp: 'GREEN' } }),
  ]);
  here = await arrangement(app, { members: [originator, amber, green] });
});
afterAll(() => app.close());

const lower = () => renditionInput({ audience: { arrangements: [here.code] } });
const higher = () =>
  renditionInput({
    tlp: 'AMBER',
    classification: 'CONFIDENTIAL',
    classificationReason: 'Names a source',
    audience: { arrangements: [here.code] },
  });
const published = async (): Promise<string> =>
  (await alert(originator.http, { renditions: [lower(), higher()] })).id;
const read = async (http: Http, id: string): Promise<Item> =>
  expectStatus(await http.get<Item>(`/v1/alerts/${id}`), 200);
const verify = (http: Http, id: string, body: object = REFUTED, headers = {}) =>
  http.post<Item>(`/v1/alerts/${id}/verification`, body, { headers });
const changes = async (http: Http, id: string): Promise<string[]> =>
  (await http.get<{ items: { change: string; object: { id: string } }[] }>('/v1/changes')).body.items
    .filter(({ object }) => object.id === id)
    .map(({ change }) => change);

describe('a judgement on an alert', () => {
  it('is the originator’s alone, and says what is wrong with it', async () => {
    const id = await published();
    expect((await verify(app.anonymous, id)).status).toBe(401);
    const reading = await app.as(await client(app, originator.partner.id, { scopes: ['alerts:read'] }));
    expect((await verify(reading, id)).status).toBe(403);
    expect((await verify(amber.http, id)).status).toBe(403);
    const stranger = await partner(app);
    for (const [http, at] of [
      [stranger.http, id],
      [originator.http, randomUUID()],
    ] as const) {
      expect((await verify(http, at)).text).toBe((await verify(originator.http, randomUUID())).text);
    }
    for (const [body, pointer] of [
      [{ ...REFUTED, status: 'wrong' }, '#/status'],
      [{ status: 'refuted' }, '#/grading'],
      [{ ...REFUTED, grading: { reliability: 'G', credibility: '5' } }, '#/grading/reliability'],
      [{ ...REFUTED, at: '2026-01-01T00:00:00Z' }, '#/at'],
    ] as const) {
      const answer = await originator.http.post<{ errors: { pointer: string }[] }>(
        `/v1/alerts/${id}/verification`,
        body,
      );
      expect([answer.status, answer.body.errors[0]?.pointer]).toEqual([400, pointer]);
    }
    expect((await verify(originator.http, id, REFUTED, { 'If-Match': '"7"' })).status).toBe(412);
    expect(await changes(green.http, id)).toEqual(['published']);
  });

  it('reaches everybody who had the earlier text, whichever it was', async () => {
    const id = await published();
    const before = await Promise.all([amber, green].map(({ http }) => read(http, id)));
    expectStatus(await verify(originator.http, id, REFUTED, { 'If-Match': '"1"' }), 200);
    for (const [place, { http }] of [amber, green].entries()) {
      expect(await changes(http, id)).toEqual(['published', 'updated']);
      const item = await read(http, id);
      expect(item).toMatchObject({ version: 2, messageType: 'update', grading: REFUTED.grading });
      expect(item.verification).toEqual([{ ...REFUTED, at: expect.any(String) as unknown }]);
      expect(item.references.map(({ identifier }) => identifier)).toEqual([before[place]?.identifier]);
      const cap = await http.get(`/v1/alerts/${id}`, { headers: CAP });
      expect(cap.text).toMatch(/<valueName>SLT-Verification<\/valueName>\s*<value>refuted<\/value>/);
      expect(cap.text).toMatch(/<valueName>AdmiraltyCredibility<\/valueName>\s*<value>5<\/value>/);
    }
    const own = await originator.http.get<{ items: Item[] }>(`/v1/alerts/${id}/renditions`);
    expect(own.body.items.map(({ verification }) => verification.length)).toEqual([1, 1]);
  });

  it('is kept with those before it, through updates, whose grading is a judgement when it differs', async () => {
    const id = await published();
    const update = (more: object) =>
      originator.http.post(
        `/v1/alerts/${id}/updates`,
        alertInput({ renditions: [lower(), higher()], ...more }),
      );
    const B3 = { reliability: 'B', credibility: '3' };
    expectStatus(await verify(originator.http, id, { status: 'partly_verified', grading: B3 }), 200);
    expectStatus(await verify(originator.http, id), 200);
    expectStatus(await update({ grading: undefined, severity: 'minor' }), 200);
    const kept = await read(green.http, id);
    expect(kept.grading).toEqual(REFUTED.grading);
    expect(kept.verification.map(({ status }) => status)).toEqual(['partly_verified', 'refuted']);
    expectStatus(await update({ grading: { reliability: 'A', credibility: '6' } }), 200);
    const regraded = await read(green.http, id);
    expect(regraded.verification.map(({ status, grading }) => ({ status, grading }))).toEqual([
      { status: 'partly_verified', grading: B3 },
      { status: 'refuted', grading: REFUTED.grading },
      { status: 'refuted', grading: { reliability: 'A', credibility: '6' } },
    ]);
  });

  it('leaves a later update that says nothing new silent', async () => {
    const id = await published();
    expectStatus(await verify(originator.http, id), 200);
    const same = alertInput({ renditions: [lower(), higher()], grading: REFUTED.grading });
    expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, same), 200);
    expect(await changes(green.http, id)).toEqual(['published', 'updated']);
  });

  it('can be made of a cancelled alert, and of neither a draft nor a withdrawn one', async () => {
    const id = await published();
    expectStatus(await originator.http.post(`/v1/alerts/${id}/cancellation`), 200);
    expectStatus(await verify(originator.http, id), 200);
    expect(await read(green.http, id)).toMatchObject({ messageType: 'cancel', grading: REFUTED.grading });
    expectStatus(await originator.http.post(`/v1/alerts/${id}/withdrawal`), 204);
    expect((await verify(originator.http, id)).status).toBe(409);
    const draft = await originator.http.post<Item>('/v1/alerts', {
      ...alertInput({ renditions: [lower()] }),
      state: 'draft',
    });
    expect((await verify(originator.http, draft.body.id)).status).toBe(409);
  });

  it('travels with a message that came as CAP', async () => {
    const input = await alert(originator.http, { renditions: [lower()] });
    const cap = (await originator.http.get(`/v1/alerts/${input.id}`, { headers: CAP })).text;
    const identifier = `ours-${randomUUID()}`;
    const { id } = expectStatus(
      await originator.http.post<Item>('/v1/alerts', cap.replace(/(?<=<identifier>)[^<]*/, identifier), {
        headers: { 'Content-Type': 'application/cap+xml' },
        query: { tlp: 'GREEN', classification: 'UNCLASSIFIED', arrangements: here.code },
      }),
      201,
    );
    expectStatus(await verify(originator.http, id), 200);
    expectStatus(await verify(originator.http, id, { ...REFUTED, status: 'verified' }), 200);
    const { text } = await green.http.get(`/v1/alerts/${id}`, { headers: CAP });
    expect(text.match(/SLT-Verification/g)).toHaveLength(1);
    expect(text).toMatch(/<valueName>SLT-Verification<\/valueName>\s*<value>verified<\/value>/);
    expect(text).toContain('<msgType>Update</msgType>');
    const answer = await originator.http.post('/v1/alerts', text.replace(/(?<=<identifier>)[^<]*/, 'again'), {
      headers: { 'Content-Type': 'application/cap+xml' },
      query: { tlp: 'GREEN', classification: 'UNCLASSIFIED', arrangements: here.code },
    });
    expect(answer.status).toBeLessThan(300);
  });

  it('is made one after the other when two are made at once', async () => {
    const id = await published();
    const answers = await Promise.all([1, 2, 3].map(() => verify(originator.http, id)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await read(green.http, id)).verification).toHaveLength(3);
  });
});
