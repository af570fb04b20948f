import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MailServer, type Received } from '../delivery/mail-server.js';
import { linkIn } from '../delivery/subscribing.js';
import { type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { type Answer, expectStatus, type Http } from '../support/http.js';

export const VET_SCOPES = ['partners:vet', 'partners:manage', 'partners:read', 'audit:read'];

export interface CaseView {
  state: string;
  name: string;
  decisionDueAt: string;
  reason?: string;
  missingDocuments: string[];
  documents: { id: string; kind: string; name: string; type: string; bytes: number }[];
  messages: { from: string; text: string }[];
  history: { act: string; state: string; by: string; reason?: string; partner?: string; client?: string }[];
}

export interface VettedView extends CaseView {
  id: string;
  isOverdue: boolean;
  partnerId?: string;
  contact?: { name: string; email: string };
  duplicates: { alike: string[]; partnerId?: string; partnerCode?: string; applicationId?: string }[];
}

let last = 0;
/** One organisation after another, none like the one before. */
export function applyInput(overrides: Record<string, unknown> = {}): {
  name: string;
  contact: { name: string; title: string; email: string };
} & Record<string, unknown> {
  last += 1;
  const word = `org${last}x${process.hrtime.bigint().toString(36)}`;
  return {
    kind: 'ingo',
    name: `Relief ${word}`,
    country: 'CH',
    registrationNumber: `CHE-${word}`,
    website: `https://www.${word}.example`,
    unPartnership: { entity: 'UN Relief Coordination', reference: `Agreement ${word}` },
    countries: ['SD', 'TD'],
    contact: { name: 'Ada Writer', title: 'Security director', email: `ada@${word}.example` },
    language: 'en',
    ...overrides,
  };
}

/** Applies, and answers the mail that came. */
export async function apply(
  app: TestApp,
  mails: MailServer,
  input: ReturnType<typeof applyInput>,
): Promise<Received> {
  expectStatus(await app.anonymous.post('/v1/partner-applications', input), 202);
  return (await mails.to(input.contact.email)).at(-1) as Received;
}

export const mailedLink = (mail: Received): string => linkIn(mail, 'partner-application-links');

/** The path of the private link on a page that shows it. */
export function caseIn(page: string): string {
  const [path] = /\/v1\/partner-application-cases\/case_[\w-]{43}/.exec(page) ?? [];
  if (path === undefined) throw new Error(`no private link in: ${page}`);
  return path;
}

export interface Applicant {
  input: ReturnType<typeof applyInput>;
  /** Path of its private link. */
  path: string;
  id: string;
}

/** Confirmed, and seen by whoever vets. */
export async function applicant(
  app: TestApp,
  mails: MailServer,
  overrides: Record<string, unknown> = {},
): Promise<Applicant> {
  const input = applyInput(overrides);
  const mail = await apply(app, mails, input);
  const page = await app.anonymous.post(mailedLink(mail));
  if (page.status !== 200) throw new Error(page.text);
  const [row] = await query<{ id: string }>(
    app.database.superuserUrl,
    'select id from partner_application where contact_email = $1 order by id desc limit 1',
    [input.contact.email],
  );
  return { input, path: caseIn(page.text), id: row?.id ?? '' };
}

const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');
export const PHOTO = readFileSync(join('test', 'fixtures', 'images', 'photo.jpg'));

export const supply = (
  http: Http,
  path: string,
  kind: string,
  { body = PDF, type = 'application/pdf', name = 'evidence' } = {},
): Promise<Answer<CaseView>> =>
  http.post<CaseView>(`${path}/documents`, body, {
    headers: { 'Content-Type': type },
    query: { kind, name },
  });

/** All that an INGO must show. */
export async function supplyAll(app: TestApp, { path }: Applicant): Promise<void> {
  for (const kind of ['cover_letter', 'registration_certificate', 'un_partnership']) {
    expectStatus(await supply(app.anonymous, path, kind), 201);
  }
}

/** With evidence and taken up: ready to be decided. */
export async function vetted(
  app: TestApp,
  mails: MailServer,
  overrides: Record<string, unknown> = {},
): Promise<Applicant> {
  const one = await applicant(app, mails, overrides);
  await supplyAll(app, one);
  expectStatus(await app.steward.post(`/v1/partner-applications/${one.id}/vetting`), 200);
  return one;
}
