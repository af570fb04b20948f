import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { v7 } from 'uuid';
import { getBundle, heldByBundles } from '../delivery/bundles/bundles.js';
import { caughtUp, type Change, heldAfter } from '../delivery/event-stream.js';
import { chance } from '../sharing/chance.js';
import { readWorld } from '../sharing/recorded.js';
import { startApp, type TestApp } from '../support/app.js';
import { alertInput, renditionInput } from '../support/factories.js';
import { expectStatus, type Answer, type Http } from '../support/http.js';
import { inParallel } from './in-parallel.js';
import {
  CATEGORIES,
  COUNTRIES,
  KINDS,
  randomWorld,
  SEVERITIES,
  WORDS,
  type RandomWorld,
  type Reading,
  type Said,
} from './random-world.js';
import { atom, feed, FEED_FORMATS, FORMATS, list, log, pushed, replay, sorted, whatCame } from './walks.js';
import { HOOK_SETTINGS, Receivers } from '../delivery/hooks.js';
import { type MailServer, startMailServer } from '../delivery/mail-server.js';
import { mailSettings } from '../delivery/subscribing.js';
import { effort } from '../support/effort.js';
import { mailed } from './mailed.js';

const SEED = Number(process.env['SLT_SEED'] ?? 20_260_101);
const SIZES = {
  originators: 9,
  receivers: effort(150) - 9,
  narrowed: effort(50),
  arrangements: 8,
  alerts: effort(500),
};
/** All readers walk the list, its count, the facets and the change log; every so many of them walk everything. */
const ONE_IN = 5;
const WIDTH = 6;

