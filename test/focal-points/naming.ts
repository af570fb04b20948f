import { type MailServer, type Received } from '../delivery/mail-server.js';
import { linkIn } from '../delivery/subscribing.js';
import { type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  partner,
  type PartnerOptions,
  type TestArrangement,
  type TestPartner,
  USUAL_SCOPES,
} from '../support/factories.js';
import { expectStatus } from '../support/http.js';

export const NAMING_SCOPES = [...USUAL_SCOPES, 'focal-points:manage', 'audit:read'];

export interface FocalPoint {
  id: string;
  role: string;
  state: string;
  arrangementId?: string;
  name?: string;
  email?: string;
  phones?: string[];
  callSign?: string;
  from: string;
  confirmedAt?: string;
  confirmBy?: string;
  version?: number;
  handover?: { successorId?: string; openMatters: string[]; at: string; acknowledgedAt?: string };
}
export interface Register {
  items: FocalPoint[];
  coverage: { arrangementId?: string; confirmBy: string; suspendsAt: string; suspendedSince?: string }[];
  mailsReminders: boolean;
}
export interface Directory {
  items: {
    partnerId: string;
    chair: boolean;
    confirmation: string;
    unconfirmedSince?: string;
    focalPoints: FocalPoint[];
  }[];
}

export const namer = (app: TestApp, options: PartnerOptions = {}): Promise<TestPartner> =>
  partner(app, { scopes: NAMING_SCOPES, ...options });

let last = 0;
/** One person after another, none like the one before. */
export function person(overrides: Record<string, unknown> = {}): {
  name: string;
  email: string;
  phones: string[];
} & Record<string, unknown> {
  last += 1;
  const word = `q${last}z${process.hrtime.bigint().toString(36)}`;
  return {
    role: 'headquarters',
    name: `Ada ${word}`,
    email: `ada-${word}@office.example`,
    phones: [`+4122555${String(last).padStart(4, '0')}`],
    callSign: `KILO ${word}`,
    languages: ['en'],
    ...overrides,
  };
}

export const dutyLine = (overrides: Record<string, unknown> = {}): ReturnType<typeof person> => {
  const { name: _, ...rest } = person({ role: 'duty_line', ...overrides });
  return rest as ReturnType<typeof person>;
};

export const registerOf = ({ partner: { id } }: TestPartner): string => `/v1/partners/${id}/focal-points`;

export const nominate = async (
  by: TestPartner,
  input: Record<string, unknown> = person(),
): Promise<FocalPoint> => expectStatus(await by.http.post<FocalPoint>(registerOf(by), input), 201);

export const confirm = async (by: TestPartner, { id }: { id: string }): Promise<FocalPoint> =>
  expectStatus(await by.http.post<FocalPoint>(`${registerOf(by)}/${id}/confirmation`), 200);

/** Somebody who speaks for the partner in the arrangement, and has said so. */
export const countryFocalPoint = async (
  by: TestPartner,
  here: TestArrangement,
  overrides: Record<string, unknown> = {},
): Promise<FocalPoint> =>
  confirm(by, await nominate(by, person({ role: 'country', arrangement: here.code, ...overrides })));

export const register = async (by: TestPartner): Promise<Register> =>
  expectStatus(await by.http.get<Register>(registerOf(by)), 200);

export const directory = async (by: TestPartner, { id }: TestArrangement): Promise<Directory['items']> =>
  expectStatus(await by.http.get<Directory>(`/v1/arrangements/${id}/focal-points`), 200).items;

/** As if so many days had gone by since all that this partner ever did. */
export async function passDays(app: TestApp, { partner: { id } }: TestPartner, days: number): Promise<void> {
  const ago = `make_interval(hours => ${24 * days})`;
  await query(
    app.database.superuserUrl,
    `with moved as (update membership set starts_at = starts_at - ${ago}, covered_at = covered_at - ${ago}
       where partner_id = $1),
     itself as (update partner set covered_at = covered_at - ${ago} where id = $1)
     update focal_point set valid_from = valid_from - ${ago}, awaited_since = awaited_since - ${ago},
       confirmed_at = confirmed_at - ${ago}, created_at = created_at - ${ago} where partner_id = $1`,
    [id],
  );
}

export const CONFIRMATIONS = 'focal-point-confirmations';
export const confirmationLink = (mail: Received): string => linkIn(mail, CONFIRMATIONS);

/** Mails to this address that ask for a confirmation. */
export const askings = (mails: MailServer, address: string): Received[] =>
  mails.received.filter(({ to, mail }) => to.includes(address) && (mail.text ?? '').includes(CONFIRMATIONS));
