import { Injectable } from '@nestjs/common';
import { type SavedFilter } from '../../alerts/alert-pages.service.js';
import { type Tx } from '../../core/database.js';
import { newId } from '../../core/ids.js';
import { type MailLanguage } from '../mail/languages.js';

export const RECIPIENT_STATES = ['unconfirmed', 'confirmed', 'unsubscribed', 'failed'] as const;
export type RecipientState = (typeof RECIPIENT_STATES)[number];

export interface SubscriptionValues {
  name: string;
  filter: SavedFilter;
  drills: boolean;
  mail_tlp: number;
  mail_classification: number;
}

export interface SubscriptionRow extends SubscriptionValues {
  id: string;
  client_id: string;
  is_open: boolean;
  created_at: Date;
  changed_at: Date;
}

/** What its owner decides of a recipient. */
export interface RecipientWishes {
  address: string;
  language: MailLanguage;
  time_zone: string;
  delivery: 'immediate' | 'digest';
  digest_at: string[];
  quiet_from: string | null;
  quiet_until: string | null;
  max_per_hour: number;
}

export interface RecipientRow extends RecipientWishes {
  id: string;
  subscription_id: string;
  state: RecipientState;
  state_changed_at: Date;
  failure: string | null;
  last_sent_at: Date | null;
}

const COLUMNS = `s.id, s.name, s.filter, s.drills, s.mail_tlp, s.mail_classification, s.created_at, s.changed_at,
  f.client_id, f.is_open`;
const RECIPIENT = `id, subscription_id, address, language, time_zone, delivery, digest_at, quiet_from, quiet_until,
  max_per_hour, state, state_changed_at, failure, last_sent_at`;
const WISHES = `w (id uuid, address text, language text, time_zone text, delivery text, digest_at text[],
  quiet_from text, quiet_until text, max_per_hour integer)`;

