import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { v7 } from 'uuid';
import { startApp, type TestApp } from '../support/app.js';
import {
  alertInput,
  arrangement,
  client,
  partner,
  renditionInput,
  USUAL_SCOPES,
  type RenditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Answer, type Http } from '../support/http.js';
import { chance } from './chance.js';
import { readWorld } from './recorded.js';
import { renditionFor, type Rendition, type World } from './reference-rule.js';

const SEED = Number(process.env['SLT_SEED'] ?? 20_260_101);
const ALERTS = 48;
const SEVERITIES = ['unknown', 'minor', 'moderate', 'severe', 'extreme'];
const KINDS = ['flash', 'advisory', 'incident', 'situation_report'];
const STATUSES = ['actual', 'exercise', 'test'];
const CATEGORIES = ['security', 'health', 'transport', 'geo'];
const WORDS = ['amber', 'basalt', 'cedar', 'delta', 'ember', 'fjord'];
const FORMATS = ['application/json', 'application/cap+xml', 'application/geo+json'];

/** What one rendition of an alert says, as the test made it. */
interface Said {
  marker: string;
  kind: string;
  status: string;
  severity: string;
  categories: string[];
  word: string;
  /** Its one square: the south-western corner, one degree wide. */
  corner: { longitude: number; latitude: number };
}

interface Reading {
  name: string;
  http: Http;
  readerId: string;
  /** What the rule gives this reader: rendition by alert. */
  visible: Map<string, Rendition>;
}

