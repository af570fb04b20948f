import { randomBytes } from 'node:crypto';
import { type TestApp, type ClientCredentials } from './app.js';
import { expectStatus, type Http } from './http.js';

type Tlp = 'RED' | 'AMBER+STRICT' | 'AMBER' | 'GREEN' | 'CLEAR';
type Classification = 'UNCLASSIFIED' | 'CONFIDENTIAL' | 'STRICTLY_CONFIDENTIAL';
export interface Ceiling {
  tlp: Tlp;
  classification?: Classification;
}

export interface PartnerOptions {
  code?: string;
  name?: string;
  kind?: string;
  country?: string;
  ceiling?: Ceiling;
  scopes?: string[];
}

export interface TestPartner {
  partner: { id: string; code: string };
  client: ClientCredentials;
  http: Http;
}

export interface TestArrangement {
  id: string;
  code: string;
}

export interface MemberOptions {
  from?: string;
  until?: string;
  ceiling?: Ceiling;
}

export const uniqueCode = (prefix = 'T'): string =>
  `${prefix}-${randomBytes(5).toString('hex').toUpperCase()}`;

/** What a partner's systems usually hold. */
export const USUAL_SCOPES = [
  ...['partners:read', 'arrangements:read'],
  ...['alerts:read', 'alerts:respond', 'alerts:publish'],
];

/** An active partner, admitted by the steward, with one client and a token for it. */
export async function partner(app: TestApp, options: PartnerOptions = {}): Promise<TestPartner> {
  const { scopes = USUAL_SCOPES, ...input } = options;
  const code = uniqueCode('P');
  const created = expectStatus(
    await app.steward.post<{ id: string; code: string }>('/v1/partners', {
      code,
      name: `Partner ${code}`,
      kind: 'ingo',
      ceiling: { tlp: 'RED', classification: 'STRICTLY_CONFIDENTIAL' },
      ...input,
    }),
    201,
  );
  const credentials = await client(app, created.id, { scopes });
  return { partner: created, client: credentials, http: await app.as(credentials) };
}

export interface ClientOptions {
  name?: string;
  scopes?: string[];
  ceiling?: Ceiling;
  /** Codes or ids of the only arrangements through which it reads. */
  arrangements?: string[];
  allowedNetworks?: string[];
  expiresAt?: string;
}

export async function client(
  app: TestApp,
  partnerId: string,
  options: ClientOptions = {},
): Promise<ClientCredentials> {
  const answer = await app.steward.post<ClientCredentials>(`/v1/partners/${partnerId}/clients`, {
    name: 'A client of the tests',
    scopes: USUAL_SCOPES,
    ...options,
  });
  const { clientId, clientSecret } = expectStatus(answer, 201);
  return { clientId, clientSecret };
}

export interface ArrangementOptions {
  code?: string;
  name?: string;
  countries?: string[];
  level?: 'regular' | 'enhanced' | 'emergency';
  members?: TestPartner[];
}

export async function arrangement(app: TestApp, options: ArrangementOptions = {}): Promise<TestArrangement> {
  const { members = [], ...input } = options;
  const code = uniqueCode('A');
  const created = expectStatus(
    await app.steward.post<TestArrangement>('/v1/arrangements', {
      code,
      name: `Arrangement ${code}`,
      countries: ['SD'],
      level: 'regular',
      ...input,
    }),
    201,
  );
  for (const member of members) await join(app, created, member);
  return created;
}

export async function join(
  app: TestApp,
  { id }: TestArrangement,
  member: TestPartner,
  options: MemberOptions = {},
): Promise<void> {
  const body = { partnerId: member.partner.id, ...options };
  expectStatus(await app.steward.post(`/v1/arrangements/${id}/members`, body), 201);
}

export async function leave(app: TestApp, { id }: TestArrangement, member: TestPartner): Promise<void> {
  const answer = await app.steward.delete(`/v1/arrangements/${id}/members/${member.partner.id}`);
  if (answer.status >= 300) throw new Error(`expected 2xx, got ${answer.status}: ${answer.text}`);
}

export interface RenditionInput {
  tlp: Tlp;
  classification: Classification;
  classificationReason?: string;
  reviewAt?: string;
  audience: { arrangements: string[]; kinds: string[]; partners: string[]; except: string[] };
  texts: { language: string; headline: string; description: string; instruction?: string }[];
  areas: { description: string; polygon?: number[][]; circle?: { center: number[]; radiusKm: number } }[];
}

type RenditionOverrides = Partial<Omit<RenditionInput, 'audience'>> & {
  audience?: Partial<RenditionInput['audience']>;
};

/** GREEN, UNCLASSIFIED and for nobody yet: a test names the audience it means. */
export function renditionInput({ audience, ...overrides }: RenditionOverrides = {}): RenditionInput {
  return {
    tlp: 'GREEN',
    classification: 'UNCLASSIFIED',
    audience: { arrangements: [], kinds: [], partners: [], except: [], ...audience },
    texts: [
      {
        language: 'en',
        headline: 'Armed clashes near the market',
        description: 'Shots were heard around the market of the town.',
        instruction: 'Avoid the market.',
      },
    ],
    areas: [
      {
        description: 'Town market',
        polygon: [
          [15.5, 32.4],
          [15.7, 32.4],
          [15.7, 32.7],
          [15.5, 32.4],
        ],
      },
    ],
    ...overrides,
  };
}

export type AlertInput = Record<string, unknown> & { renditions: RenditionInput[] };

/** The body of POST /v1/alerts, valid as it is; `audience` is that of its one rendition unless `renditions` are given. */
export function alertInput(
  overrides: Record<string, unknown> & {
    audience?: Partial<RenditionInput['audience']>;
    renditions?: RenditionInput[];
  } = {},
): AlertInput {
  const { audience, renditions = [renditionInput({ ...(audience && { audience }) })], ...rest } = overrides;
  return {
    kind: 'advisory',
    status: 'actual',
    event: 'Armed clashes',
    categories: ['security'],
    urgency: 'immediate',
    severity: 'severe',
    certainty: 'observed',
    responses: ['avoid'],
    onsetAt: '2026-01-01T06:00:00Z',
    expiresAt: '2099-01-02T06:00:00Z',
    grading: { reliability: 'B', credibility: '2' },
    attribution: 'named',
    noLowerReason: 'The tests address whom they mean',
    ...rest,
    renditions,
  };
}

/** Publishes and answers the view of the new alert. */
export async function alert(
  by: Http,
  overrides: Parameters<typeof alertInput>[0] = {},
): Promise<{ id: string } & Record<string, unknown>> {
  const answer = await by.post<{ id: string } & Record<string, unknown>>('/v1/alerts', alertInput(overrides));
  return expectStatus(answer, 201);
}
