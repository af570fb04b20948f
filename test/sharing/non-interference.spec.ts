import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { untilFeedIsDated } from '../alerts/channels.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  alertInput,
  arrangement,
  client,
  join,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Answer, type Http } from '../support/http.js';

/** Two installations in which everything that one reader may see is the same; in the second there is more beside it. */
interface World {
  app: TestApp;
  busy: boolean;
  here: TestArrangement;
  elsewhere: TestArrangement;
  originator: TestPartner;
  /** Above the reader's ceiling, and in another arrangement besides. */
  high: TestPartner;
  readers: { name: string; http: Http }[];
  /** The alerts that the readers may see, in the order in which they were published. */
  alerts: string[];
}

const text = (description: string) => [{ language: 'en', headline: 'Shots near the market', description }];

async function build(busy: boolean): Promise<World> {
  const app = await startApp();
  const named = (code: string, options: object = {}) =>
    partner(app, { code, name: `Partner ${code}`, ...options });
  const originator = await named('ORIGINATOR', { kind: 'un_entity' });
  const high = await named('HIGH');
  const reader = await named('READER', { ceiling: { tlp: 'GREEN' } });
  const here = await arrangement(app, { code: 'HERE', name: 'Here', members: [originator, reader] });
  const elsewhere = await arrangement(app, {
    code: 'ELSEWHERE',
    name: 'Elsewhere',
    members: [originator, high],
  });
  const narrowed = await client(app, reader.partner.id, {
    arrangements: ['HERE'],
    ceiling: { tlp: 'CLEAR' },
  });
  return {
    app,
    busy,
    here,
    elsewhere,
    originator,
    high,
    readers: [
      { name: 'the partner', http: reader.http },
      { name: 'its narrowed client', http: await app.as(narrowed) },
    ],
    alerts: [],
  };
}

const higher = (description: string) =>
  renditionInput({
    tlp: 'AMBER',
    classification: 'CONFIDENTIAL',
    classificationReason: 'Names a source',
    audience: { arrangements: ['HERE', 'ELSEWHERE'] },
    texts: [
      ...text(description),
      { language: 'fr', headline: 'Tirs', description: 'Plus long que l’autre.' },
    ],
  });

/** One and the same handling for others, which their own text shows. */
const beside = (tlp: 'GREEN' | 'CLEAR', description: string) =>
  renditionInput({ tlp, audience: { arrangements: ['ELSEWHERE'] }, texts: text(description) });

const lower = (tlp: 'GREEN' | 'CLEAR', description: string) =>
  renditionInput({ tlp, audience: { arrangements: ['HERE'] }, texts: text(description) });

/** What happens: the same in both worlds as far as the readers are concerned. */
const STAGES: [name: string, happen: (world: World) => Promise<void>][] = [
  [
    'alerts are published',
    async (world) => {
      for (const tlp of ['GREEN', 'CLEAR', 'GREEN', 'CLEAR'] as const) {
        if (world.busy) await hidden(world);
        const renditions = [lower(tlp, `First text, ${tlp}`)];
        if (world.busy) renditions.unshift(higher('A higher text'), beside(tlp, 'For others'));
        const { id } = await alert(world.originator.http, { renditions });
        world.alerts.push(id);
        if (world.busy) await hidden(world);
      }
    },
  ],
  [
    'a higher text changes, and only that',
    async ({ busy, originator, alerts }) => {
      if (!busy) return;
      for (const [place, id] of alerts.entries()) {
        const renditions = [
          higher(`Another higher text ${place}`),
          lower(place % 2 === 0 ? 'GREEN' : 'CLEAR', `First text, ${place % 2 === 0 ? 'GREEN' : 'CLEAR'}`),
        ];
        const answer = await originator.http.post(`/v1/alerts/${id}/updates`, alertInput({ renditions }));
        expectStatus(answer, 200);
      }
    },
  ],
  [
    'the reader’s text changes',
    async ({ busy, originator, alerts: [id] }) => {
      const renditions = [lower('GREEN', 'Second text')];
      if (busy) renditions.push(higher('A third higher text'));
      expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, alertInput({ renditions })), 200);
    },
  ],
  [
    'an alert is cancelled, another withdrawn',
    async (world) => {
      const { originator, alerts } = world;
      expectStatus(
        await originator.http.post(`/v1/alerts/${alerts[1]}/cancellation`, { note: 'Over.' }),
        200,
      );
      if (world.busy) await hidden(world);
      expectStatus(await originator.http.post(`/v1/alerts/${alerts[2]}/withdrawal`), 204);
    },
  ],
  [
    'others join, lose and leave',
    async (world) => {
      if (!world.busy) return;
      const { app, here, high } = world;
      await join(app, here, high);
      await app.steward.patch(`/v1/partners/${high.partner.id}`, { ceiling: { tlp: 'GREEN' } });
      await app.steward.post(`/v1/partners/${high.partner.id}/suspension`);
      await app.steward.delete(`/v1/arrangements/${here.id}/members/${high.partner.id}`);
    },
  ],
  [
    'one more is published',
    async (world) => {
      const renditions = [lower('CLEAR', 'Last text')];
      if (world.busy) renditions.push(higher('The last higher text'));
      const { id } = await alert(world.originator.http, { renditions });
      world.alerts.push(id);
    },
  ],
];

