import { checkBundle, type KeySet } from '../../../src/delivery/bundles/verify/check-bundle.js';
import { type Change } from '../event-stream.js';
import { type Http, type SendOptions } from '../../support/http.js';

export type Content = NonNullable<Change['content']> & {
  handling: { tlp: string; classification: string };
  text?: { language: string; headline?: string; description?: string };
  status: string;
  state: string;
};

export interface Bundle {
  for: { partner: string; id: string };
  arrangement: { id: string; code: string; name: string };
  madeAt: string;
  expiresAt: string;
  startsAt?: string;
  after?: string;
  cursor: string;
  complete: boolean;
  drill: boolean;
  notice: string;
  alerts: Content[];
  gone: string[];
}

export interface BundleAnswer {
  status: number;
  headers: Headers;
  bytes: Buffer;
}

/** As it comes, byte by byte. */
export async function getBundle(
  http: Http,
  arrangementId: string,
  { headers = {}, query = {} }: SendOptions = {},
): Promise<BundleAnswer> {
  const url = new URL(`/v1/arrangements/${arrangementId}/bundle`, http.url);
  for (const [name, value] of Object.entries(query)) url.searchParams.append(name, String(value));
  const response = await fetch(url, { headers: { ...http.sent, ...headers } });
  return {
    status: response.status,
    headers: response.headers,
    bytes: Buffer.from(await response.arrayBuffer()),
  };
}

export const publishedKeys = async (http: Http): Promise<KeySet> =>
  (await http.get<KeySet>('/v1/bundles/keys')).body;

/** What it says, once it is checked with the published keys. */
export async function readBundle(
  http: Http,
  arrangementId: string,
  options: SendOptions = {},
): Promise<Bundle> {
  const { status, bytes } = await getBundle(http, arrangementId, options);
  if (status !== 200) throw new Error(`no bundle but ${status}: ${bytes.toString()}`);
  return checkBundle(bytes, await publishedKeys(http), { now: new Date() }) as unknown as Bundle;
}

/** What somebody holds who takes all there is, from the last 24 hours on or after a cursor. */
export async function heldByBundles(
  http: Http,
  arrangementId: string,
  query: Record<string, string> = {},
): Promise<Map<string, Content>> {
  const held = new Map<string, Content>();
  let bundle = await readBundle(http, arrangementId, { query });
  for (;;) {
    for (const id of bundle.gone) held.delete(id);
    for (const content of bundle.alerts) held.set(content.id, content);
    if (bundle.complete) return held;
    bundle = await readBundle(http, arrangementId, { query: { ...query, after: bundle.cursor } });
  }
}

/** Of what an item answers, what goes into a bundle. */
export function portable(item: Record<string, unknown>): Record<string, unknown> {
  const left = ['identifier', 'sender', 'references', 'corroboration', 'notice'];
  return Object.fromEntries(Object.entries(item).filter(([name]) => !left.includes(name)));
}
