import type pg from 'pg';
import { v7 } from 'uuid';
import { type MailServer } from '../delivery/mail-server.js';
import { type Reading } from './random-world.js';

const addressOf = ({ readerId }: Reading): string => `${readerId}@office.example`;

/**
 * Has each of these readers told by mail of all that its log ever said, as if it had subscribed before the first entry:
 * one mail at once, and one digest of the rest.
 * @returns of each reader that is told anything the alerts, with the headlines that stand beside them
 */
export async function mailed(
  superuser: pg.Client,
  mails: MailServer,
  readings: Reading[],
): Promise<Map<string, Map<string, string>>> {
  for (const reading of readings) await subscribeFromTheBeginning(superuser, reading);
  await until(
    superuser,
    `select from follower f join change_head h on h.reader_id = f.reader_id and not h.is_drill
    where f.kind = 'subscription' and f.is_open and f.position < h.position`,
  );
  await superuser.query(`update mail_message set due_at = now() where state = 'waiting'`);
  await until(superuser, `select from mail_message where state = 'waiting'`);
  return new Map(
    readings.map((reading) => {
      const own = mails.received.filter(({ to }) => to.includes(addressOf(reading)));
      const lines = own.flatMap(({ mail }) => [...(mail.text ?? '').matchAll(SAID)]);
      return [reading.readerId, new Map(lines.map(([, headline = '', id = '']) => [id, headline]))];
    }),
  );
}

/** A headline, and the next address of an alert after it. */
const SAID = /(marker\d+)\b(?:(?!marker)[^])*?\/v1\/alerts\/([0-9a-f-]{36})/g;

async function subscribeFromTheBeginning(superuser: pg.Client, reading: Reading): Promise<void> {
  const { readerId } = reading;
  const [subscription, recipient] = [v7(), v7()];
  await superuser.query(
    `insert into subscription (id, partner_id, reader_id, name, filter, drills, mail_tlp, mail_classification)
     select $1, partner_id, id, 'All', '{}', false, 4, 2 from reader where id = $2`,
    [subscription, readerId],
  );
  await superuser.query(
    `insert into subscription_recipient (id, subscription_id, reader_id, address, language, time_zone, delivery,
       digest_at, max_per_hour, state)
     values ($1, $2, $3, $4, 'en', 'UTC', 'immediate', '{}', 1, 'confirmed')`,
    [recipient, subscription, readerId, addressOf(reading)],
  );
  // What it was told of as urgent before need not come at once again, each in a mail of its own.
  await superuser.query(
    `insert into mail_thread (recipient_id, alert_id, is_urgent)
     select $1, id, true from shareable where type = 'alert' and not is_drill`,
    [recipient],
  );
  await superuser.query(
    `insert into follower (id, kind, partner_id, reader_id, client_id, position, drill_position)
     select $1, 'subscription', c.partner_id, c.reader_id, c.id, 0, 0 from client c where c.reader_id = $2 limit 1`,
    [subscription, readerId],
  );
}

async function until(superuser: pg.Client, remaining: string): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 200) {
    const { rowCount } = await superuser.query(remaining);
    if (rowCount === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('mails are still on their way after a minute');
}