/** Things that are none of the readers' business. */
async function hidden({ originator }: World): Promise<void> {
  const { id } = await alert(originator.http, {
    renditions: [higherElsewhere(), beside('GREEN', 'For others')],
  });
  await originator.http.post(
    `/v1/alerts/${id}/updates`,
    alertInput({ renditions: [beside('CLEAR', 'For others, changed')] }),
  );
  await originator.http.post('/v1/alerts', {
    ...alertInput({ renditions: [higherElsewhere()] }),
    state: 'draft',
  });
}

const higherElsewhere = () =>
  renditionInput({ tlp: 'AMBER', audience: { arrangements: ['ELSEWHERE'] }, texts: text('For others') });

/** Everything that a reader can ask, as it looks when what may differ by chance is named by its place. */
async function transcript({ app, alerts }: World, http: Http): Promise<string[]> {
  const names = new Map<string, string>();
  const name = (kind: string) => (found: string) => {
    if (!names.has(found)) names.set(found, `${kind}#${names.size}`);
    return names.get(found) ?? '';
  };
  for (const id of alerts) name('alert')(id);
  const normalise = (said: string): string =>
    said
      .replaceAll(app.url, 'URL')
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, name('id'))
      .replace(/"c_[\w-]{16,32}"/g, name('client'))
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, (time) =>
        time.startsWith('2') && time > '2026-02' && time < '2090' ? `TIME${time.length}` : time,
      );
  const cursorless = (said: string): string =>
    said
      .replace(/"nextCursor":"[\w-]+"/g, (cursor) => `CURSOR${cursor.length}`)
      .replace(/cursor=[\w-]+/g, (cursor) => `CURSOR${cursor.length}`);
  const lines: string[] = [];
  const ask = async (path: string, headers: Record<string, string> = {}): Promise<Answer> => {
    // As it is: how well it compresses depends on ids and times, which differ by chance.
    const answer = await http.get(path, { headers: { 'Accept-Encoding': 'identity', ...headers } });
    const kept = [...answer.headers]
      .filter(([header]) => !['date', 'x-request-id'].includes(header))
      .map(([header, value]) => {
        // How much is left, and for how many seconds, is a matter of when it was asked.
        if (header === 'ratelimit') return header;
        const opaque = ['etag', 'last-modified', 'ratelimit-policy'].includes(header);
        return `${header}: ${opaque ? value.replace(/[\w-]/g, '.') : cursorless(normalise(value))}`;
      });
    const body = cursorless(normalise(answer.text));
    lines.push(
      `GET ${normalise(path.replace(/(after|cursor)=[\w-]+/, '$1=…'))}`,
      `${answer.status}`,
      ...kept,
      body,
    );
    return answer;
  };
  for (const id of alerts) {
    for (const format of ['application/json', 'application/cap+xml', 'application/geo+json']) {
      const answer = await ask(`/v1/alerts/${id}`, { Accept: format });
      const etag = answer.headers.get('etag');
      if (etag !== null) await ask(`/v1/alerts/${id}`, { Accept: format, 'If-None-Match': etag });
    }
    await ask(`/v1/alerts/${id}`, { 'Accept-Language': 'fr' });
    await ask(`/v1/alerts/${id}/renditions`);
  }
  for (const query of [
    'count=true',
    'limit=2&count=true',
    'text=higher&count=true',
    'arrangement=HERE',
    'bbox=32,15,33,16',
  ]) {
    const { body } = await ask(`/v1/alerts?${query}`);
    const { nextCursor } = body as { nextCursor?: string | null };
    if (nextCursor) await ask(`/v1/alerts?${query}&cursor=${nextCursor}`);
  }
  const listed = await ask('/v1/alerts');
  await ask('/v1/alerts', { 'If-None-Match': listed.headers.get('etag') ?? '' });
  let after = '';
  for (let page = 0; page < 8; page++) {
    const { body } = await ask(`/v1/changes?limit=3${after && `&after=${after}`}`);
    after = (body as { nextCursor: string }).nextCursor;
  }
  for (const path of [
    '/v1/feeds/alerts.atom',
    '/v1/feeds/alerts.atom?limit=2',
    '/v1/me',
    '/v1/partners',
    '/v1/arrangements',
    '/v1/alerts?state=draft',
  ]) {
    await ask(path);
  }
  return lines;
}

describe('a reader in two worlds that differ only in what is hidden from it', () => {
  let quiet: World;
  let busy: World;

  beforeAll(async () => {
    [quiet, busy] = [await build(false), await build(true)];
  });
  afterAll(async () => {
    await quiet.app.close();
    await busy.app.close();
  });

  for (const [stage, happen] of STAGES) {
    it(`cannot tell them apart once ${stage}`, async () => {
      await happen(quiet);
      await happen(busy);
      for (const { http } of [...quiet.readers, ...busy.readers]) await untilFeedIsDated(http);
      for (const [place, { name, http }] of quiet.readers.entries()) {
        const other = busy.readers[place]?.http as Http;
        const [one, two] = [await transcript(quiet, http), await transcript(busy, other)];
        expect([name, ...two]).toEqual([name, ...one]);
        expect(one.join('\n')).toContain('text, CLEAR');
      }
    });
  }

  it('while there was something to hide', async () => {
    const { body } = await busy.originator.http.get<{ count: number }>('/v1/alerts?count=true');
    const { body: few } = await quiet.originator.http.get<{ count: number }>('/v1/alerts?count=true');
    expect(body.count).toBeGreaterThan(few.count + 5);
  });
});