/** Subscriptions of the acting reader, and what the background has to know of them. */
@Injectable()
export class SubscriptionsRepository {
  async insert(
    tx: Tx,
    id: string,
    actor: { partnerId: string; readerId: string },
    values: SubscriptionValues,
  ): Promise<void> {
    await tx.query(
      `insert into subscription (id, partner_id, reader_id, name, filter, drills, mail_tlp, mail_classification)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        id,
        actor.partnerId,
        actor.readerId,
        values.name,
        JSON.stringify(values.filter),
        values.drills,
        values.mail_tlp,
        values.mail_classification,
      ],
    );
  }

  async update(tx: Tx, id: string, values: SubscriptionValues): Promise<void> {
    await tx.query(
      `update subscription set name = $2, filter = $3, drills = $4, mail_tlp = $5, mail_classification = $6,
         changed_at = now()
       where id = $1`,
      [
        id,
        values.name,
        JSON.stringify(values.filter),
        values.drills,
        values.mail_tlp,
        values.mail_classification,
      ],
    );
  }

  async count(tx: Tx): Promise<number> {
    const rows: { count: number }[] = await tx.query(
      `select count(*)::int as count from subscription where reader_id = acting_reader()`,
    );
    return rows[0]?.count ?? 0;
  }

  /** Newest first. */
  async list(tx: Tx, beforeId: string | undefined, limit: number): Promise<SubscriptionRow[]> {
    return tx.query(
      `select ${COLUMNS} from subscription s join follower f on f.id = s.id
       where s.reader_id = acting_reader() and ($1::uuid is null or s.id < $1) order by s.id desc limit $2`,
      [beforeId ?? null, limit],
    );
  }

  async find(tx: Tx, id: string, lock: '' | 'for no key update of s' = ''): Promise<SubscriptionRow | null> {
    const rows: SubscriptionRow[] = await tx.query(
      `select ${COLUMNS} from subscription s join follower f on f.id = s.id
       where s.id = $1 and s.reader_id = acting_reader() ${lock}`,
      [id],
    );
    return rows[0] ?? null;
  }

  async delete(tx: Tx, id: string): Promise<void> {
    await tx.query(`delete from subscription where id = $1`, [id]);
  }

  async listRecipients(tx: Tx, subscriptionIds: string[]): Promise<RecipientRow[]> {
    return tx.query(
      `select ${RECIPIENT} from subscription_recipient where subscription_id = any ($1) order by subscription_id, id`,
      [subscriptionIds],
    );
  }

  /**
   * These and no others; who is there already stays what it is.
   * @returns ids of those that are new
   */
  async replaceRecipients(
    tx: Tx,
    subscriptionId: string,
    readerId: string,
    recipients: RecipientWishes[],
  ): Promise<string[]> {
    const wishes = JSON.stringify(recipients.map((one) => ({ ...one, id: newId() })));
    await tx.query(
      `delete from subscription_recipient r where r.subscription_id = $1
         and not exists (select from jsonb_to_recordset($2::jsonb) as ${WISHES} where w.address = r.address)`,
      [subscriptionId, wishes],
    );
    await tx.query(
      `update subscription_recipient r set language = w.language, time_zone = w.time_zone, delivery = w.delivery,
         digest_at = w.digest_at, quiet_from = w.quiet_from, quiet_until = w.quiet_until,
         max_per_hour = w.max_per_hour
       from jsonb_to_recordset($2::jsonb) as ${WISHES}
       where r.subscription_id = $1 and w.address = r.address`,
      [subscriptionId, wishes],
    );
    const added: { id: string }[] = await tx.query(
      `insert into subscription_recipient (id, subscription_id, reader_id, address, language, time_zone, delivery,
         digest_at, quiet_from, quiet_until, max_per_hour)
       select w.id, $1, $3, w.address, w.language, w.time_zone, w.delivery, w.digest_at, w.quiet_from, w.quiet_until,
         w.max_per_hour
       from jsonb_to_recordset($2::jsonb) as ${WISHES}
       where not exists (select from subscription_recipient r where r.subscription_id = $1 and r.address = w.address)
       returning id`,
      [subscriptionId, wishes, readerId],
    );
    return added.map(({ id }) => id);
  }

  /** Asks each of them whether it agrees, as soon as this is committed. */
  async ask(tx: Tx, recipientIds: string[]): Promise<void> {
    await tx.query(
      `insert into mail_message (id, recipient_id, kind, due_at)
       select m.id, m.recipient_id, 'confirmation', now()
       from jsonb_to_recordset($1::jsonb) as m (id uuid, recipient_id uuid)`,
      [JSON.stringify(recipientIds.map((recipient_id) => ({ id: newId(), recipient_id })))],
    );
  }

  async findToFollow(tx: Tx, id: string): Promise<{ filter: SavedFilter; drills: boolean } | null> {
    const rows: { filter: SavedFilter; drills: boolean }[] = await tx.query(
      `select filter, drills from subscription where id = $1`,
      [id],
    );
    return rows[0] ?? null;
  }

  /** Those that rest since their keeper could not read, with who that is. */
  async listAtRest(tx: Tx): Promise<{ id: string; client_id: string }[]> {
    return tx.query(
      `select id, client_id from follower where kind = 'subscription' and not is_open limit 1000`,
    );
  }

  /** By a link that only the recipient was sent. */
  async findRecipientAsSystem(
    tx: Tx,
    id: string,
  ): Promise<{
    address: string;
    language: MailLanguage;
    state: RecipientState;
    partner_name: string;
  } | null> {
    const rows: { address: string; language: MailLanguage; state: RecipientState; partner_name: string }[] =
      await tx.query(
        `select r.address, r.language, r.state, p.name as partner_name from subscription_recipient r
         join subscription s on s.id = r.subscription_id join partner p on p.id = s.partner_id where r.id = $1`,
        [id],
      );
    return rows[0] ?? null;
  }

  async changeRecipientState(
    tx: Tx,
    id: string,
    from: RecipientState[],
    state: RecipientState,
    failure: string | null = null,
  ): Promise<boolean> {
    const [rows]: [unknown[]] = await tx.query(
      `update subscription_recipient set state = $3, state_changed_at = now(), failure = $4
       where id = $1 and state = any ($2) returning id`,
      [id, from, state, failure],
    );
    return rows.length > 0;
  }
}
