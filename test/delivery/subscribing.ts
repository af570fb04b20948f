import { type TestApp } from '../support/app.js';
import { partner, type PartnerOptions, type TestPartner, USUAL_SCOPES } from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';
import { query } from '../support/database.js';
import { type MailServer, type Received } from './mail-server.js';

export const SUBSCRIBER_SCOPES = [...USUAL_SCOPES, 'subscriptions:manage', 'audit:read'];

export const subscriber = (app: TestApp, options: PartnerOptions = {}): Promise<TestPartner> =>
  partner(app, { scopes: SUBSCRIBER_SCOPES, ...options });

export const mailSettings = (mails: MailServer): Record<string, string> => ({
  SLT_SMTP_URL: mails.url,
  SLT_MAIL_FROM: 'SLT Exchange <alerts@exchange.example>',
});

let last = 0;
export const newAddress = (): string => `someone-${++last}@office.example`;

export interface RecipientInput {
  address: string;
  language?: string;
  timeZone?: string;
  delivery?: string;
  digestAt?: string[];
  quietHours?: { start: string; end: string };
  maxPerHour?: number;
}

export interface SubscriptionView {
  id: string;
  name: string;
  filter: Record<string, unknown>;
  state: string;
  drills: boolean;
  mailCeiling: { tlp: string; classification: string };
  recipients: { id: string; address: string; state: string; failure?: string; lastSentAt?: string }[];
}

export const subscriptionInput = (
  recipients: RecipientInput[],
  more: Record<string, unknown> = {},
): Record<string, unknown> => ({
  name: 'Duty desk',
  channel: 'email',
  recipients: recipients.map((one) => ({
    language: 'en',
    timeZone: 'Africa/Khartoum',
    delivery: 'immediate',
    ...one,
  })),
  ...more,
});

/** Without anybody's consent yet. */
export async function subscribe(
  http: Http,
  recipients: RecipientInput[],
  more: Record<string, unknown> = {},
): Promise<SubscriptionView> {
  const answer = await http.post<SubscriptionView>('/v1/subscriptions', subscriptionInput(recipients, more));
  return expectStatus(answer, 201);
}

/** The address in a mail that leads to a page of this kind. */
export function linkIn({ mail }: Received, path: string): string {
  const link = mail.text?.split(/\s/).find((word) => word.includes(`/v1/${path}/`));
  if (link === undefined) throw new Error(`no link to ${path} in: ${mail.text}`);
  return new URL(link).pathname;
}

/** As the recipient does: opens the link of the mail and presses the button. */
export async function confirm(app: TestApp, mails: MailServer, address: string): Promise<void> {
  const asked = (await mails.to(address)).at(-1) as Received;
  const path = linkIn(asked, 'subscription-confirmations');
  expectStatus(await app.anonymous.post(path), 200);
}

/** A subscription whose recipients have all agreed, and from whose mails that question is gone. */
export async function subscribed(
  app: TestApp,
  mails: MailServer,
  http: Http,
  recipients: RecipientInput[],
  more: Record<string, unknown> = {},
): Promise<SubscriptionView> {
  const view = await subscribe(http, recipients, more);
  for (const { address } of recipients) await confirm(app, mails, address);
  forget(
    mails,
    recipients.map(({ address }) => address),
  );
  return view;
}

export function forget(mails: MailServer, addresses: string[]): void {
  mails.received = mails.received.filter(({ to }) => !to.some((address) => addresses.includes(address)));
}

/** As if the time had come: all that waits for these addresses is due. */
export async function makeDue(
  app: TestApp,
  kinds = ['alert', 'digest', 'withdrawal', 'confirmation'],
): Promise<void> {
  await query(
    app.database.superuserUrl,
    `update mail_message set due_at = now() where state = 'waiting' and kind = any ($1)`,
    [kinds],
  );
}

/** Until every follower has come to the end of its log and everything that is due was sent. */
export async function settled(app: TestApp): Promise<void> {
  const end = Date.now() + 90_000;
  for (;;) {
    const [row] = await query<{ open: number }>(
      app.database.superuserUrl,
      `select (select count(*) from follower f join change_head h on h.reader_id = f.reader_id
           where f.is_open and f.kind = 'subscription'
             and h.position > case when h.is_drill then f.drill_position else f.position end)
         + (select count(*) from mail_message m join subscription_recipient r on r.id = m.recipient_id
            where m.state = 'waiting' and (m.due_at <= now() or r.taken_until > now())) as open`,
    );
    if (Number(row?.open) === 0) return;
    if (Date.now() > end) throw new Error('mails are still on their way after 90 s');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
