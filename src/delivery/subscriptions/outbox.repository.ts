import { Injectable } from '@nestjs/common';
import { type Tx } from '../../core/database.js';
import { newId } from '../../core/ids.js';
import { type MailLanguage } from '../mail/languages.js';
import { type PlannedRecipient, type Telling } from './plan.rules.js';

/** Longer than a mail server may take; what a process left undone goes on after it. */
const TAKEN_SECONDS = 90;
const KEPT_DAYS = 7;

export type MailKind = 'confirmation' | 'alert' | 'withdrawal' | 'digest';

/** A mail that is due, with what its recipient wants and on whose behalf it is sent. */
export interface TakenMail {
  id: string;
  kind: MailKind;
  alert_id: string | null;
  is_drill: boolean;
  is_first: boolean;
  tlp: number | null;
  attempts: number;
  created_at: Date;
  first_tried_at: Date;
  recipient_id: string;
  state: string;
  address: string;
  language: MailLanguage;
  time_zone: string;
  subscription_id: string;
  subscription_name: string;
  mail_tlp: number;
  mail_classification: number;
  partner_name: string;
  client_id: string;
}

export interface LineRow {
  alert_id: string;
  changes: number;
}

interface RecipientRow {
  id: string;
  time_zone: string;
  delivery: 'immediate' | 'digest';
  digest_at: string[];
  quiet_from: string | null;
  quiet_until: string | null;
  max_per_hour: number;
  recent: number;
  oldest: Date | null;
}

interface ThreadRow {
  recipient_id: string;
  alert_id: string;
  is_urgent: boolean;
  is_told: boolean;
}

/** What is on its way to recipients: decided in the transaction that moves the follower on, sent outside of any. */
@Injectable()
export class OutboxRepository {
  /** Those who agreed, with what they were told in the last hour. */
  async listRecipients(tx: Tx, subscriptionId: string): Promise<Omit<PlannedRecipient, 'urgent'>[]> {
    const rows: RecipientRow[] = await tx.query(
      `select r.id, r.time_zone, r.delivery, r.digest_at, r.quiet_from, r.quiet_until, r.max_per_hour,
         coalesce(m.count, 0)::int as recent, m.oldest
       from subscription_recipient r
       left join lateral (
         select count(*) as count, min(created_at) as oldest from mail_message
         where recipient_id = r.id and kind = 'alert' and created_at > now() - interval '1 hour'
       ) m on true
       where r.subscription_id = $1 and r.state = 'confirmed' for key share of r`,
      [subscriptionId],
    );
    return rows.map((row) => ({
      id: row.id,
      timeZone: row.time_zone,
      delivery: row.delivery,
      digestAt: row.digest_at,
      quiet:
        row.quiet_from === null || row.quiet_until === null
          ? null
          : { from: row.quiet_from, until: row.quiet_until },
      maxPerHour: row.max_per_hour,
      recent: { count: row.recent, oldest: row.oldest },
    }));
  }

  async listThreads(tx: Tx, recipientIds: string[], alertIds: string[]): Promise<ThreadRow[]> {
    return tx.query(
      `select recipient_id, alert_id, is_urgent, tlp is not null as is_told from mail_thread
       where recipient_id = any ($1) and alert_id = any ($2)`,
      [recipientIds, alertIds],
    );
  }

  async insertThreads(tx: Tx, tellings: Telling[]): Promise<void> {
    await tx.query(
      `insert into mail_thread (recipient_id, alert_id, is_urgent)
       select t."recipientId", t."alertId", t."isUrgent" and t."as" = 'mail'
       from jsonb_to_recordset($1::jsonb)
         as t ("recipientId" uuid, "alertId" uuid, "isUrgent" boolean, "as" text)
       on conflict (recipient_id, alert_id) do update set is_urgent = mail_thread.is_urgent or excluded.is_urgent`,
      [JSON.stringify(tellings)],
    );
  }

