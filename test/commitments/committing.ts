import { type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { partner, type PartnerOptions, type TestPartner, USUAL_SCOPES } from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';

export const SIX = ['arrangements', 'information', 'training', 'operations', 'resources', 'ground_rules'];
export const COMMITTING = [
  ...USUAL_SCOPES,
  ...['commitments:read', 'commitments:accept', 'commitments:assess', 'audit:read'],
];

export interface Text {
  id: string;
  version: number;
  inForce: boolean;
  effectiveAt: string;
  acceptBy?: string;
}
export interface Acceptance {
  id: string;
  version: number;
  officerName: string;
  signedAt: string;
  validUntil: string;
  lapsesAt: string;
}
export interface Status {
  state: string;
  readOnly: boolean;
  acceptedVersion?: number;
  versionInForce: number;
  renewBy?: string;
  readOnlyFrom?: string;
  reminders: { dueAt: string; stage: string; at: string; mailed: boolean }[];
}

export const DAY_MS = 86_400_000;
export const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();

export const committing = (app: TestApp, options: PartnerOptions = {}): Promise<TestPartner> =>
  partner(app, { scopes: COMMITTING, ...options });

export const texts = async (by: Http): Promise<Text[]> =>
  expectStatus(await by.get<{ items: Text[] }>('/v1/commitments/texts'), 200).items;

export const inForce = async (by: Http): Promise<Text> => {
  const text = (await texts(by)).find((one) => one.inForce);
  if (text === undefined) throw new Error('no text is in force');
  return text;
};

export const textInput = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  title: 'Principles and commitments',
  principles: ['Taking part is voluntary.'],
  commitments: SIX.map((code) => ({ code, title: `About ${code}`, text: 'We do as we say.' })),
  ...more,
});

export const acceptanceInput = (textId: string, more: Record<string, unknown> = {}) => ({
  textId,
  accepted: SIX,
  officerName: 'Ola Signer',
  officerTitle: 'Secretary General',
  ...more,
});

export const at = (of: TestPartner, path: string): string => `/v1/partners/${of.partner.id}/${path}`;

export const accept = async (by: TestPartner, more: Record<string, unknown> = {}): Promise<Acceptance> => {
  const { id } = await inForce(by.http);
  return expectStatus(await by.http.post<Acceptance>(at(by, 'acceptances'), acceptanceInput(id, more)), 201);
};

export const statusOf = async (of: TestPartner, by = of.http): Promise<Status> =>
  expectStatus(await by.get<Status>(at(of, 'commitment-status')), 200);

/** Brings the end of a partner's acceptance about, as months would: it lapses so long from now. */
export const lapsesIn = (app: TestApp, of: TestPartner, interval: string): Promise<unknown> =>
  moved(app, of, 'lapses_at', interval);

/** The same for the date before the days of grace. */
export const endsIn = (app: TestApp, of: TestPartner, interval: string): Promise<unknown> =>
  moved(app, of, 'valid_until', interval);

const moved = (app: TestApp, of: TestPartner, column: string, interval: string): Promise<unknown> => {
  const by = `(${column} - now() - $2::interval)`;
  return query(
    app.database.superuserUrl,
    `update commitment_acceptance set signed_at = signed_at - ${by}, accepted_at = accepted_at - ${by},
       valid_until = valid_until - ${by}, lapses_at = lapses_at - ${by} where partner_id = $1`,
    [of.partner.id, interval],
  );
};

/** Brings the deadline of a text about, as weeks would. @returns the instant, so many seconds from now */
export async function deadlineIn(app: TestApp, textId: string, seconds: number): Promise<string> {
  const acceptBy = inSeconds(seconds);
  await query(app.database.superuserUrl, 'update commitment_text set accept_by = $2 where id = $1', [
    textId,
    acceptBy,
  ]);
  return acceptBy;
}

/** As if they had been there for long, so that they can have been signed before today. */
export const publishedLongAgo = (app: TestApp): Promise<unknown> =>
  query(
    app.database.superuserUrl,
    `update commitment_text set published_at = published_at - interval '100 days'`,
  );

export const inDays = (days: number): string => inSeconds(days * 86_400);

/** Longer than what was found about a token is believed. */
export const aMoment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1200));