describe('for random readers and random alerts', () => {
  const random = chance(SEED);
  let app: TestApp;
  let superuser: pg.Client;
  let world: World;
  let arrangements: TestArrangement[];
  let readings: Reading[];
  /** By rendition id. */
  let said: Map<string, Said>;
  let alertIds: string[];

  beforeAll(async () => {
    app = await startApp();
    superuser = new pg.Client({ connectionString: app.database.superuserUrl });
    await superuser.connect();
    arrangements = [await arrangement(app), await arrangement(app), await arrangement(app)];

    const scopes = [...USUAL_SCOPES, 'partners:manage', 'arrangements:manage'];
    const originators = [
      await partner(app, { kind: 'un_entity', scopes }),
      await partner(app, { kind: 'unsms_mou', scopes }),
      await partner(app, { kind: 'ingo', scopes }),
    ];
    const kinds = ['io', 'ingo', 'national_ngo', 'ngo_platform', 'private_sector', 'donor', 'ingo', 'io'];
    const receivers: TestPartner[] = [];
    for (const [place, kind] of kinds.entries()) {
      const tlp = random.one(['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'] as const);
      const ceiling = { tlp: place === 0 ? ('RED' as const) : tlp };
      receivers.push(await partner(app, { kind, ceiling }));
    }
    const partners = [...originators, ...receivers];
    for (const { id } of arrangements) {
      for (const { partner: member } of random.some(partners)) {
        await app.steward.post(`/v1/arrangements/${id}/members`, {
          partnerId: member.id,
          ...(random.below(4) === 0 && { ceiling: { tlp: 'GREEN' } }),
        });
      }
    }
    const codes = {
      arrangements: arrangements.map(({ code }) => code),
      partners: partners.map((one) => one.partner.code),
    };

    const markers = new Map<string, Said>();
    const body = (place: number): object => {
      const originator = originators[place % originators.length] as TestPartner;
      const classifies = originator !== originators[2];
      const facts = {
        kind: random.one(KINDS),
        status: random.one(STATUSES),
        severity: random.one(SEVERITIES),
        categories: random.some(CATEGORIES),
      };
      const renditions = Array.from({ length: 1 + random.below(3) }, (): RenditionInput => {
        const marker = `marker${markers.size}`;
        const word = random.one(WORDS);
        const corner = { longitude: random.below(20) * 2, latitude: random.below(10) * 2 };
        markers.set(marker, { marker, ...facts, word, corner });
        const tlp = random.one(['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'] as const);
        const confidential = classifies && tlp !== 'CLEAR' && tlp !== 'GREEN' && random.below(2) === 0;
        const { classification, ...rendition } = renditionInput({
          tlp,
          classification: confidential ? 'CONFIDENTIAL' : 'UNCLASSIFIED',
          ...(confidential && { classificationReason: 'Names a source' }),
          audience: {
            arrangements: tlp !== 'RED' && random.below(4) > 0 ? random.some(codes.arrangements) : [],
            kinds: tlp !== 'RED' && random.below(3) === 0 ? [random.one(kinds)] : [],
            partners: random.below(2) === 0 ? random.some(codes.partners).slice(0, 3) : [],
            except: random.below(4) === 0 ? [random.one(codes.partners)] : [],
          },
          texts: [{ language: 'en', headline: marker, description: `There is ${word} on the way.` }],
          areas: [{ description: 'Somewhere', polygon: square(corner) }],
        });
        return { ...rendition, ...(classifies && { classification }) } as RenditionInput;
      });
      return alertInput({ ...facts, renditions });
    };

    alertIds = [];
    for (let place = 0; place < ALERTS; place++) {
      const originator = originators[place % originators.length] as TestPartner;
      const input = body(place);
      const state = place % 12 === 11 ? 'draft' : 'published';
      const { id } = expectStatus(
        await originator.http.post<{ id: string }>('/v1/alerts', { ...input, state }),
        201,
      );
      alertIds.push(id);
      if (state === 'draft') continue;
      if (place % 3 === 0) {
        expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, body(place)), 200);
      }
      if (place % 7 === 0) expectStatus(await originator.http.post(`/v1/alerts/${id}/cancellation`, {}), 200);
      if (place % 9 === 4) expectStatus(await originator.http.post(`/v1/alerts/${id}/withdrawal`), 204);
    }

    const open: { name: string; http: Http }[] = partners.map((one, place) => ({
      name: `${kinds[place - originators.length] ?? 'originator'} ${one.partner.code}`,
      http: one.http,
    }));
    for (const [place, options] of [
      { arrangements: [arrangements[0]?.code ?? ''] },
      { arrangements: arrangements.slice(1).map(({ code }) => code), ceiling: { tlp: 'GREEN' as const } },
      { ceiling: { tlp: 'AMBER' as const, classification: 'UNCLASSIFIED' as const } },
    ].entries()) {
      for (const one of [partners[3], partners[place]]) {
        const narrowed = await client(app, one?.partner.id ?? '', options);
        open.push({
          name: `narrowed ${JSON.stringify(options)} of ${one?.partner.code}`,
          http: await app.as(narrowed),
        });
      }
    }

    // What was given is partly taken again.
    const [lowered, suspended, left] = [receivers[0], receivers[1], receivers[2]];
    const change = { ceiling: { tlp: 'GREEN' } };
    expectStatus(await app.steward.patch(`/v1/partners/${lowered?.partner.id}`, change), 200);
    for (const one of [suspended, originators[2]]) {
      expectStatus(await app.steward.post(`/v1/partners/${one?.partner.id}/suspension`), 200);
    }
    for (const { id } of arrangements) {
      await app.steward.delete(`/v1/arrangements/${id}/members/${left?.partner.id}`);
    }
    // As long as an actor is believed to be what it was.
    await new Promise((resolve) => setTimeout(resolve, 1100));

    world = await readWorld(superuser);
    const { rows } = await superuser.query<{ id: string; marker: string }>(
      `select rendition_id as id, content->'texts'->0->>'headline' as marker from alert_rendition`,
    );
    said = new Map(rows.map(({ id, marker }) => [id, markers.get(marker) as Said]));
    readings = [];
    for (const { name, http } of open) {
      const clientId = expectStatus(await http.get<{ client: { id: string } }>('/v1/me'), 200);
      const readerId = await readerOf(clientId);
      const reader = world.readers.find((one) => one.id === readerId);
      if (reader === undefined) throw new Error(`no reader ${readerId}`);
      const visible = new Map<string, Rendition>();
      for (const shareable of world.shareables) {
        const rendition = renditionFor(world, reader, shareable);
        if (rendition !== undefined) visible.set(shareable.id, rendition);
      }
      readings.push({ name, http, readerId, visible });
    }
  }, 120_000);
  afterAll(async () => {
    await superuser.end();
    await app.close();
  });

  async function readerOf(me: object): Promise<string> {
    const { rows } = await superuser.query<{ id: string; reader_id: string }>(
      `select id, reader_id from client`,
    );
    const text = JSON.stringify(me);
    return rows.find(({ id }) => text.includes(`"${id}"`))?.reader_id ?? '';
  }

  const sorted = (ids: Iterable<string>): string[] => [...ids].sort();

  async function list(
    http: Http,
    query: Record<string, string> = {},
  ): Promise<Map<string, { said: string; changedAt: string }>> {
    const found = new Map<string, { said: string; changedAt: string }>();
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: {
        items: { id: string; changedAt: string; text: { headline: string } }[];
        nextCursor: string | null;
      } = expectStatus(
        await http.get('/v1/alerts', {
          query: { ...query, limit: 1 + random.below(15), ...(cursor && { cursor }) },
        }),
        200,
      );
      for (const { id, changedAt, text } of page.items) {
        if (found.has(id)) throw new Error(`${id} is there twice`);
        found.set(id, { said: text.headline, changedAt });
      }
      cursor = page.nextCursor;
    }
    return found;
  }

  async function atom(http: Http, query: Record<string, string> = {}): Promise<string[]> {
    const found: string[] = [];
    let address: string | undefined =
      `/v1/feeds/alerts.atom?${new URLSearchParams({ ...query, limit: '7' }).toString()}`;
    while (address !== undefined) {
      const answer: Answer = await http.get(address);
      expectStatus(answer, 200);
      found.push(...[...answer.text.matchAll(/<id>urn:uuid:([^<]+)<\/id>/g)].map(([, id]) => id ?? ''));
      address = /<link rel="next" href="([^"]+)"/.exec(answer.text)?.[1]?.replaceAll('&amp;', '&');
    }
    return found;
  }

  async function replay(http: Http): Promise<string[]> {
    const held = new Set<string>();
    let after = '';
    for (;;) {
      const { items, nextCursor } = expectStatus(
        await http.get<{ items: { change: string; object: { id: string } }[]; nextCursor: string }>(
          '/v1/changes',
          {
            query: { limit: 1 + random.below(30), ...(after && { after }) },
          },
        ),
        200,
      );
      if (items.length === 0) return [...held];
      for (const { change, object } of items) {
        if (change === 'withdrawn') held.delete(object.id);
        else held.add(object.id);
      }
      after = nextCursor;
    }
  }

  it('the world is one in which much is given and much is not', () => {
    const sizes = readings.map(({ visible }) => visible.size);
    expect(sizes.filter((size) => size > 5).length).toBeGreaterThan(6);
    expect(sizes.filter((size) => size < ALERTS / 2).length).toBeGreaterThan(6);
    expect(sizes).toContain(0);
    expect(said.size).toBeGreaterThan(ALERTS);
  });

  it('list, count, item, change log, Atom, CAP and GeoJSON show the same, and that is what the rule says', async () => {
    for (const { name, http, visible } of readings) {
      const ids = sorted(visible.keys());
      const listed = await list(http);
      expect([name, sorted(listed.keys())]).toEqual([name, ids]);
      for (const [id, { said: marker }] of listed) {
        expect([name, id, marker]).toEqual([name, id, said.get(visible.get(id)?.text ?? '')?.marker]);
      }
      const { body } = await http.get<{ count: number }>('/v1/alerts', {
        query: { count: 'true', limit: 1 },
      });
      expect([name, body.count]).toEqual([name, ids.length]);
      expect([name, sorted(await replay(http))]).toEqual([name, ids]);
      expect([name, sorted(await atom(http))]).toEqual([name, ids]);
    }
  }, 120_000);

  it('an item answers in all its formats to whoever has it in the list, with the same text, and to nobody else', async () => {
    for (const { name, http, visible, readerId } of readings) {
      const own = world.shareables.filter((one) => one.state === 'draft' && one.originatorId === readerId);
      for (const id of alertIds) {
        const rendition = visible.get(id);
        if (rendition === undefined && random.below(2) === 0) continue;
        const answer = await http.get(`/v1/alerts/${id}`, { headers: { Accept: random.one(FORMATS) } });
        if (own.some((one) => one.id === id)) continue;
        expect([name, id, answer.status]).toEqual([name, id, rendition === undefined ? 404 : 200]);
        const markers = answer.text.match(/marker\d+/g) ?? [];
        const expected = rendition === undefined ? [] : [said.get(rendition.text)?.marker];
        expect([name, id, [...new Set(markers)]]).toEqual([name, id, expected]);
      }
    }
  }, 120_000);

  it('a filter shows what it says of what the reader may see, and of no other text', async () => {
    for (const { name, http, visible } of readings) {
      const all = [...visible].map(([id, rendition]) => ({
        id,
        rendition,
        ...(said.get(rendition.text) as Said),
      }));
      type One = (typeof all)[number];
      const times = [...(await list(http)).entries()];
      const middle = times[Math.floor(times.length / 2)]?.[1].changedAt ?? '2020-01-01T00:00:00.000Z';
      const box = { west: random.below(20) * 2 - 0.5, south: random.below(10) * 2 - 0.5 };
      const [east, north] = [box.west + 9, box.south + 7];
      const least = random.one(SEVERITIES);
      const categories = random.some(CATEGORIES);
      const [kind, status, word] = [random.one(KINDS), random.one(STATUSES), random.one(WORDS)];
      const single: [Record<string, string>, (one: One) => boolean][] = [
        [{ kind }, (one) => one.kind === kind],
        [{ status }, (one) => one.status === status],
        [{ minSeverity: least }, (one) => SEVERITIES.indexOf(one.severity) >= SEVERITIES.indexOf(least)],
        [
          { category: categories.join(',') },
          (one) => one.categories.some((each) => categories.includes(each)),
        ],
        [{ text: word }, (one) => one.word === word],
        [{ since: middle }, (one) => (times.find(([id]) => id === one.id)?.[1].changedAt ?? '') >= middle],
        [
          { bbox: [box.west, box.south, east, north].join(',') },
          ({ corner: { longitude, latitude } }) =>
            longitude + 1 > box.west && longitude < east && latitude + 1 > box.south && latitude < north,
        ],
      ];
      const filters = [
        ...single,
        ...[0, 1].map((): (typeof single)[number] => {
          const [[oneQuery, one], [otherQuery, other]] = [random.one(single), random.one(single)];
          return [{ ...oneQuery, ...otherQuery }, (each) => one(each) && other(each)];
        }),
      ];
      for (const [query, holds] of filters) {
        const expected = sorted(all.filter(holds).map(({ id }) => id));
        expect([name, query, sorted((await list(http, query)).keys())]).toEqual([name, query, expected]);
        const { body } = await http.get<{ count: number }>('/v1/alerts', {
          query: { ...query, count: 'true', limit: 1 },
        });
        expect([name, query, body.count]).toEqual([name, query, expected.length]);
        if (random.below(3) === 0) expect(sorted(await atom(http, query))).toEqual(expected);
      }
    }
  }, 120_000);

  it('the filter by arrangement shows what was addressed to it, and is refused to whoever is not in it', async () => {
    for (const { name, http, visible, readerId } of readings) {
      const reader = world.readers.find((one) => one.id === readerId);
      const standing = world.partners.find((one) => one.id === reader?.partnerId)?.status;
      for (const { id, code } of arrangements) {
        const member =
          standing === 'active' &&
          world.memberships.some(
            (one) =>
              one.partnerId === reader?.partnerId && one.arrangementId === id && one.state === 'current',
          ) &&
          (reader?.arrangements?.includes(id) ?? true);
        const manages = name.startsWith('originator') && standing === 'active';
        const answer = await http.get<{ items: { id: string }[] }>('/v1/alerts', {
          query: { arrangement: code, limit: 200 },
        });
        const expected = [...visible].flatMap(([alert, one]) =>
          one.arrangements.includes(id) ? [alert] : [],
        );
        expect([name, code, answer.status]).toEqual([name, code, member || manages ? 200 : 400]);
        if (answer.status !== 200) continue;
        expect([name, sorted(answer.body.items.map((one) => one.id))]).toEqual([name, sorted(expected)]);
      }
    }
  });

  it('what a reader may not have answers like what does not exist, byte for byte, whatever is asked of it', async () => {
    const body = { ...alertInput(), renditions: [{ ...renditionInput(), classification: undefined }] };
    const requests: [name: string, (http: Http, id: string) => Promise<Answer>][] = [
      ...FORMATS.map((format): [string, (http: Http, id: string) => Promise<Answer>] => [
        format,
        (http, id) => http.get(`/v1/alerts/${id}`, { headers: { Accept: format } }),
      ]),
      ['if-none-match', (http, id) => http.get(`/v1/alerts/${id}`, { headers: { 'If-None-Match': '*' } })],
      [
        'a format that is not',
        (http, id) => http.get(`/v1/alerts/${id}`, { headers: { Accept: 'image/png' } }),
      ],
      ['a query that is not', (http, id) => http.get(`/v1/alerts/${id}`, { query: { full: 'yes' } })],
      ['head', (http, id) => http.send('HEAD', `/v1/alerts/${id}`)],
      ['renditions', (http, id) => http.get(`/v1/alerts/${id}/renditions`)],
      ['redraft', (http, id) => http.put(`/v1/alerts/${id}`, body)],
      ['publication', (http, id) => http.post(`/v1/alerts/${id}/publication`)],
      ['update', (http, id) => http.post(`/v1/alerts/${id}/updates`, body)],
      ['update that is not one', (http, id) => http.post(`/v1/alerts/${id}/updates`, { event: 1 })],
      [
        'update of a version',
        (http, id) => http.post(`/v1/alerts/${id}/updates`, body, { headers: { 'If-Match': '"1"' } }),
      ],
      ['cancellation', (http, id) => http.post(`/v1/alerts/${id}/cancellation`, {})],
      ['withdrawal', (http, id) => http.post(`/v1/alerts/${id}/withdrawal`)],
    ];
    let hiddenOnes = 0;
    for (const { name, http, visible, readerId } of readings) {
      const hidden = world.shareables.filter(
        ({ id, originatorId }) => !visible.has(id) && originatorId !== readerId,
      );
      const states = ['draft', 'published', 'cancelled', 'withdrawn'];
      for (const state of random.some(states)) {
        const those = hidden.filter((one) => one.state === state);
        if (those.length === 0) continue;
        hiddenOnes++;
        const { id } = random.one(those);
        const missing = v7();
        for (const [request, send] of requests) {
          const one = whatCame(await send(http, id), id);
          const other = whatCame(await send(http, missing), missing);
          expect([name, state, request, one]).toEqual([name, state, request, other]);
          expect(one.status).toBeGreaterThanOrEqual(400);
        }
      }
    }
    expect(hiddenOnes).toBeGreaterThan(15);
    expect(await readWorld(superuser)).toEqual(world);
  }, 120_000);
});

