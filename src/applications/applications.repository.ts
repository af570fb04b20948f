import { Injectable } from '@nestjs/common';
import { type CleanFile } from '../attachments/attachments.service.js';
import { type Tx } from '../core/database.js';
import { newId } from '../core/ids.js';
import { type MailLanguage } from '../mail/mail.module.js';
import { type PartnerKind } from '../partners/partners.service.js';
import { type ApplicationSide, type ApplicationState, type DocumentKind } from './application.rules.js';

export interface Statements {
  registrationNumber?: string;
  website?: string;
  unPartnership?: { entity: string; reference: string };
  mandate?: string;
  countries?: string[];
}

export interface ApplicationRow {
  id: string;
  state: ApplicationState;
  kind: PartnerKind;
  name: string;
  statements: Statements;
  country: string | null;
  name_key: string;
  registration_key: string | null;
  domains: string[];
  language: MailLanguage;
  contact_name: string | null;
  contact_title: string | null;
  contact_email: string | null;
  link_turn: number;
  decide_by: Date | null;
  answer_by: Date | null;
  reason: string | null;
  partner_id: string | null;
  submitted_at: Date | null;
  erase_at: Date | null;
  is_overdue: boolean;
}

const COLUMNS = `id, state, kind, name, statements, country, name_key, registration_key, domains, language, contact_name,
  contact_title, contact_email, link_turn, decide_by, answer_by, reason, partner_id, submitted_at, erase_at,
  state in ('submitted', 'vetting', 'information_requested') and decide_by < now() as is_overdue`;

export interface DocumentRow {
  id: string;
  kind: DocumentKind;
  name: string;
  type: CleanFile['type'];
  digest: Buffer;
  bytes: number;
  created_at: Date;
}

export interface MessageRow {
  side: 'applicant' | 'vetting';
  text: string;
  at: Date;
}

export interface EventRow {
  act: string;
  state: ApplicationState;
  side: ApplicationSide;
  partner_id: string | null;
  client_id: string | null;
  reason: string | null;
  at: Date;
}

export type NewEvent = Omit<EventRow, 'at'>;

export interface NewApplication {
  id: string;
  state: 'unconfirmed' | 'submitted';
  kind: PartnerKind;
  name: string;
  statements: Statements;
  country: string | null;
  nameKey: string;
  registrationKey: string | null;
  domains: string[];
  language: MailLanguage;
  contact: { name: string; title: string; email: string };
  enteredBy: string | null;
  caseHash: Buffer | null;
  decideWithinDays: number | null;
}

/** All SQL on applications. Vetting sees what row-level security shows it, the background serves applicants. */
@Injectable()
export class ApplicationsRepository {
  async insert(tx: Tx, one: NewApplication): Promise<void> {
    await tx.query(
      `insert into partner_application (id, state, kind, name, statements, country, name_key, registration_key, domains,
         language, contact_name, contact_title, contact_email, entered_by, case_hash, submitted_at, decide_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
         case when $16::int is not null then now() end, now() + make_interval(days => $16))`,
      [
        ...[one.id, one.state, one.kind, one.name, one.statements, one.country, one.nameKey],
        ...[one.registrationKey, one.domains, one.language],
        ...[one.contact.name, one.contact.title, one.contact.email],
        ...[one.enteredBy, one.caseHash, one.decideWithinDays],
      ],
    );
  }

