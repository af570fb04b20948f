import { check } from '@placemarkio/check-geojson';
import { parse as parseCsv } from 'csv-parse/sync';
import { parseFeed } from 'feedsmith';
import { CAP } from '../alerts/channels.js';
import { atomFaults, capMessages } from '../delivery/feeds/conformance.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  arrangement,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Answer, type Http } from '../support/http.js';

const FORMATS = ['atom', 'rss', 'json', 'geojson', 'csv', 'cap'];
const TYPES: Record<string, string> = {
  atom: 'application/atom+xml',
  rss: 'application/rss+xml',
  json: 'application/feed+json',
  geojson: 'application/geo+json',
  csv: 'text/csv',
  cap: 'application/atom+xml',
};
const MARKUP = 'Shots <b>& "shells"</b> <script>alert(1)</script> ]]> — ‏اشتباكات‎';
const RING = [
  [15.5, 32.4],
  [15.7, 32.4],
  [15.7, 32.7],
  [15.5, 32.4],
];

describe('feeds that interoperate', () => {
  let app: TestApp;
  let un: TestPartner;
  let reader: TestPartner;
  let low: TestPartner;
  let here: TestArrangement;
  const ids: string[] = [];

  beforeAll(async () => {
    app = await startApp();
    un = await partner(app, { kind: 'un_entity', name: 'Watch & Ward <UN>' });
    reader = await partner(app, { kind: 'ingo' });
    low = await partner(app, { kind: 'ingo', ceiling: { tlp: 'CLEAR' } });
    here = await arrangement(app, { members: [un, reader, low] });
    const audience = { arrangements: [here.code] };
    const shapes: object[] = [
      { areas: [{ description: 'Market', polygon: RING }] },
      { areas: [{ description: 'Bridge', circles: [{ center: [-4.25, -70.125], radiusKm: 3 }] }] },
      {
        areas: [
          {
            description: 'Taveuni',
            polygon: [
              [-17, 179],
              [-17, -179],
              [-16, -179],
              [-17, 179],
            ],
          },
        ],
      },
      { areas: [] },
    ];
    for (const [place, shape] of shapes.entries()) {
      const headline = `${MARKUP} ${place}`;
      const texts = [
        { language: 'en', headline, description: `${MARKUP}\nin two lines` },
        { language: 'ar', headline: 'اشتباكات', description: 'قرب السوق' },
      ];
      const rendition = renditionInput({ audience, texts, ...shape });
      ids.push((await alert(un.http, { renditions: [rendition] })).id);
    }
    const cap = expectStatus(
      await un.http.post<{ id: string }>('/v1/alerts', MESSAGE, {
        headers: { 'Content-Type': 'application/cap+xml' },
        query: { tlp: 'GREEN', classification: 'UNCLASSIFIED', arrangements: here.code },
      }),
      201,
    );
    ids.push(cap.id);
    expectStatus(await un.http.post(`/v1/alerts/${ids[0]}/updates`, updateOf(audience)), 200);
    expectStatus(await un.http.post(`/v1/alerts/${ids[1]}/cancellation`, { note: 'All over.' }), 200);
  });
  afterAll(() => app.close());

  const feed = async (
    format: string,
    query: Record<string, string | number> = {},
    http: Http = reader.http,
  ) => {
    const answer = await http.get(`/v1/feeds/alerts.${format}`, { query });
    expectStatus(answer, 200);
    return answer;
  };

  it.each(FORMATS)('answer as what they are, at a stable address: %s', async (format) => {
    const { headers, text } = await feed(format);
    expect(headers.get('content-type')).toMatch(new RegExp(`^${TYPES[format]?.replace('+', '\\+')}(;|$)`));
    expect(ids.filter((id) => !text.includes(id))).toEqual([]);
  });

  it.each(['atom', 'rss', 'json'])('are read by a published parser, text by text: %s', async (format) => {
    const { text } = await feed(format);
    const parsed = parseFeed(text);
    expect(parsed.format).toBe(format);
    const items = itemsOf(parsed);
    expect(items.map(({ id }) => id.replace(/^urn:uuid:|#\d+$/g, '')).sort()).toEqual([...ids].sort());
    for (const { title, text: body } of items) {
      expect(title).toMatch(/^\[TLP:GREEN\] /);
      expect(body).toContain('Decisions remain with the recipient');
    }
    const said = items.find(({ id }) => id.includes(ids[3] ?? ''));
    expect(said?.title).toBe(`[TLP:GREEN] ${MARKUP} 3`);
    expect(fromHtml(said?.text ?? '', format)).toContain(`${MARKUP}\nin two lines`);
    expect(items.find(({ id }) => id.includes(ids[1] ?? ''))?.title).toMatch(/^\[TLP:GREEN\] \[CANCELLED\] /);
  });

  it.each(['atom', 'cap'])('of Atom keep to its grammar and rules: %s', async (format) => {
    expect(atomFaults((await feed(format)).text)).toEqual([]);
    expect(atomFaults((await feed(format, { limit: 2 })).text)).toEqual([]);
    expect(atomFaults((await feed(format, { kind: 'situation_report' })).text)).toEqual([]);
  });

  it('of CAP hold messages that the CAP 1.2 schema admits, the very ones that the items answer', async () => {
    const messages = capMessages((await feed('cap')).text);
    expect([...messages.keys()].sort()).toEqual([...ids].sort());
    for (const [id, message] of messages) {
      const item = await reader.http.get(`/v1/alerts/${id}`, { headers: CAP });
      expect(
        capMessages(`<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>${id}</id>
        <content type="application/cap+xml">${item.text.replace(/^<\?xml.*\?>/, '')}</content></entry></feed>`),
      ).toEqual(new Map([[id, message]]));
    }
  });

  it('of GeoJSON pass a validator, and lie where the CAP messages say', async () => {
    const { text } = await feed('geojson');
    const collection = check(text) as unknown as Collection;
    expect(collection.features.map(({ id }) => id).sort()).toEqual([...ids].sort());
    const messages = capMessages((await feed('cap')).text);
    for (const { id, geometry, properties } of collection.features) {
      const areas = messages.get(id)?.infos[0]?.areas ?? [];
      const polygons = areas.flatMap((area) => area.polygons.map(corners));
      const circles = areas.flatMap((area) => area.circles);
      // Circles have no form in GeoJSON, and what crosses the antimeridian is cut there: their originals stand beside.
      expect(properties.areas.flatMap((area) => area.circles.map(circleText))).toEqual(circles);
      if (circles.length > 0 || id === ids[2]) continue;
      const drawn = (geometry?.coordinates ?? []).map(([ring = []]) => ring.map(([x, y]) => `${y},${x}`));
      expect(drawn.map((ring) => [...new Set(ring)].sort())).toEqual(
        polygons.map((ring) => [...new Set(ring)].sort()),
      );
      for (const ring of geometry?.coordinates ?? []) expect(areaOf(ring[0])).toBeGreaterThan(0);
    }
    const cut = collection.features.find(({ id }) => id === ids[2])?.geometry?.coordinates ?? [];
    expect(cut.length).toBe(2);
  });

  it('of CSV are read by a published parser, with HXL tags in the second row', async () => {
    const rows: string[][] = parseCsv((await feed('csv')).text, { bom: true });
    const [header = [], tags = [], ...records] = rows;
    expect(header[0]).toBe('TLP');
    expect(tags.filter((tag) => !/^#[a-z]+(\+[a-z][a-z0-9_]*)*$/.test(tag))).toEqual([]);
    expect(new Set(tags).size).toBe(tags.length);
    const column = (tag: string): string[] => records.map((row) => row[tags.indexOf(tag)] ?? '');
    expect(column('#event+id').sort()).toEqual([...ids].sort());
    expect(new Set(column('#meta+tlp'))).toEqual(new Set(['TLP:GREEN']));
    expect(column('#event+headline')).toContain(`${MARKUP} 3`);
    expect(column('#geo+lat')).toContain('-4.25');
  });

  it.each(FORMATS)('go on from page to page, all of it and nothing twice: %s', async (format) => {
    const found: string[] = [];
    let address: string | undefined = `/v1/feeds/alerts.${format}?limit=2`;
    let pages = 0;
    while (address !== undefined) {
      const { text, headers }: Answer = expectOk(await reader.http.get(address));
      found.push(...ids.filter((id) => text.replaceAll(/<at:deleted-entry [^>]*>/g, '').includes(id)));
      const next: string | undefined = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
      const inside = /"next_url":"([^"]+)"|rel="next" href="([^"]+)"|"rel":"next","href":"([^"]+)"/.exec(
        text,
      );
      const said = inside?.slice(1).find((one) => one !== undefined);
      if (format !== 'csv') expect(said?.replaceAll('&amp;', '&')).toBe(next);
      if (format === 'atom') {
        expect(text).toContain(`rel="first" href="${app.url}/v1/feeds/alerts.atom?limit=2"`);
        expect(text).not.toMatch(/rel="(previous|last|prev-archive)"/);
      }
      address = next;
      pages += 1;
    }
    expect([pages, found.length, new Set(found).size]).toEqual([3, ids.length, ids.length]);
  });

  it.each(FORMATS)("are not sent again to who has them, and are nobody else's: %s", async (format) => {
    const path = `/v1/feeds/alerts.${format}`;
    const { headers } = await feed(format);
    const tag = headers.get('etag') ?? '';
    expect(tag).toMatch(/^"[\w-]{20,}"$/);
    expect(headers.get('vary')).toBe('Authorization, Accept-Language, Accept-Encoding');
    expect(headers.get('cache-control')).toBe('private, no-cache');
    const again = await reader.http.get(path, { headers: { 'If-None-Match': tag } });
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', tag]);
    const others = [low.http, un.http, app.steward];
    for (const http of others) {
      const theirs = await http.get(path, { headers: { 'If-None-Match': tag } });
      expect([theirs.status, theirs.headers.get('etag') === tag]).toEqual([200, false]);
    }
    const french = { 'If-None-Match': tag, 'Accept-Language': 'ar' };
    expect((await reader.http.get(path, { headers: french })).status).toBe(200);
    const other = FORMATS.find((one) => one !== format);
    expect(
      (await reader.http.get(`/v1/feeds/alerts.${other}`, { headers: { 'If-None-Match': tag } })).status,
    ).toBe(200);
  });
});

interface Collection {
  features: {
    id: string;
    geometry: { coordinates: [number, number][][][] } | null;
    properties: { areas: { circles: { center: number[]; radiusKm: number }[] }[] };
  }[];
}

const expectOk = <T extends { status: number; text: string }>(answer: T): T => {
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`);
  return answer;
};

/** `lat,lon lat,lon …` as CAP writes it. */
const corners = (polygon: string): string[] =>
  polygon.split(' ').map((pair) => pair.split(',').map(Number).join(','));

const circleText = ({ center, radiusKm }: { center: number[]; radiusKm: number }): string =>
  `${center.join(',')} ${radiusKm}`;

/** Twice the area with its sign: positive for a ring that turns counter-clockwise. */
const areaOf = (ring: [number, number][] = []): number =>
  ring.reduce((sum, [x, y], place) => {
    const [nextX, nextY] = ring[(place + 1) % ring.length] ?? [0, 0];
    return sum + x * nextY - nextX * y;
  }, 0);

interface Item {
  id?: unknown;
  guid?: unknown;
  title?: unknown;
  content?: unknown;
  content_text?: unknown;
  description?: unknown;
}

function itemsOf({ feed }: { feed: object }): { id: string; title: string; text: string }[] {
  const { entries, items = entries ?? [] } = feed as { entries?: Item[]; items?: Item[] };
  return items.map((one) => ({
    id: textOf(one.id ?? one.guid),
    title: textOf(one.title),
    text: textOf(one.content ?? one.content_text ?? one.description),
  }));
}

/** Elements that can have attributes come as objects. */
function textOf(element: unknown): string {
  const text: unknown = typeof element === 'object' ? (element as { value?: unknown }).value : element;
  return typeof text === 'string' ? text : '';
}

/** Descriptions of RSS are HTML, in which nothing but paragraphs and lines may be left. */
function fromHtml(text: string, format: string): string {
  if (format !== 'rss') return text;
  expect(text.replaceAll(/<\/?p>|<br\/>/g, '')).not.toContain('<');
  const entities: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&' };
  return text
    .replaceAll('<br/>', '\n')
    .replaceAll(/<\/?p>/g, '\n')
    .replaceAll(/&(lt|gt|quot|amp);/g, (entity) => entities[entity] ?? entity);
}

const updateOf = (audience: object): object => ({
  kind: 'advisory',
  status: 'actual',
  event: 'Armed clashes',
  categories: ['security'],
  urgency: 'immediate',
  severity: 'extreme',
  certainty: 'observed',
  renditions: [{ ...renditionInput(), audience }],
});

const MESSAGE = `<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>feeds-2030-001</identifier>
  <sender>watch.example</sender>
  <sent>2026-11-02T09:00:00-00:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Public</scope>
  <info>
    <language>en</language>
    <category>Met</category>
    <event>Flood</event>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Observed</certainty>
    <headline>The river rises</headline>
    <area>
      <areaDesc>River</areaDesc>
      <polygon>15.5,32.4 15.7,32.4 15.7,32.7 15.5,32.4</polygon>
    </area>
  </info>
</alert>`;