  /** What nobody has begun to send says the newest anyway: one mail for all changes until then. */
  async insertAlerts(
    tx: Tx,
    mails: { recipientId: string; alertId: string; at: Date; isFirst: boolean }[],
    isDrill: boolean,
  ): Promise<void> {
    await tx.query(
      `insert into mail_message (id, recipient_id, kind, alert_id, is_drill, is_first, due_at)
       select m.id, m."recipientId", 'alert', m."alertId", $2, m."isFirst", m.at
       from jsonb_to_recordset($1::jsonb)
         as m (id uuid, "recipientId" uuid, "alertId" uuid, at timestamptz, "isFirst" boolean)
       on conflict (recipient_id, alert_id) where is_open and kind = 'alert'
       do update set due_at = least(mail_message.due_at, excluded.due_at)`,
      [JSON.stringify(mails.map((mail) => ({ ...mail, id: newId() }))), isDrill],
    );
  }

  /** Into the next digest of each recipient; an alert is one line of it, and none where a mail about it is waiting. */
  async insertLines(
    tx: Tx,
    lines: { recipientId: string; alertId: string; at: Date; changes: number }[],
    isDrill: boolean,
  ): Promise<void> {
    const soonest = new Map<string, Date>();
    for (const { recipientId, at } of lines) {
      const known = soonest.get(recipientId);
      if (known === undefined || at < known) soonest.set(recipientId, at);
    }
    const digests = [...soonest].map(([recipientId, at]) => ({ id: newId(), recipientId, at }));
    const opened: { id: string; recipient_id: string }[] = await tx.query(
      `insert into mail_message (id, recipient_id, kind, is_drill, due_at)
       select m.id, m."recipientId", 'digest', $2, m.at
       from jsonb_to_recordset($1::jsonb) as m (id uuid, "recipientId" uuid, at timestamptz)
       on conflict (recipient_id, is_drill) where is_open and kind = 'digest'
       do update set due_at = least(mail_message.due_at, excluded.due_at)
       returning id, recipient_id`,
      [JSON.stringify(digests), isDrill],
    );
    const digestOf = new Map(opened.map((row) => [row.recipient_id, row.id]));
    await tx.query(
      `insert into mail_line (message_id, alert_id, changes)
       select l."messageId", l."alertId", l.changes
       from jsonb_to_recordset($1::jsonb)
         as l ("messageId" uuid, "recipientId" uuid, "alertId" uuid, changes integer)
       where not exists (select from mail_message m where m.recipient_id = l."recipientId"
         and m.alert_id = l."alertId" and m.kind = 'alert' and m.is_open)
       on conflict (message_id, alert_id) do update set changes = mail_line.changes + excluded.changes`,
      [JSON.stringify(lines.map((line) => ({ ...line, messageId: digestOf.get(line.recipientId) })))],
    );
  }

  /**
   * To whom was told of it, or is being told: that it is withdrawn. What was not sent by now is not sent any more. In
   * this order, for whoever is about to send holds the mail first and then says so in the thread.
   */
  async withdraw(tx: Tx, recipientIds: string[], alertIds: string[], isDrill: boolean): Promise<void> {
    await tx.query(
      `update mail_message set state = 'dropped', is_open = false, settled_at = now()
       where recipient_id = any ($1) and alert_id = any ($2) and kind = 'alert' and state = 'waiting'`,
      [recipientIds, alertIds],
    );
    await tx.query(
      `with digest as (
         select id from mail_message
         where recipient_id = any ($1) and kind = 'digest' and state = 'waiting' order by id for update)
       delete from mail_line l using digest d where l.message_id = d.id and l.alert_id = any ($2)`,
      [recipientIds, alertIds],
    );
    const told: { recipient_id: string; alert_id: string; tlp: number }[] = await tx.query(
      `select recipient_id, alert_id, tlp from mail_thread
       where recipient_id = any ($1) and alert_id = any ($2) and tlp is not null for update`,
      [recipientIds, alertIds],
    );
    await tx.query(
      `update mail_thread set tlp = null, is_urgent = false
       where recipient_id = any ($1) and alert_id = any ($2)`,
      [recipientIds, alertIds],
    );
    await tx.query(
      `insert into mail_message (id, recipient_id, kind, alert_id, tlp, is_drill, due_at)
       select m.id, m.recipient_id, 'withdrawal', m.alert_id, m.tlp, $2, now()
       from jsonb_to_recordset($1::jsonb) as m (id uuid, recipient_id uuid, alert_id uuid, tlp smallint)`,
      [JSON.stringify(told.map((row) => ({ ...row, id: newId() }))), isDrill],
    );
  }