  /**
   * Counts one who asks without credentials, in this network's last hour, and in the last day of the wider one and of all.
   * @param address who is to get a link, which `takeAsked` finds
   * @returns false for one too many, which counts for nothing
   */
  async countAsking(
    tx: Tx,
    { network, prefix, address }: { network: string; prefix: string; address: string | null },
    { perHour, perPrefix, perDay }: { perHour: number; perPrefix: number; perDay: number },
  ): Promise<boolean> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('slt applications asked', 0))`);
    const rows: unknown[] = await tx.query(
      `insert into partner_application_asking (id, network, prefix, address)
       select $1, sha256(convert_to($2, 'UTF8')), sha256(convert_to($3, 'UTF8')), $7::text
       where (select count(*) < $4::bigint
           and count(*) filter (where prefix = sha256(convert_to($3, 'UTF8'))) < $5::bigint
           and count(*) filter (where at > now() - interval '1 hour'
             and network = sha256(convert_to($2, 'UTF8'))) < $6::bigint
         from partner_application_asking where at > now() - interval '1 day')
       returning id`,
      [newId(), network, prefix, perDay, perPrefix, perHour, address],
    );
    return rows.length > 0;
  }

  /** Some of those who asked for a link, each address once and in one order; they are asking no more. */
  async takeAsked(tx: Tx, limit: number): Promise<string[]> {
    const [rows]: [{ address: string }[]] = await tx.query(
      `update partner_application_asking a set address = null
       from (select id, address from partner_application_asking where address is not null
         order by id limit $1 for update skip locked) asked
       where a.id = asked.id returning asked.address`,
      [limit],
    );
    return [...new Set(rows.map(({ address }) => address))].sort();
  }

  /** How many applied in the last day and showed that the address is theirs. */
  async countConfirmed(tx: Tx): Promise<number> {
    const rows: { count: number }[] = await tx.query(
      `select count(*)::int as count from partner_application
       where submitted_at > now() - interval '1 day' and entered_by is null`,
    );
    return rows[0]?.count ?? 0;
  }

  async deleteAskings(tx: Tx): Promise<void> {
    await tx.query(`delete from partner_application_asking where at < now() - interval '1 day'`);
  }

  /** How many applications name this address that nobody confirmed, of the last day. */
  async countAsked(tx: Tx, email: string): Promise<number> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`application ${email}`]);
    const rows: { count: number }[] = await tx.query(
      `select count(*)::int as count from partner_application
       where contact_email = $1 and state = 'unconfirmed' and link_asked_at > now() - interval '1 day'`,
      [email],
    );
    return rows[0]?.count ?? 0;
  }

  /** The latest of this address that was confirmed, unless it was asked for within the hour. */
  async claimLink(tx: Tx, email: string): Promise<{ id: string; language: MailLanguage } | null> {
    const [rows]: [{ id: string; language: MailLanguage }[]] = await tx.query(
      `update partner_application set link_asked_at = now()
       where id = (select id from partner_application where contact_email = $1 and state <> 'unconfirmed'
           order by id desc limit 1 for update)
         and link_asked_at < now() - interval '1 hour'
       returning id, language`,
      [email],
    );
    return rows[0] ?? null;
  }

  async find(tx: Tx, id: string): Promise<ApplicationRow | null> {
    const rows: ApplicationRow[] = await tx.query(
      `select ${COLUMNS} from partner_application where id = $1`,
      [id],
    );
    return rows[0] ?? null;
  }

  async lock(tx: Tx, id: string): Promise<ApplicationRow | null> {
    const rows: ApplicationRow[] = await tx.query(
      `select ${COLUMNS} from partner_application where id = $1 for update`,
      [id],
    );
    return rows[0] ?? null;
  }

  async lockCase(tx: Tx, caseHash: Buffer): Promise<ApplicationRow | null> {
    const rows: ApplicationRow[] = await tx.query(
      `select ${COLUMNS} from partner_application where case_hash = $1 for update`,
      [caseHash],
    );
    return rows[0] ?? null;
  }

  /** In order of id, which is that of their making. */
  async list(
    tx: Tx,
    filter: { state?: ApplicationState; overdue: boolean; afterId?: string; limit: number },
  ): Promise<ApplicationRow[]> {
    return tx.query(
      `select ${COLUMNS} from partner_application
       where ($1::text is null or state = $1) and ($2::uuid is null or id > $2)
         and (not $3 or (state in ('submitted', 'vetting', 'information_requested') and decide_by < now()))
       order by id limit $4`,
      [filter.state ?? null, filter.afterId ?? null, filter.overdue, filter.limit],
    );
  }

  /** Of the confirmed ones besides this: what may be the same organisation. */
  async listAlike(
    tx: Tx,
    { id, name_key, registration_key, domains }: ApplicationRow,
  ): Promise<ApplicationRow[]> {
    return tx.query(
      `select ${COLUMNS} from partner_application
       where id <> $1 and state <> 'unconfirmed' and (name_key = $2 or registration_key = $3 or domains && $4)
       order by id desc limit 50`,
      [id, name_key, registration_key, domains],
    );
  }

  /** @param eraseInDays for what is over */
  async changeState(
    tx: Tx,
    id: string,
    to: {
      state: ApplicationState;
      decideBy: Date | null;
      answerBy: Date | null;
      eraseInDays: number | undefined;
    },
  ): Promise<void> {
    await tx.query(
      `update partner_application set state = $2, decide_by = $3, answer_by = $4, changed_at = now(),
         erase_at = now() + make_interval(days => $5)
       where id = $1`,
      [id, to.state, to.decideBy, to.answerBy, to.eraseInDays ?? null],
    );
  }

  async decide(
    tx: Tx,
    id: string,
    {
      state,
      reason,
      partnerId,
      eraseInDays,
    }: {
      state: ApplicationState;
      reason: string;
      partnerId: string | null;
      eraseInDays: number | undefined;
    },
  ): Promise<void> {
    await tx.query(
      `update partner_application set state = $2, reason = $3, partner_id = $4, answer_by = null, changed_at = now(),
         erase_at = now() + make_interval(days => $5)
       where id = $1`,
      [id, state, reason, partnerId, eraseInDays ?? null],
    );
  }

  async submit(tx: Tx, id: string, decideWithinDays: number): Promise<void> {
    await tx.query(
      `update partner_application set state = 'submitted', submitted_at = now(), changed_at = now(),
         decide_by = now() + make_interval(days => $2)
       where id = $1`,
      [id, decideWithinDays],
    );
  }

  /** The one private link, in place of any other; the links that led to it are used up. */
  async openCase(tx: Tx, id: string, caseHash: Buffer): Promise<void> {
    await tx.query(`update partner_application set case_hash = $2, link_turn = link_turn + 1 where id = $1`, [
      id,
      caseHash,
    ]);
  }

  async closeCase(tx: Tx, id: string): Promise<void> {
    await tx.query(`update partner_application set case_hash = null where id = $1`, [id]);
  }

  async insertEvent(tx: Tx, applicationId: string, event: NewEvent): Promise<void> {
    await tx.query(
      `insert into partner_application_event (id, application_id, act, state, side, partner_id, client_id, reason)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        ...[newId(), applicationId, event.act, event.state, event.side],
        ...[event.partner_id, event.client_id, event.reason],
      ],
    );
  }

  async listEvents(tx: Tx, applicationId: string): Promise<EventRow[]> {
    return tx.query(
      `select act, state, side, partner_id, client_id, reason, at from partner_application_event
       where application_id = $1 order by id`,
      [applicationId],
    );
  }

  async insertMessage(tx: Tx, applicationId: string, side: MessageRow['side'], text: string): Promise<void> {
    await tx.query(
      `insert into partner_application_message (id, application_id, side, text) values ($1, $2, $3, $4)`,
      [newId(), applicationId, side, text],
    );
  }

  async listMessages(tx: Tx, applicationId: string): Promise<MessageRow[]> {
    return tx.query(
      `select side, text, at from partner_application_message where application_id = $1 order by id`,
      [applicationId],
    );
  }

  async insertDocument(tx: Tx, applicationId: string, kind: DocumentKind, file: CleanFile): Promise<string> {
    const id = newId();
    await tx.query(
      `insert into partner_application_document (id, application_id, kind, name, type, digest, content)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [id, applicationId, kind, file.name, file.type, file.digest, file.content],
    );
    return id;
  }

  async listDocuments(tx: Tx, applicationId: string): Promise<DocumentRow[]> {
    return tx.query(
      `select id, kind, name, type, digest, octet_length(content) as bytes, created_at
       from partner_application_document where application_id = $1 order by id`,
      [applicationId],
    );
  }

  async findDocument(
    tx: Tx,
    applicationId: string,
    id: string,
  ): Promise<(DocumentRow & { content: Buffer }) | null> {
    const rows: (DocumentRow & { content: Buffer })[] = await tx.query(
      `select id, kind, name, type, digest, octet_length(content) as bytes, created_at, content
       from partner_application_document where application_id = $1 and id = $2`,
      [applicationId, id],
    );
    return rows[0] ?? null;
  }

  /**
   * What the applicant did not answer in time, and what nobody decided so many days after its date, or after so many days
   * whatever its dates are.
   */
  async takeOverdue(
    tx: Tx,
    undecidedDays: number,
    openDays: number,
    limit: number,
  ): Promise<ApplicationRow[]> {
    return tx.query(
      `select ${COLUMNS} from partner_application
       where (state = 'information_requested' and answer_by < now())
         or (state in ('submitted', 'vetting', 'information_requested')
           and (decide_by < now() - make_interval(days => $1) or created_at < now() - make_interval(days => $2)))
       order by id limit $3 for update skip locked`,
      [undecidedDays, openDays, limit],
    );
  }

  async deleteUnconfirmed(tx: Tx, days: number): Promise<void> {
    await tx.query(
      `delete from partner_application where state = 'unconfirmed' and created_at < now() - make_interval(days => $1)`,
      [days],
    );
  }

  /** What is over for long enough: who it was, what was shown and written; that there was an application stays. */
  async erase(tx: Tx): Promise<void> {
    const [rows]: [{ id: string }[]] = await tx.query(
      `update partner_application set contact_name = null, contact_title = null, contact_email = null, case_hash = null,
         erase_at = null, reason = null
       where erase_at < now() returning id`,
    );
    const ids = rows.map(({ id }) => id);
    await tx.query(`delete from partner_application_document where application_id = any ($1)`, [ids]);
    await tx.query(`delete from partner_application_message where application_id = any ($1)`, [ids]);
    await tx.query(
      `update partner_application_event set reason = null where application_id = any ($1) and reason is not null`,
      [ids],
    );
  }
}
