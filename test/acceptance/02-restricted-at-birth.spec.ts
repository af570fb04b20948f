import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { chance } from '../sharing/chance.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  alertInput,
  arrangement,
  client,
  partner,
  renditionInput,
  type RenditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';
import { inParallel } from './in-parallel.js';
import { EventStream } from '../delivery/event-stream.js';

const RESTRICTED = 60;
const HIDDEN = 'kept-from-you';

let app: TestApp;
let originators: TestPartner[];
let low: TestPartner;
let outside: TestPartner;
let place: TestArrangement;
/** Each may have none of what is published here: by its ceiling, by not being there, by narrowing, by exclusion. */
let readers: Record<string, Http>;

beforeAll(async () => {
  app = await startApp();
  originators = await inParallel([1, 2, 3], 3, () => partner(app));
  low = await partner(app, { ceiling: { tlp: 'GREEN' } });
  outside = await partner(app, { kind: 'io' });
  const high = await partner(app);
  place = await arrangement(app, { members: [...originators, low, high] });
  const narrowed = await client(app, high.partner.id, { ceiling: { tlp: 'GREEN' } });
  readers = {
    'by its ceiling': low.http,
    'by not being a member': outside.http,
    'by how its client is narrowed': await app.as(narrowed),
    'as steward': app.steward,
  };
});
afterAll(() => app.close());

const PATHS = [
  '/v1/changes',
  '/v1/alerts?count=true',
  '/v1/alerts?count=true&text=kept',
  '/v1/alerts?bbox=-180,-90,180,90',
  '/v1/feeds/alerts.atom',
  '/v1/alerts/facets?facets=kind,severity,arrangement',
  '/v1/alerts/trends?by=kind&interval=year',
];

/** All that comes back but the time and the name of the request, and when numbers were counted. */
async function look(http: Http, path: string): Promise<string> {
  const { status, headers, text } = await http.get(path);
  const kept = [...headers].filter(([name]) => !/^(date|x-request-id|ratelimit.*)$/.test(name));
  return JSON.stringify([status, kept, text.replace(/"countedAt":"[^"]*"/, '')]);
}

it('what is restricted is so from its first moment: whoever polls meanwhile sees no trace of it', async () => {
  const random = chance(20_260_103);
  const before = new Map<string, string>();
  for (const [name, http] of Object.entries(readers)) {
    for (const path of PATHS) before.set(`${name} ${path}`, await look(http, path));
  }
  const streams = await Promise.all(
    Object.entries(readers).map(async ([name, http]) => {
      const stream = await EventStream.open(http, { include: 'content' });
      await stream.until(({ retry }) => retry !== undefined);
      return { name, stream };
    }),
  );
  const ids: string[] = [];
  let done = false;
  const looks = new Map<string, number>();
  const polling = Object.entries(readers).map(async ([name, http]) => {
    while (!done) {
      for (const path of PATHS) {
        const seen = await look(http, path);
        expect([name, path, seen]).toEqual([name, path, before.get(`${name} ${path}`)]);
      }
      const id = ids.at(-1);
      if (id !== undefined) expect([name, (await http.get(`/v1/alerts/${id}`)).status]).toEqual([name, 404]);
      looks.set(name, (looks.get(name) ?? 0) + 1);
    }
  });
  const publishing = inParallel(Array.from({ length: RESTRICTED }), 3, async (_, number) => {
    const originator = originators[number % originators.length] as TestPartner;
    const audience = random.one([
      { arrangements: [place.code], except: [low.partner.code, outside.partner.code] },
      { partners: originators.map((one) => one.partner.code) },
      { arrangements: [place.code] },
    ]);
    const { classification: _classification, ...rendition } = renditionInput({
      tlp: 'AMBER',
      audience,
      texts: [{ language: 'en', headline: HIDDEN, description: HIDDEN }],
    });
    const input = alertInput({ event: HIDDEN, renditions: [rendition as RenditionInput] });
    const { id } = expectStatus(await originator.http.post<{ id: string }>('/v1/alerts', input), 201);
    ids.push(id);
    if (number % 3 === 0) expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, input), 200);
    if (number % 5 === 0) expectStatus(await originator.http.post(`/v1/alerts/${id}/cancellation`, {}), 200);
  }).finally(() => {
    done = true;
  });
  await Promise.all([publishing, ...polling]);
  expect([...looks.values()].filter((number) => number < 3)).toEqual([]);
  for (const [name, http] of Object.entries(readers)) {
    for (const path of PATHS) {
      const seen = await look(http, path);
      expect([name, path, seen]).toEqual([name, path, before.get(`${name} ${path}`)]);
      expect(seen).not.toContain(HIDDEN);
    }
  }
  for (const { name, stream } of streams) {
    expect([name, stream.ended, stream.events]).toEqual([name, false, []]);
    // No frame but those that show that it lives; the place that they name is the one at which it began.
    const { nextCursor } = (await readers[name]!.get<{ nextCursor: string }>('/v1/changes')).body;
    expect([
      name,
      stream.text
        .replace(/^retry: \d+\n\n/, '')
        .replace(`: \nid: ${nextCursor}\n\n`, '')
        .replaceAll(': \n\n', ''),
    ]).toEqual([name, '']);
    stream.close();
  }
  // Others had them all the while.
  expect(
    expectStatus((await originators[0]?.http.get<{ count: number }>('/v1/alerts?count=true')) as never, 200),
  ).toMatchObject({ count: RESTRICTED });
});

it('who comes to be admitted gets them all at once, and only then', async () => {
  expectStatus(await app.steward.patch(`/v1/partners/${low.partner.id}`, { ceiling: { tlp: 'AMBER' } }), 200);
  const { body } = await low.http.get<{ count: number }>('/v1/alerts?count=true');
  expect(body.count).toBeGreaterThan(5);
});

it('nothing is created without saying its handling', async () => {
  const { tlp: _tlp, classification: _classification, ...unmarked } = renditionInput();
  const input = alertInput({ renditions: [unmarked as RenditionInput] });
  expect((await originators[0]?.http.post('/v1/alerts', input))?.status).toBe(422);
});