  async listConfirmed(tx: Tx, subscriptionId: string): Promise<string[]> {
    const rows: { id: string }[] = await tx.query(
      `select id from subscription_recipient where subscription_id = $1 and state = 'confirmed'`,
      [subscriptionId],
    );
    return rows.map(({ id }) => id);
  }

  /** What was recalled while its subscription rests, and so nobody follows. */
  async listRecalledAtRest(
    tx: Tx,
    limit: number,
  ): Promise<{ recipient_id: string; alert_id: string; is_drill: boolean }[]> {
    return tx.query(
      `select t.recipient_id, t.alert_id, a.is_drill from follower f
       join subscription_recipient r on r.subscription_id = f.id and r.state = 'confirmed'
       join mail_thread t on t.recipient_id = r.id and t.tlp is not null
       join shareable a on a.id = t.alert_id and a.state = 'withdrawn'
       where f.kind = 'subscription' and not f.is_open limit $1`,
      [limit],
    );
  }

  /** What is due, single alerts before digests, and never two mails to one recipient at once. */
  async take(tx: Tx, limit: number): Promise<TakenMail[]> {
    const [rows]: [TakenMail[]] = await tx.query(
      `with due as (
         select m.id, m.recipient_id, m.kind, m.due_at from mail_message m
         join subscription_recipient r on r.id = m.recipient_id
         where m.state = 'waiting' and m.due_at <= now() and r.taken_until <= now()
         order by m.kind = 'digest', m.due_at limit $1 for update of m, r skip locked
       ), chosen as (
         select distinct on (recipient_id) id, recipient_id from due
         order by recipient_id, kind = 'digest', due_at
       ), taken as (
         update subscription_recipient r set taken_until = now() + make_interval(secs => ${TAKEN_SECONDS})
         from chosen c where r.id = c.recipient_id
       )
       update mail_message m set is_open = false, attempts = attempts + 1,
         first_tried_at = coalesce(first_tried_at, now())
       from chosen c
       join subscription_recipient r on r.id = c.recipient_id
       join subscription s on s.id = r.subscription_id
       join follower f on f.id = s.id
       join partner p on p.id = s.partner_id
       where m.id = c.id
       returning m.id, m.kind, m.alert_id, m.is_drill, m.is_first, m.tlp, m.attempts, m.created_at, m.first_tried_at,
         m.recipient_id, r.state, r.address, r.language, r.time_zone, s.id as subscription_id,
         s.name as subscription_name, s.mail_tlp, s.mail_classification, p.name as partner_name, f.client_id`,
      [limit],
    );
    return rows;
  }

  async listLines(tx: Tx, messageId: string): Promise<LineRow[]> {
    return tx.query(`select alert_id, changes from mail_line where message_id = $1`, [messageId]);
  }

