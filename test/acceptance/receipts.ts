import { expectStatus, type Http } from '../support/http.js';

export interface Organisation {
  id: string;
  code: string;
  name: string;
  kind: string;
}

export interface Receipt {
  organisation: Organisation;
  sentAt: string;
  hasIt: boolean;
  fetchedAt?: string;
  acknowledgedAt?: string;
  acknowledgedLatest?: boolean;
  note?: string;
}

export interface Recall {
  organisation: Organisation;
  loss: string;
  lostAt: string;
  confirmedAt?: string;
  note?: string;
}

export const AN_HOUR = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:00:00\.000Z$/) as unknown;
export const A_NAME = expect.any(String) as unknown;

async function everyPage<Item>(http: Http, path: string, query: Record<string, string>): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = expectStatus(
      await http.get<{ items: Item[]; nextCursor: string | null }>(path, {
        query: { limit: 2, ...query, ...(cursor !== undefined && { cursor }) },
      }),
      200,
    );
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}

/** By code of the organisation. */
export async function receiptsOf(
  http: Http,
  id: string,
  query: Record<string, string> = {},
): Promise<Record<string, Receipt>> {
  const items = await everyPage<Receipt>(http, `/v1/alerts/${id}/receipts`, query);
  return Object.fromEntries(items.map((item) => [item.organisation.code, item]));
}

/** By code of the organisation. */
export async function recallsOf(
  http: Http,
  id: string,
  query: Record<string, string> = {},
): Promise<Record<string, Recall>> {
  const items = await everyPage<Recall>(http, `/v1/alerts/${id}/recall`, query);
  return Object.fromEntries(items.map((item) => [item.organisation.code, item]));
}
