import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  alertInput,
  partner,
  renditionInput,
  type TestPartner,
  USUAL_SCOPES,
} from '../support/factories.js';
import { query } from '../support/database.js';
import { expectStatus, type Problem } from '../support/http.js';
import { changesOf, eventually, visibleBy } from './channels.js';

interface Renditions {
  items: {
    handling: { tlp: string; classification: string };
    downgrade?: object;
    texts: { headline: string }[];
  }[];
}

describe('a text that its originator said would become less restricted', () => {
  let app: TestApp;
  let un: TestPartner;
  let high: TestPartner;
  let low: TestPartner;

  beforeAll(async () => {
    app = await startApp();
    un = await partner(app, { kind: 'un_entity', scopes: [...USUAL_SCOPES, 'audit:read'] });
    high = await partner(app);
    low = await partner(app, { ceiling: { tlp: 'GREEN' } });
  });
  afterAll(() => app.close());

  const rendition = (downgrade?: object, overrides: object = {}) =>
    ({
      ...renditionInput({
        tlp: 'AMBER',
        classification: 'CONFIDENTIAL',
        classificationReason: 'Names a source',
        audience: { partners: [high.partner.code, low.partner.code] },
      }),
      ...(downgrade && { downgrade }),
      ...overrides,
    }) as ReturnType<typeof renditionInput>;
  const becomes = { at: '2090-01-01', tlp: 'GREEN', classification: 'UNCLASSIFIED' };
  const letTimePass = (id: string) =>
    query(
      app.database.superuserUrl,
      `update rendition set downgrade_at = now() where shareable_id = $1 and downgrade_at is not null`,
      [id],
    );
  const renditionsOf = async (id: string) =>
    expectStatus(await un.http.get<Renditions>(`/v1/alerts/${id}/renditions`), 200).items;

  it('is given at its time to whoever may then read it, and taken from nobody', async () => {
    const { id } = await alert(un.http, { renditions: [rendition(becomes)] });
    expect(await renditionsOf(id)).toMatchObject([
      { downgrade: { at: '2090-01-01T00:00:00.000Z', handling: { tlp: 'GREEN' } } },
    ]);
    expect(await visibleBy(low.http, id)).toEqual([]);
    const before = (await high.http.get<{ text: object; areas: object }>(`/v1/alerts/${id}`)).body;
    await letTimePass(id);
    await eventually(async () => (await visibleBy(low.http, id)).length > 0);
    expect(await changesOf(high.http, id)).toEqual([
      ['published', 1],
      ['updated', 2],
    ]);
    const { items } = (
      await high.http.get<{ items: { alarm: boolean }[] }>('/v1/changes', { query: { limit: 200 } })
    ).body;
    expect(items.at(-1)).toMatchObject({ alarm: false });
    for (const { http } of [high, low]) {
      const { body } = await http.get(`/v1/alerts/${id}`);
      expect(body).toMatchObject({
        handling: { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
        text: before.text,
        areas: before.areas,
      });
    }
    const [only, ...more] = await renditionsOf(id);
    expect([only?.downgrade, more]).toEqual([undefined, []]);
    const audit = await un.http.get<{ items: object[] }>('/v1/audit', { query: { object: id } });
    expect(audit.body.items[0]).toMatchObject({ action: 'alert.downgraded', client: 'exchange' });
  });

  it('goes below another where that is its place, and leaves the other alone', async () => {
    const audience = (to: TestPartner) => ({
      arrangements: [],
      kinds: [],
      except: [],
      partners: [to.partner.code],
    });
    const lowered = { tlp: 'RED', audience: audience(low) };
    const { id } = await alert(un.http, {
      renditions: [
        rendition(undefined, { audience: audience(high) }),
        rendition({ ...becomes, tlp: 'CLEAR' }, lowered),
      ],
    });
    const before = (await high.http.get(`/v1/alerts/${id}`)).text;
    await letTimePass(id);
    await eventually(async () => (await visibleBy(low.http, id)).length > 0);
    expect((await renditionsOf(id)).map(({ handling }) => handling.tlp)).toEqual(['CLEAR', 'AMBER']);
    expect((await high.http.get(`/v1/alerts/${id}`)).text).toBe(before);
    expect(await changesOf(high.http, id)).toEqual([['published', 1]]);
  });

  it('is not touched when its originator changed its mind, or took it back', async () => {
    const kept = await alert(un.http, { renditions: [rendition(becomes)] });
    const update = alertInput({ renditions: [rendition()] });
    expectStatus(await un.http.post(`/v1/alerts/${kept.id}/updates`, update), 200);
    const gone = await alert(un.http, { renditions: [rendition(becomes)] });
    expectStatus(await un.http.post(`/v1/alerts/${gone.id}/withdrawal`), 204);
    await query(
      app.database.superuserUrl,
      `update rendition set downgrade_at = now() where downgrade_at is not null and shareable_id = any ($1)`,
      [[kept.id, gone.id]],
    );
    const last = await alert(un.http, { renditions: [rendition(becomes)] });
    await letTimePass(last.id);
    await eventually(async () => (await visibleBy(low.http, last.id)).length > 0);
    for (const { id } of [kept, gone]) expect(await visibleBy(low.http, id)).toEqual([]);
  });

  it.each([
    ['higher', { ...becomes, tlp: 'RED' }, 'tlp'],
    ['the same', { at: becomes.at, tlp: 'AMBER' }, 'tlp'],
    ['higher in classification', { ...becomes, classification: 'STRICTLY_CONFIDENTIAL' }, 'classification'],
    ['inconsistent', { at: becomes.at, tlp: 'GREEN' }, 'tlp'],
    ['at once', { ...becomes, at: '2020-01-01' }, 'at'],
    ['at no time', { ...becomes, at: '2090-02-31' }, 'at'],
    ['beyond all years', { ...becomes, at: '9999-12-31T23:59:59-14:00' }, 'at'],
  ])('cannot become %s', async (_, downgrade, name) => {
    const input = alertInput({ renditions: [rendition(downgrade)] });
    const answer = await un.http.post<Problem>('/v1/alerts', input);
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.map(({ pointer }) => pointer)).toContain(`#/renditions/0/downgrade/${name}`);
  });

  it('is listed to its originator alone while it waits to be looked at again', async () => {
    const due = await alert(un.http, { renditions: [rendition(undefined, { reviewAt: '2020-01-31' })] });
    const later = await alert(un.http, { renditions: [rendition(undefined, { reviewAt: '2090-01-31' })] });
    const idsOf = async ({ http }: TestPartner, query = {}): Promise<string[]> =>
      expectStatus(
        await http.get<{ items: { alertId: string }[] }>('/v1/alerts/reviews', { query }),
        200,
      ).items.map(({ alertId }) => alertId);
    expect(await idsOf(un)).toEqual([due.id, later.id]);
    expect(await idsOf(un, { due: 'true' })).toEqual([due.id]);
    expect(await idsOf(high)).toEqual([]);
  });
});
