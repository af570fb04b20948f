import { type TestApp } from '../support/app.js';
import { client, partner } from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';

export interface Crosswalk {
  scheme: string;
  target: string;
  relation: string;
  source?: string;
  verification: string;
}

export interface Entry {
  code: string;
  label: string;
  language: string;
  languages: string[];
  parent?: string;
  ordinal: number;
  symbol?: string;
  definition?: string;
  source?: string;
  verification: string;
  details?: { group?: string; basis?: string };
  validFrom?: string;
  validUntil?: string;
  inForce: boolean;
  crosswalks?: Crosswalk[];
}

export interface Item extends Entry {
  list: string;
  version: number;
  labels: { language: string; text: string }[];
}

export interface List {
  code: string;
  name: string;
  language: string;
  source?: string;
  verification: string;
  version: number;
  closed: boolean;
  translated: boolean;
  count: number;
}

export interface ListWithEntries extends List {
  on: string;
  items: Entry[];
}

export interface Revision {
  version: number;
  change: string;
  codes: string[];
  by: string;
  client?: string;
  before?: { labels: { language: string; text: string }[] };
  after?: { labels: { language: string; text: string }[]; validUntil?: string };
}

export const path = (list: string, code?: string): string =>
  code === undefined ? `/v1/reference/${list}` : `/v1/reference/${list}/${code}`;

export const read = async (
  http: Http,
  list: string,
  query: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<ListWithEntries> =>
  expectStatus(await http.get<ListWithEntries>(path(list), { query, headers }), 200);

let made = 0;
export const uniqueList = (): string => `list-${process.pid}-${(made += 1)}`;

/** The least that an entry says. */
export const entryInput = (overrides: Record<string, unknown> = {}) => ({
  labels: [{ language: 'en', text: 'Landslide' }],
  verification: 'inferred',
  ...overrides,
});

/** A list of the test's own, empty. */
export async function ownList(app: TestApp): Promise<string> {
  const code = uniqueList();
  const body = {
    code,
    names: [{ language: 'en', text: 'Hazards' }],
    description: 'Hazards of the test.',
    verification: 'inferred',
  };
  expectStatus(await app.steward.post('/v1/reference', body), 201);
  return code;
}

/** Somebody with the right to keep code lists and nothing else. */
export async function keeper(app: TestApp): Promise<{ http: Http; clientId: string }> {
  const { partner: own } = await partner(app);
  const credentials = await client(app, own.id, { scopes: ['reference:manage'] });
  return { http: await app.as(credentials), clientId: credentials.clientId };
}