  /**
   * The last step before something leaves: from here on it counts as told. What was withdrawn until now is not told; nor
   * is what a later mail of the same thread will say.
   * @returns the alerts that may be told
   */
  async beginTelling(
    tx: Tx,
    { id, attempts, kind, recipient_id, alert_id }: TakenMail,
    alerts: { id: string; tlp: number }[],
  ): Promise<Set<string>> {
    const held: unknown[] = await tx.query(
      `select from mail_message where id = $1 and attempts = $2 and state = 'waiting' for update`,
      [id, attempts],
    );
    if (held.length === 0) return new Set();
    const allowed =
      kind === 'digest'
        ? (await this.listLines(tx, id)).map((line) => line.alert_id)
        : await this.unlessOvertaken(tx, id, recipient_id, alert_id);
    const told: [{ alert_id: string }[]] = await tx.query(
      `update mail_thread t set tlp = a.tlp
       from jsonb_to_recordset($2::jsonb) as a (id uuid, tlp smallint)
       where t.recipient_id = $1 and t.alert_id = a.id and a.id = any ($3)
       returning t.alert_id`,
      [recipient_id, JSON.stringify(alerts), allowed],
    );
    return new Set(told[0].map((row) => row.alert_id));
  }

  private async unlessOvertaken(
    tx: Tx,
    id: string,
    recipientId: string,
    alertId: string | null,
  ): Promise<string[]> {
    const later: unknown[] = await tx.query(
      `select from mail_message m join mail_message own on own.id = $1
       where m.recipient_id = $2 and m.alert_id = $3 and m.kind = 'alert' and m.state = 'waiting' and m.id <> own.id
         and m.created_at >= own.created_at`,
      [id, recipientId, alertId],
    );
    return later.length > 0 || alertId === null ? [] : [alertId];
  }

  /**
   * Over, one way or the other; the recipient is free for the next one. The recipient is locked first, as by whoever
   * changes it and then drops its mails.
   */
  async settle(tx: Tx, { id, recipient_id, attempts }: TakenMail, state: 'sent' | 'dropped'): Promise<void> {
    await tx.query(
      `update subscription_recipient set taken_until = now(),
         last_sent_at = case when $2 = 'sent' then now() else last_sent_at end
       where id = $1`,
      [recipient_id, state],
    );
    await tx.query(
      `update mail_message set state = $3, settled_at = now()
       where id = $1 and attempts = $2 and state = 'waiting'`,
      [id, attempts, state],
    );
  }

  /** @param counts whether it was a try, or could not even be tried */
  async postpone(
    tx: Tx,
    { id, recipient_id, attempts }: TakenMail,
    until: Date,
    counts: boolean,
  ): Promise<void> {
    await tx.query(`update subscription_recipient set taken_until = now() where id = $1`, [recipient_id]);
    await tx.query(
      `update mail_message set due_at = $3, attempts = case when $4 then attempts else attempts - 1 end,
         first_tried_at = case when $4 or attempts > 1 then first_tried_at end
       where id = $1 and attempts = $2 and state = 'waiting'`,
      [id, attempts, until, counts],
    );
  }

  async dropWaiting(tx: Tx, recipientId: string): Promise<void> {
    await tx.query(
      `update mail_message set state = 'dropped', is_open = false, settled_at = now()
       where recipient_id = $1 and state = 'waiting' and kind <> 'withdrawal'`,
      [recipientId],
    );
  }

  /** @returns whether this address may be asked once more; who asks, and what became of it, does not matter */
  async claimAsking(tx: Tx, addressDigest: Buffer, most: number): Promise<boolean> {
    await tx.query(`delete from mail_asking where asked_at < now() - interval '1 day'`);
    await tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [addressDigest.toString('hex')]);
    const rows: unknown[] = await tx.query(
      `with asked as (select count(*) as count from mail_asking where address_digest = $1)
       insert into mail_asking (id, address_digest) select $3, $1 from asked where count < $2 returning id`,
      [addressDigest, most, newId()],
    );
    return rows.length > 0;
  }

  async deleteSettled(tx: Tx): Promise<void> {
    await tx.query(
      `delete from mail_message where state <> 'waiting' and settled_at < now() - make_interval(days => ${KEPT_DAYS})`,
    );
  }
}
