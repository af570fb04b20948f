import { type TestApp } from '../support/app.js';
import { client, partner, type PartnerOptions, type TestPartner } from '../support/factories.js';
import { type Answer, expectStatus, type Http } from '../support/http.js';

export const REPORTER_SCOPES = ['reports:submit', 'alerts:read', 'audit:read'];
export const TRIAGE_SCOPES = ['reports:triage', 'alerts:read', 'alerts:publish', 'audit:read'];

export interface Report {
  id: string;
  version?: number;
  state: string;
  attribution: string;
  source?: { code: string; name: string };
  mine: boolean;
  overdue: boolean;
  outcome?: string;
  outcomes?: { outcome: string; reason?: string; explanation: string; target?: string }[];
  merged?: string[];
  assignedTo?: string;
  reveals?: { at: string; to: string; reason: string }[];
  warnings?: { code: string; detail: string }[];
}

export interface Audience {
  arrangements: string[];
  kinds: string[];
  partners: string[];
  except: string[];
}

/** For the custodian alone, and valid as it is. */
export function reportInput(
  overrides: Record<string, unknown> & { audience?: Partial<Audience> } = {},
): Record<string, unknown> {
  const { audience, ...rest } = overrides;
  return {
    kind: 'incident',
    occurredAt: '2026-01-01T06:00:00Z',
    occurredPrecision: 'hour',
    place: { precision: 'district', country: 'SD', areas: [{ description: 'Northern district' }] },
    act: 'theft',
    grading: { reliability: 'B', credibility: '2' },
    texts: [
      { language: 'en', headline: 'Vehicle taken at gunpoint', description: 'Two armed men took a vehicle.' },
    ],
    attribution: 'protected',
    tlp: 'AMBER',
    audience: { arrangements: [], kinds: [], partners: [], except: [], ...audience },
    ...rest,
  };
}

export const reporter = (app: TestApp, options: PartnerOptions = {}): Promise<TestPartner> =>
  partner(app, { scopes: REPORTER_SCOPES, ...options });

export const triager = (app: TestApp, options: PartnerOptions = {}): Promise<TestPartner> =>
  partner(app, { scopes: TRIAGE_SCOPES, ...options });

/** A client of the custodian with these scopes and no others. */
export async function custodianClient(app: TestApp, scopes: string[]): Promise<Http> {
  const me = expectStatus(await app.steward.get<{ partner: { id: string } }>('/v1/me'), 200);
  return app.as(await client(app, me.partner.id, { scopes }));
}

/** Submits and answers what its source sees. */
export async function submitted(
  by: Http,
  overrides: Parameters<typeof reportInput>[0] = {},
): Promise<Report> {
  return expectStatus(await by.post<Report>('/v1/reports', reportInput(overrides)), 201);
}

export const read = (by: Http, id: string): Promise<Answer<Report>> => by.get<Report>(`/v1/reports/${id}`);

export const assign = (by: Http, id: string): Promise<Answer<Report>> =>
  by.post<Report>(`/v1/reports/${id}/assignment`);

export const NOT_USED = { outcome: 'not_used', reason: 'already_known' };

export const conclude = (
  by: Http,
  id: string,
  body: Record<string, unknown> = NOT_USED,
  ifMatch?: number,
): Promise<Answer<Report>> =>
  by.post<Report>(
    `/v1/reports/${id}/outcome`,
    { explanation: 'Thank you for the report.', ...body },
    { headers: ifMatch === undefined ? {} : { 'If-Match': `"${ifMatch}"` } },
  );

export const withdraw = (by: Http, id: string): Promise<Answer> => by.post(`/v1/reports/${id}/withdrawal`);

export const write = (by: Http, id: string, text = 'A word about it.'): Promise<Answer> =>
  by.post(`/v1/reports/${id}/messages`, { text });

export const reveal = (by: Http, id: string, reason = 'Lives depend on a call back.'): Promise<Answer> =>
  by.post(`/v1/reports/${id}/source-reveal`, { reason });

interface Change {
  change: string;
  object: { type: string; id: string; version: number };
}

/** What the reader's log says of one object, oldest first. */
export async function changes(by: Http, id: string): Promise<string[]> {
  const page = await by.get<{ items: Change[] }>('/v1/changes', { query: { limit: 200 } });
  return expectStatus(page, 200)
    .items.filter(({ object }) => object.id === id)
    .map(({ change }) => change);
}
