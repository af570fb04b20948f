import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  arrangement,
  join,
  leave,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { type Http } from '../support/http.js';

describe('an alert with a GREEN rendition and an AMBER, CONFIDENTIAL one', () => {
  let app: TestApp;
  let here: TestArrangement;
  let amber: TestPartner;
  let green: TestPartner;
  let outside: TestPartner;
  let suspended: TestPartner;
  let originator: TestPartner;
  let id: string;

  beforeAll(async () => {
    app = await startApp();
    [originator, amber, green, outside, suspended] = await Promise.all([
      partner(app, { kind: 'un_entity' }),
      partner(app, { ceiling: { tlp: 'AMBER' } }),
      partner(app, { ceiling: { tlp: 'GREEN' } }),
      partner(app),
      partner(app),
    ]);
    here = await arrangement(app, { members: [originator, amber, green, suspended] });
    await app.steward.post(`/v1/partners/${suspended.partner.id}/suspension`);
    const audience = { arrangements: [here.code] };
    ({ id } = await alert(originator.http, {
      renditions: [
        renditionInput({ audience, texts: [text('the lower text')] }),
        renditionInput({
          tlp: 'AMBER',
          classification: 'CONFIDENTIAL',
          classificationReason: 'Names a source',
          audience,
          texts: [text('the higher text')],
        }),
      ],
    }));
  });

  afterAll(() => app.close());

  it('gives each member the highest text within its ceiling, on every channel', async () => {
    for (const [reader, mine, others] of [
      [amber, 'the higher text', 'the lower text'],
      [green, 'the lower text', 'the higher text'],
    ] as const) {
      for (const [channel, body] of Object.entries(await readings(reader.http, id))) {
        expect([channel, body.status]).toEqual([channel, 200]);
        expect([channel, body.text.includes(id) || channel === 'cap']).toEqual([channel, true]);
        if (channel !== 'changes') expect([channel, body.text.includes(mine)]).toEqual([channel, true]);
        expect([channel, body.text.includes(others)]).toEqual([channel, false]);
      }
    }
  });

  it('answers others exactly as it answers for an id that does not exist', async () => {
    for (const reader of [outside, suspended]) {
      const missing = await readings(reader.http, randomUUID());
      for (const [channel, body] of Object.entries(await readings(reader.http, id))) {
        expect([channel, body]).toEqual([channel, missing[channel]]);
        expect([channel, body.text.includes(id)]).toEqual([channel, false]);
      }
      expect(missing.item?.status).toBe(404);
    }
  });

  it('appears for a new member, and leaves a tombstone when the membership ends', async () => {
    const late = await partner(app, { ceiling: { tlp: 'GREEN' } });
    expect(await changes(late.http)).toEqual([]);
    await join(app, here, late);
    expect(await changes(late.http)).toEqual([[1, 'published', id, 1]]);
    expect((await late.http.get(`/v1/alerts/${id}`)).status).toBe(200);
    await leave(app, here, late);
    expect(await changes(late.http)).toEqual([
      [1, 'published', id, 1],
      [2, 'withdrawn', id, 2],
    ]);
    const missing = await readings(late.http, randomUUID());
    for (const [channel, body] of Object.entries(await readings(late.http, id))) {
      if (channel !== 'changes') expect([channel, body]).toEqual([channel, missing[channel]]);
    }
  });
});

const text = (description: string) => ({ language: 'en', headline: 'Shots near the market', description });

async function changes(http: Http): Promise<unknown[]> {
  const { body } = await http.get<{
    items: { position: number; change: string; object: { id: string; version: number } }[];
  }>('/v1/changes');
  return body.items.map(({ position, change, object }) => [position, change, object.id, object.version]);
}

/** What a reader gets on each channel, without what differs from one request to the next. */
async function readings(
  http: Http,
  id: string,
): Promise<Record<string, { status: number; text: string; headers: unknown }>> {
  const answers = {
    item: await http.get(`/v1/alerts/${id}`),
    cap: await http.get(`/v1/alerts/${id}`, { headers: { Accept: 'application/cap+xml' } }),
    geojson: await http.get(`/v1/alerts/${id}`, { headers: { Accept: 'application/geo+json' } }),
    list: await http.get('/v1/alerts'),
    changes: await http.get('/v1/changes'),
    atom: await http.get('/v1/feeds/alerts.atom'),
  };
  const volatile = ['date', 'x-request-id', 'ratelimit', 'etag'];
  return Object.fromEntries(
    Object.entries(answers).map(([channel, { status, text, headers }]) => [
      channel,
      { status, text, headers: [...headers].filter(([name]) => !volatile.includes(name)) },
    ]),
  );
}