describe('one decision for every channel: 200 random readers, 500 random alerts', () => {
  const random = chance(SEED);
  let app: TestApp;
  let mails: MailServer;
  let superuser: pg.Client;
  let made: RandomWorld;
  let walkers: Reading[];
  const receivers = new Receivers();

  beforeAll(async () => {
    mails = await startMailServer();
    app = await startApp({ settings: { ...mailSettings(mails), ...HOOK_SETTINGS } });
    superuser = new pg.Client({ connectionString: app.database.superuserUrl });
    await superuser.connect();
    made = await randomWorld(app, superuser, random, SIZES);
    walkers = made.readings.filter((_, place) => place % ONE_IN === 0);
  });
  afterAll(async () => {
    await receivers.stop();
    await superuser.end();
    await app.close();
    await mails.stop();
  });

  /** What the reader's own texts say, and of no other. */
  const textsOf = ({ visible }: Reading): (Said & { id: string })[] =>
    [...visible].map(([id, rendition]) => ({ ...(made.said.get(rendition.text) as Said), id }));

  it('the world is one in which much is given and much is not', () => {
    const sizes = made.readings.map(({ visible }) => visible.size);
    expect([made.readings.length, made.alertIds.length]).toEqual([effort(150) + effort(50), SIZES.alerts]);
    expect(sizes.filter((size) => size > SIZES.alerts / 25).length).toBeGreaterThan(effort(60));
    expect(sizes.filter((size) => size < SIZES.alerts / 4).length).toBeGreaterThan(effort(60));
    expect(sizes).toContain(0);
    expect(made.said.size).toBeGreaterThan(SIZES.alerts);
    expect(new Set(made.world.shareables.map(({ state }) => state)).size).toBe(4);
  });

  it('list, count, facets and change log show to each reader what the rule says, in the rendition that it says', async () => {
    await inParallel(made.readings, WIDTH, async (reading) => {
      const { name, http, visible } = reading;
      const ids = sorted(visible.keys());
      const { found, count } = await list(http);
      expect([name, sorted(found.keys())]).toEqual([name, ids]);
      expect([name, count]).toEqual([name, ids.length]);
      expect(new Map([...found].map(([id, { said }]) => [id, said]))).toEqual(
        new Map(textsOf(reading).map(({ id, marker }) => [id, marker])),
      );
      expect([name, sorted(await replay(http, random))]).toEqual([name, ids]);
      const query = { facets: 'kind,severity,country' };
      const facets = expectStatus(
        await http.get<{ count: number; facets: { values: { value: string; count: number }[] }[] }>(
          '/v1/alerts/facets',
          { query },
        ),
        200,
      );
      expect([name, facets.count]).toEqual([name, ids.length]);
      for (const [place, values] of [
        textsOf(reading).map(({ kind }) => kind),
        textsOf(reading).map(({ severity }) => severity),
        textsOf(reading).flatMap(({ countries }) => countries),
      ].entries()) {
        const expected = new Map(
          [...new Set(values)].map((one) => [one, values.filter((it) => it === one).length]),
        );
        const counted = new Map(
          facets.facets[place]?.values.map(({ value, count: number }) => [value, number]),
        );
        expect([name, place, counted]).toEqual([name, place, expected]);
      }
    });
  });

  it('mails tell each reader of the same, and of no other text', async () => {
    const told = await mailed(superuser, mails, walkers);
    for (const reading of walkers) {
      const { name, readerId, visible } = reading;
      const lines = told.get(readerId) ?? new Map<string, string>();
      expect([name, sorted(lines.keys())]).toEqual([name, sorted(visible.keys())]);
      expect([name, lines]).toEqual([name, new Map(textsOf(reading).map(({ id, marker }) => [id, marker]))]);
    }
  });

  it('the change log with content, a snapshot and the stream say to each reader what the rule says', async () => {
    await inParallel(walkers, WIDTH, async (reading) => {
      const { name, http } = reading;
      const expected = new Map(textsOf(reading).map(({ id, marker }) => [id, marker]));
      const saidOf = (held: Map<string, Change>): Map<string, unknown> =>
        new Map(
          [...held].map(([id, { content }]) => [id, (content?.['text'] as { headline?: string })?.headline]),
        );
      const stream = await caughtUp(http, { include: 'content' });
      const ways = [
        heldAfter(await log(http, { include: 'content' }, random)),
        heldAfter(await log(http, { include: 'content', snapshot: 'true' }, random)),
        heldAfter(stream.events.map(({ data }) => data)),
      ];
      for (const [way, held] of ways.entries())
        expect([name, way, saidOf(held)]).toEqual([name, way, expected]);
    });
  });

  it('pages of any size show the same, and so does the Atom feed', async () => {
    await inParallel(walkers, WIDTH, async ({ name, http, visible }) => {
      const ids = sorted(visible.keys());
      const { found } = await list(http, {}, 20 + random.below(60));
      expect([name, sorted(found.keys())]).toEqual([name, ids]);
      expect([name, sorted(await atom(http, {}, 40 + random.below(160)))]).toEqual([name, ids]);
    });
  });

  it('webhooks tell the same, with the same text, however long ago it happened', async () => {
    const standing = new Map(made.world.partners.map(({ id, status }) => [id, status]));
    const partnerOf = new Map(made.world.readers.map(({ id, partnerId }) => [id, partnerId]));
    // Who is suspended is told nothing.
    const told = walkers.filter(({ readerId }) => standing.get(partnerOf.get(readerId) ?? '') === 'active');
    for (const reading of told.filter((_, place) => place % 6 === 0)) {
      const held = await pushed(reading.http, await receivers.start());
      expect([reading.name, sorted(held.keys())]).toEqual([reading.name, sorted(reading.visible.keys())]);
      expect(held).toEqual(new Map(textsOf(reading).map(({ id, marker }) => [id, marker])));
    }
  });

  it('feeds of every format show the same', async () => {
    await inParallel(walkers, WIDTH, async ({ name, http, visible }) => {
      const ids = sorted(visible.keys());
      for (const format of FEED_FORMATS) {
        const found = await feed(http, `/v1/feeds/alerts.${format}`, {}, 60 + random.below(140));
        expect([name, format, sorted(found)]).toEqual([name, format, ids]);
      }
    });
  });

  it('an item answers as JSON, CAP and GeoJSON to whoever has it in the list, with the same text, and to nobody else', async () => {
    await inParallel(walkers, WIDTH, async ({ name, http, visible, readerId }) => {
      const own = made.world.shareables.filter(({ originatorId }) => originatorId === readerId);
      const drafts = new Set(own.filter(({ state }) => state === 'draft').map(({ id }) => id));
      for (const [place, id] of made.alertIds.entries()) {
        if (drafts.has(id) || random.below(16) > 0) continue;
        const rendition = visible.get(id);
        const formats = rendition === undefined ? [FORMATS[place % 3] ?? ''] : FORMATS;
        for (const format of formats) {
          const answer = await http.get(`/v1/alerts/${id}`, { headers: { Accept: format } });
          expect([name, id, format, answer.status]).toEqual([
            name,
            id,
            format,
            rendition === undefined ? 404 : 200,
          ]);
          const markers = answer.text.match(/marker\d+/g) ?? [];
          const expected = rendition === undefined ? [] : [made.said.get(rendition.text)?.marker];
          expect([name, id, [...new Set(markers)]]).toEqual([name, id, expected]);
        }
      }
    });
  });

  it('a search shows what it says of what the reader may see, and of no other text', async () => {
    await inParallel(walkers, WIDTH, async (reading) => {
      const { name, http } = reading;
      const all = textsOf(reading);
      const { found: times } = await list(http);
      const middle = [...times.values()][Math.floor(times.size / 2)]?.changedAt ?? '2020-01-01T00:00:00.000Z';
      const [west, south] = [random.below(20) * 2 - 0.5, random.below(10) * 2 - 0.5];
      const [east, north] = [west + 9, south + 7];
      const least = random.one(SEVERITIES);
      const [categories, countries] = [random.some(CATEGORIES), random.some(COUNTRIES)];
      const [kinds, word] = [random.some(KINDS), random.one(WORDS)];
      const isIn = ({ corner: { longitude, latitude } }: Said): boolean =>
        longitude + 1 > west && longitude < east && latitude + 1 > south && latitude < north;
      const ring = [
        [south, west],
        [south, east],
        [north, east],
        [north, west],
        [south, west],
      ];
      type One = (typeof all)[number];
      const single: [Record<string, string>, (one: One) => boolean][] = [
        [{ kind: kinds.join(',') }, (one) => kinds.includes(one.kind)],
        [{ minSeverity: least }, (one) => SEVERITIES.indexOf(one.severity) >= SEVERITIES.indexOf(least)],
        [
          { category: categories.join(',') },
          (one) => one.categories.some((each) => categories.includes(each)),
        ],
        [{ country: countries.join(',') }, (one) => one.countries.some((each) => countries.includes(each))],
        [{ text: word }, (one) => one.word === word],
        [{ text: `${word.slice(0, 3)}*` }, (one) => one.word === word],
        [{ since: middle }, (one) => (times.get(one.id)?.changedAt ?? '') >= middle],
        [{ before: middle }, (one) => (times.get(one.id)?.changedAt ?? '') < middle],
        [{ bbox: [west, south, east, north].join(',') }, isIn],
        [{ within: ring.map((pair) => pair.join(',')).join(' ') }, isIn],
      ];
      const both = [0, 1].map((): (typeof single)[number] => {
        const [[oneQuery, one], [otherQuery, other]] = [
          random.one(single.slice(0, 4)),
          random.one(single.slice(4)),
        ];
        return [{ ...oneQuery, ...otherQuery }, (each) => one(each) && other(each)];
      });
      for (const [query, holds] of [...single, ...both]) {
        const expected = sorted(all.filter(holds).map(({ id }) => id));
        const { found, count } = await list(http, query);
        expect([name, query, sorted(found.keys())]).toEqual([name, query, expected]);
        expect([name, query, count]).toEqual([name, query, expected.length]);
        if (random.below(4) === 0) expect(sorted(await atom(http, query))).toEqual(expected);
      }
    });
  });

  it('the filter by arrangement shows what was addressed to it, and is refused to whoever is not in it', async () => {
    const { world, arrangements } = made;
    await inParallel(walkers, WIDTH, async ({ name, http, visible, readerId }) => {
      const reader = world.readers.find((one) => one.id === readerId);
      const standing = world.partners.find((one) => one.id === reader?.partnerId)?.status;
      const manages = made.readings.slice(0, SIZES.originators).some((one) => one.readerId === readerId);
      for (const { id, code } of arrangements.slice(0, 4)) {
        const member =
          standing === 'active' &&
          world.memberships.some(
            (one) =>
              one.partnerId === reader?.partnerId && one.arrangementId === id && one.state === 'current',
          ) &&
          (reader?.arrangements?.includes(id) ?? true);
        const answer = await http.get('/v1/alerts', { query: { arrangement: code, limit: 1 } });
        const sees = member || (manages && standing === 'active');
        expect([name, code, answer.status]).toEqual([name, code, sees ? 200 : 400]);
        if (answer.status !== 200) {
          expect([name, code, (await getBundle(http, id)).status]).toEqual([name, code, 404]);
          continue;
        }
        const expected = [...visible].flatMap(([alert, one]) =>
          one.arrangements.includes(id) ? [alert] : [],
        );
        const { found } = await list(http, { arrangement: code });
        expect([name, sorted(found.keys())]).toEqual([name, sorted(expected)]);
        const taken = await heldByBundles(http, id);
        expect([name, sorted(taken.keys())]).toEqual([name, sorted(expected)]);
        const markers = textsOf({ visible } as Reading).filter((one) => taken.has(one.id));
        expect(new Map([...taken].map(([key, { text }]) => [key, text?.headline]))).toEqual(
          new Map(markers.map((one) => [one.id, one.marker])),
        );
      }
    });
  });

  it('what a reader may not have answers like what does not exist, byte for byte, whatever is asked of it', async () => {
    const { world } = made;
    const body = { ...alertInput(), renditions: [{ ...renditionInput(), classification: undefined }] };
    type Request = [name: string, send: (http: Http, id: string) => Promise<Answer>];
    const requests: Request[] = [
      ...FORMATS.map((format): Request => [
        format,
        (http, id) => http.get(`/v1/alerts/${id}`, { headers: { Accept: format } }),
      ]),
      ['if-none-match', (http, id) => http.get(`/v1/alerts/${id}`, { headers: { 'If-None-Match': '*' } })],
      ['no such format', (http, id) => http.get(`/v1/alerts/${id}`, { headers: { Accept: 'image/png' } })],
      ['no such query', (http, id) => http.get(`/v1/alerts/${id}`, { query: { full: 'yes' } })],
      ['head', (http, id) => http.send('HEAD', `/v1/alerts/${id}`)],
      ['renditions', (http, id) => http.get(`/v1/alerts/${id}/renditions`)],
      ['redraft', (http, id) => http.put(`/v1/alerts/${id}`, body)],
      ['publication', (http, id) => http.post(`/v1/alerts/${id}/publication`)],
      ['update', (http, id) => http.post(`/v1/alerts/${id}/updates`, body)],
      ['update that is none', (http, id) => http.post(`/v1/alerts/${id}/updates`, { event: 1 })],
      [
        'update of a version',
        (http, id) => http.post(`/v1/alerts/${id}/updates`, body, { headers: { 'If-Match': '"1"' } }),
      ],
      ['cancellation', (http, id) => http.post(`/v1/alerts/${id}/cancellation`, {})],
      ['withdrawal', (http, id) => http.post(`/v1/alerts/${id}/withdrawal`)],
    ];
    const pairs = walkers.flatMap((reading) => {
      const hidden = world.shareables.filter(
        ({ id, originatorId }) => !reading.visible.has(id) && originatorId !== reading.readerId,
      );
      const states = random.some(['draft', 'published', 'cancelled', 'withdrawn']);
      return states.flatMap((state) => {
        const those = hidden.filter((one) => one.state === state);
        return those.length === 0 ? [] : [{ reading, state, id: random.one(those).id }];
      });
    });
    expect(pairs.length).toBeGreaterThan(walkers.length);
    await inParallel(pairs.slice(0, 60), WIDTH, async ({ reading: { name, http }, state, id }) => {
      const missing = v7();
      for (const [request, send] of requests) {
        const one = whatCame(await send(http, id), id);
        const other = whatCame(await send(http, missing), missing);
        expect([name, state, request, one]).toEqual([name, state, request, other]);
        expect(one.status).toBeGreaterThanOrEqual(400);
      }
    });
    expect(await readWorld(superuser)).toEqual(world);
  });
});