it.each(['/v1/alerts', '/v1/feeds/alerts.atom'])(
  '%s is called unchanged only when it is, also where an alert was addressed to one arrangement more',
  async (path) => {
    const app = await startApp();
    try {
      const [originator, reader] = [await partner(app), await partner(app)];
      const members = [originator, reader];
      const [one, other] = [await arrangement(app, { members }), await arrangement(app, { members })];
      const to = (...codes: string[]) => {
        const { classification: _, ...rendition } = renditionInput({ audience: { arrangements: codes } });
        return alertInput({ renditions: [rendition as RenditionInput] });
      };
      const { id } = expectStatus(
        await originator.http.post<{ id: string }>('/v1/alerts', to(one.code)),
        201,
      );
      const query = { arrangement: other.code };
      const before = await reader.http.get(path, { query });
      expect(before.text).not.toContain(id);
      const headers = { 'If-None-Match': before.headers.get('etag') ?? '"none"' };
      expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, to(one.code, other.code)), 200);
      const after = await reader.http.get(path, { query, headers });
      expect([after.status, after.text.includes(id)]).toEqual([200, true]);
      // Nothing was new to the reader, so its log did not tell it anything.
      const { body } = await reader.http.get<{ items: unknown[] }>('/v1/changes');
      expect(body.items).toHaveLength(1);
    } finally {
      await app.close();
    }
  },
);

function whatCame({ status, headers, text }: Answer, id: string) {
  const volatile = ['date', 'x-request-id'];
  return {
    status,
    text: text.replaceAll(id, 'ID'),
    headers: [...headers].filter(([name]) => !volatile.includes(name) && !name.startsWith('ratelimit')),
  };
}

function square({ longitude, latitude }: Said['corner']): number[][] {
  const [south, north, west, east] = [latitude, latitude + 1, longitude, longitude + 1];
  return [
    [south, west],
    [south, east],
    [north, east],
    [north, west],
    [south, west],
  ];
}
