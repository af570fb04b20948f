import { heldByBundles } from '../delivery/bundles/bundles.js';
import { caughtUp, heldAfter } from '../delivery/event-stream.js';
import { type Answer, type Http } from '../support/http.js';

export const CAP = { Accept: 'application/cap+xml' };
export const GEOJSON = { Accept: 'application/geo+json' };

export interface View {
  id: string;
  version: number;
  state: string;
  messageType: string;
  event: string;
  text?: { language: string; headline?: string; description?: string; instruction?: string };
  languages: string[];
  identifier: string;
  sender: string;
  sent: string;
  references: { sender: string; identifier: string; sent: string }[];
  areas: { description: string; polygons: number[][][] }[];
  originator?: { code: string; name: string };
  note?: string;
}

export interface Page {
  items: View[];
  nextCursor: string | null;
  count?: number;
}

/** Every way in which a reader comes by one alert. */
export async function everyChannel(
  http: Http,
  id: string,
  status = 'actual',
): Promise<Record<string, Answer>> {
  const drills: Record<string, string> = status === 'actual' ? {} : { drill: 'true' };
  return {
    item: await http.get(`/v1/alerts/${id}`),
    cap: await http.get(`/v1/alerts/${id}`, { headers: CAP }),
    geojson: await http.get(`/v1/alerts/${id}`, { headers: GEOJSON }),
    list: await http.get('/v1/alerts', { query: { limit: 200, status } }),
    search: await http.get('/v1/alerts', { query: { limit: 200, status, minSeverity: 'unknown' } }),
    changes: await http.get('/v1/changes', { query: { limit: 200, ...drills } }),
    snapshot: await http.get('/v1/changes', {
      query: { limit: 200, snapshot: 'true', include: 'content', ...drills },
    }),
    stream: await theStream(http, drills),
    ...(await everyFeed(http, status)),
    bundles: await theBundles(http, drills),
  };
}

/** What a client holds that took the bundles of all its arrangements along. */
async function theBundles(http: Http, drills: Record<string, string>): Promise<Answer> {
  const me = await http.get<{ arrangements: { id: string }[] }>('/v1/me');
  const held = await Promise.all(
    me.body.arrangements.map(async ({ id }) => [...(await heldByBundles(http, id, drills)).values()]),
  );
  return { ...me, body: { held }, text: JSON.stringify(held) };
}

/** What a client holds that followed the stream from its beginning. */
async function theStream(http: Http, drills: Record<string, string>): Promise<Answer> {
  const { status, headers, events } = await caughtUp(http, { include: 'content', ...drills });
  const held = [...heldAfter(events.map(({ data }) => data)).values()];
  return { status, headers, body: { held }, text: JSON.stringify(held) };
}

/** The alerts as feeds, in every format. */
async function everyFeed(http: Http, status: string): Promise<Record<string, Answer>> {
  const answers = FEEDS.map(async (format): Promise<[string, Answer]> => {
    const answer = await http.get(`/v1/feeds/alerts.${format}`, { query: { limit: 200, status } });
    // A tombstone tells of what is not there.
    const text = answer.text.replaceAll(/<at:deleted-entry [^>]*>/g, '');
    return [format === 'atom' ? format : `feed of ${format}`, { ...answer, text }];
  });
  return Object.fromEntries(await Promise.all(answers));
}

/** The channels on which the alert is to be found now; the change log counts by its latest entry. */
export async function visibleBy(http: Http, id: string): Promise<string[]> {
  const answers = await everyChannel(http, id);
  return Object.entries(answers).flatMap(([channel, { status, text, body }]) => {
    // They hold what was addressed to an arrangement, and nothing that is not to be found elsewhere.
    if (channel === 'bundles') return text.includes(id) && answers['item']?.status !== 200 ? [channel] : [];
    if (channel !== 'changes')
      return status === 200 && (channel === 'cap' || text.includes(id)) ? [channel] : [];
    const entries = (body as unknown as Changes).items.filter(({ object }) => object.id === id);
    return entries.length > 0 && entries.at(-1)?.change !== 'withdrawn' ? [channel] : [];
  });
}

export const FEEDS = ['atom', 'rss', 'json', 'geojson', 'csv', 'cap'];

export const EVERYWHERE = [
  ...['item', 'cap', 'geojson', 'list', 'search', 'changes', 'snapshot', 'stream', 'atom'],
  ...['feed of rss', 'feed of json', 'feed of geojson', 'feed of csv', 'feed of cap'],
];

interface Changes {
  items: { position: number; change: string; object: { id: string; version: number } }[];
}

/** The reader's log of one alert. */
export async function changesOf(http: Http, id: string): Promise<[string, number][]> {
  const { body } = await http.get<Changes>('/v1/changes', { query: { limit: 200 } });
  return body.items
    .filter(({ object }) => object.id === id)
    .map(({ change, object }) => [change, object.version]);
}

/** Until it holds; for what takes effect within seconds. */
export async function eventually(check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await check())) {
    if (Date.now() > end) throw new Error('not within a minute');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * Until the reader's feed states when it last changed: it does once that second is over, and changes that follow closely
 * upon each other have one second each, so that the last of them may lie ahead.
 */
export async function untilFeedIsDated(http: Http): Promise<void> {
  await eventually(async () => {
    const { headers } = await http.get('/v1/feeds/alerts.atom', { query: { limit: 1 } });
    return headers.has('last-modified');
  });
}
