import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { everyChannel, untilFeedIsDated } from '../alerts/channels.js';
import { type ClientCredentials, requestToken, startApp, type TestApp } from '../support/app.js';
import {
  alert,
  alertInput,
  arrangement,
  partner,
  renditionInput,
  type RenditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus } from '../support/http.js';

const LOWER = 'Stay away from the bridge of Orsa.';
const HIGHER = 'A source in the Ondra brigade names the bridge of Orsa for tonight.';

const told = (description: string): RenditionInput['texts'] => [
  { language: 'en', headline: 'Bridge of Orsa', description, instruction: 'Stay away.' },
];

/** Everything a reader gets byte by byte, headers too, save when it was sent and by which connection. */
type Everything = Record<string, { status: number; headers: [string, string][]; body: string }>;

describe('14: tear-line', () => {
  let app: TestApp;
  let originator: TestPartner;
  let low: TestPartner;
  let high: TestPartner;
  let here: TestArrangement;

  beforeAll(async () => {
    app = await startApp();
    originator = await partner(app, { kind: 'un_entity' });
    low = await partner(app, { ceiling: { tlp: 'GREEN' } });
    high = await partner(app, { ceiling: { tlp: 'AMBER', classification: 'CONFIDENTIAL' } });
    here = await arrangement(app, { members: [originator, low, high] });
  });
  afterAll(() => app.close());

  const lower = (): RenditionInput =>
    renditionInput({
      audience: { arrangements: [here.code] },
      texts: told(LOWER),
      areas: [{ description: 'Orsa district' }],
    });
  const higher = (description = HIGHER): RenditionInput =>
    renditionInput({
      tlp: 'AMBER',
      classification: 'CONFIDENTIAL',
      classificationReason: 'Names a source',
      audience: { arrangements: [here.code] },
      texts: told(description),
    });

  async function everythingFor(
    { clientId, clientSecret }: ClientCredentials,
    id: string,
  ): Promise<Everything> {
    const { access_token } = expectStatus(await requestToken(app.anonymous, { clientId, clientSecret }), 200);
    const paths: [string, string?][] = [
      [`/v1/alerts/${id}`],
      [`/v1/alerts/${id}`, 'application/cap+xml'],
      [`/v1/alerts/${id}`, 'application/geo+json'],
      [`/v1/alerts/${id}/renditions`],
      ['/v1/alerts?count=true'],
      ['/v1/alerts?text=bridge&count=true'],
      ['/v1/alerts?text=brigade&count=true'],
      ['/v1/alerts?bbox=32,15,33,16&count=true'],
      ['/v1/changes'],
      ['/v1/feeds/alerts.atom'],
    ];
    const all: Everything = {};
    for (const [path, accept = '*/*'] of paths) {
      const [answer] = (await once(
        get(`${app.url}${path}`, { headers: { Authorization: `Bearer ${access_token}`, Accept: accept } }),
        'response',
      )) as [IncomingMessage];
      const body = (await answer.toArray()).join('');
      const headers = Object.entries(answer.headers)
        .filter(([name]) => !['date', 'x-request-id', 'ratelimit', 'ratelimit-policy'].includes(name))
        .map(([name, value]): [string, string] => [name, String(value)])
        .sort();
      all[`${path} ${accept}`] = { status: answer.statusCode ?? 0, headers, body };
    }
    return all;
  }

  it('gives each reader its own text on every channel, and no other', async () => {
    const { id } = await alert(originator.http, { renditions: [lower(), higher()] });
    for (const [reader, mine, others] of [
      [low, LOWER, HIGHER],
      [high, HIGHER, LOWER],
    ] as const) {
      for (const [channel, { text }] of Object.entries(await everyChannel(reader.http, id))) {
        expect([channel, text.includes(others)]).toEqual([channel, false]);
        if (channel !== 'changes') expect([channel, text.includes(mine)]).toEqual([channel, true]);
      }
    }
  });

  it('changes not one byte, header, version or tag for the lower reader when a higher text comes, changes and goes', async () => {
    const { id } = await alert(originator.http, { renditions: [lower()] });
    await untilFeedIsDated(low.http);
    const before = await everythingFor(low.client, id);
    const tags = Object.values(before).map(({ headers }) => headers.find(([name]) => name === 'etag'));
    expect(tags.filter((tag) => tag !== undefined).length).toBeGreaterThan(5);
    for (const renditions of [[lower(), higher()], [lower(), higher(`${HIGHER} At nine.`)], [lower()]]) {
      const answer = await originator.http.post(`/v1/alerts/${id}/updates`, alertInput({ renditions }));
      expectStatus(answer, 200);
      expect(await everythingFor(low.client, id)).toEqual(before);
    }
    // It was there: whoever may have it was told each time.
    const { body } = await high.http.get<{ items: { change: string; object: { id: string } }[] }>(
      '/v1/changes?limit=200',
    );
    const changes = body.items.filter(({ object }) => object.id === id).map(({ change }) => change);
    expect(changes).toEqual(['published', 'updated', 'updated', 'updated']);
  });

  it('costs the lower reader no different time', async () => {
    const plain = await alert(originator.http, { renditions: [lower()] });
    const torn = await alert(originator.http, { renditions: [lower(), higher(HIGHER.repeat(200))] });
    const times = new Map<string, number[]>([
      [plain.id, []],
      [torn.id, []],
    ]);
    for (let round = 0; round < 150; round++) {
      for (const [id, taken] of round % 2 === 0 ? times : [...times].reverse()) {
        const start = performance.now();
        await low.http.get(`/v1/alerts/${id}`);
        taken.push(performance.now() - start);
      }
    }
    const median = (taken: number[] = []): number => taken.toSorted((x, y) => x - y)[taken.length >> 1] ?? 0;
    const ratio = median(times.get(torn.id)) / median(times.get(plain.id));
    expect(ratio).toBeGreaterThan(0.67);
    expect(ratio).toBeLessThan(1.5);
  });
});
