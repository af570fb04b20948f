import { parse as parseCsv } from 'csv-parse/sync';
import { type Change, heldAfter } from '../delivery/event-stream.js';
import { type Chance } from '../sharing/chance.js';
import { hook } from '../delivery/hooks.js';
import { type Message, type Receiver } from '../delivery/receiver.js';
import { until } from '../sharing/gate.js';
import { expectStatus, type Answer, type Http } from '../support/http.js';

export const FORMATS = ['application/json', 'application/cap+xml', 'application/geo+json'];

export const sorted = (ids: Iterable<string>): string[] => [...ids].sort();

export interface Listed {
  said: string;
  changedAt: string;
}

/** All pages of the list, and how many it says there are. @throws Error when one alert comes twice */
export async function list(
  http: Http,
  query: Record<string, string> = {},
  limit = 200,
): Promise<{ found: Map<string, Listed>; count: number | undefined }> {
  const found = new Map<string, Listed>();
  let count: number | undefined;
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: {
      items: { id: string; changedAt: string; text: { headline: string } }[];
      nextCursor: string | null;
      count?: number;
    } = expectStatus(
      await http.get('/v1/alerts', { query: { ...query, count: 'true', limit, ...(cursor && { cursor }) } }),
      200,
    );
    for (const { id, changedAt, text } of page.items) {
      if (found.has(id)) throw new Error(`${id} is there twice`);
      found.set(id, { said: text.headline, changedAt });
    }
    ({ nextCursor: cursor, count } = page);
  }
  return { found, count };
}

/** All pages of the Atom feed. */
export const atom = (http: Http, query: Record<string, string> = {}, limit = 200): Promise<string[]> =>
  feed(http, '/v1/feeds/alerts.atom', query, limit);

/** Where each format has the ids of its entries. */
const IDS: Record<string, (text: string) => string[]> = {
  atom: (text) => all(text, /<entry[^>]*>\s*<id>urn:uuid:([^<]+)<\/id>/g),
  cap: (text) => all(text, /<entry[^>]*>\s*<id>urn:uuid:([^<]+)<\/id>/g),
  rss: (text) => all(text, /<guid isPermaLink="false">urn:uuid:([^#]+)#/g),
  json: (text) => all(text, /"id":"urn:uuid:([^"]+)"/g),
  geojson: (text) => all(text, /"type":"Feature","id":"([^"]+)"/g),
  csv: (text) => {
    const rows: string[][] = parseCsv(text, { bom: true });
    return rows.slice(2).map((row) => row[4] ?? '');
  },
};
export const FEED_FORMATS = Object.keys(IDS);

const all = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, id]) => id ?? '');

/** All pages of a feed, at whichever address. */
export async function feed(
  http: Http,
  path: string,
  query: Record<string, string> = {},
  limit = 200,
): Promise<string[]> {
  const found: string[] = [];
  let address: string | undefined =
    `${path}?${new URLSearchParams({ ...query, limit: String(limit) }).toString()}`;
  while (address !== undefined) {
    const answer: Answer = await http.get(address);
    expectStatus(answer, 200);
    found.push(...(IDS[path.split('.').at(-1) ?? '']?.(answer.text) ?? []));
    address = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
  }
  return found;
}

/** All pages of the change log, of whatever size. */
export async function log(http: Http, query: Record<string, string>, random: Chance): Promise<Change[]> {
  const found: Change[] = [];
  let asked = query;
  for (;;) {
    const { items, nextCursor, snapshot } = expectStatus(
      await http.get<{ items: Change[]; nextCursor: string; snapshot: boolean }>('/v1/changes', {
        query: { limit: 100 + random.below(100), ...asked },
      }),
      200,
    );
    if (items.length === 0 && !snapshot) return found;
    found.push(...items);
    const { snapshot: _begun, ...others } = query;
    asked = { ...others, after: nextCursor };
  }
}

/** What a reader holds that follows its change log from the beginning. */
export const replay = async (http: Http, random: Chance): Promise<string[]> => [
  ...heldAfter(await log(http, {}, random)).keys(),
];

/** An answer without what differs from one request to the next, the id that was asked for included. */
export function whatCame({ status, headers, text }: Answer, id: string) {
  const volatile = ['date', 'x-request-id'];
  return {
    status,
    text: text.replaceAll(id, 'ID'),
    headers: [...headers].filter(([name]) => !volatile.includes(name) && !name.startsWith('ratelimit')),
  };
}

/**
 * What the endpoint of a reader that has been sent everything from the beginning was told, by id: the text that the
 * latest message carried; what is withdrawn is absent.
 */
export async function pushed(http: Http, receiver: Receiver): Promise<Map<string, string | undefined>> {
  const ceiling = { tlp: 'RED', classification: 'STRICTLY_CONFIDENTIAL' };
  const { id } = await hook(http, receiver, { types: ['alert'], content: 'full', ceiling });
  let entries = 0;
  let after: string | undefined;
  for (;;) {
    const page: { items: unknown[]; nextCursor: string } = expectStatus(
      await http.get('/v1/changes', { query: { limit: 200, ...(after !== undefined && { after }) } }),
      200,
    );
    if (page.items.length === 0) break;
    entries += page.items.length;
    after = page.nextCursor;
  }
  expectStatus(await http.post(`/v1/webhooks/${id}/replays`, { what: 'after', after: 0 }), 200);
  const messages = new Map<number, Message>();
  await until(async () => {
    for (const { message } of receiver.received) messages.set(message.data.position ?? 0, message);
    return Promise.resolve(messages.size === entries);
  });
  const held = new Map<string, string | undefined>();
  for (const [, { data }] of [...messages].sort(([a], [b]) => a - b)) {
    if (data.change === 'withdrawn') held.delete(data.object.id);
    else
      held.set(
        data.object.id,
        (data.content as { text?: { headline?: string } } | undefined)?.text?.headline,
      );
  }
  return held;
}
