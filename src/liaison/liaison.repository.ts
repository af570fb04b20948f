import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import {
  type FollowUpDto,
  type LiaisonContactDto,
  type RecordLiaisonMeetingDto,
  type RecordUndertakingDto,
} from './liaison.dto.js';
import { type ContactRow, type LiaisonMeetingRow, type UndertakingRow } from './liaison.view.js';

const CONTACTS = `
  select id, authority, office, name, phone, email, note, valid_until, version, created_at from liaison_contact`;
const MEETINGS = 'select id, held_at, offices, subject, summary, created_at from liaison_meeting';
const UNDERTAKINGS = `
  select u.id, u.side, u.text, u.state, u.due_at, u.state = 'open' and coalesce(u.due_at < now(), false) as is_overdue,
    u.meeting_id, u.created_at, coalesce((
      select jsonb_agg(jsonb_build_object('note', f.note, 'state', f.state, 'at', f.at) order by f.id)
      from liaison_follow_up f where f.undertaking_id = u.id), '[]') as follow_ups
  from liaison_undertaking u`;

/** Where in a register, and how many. */
export interface Slice {
  arrangementId: string;
  beforeId: string | undefined;
  limit: number;
}

const timeOf = (value: string | undefined): Date | null => (value === undefined ? null : new Date(value));

/** All SQL on liaison registers; who is not of the UN, or no member here now, finds none. */
@Injectable()
export class LiaisonRepository {
  async isHere(tx: Tx, arrangementId: string): Promise<boolean> {
    const rows: unknown[] = await tx.query(`select from acting_liaison_places() as place where place = $1`, [
      arrangementId,
    ]);
    return rows.length > 0;
  }

  async insertContact(tx: Tx, id: string, arrangementId: string, dto: LiaisonContactDto): Promise<void> {
    await tx.query(
      `insert into liaison_contact (id, arrangement_id, partner_id, authority, office, name, phone, email, note,
         valid_until)
       values ($1, $2, acting_partner(), $3, $4, $5, $6, $7, $8, $9)`,
      [id, arrangementId, ...contactValues(dto)],
    );
  }

  async lockContact(tx: Tx, arrangementId: string, id: string): Promise<ContactRow | null> {
    const rows: ContactRow[] = await tx.query(
      `${CONTACTS} where arrangement_id = $1 and id = $2 for no key update`,
      [arrangementId, id],
    );
    return rows[0] ?? null;
  }

  async replaceContact(tx: Tx, arrangementId: string, id: string, dto: LiaisonContactDto): Promise<void> {
    await tx.query(
      `update liaison_contact set authority = $3, office = $4, name = $5, phone = $6, email = $7, note = $8,
         valid_until = $9, version = version + 1
       where id = $1 and arrangement_id = $2`,
      [id, arrangementId, ...contactValues(dto)],
    );
  }

  /** @returns false when it is not there */
  async deleteContact(tx: Tx, arrangementId: string, id: string): Promise<boolean> {
    const [, deleted]: [unknown, number] = await tx.query(
      `delete from liaison_contact where id = $1 and arrangement_id = $2`,
      [id, arrangementId],
    );
    return deleted > 0;
  }

  /**
   * Who held it, and what was written about them; the office stays. Which one is left to chance, so that one that fails
   * keeps no other waiting.
   * @returns its id, or null when there is none
   */
  async forgetDue(tx: Tx): Promise<string | null> {
    const [rows]: [{ id: string }[], number] = await tx.query(
      `update liaison_contact set name = null, phone = null, email = null, note = null, version = version + 1
       where id = (select id from liaison_contact
         where valid_until <= now() and num_nonnulls(name, phone, email, note) > 0
         order by random() limit 1 for no key update skip locked)
       returning id`,
    );
    return rows[0]?.id ?? null;
  }

  async findContact(tx: Tx, arrangementId: string, id: string): Promise<ContactRow | null> {
    const rows: ContactRow[] = await tx.query(`${CONTACTS} where arrangement_id = $1 and id = $2`, [
      arrangementId,
      id,
    ]);
    return rows[0] ?? null;
  }

  async listContacts(tx: Tx, { arrangementId, beforeId, limit }: Slice): Promise<ContactRow[]> {
    return tx.query(
      `${CONTACTS} where arrangement_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
      [arrangementId, beforeId ?? null, limit],
    );
  }

  async insertMeeting(
    tx: Tx,
    id: string,
    arrangementId: string,
    dto: RecordLiaisonMeetingDto,
  ): Promise<void> {
    await tx.query(
      `insert into liaison_meeting (id, arrangement_id, partner_id, held_at, offices, subject, summary)
       values ($1, $2, acting_partner(), $3, $4, $5, $6)`,
      [id, arrangementId, new Date(dto.heldAt), dto.offices, dto.subject, dto.summary ?? null],
    );
  }

  async findMeeting(tx: Tx, arrangementId: string, id: string): Promise<LiaisonMeetingRow | null> {
    const rows: LiaisonMeetingRow[] = await tx.query(`${MEETINGS} where arrangement_id = $1 and id = $2`, [
      arrangementId,
      id,
    ]);
    return rows[0] ?? null;
  }

  async listMeetings(tx: Tx, { arrangementId, beforeId, limit }: Slice): Promise<LiaisonMeetingRow[]> {
    return tx.query(
      `${MEETINGS} where arrangement_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
      [arrangementId, beforeId ?? null, limit],
    );
  }

  async insertUndertaking(
    tx: Tx,
    id: string,
    arrangementId: string,
    dto: RecordUndertakingDto,
  ): Promise<void> {
    await tx.query(
      `insert into liaison_undertaking (id, arrangement_id, partner_id, meeting_id, side, text, due_at)
       values ($1, $2, acting_partner(), $3, $4, $5, $6)`,
      [id, arrangementId, dto.meetingId ?? null, dto.side, dto.text, timeOf(dto.dueAt)],
    );
  }

  async findUndertaking(tx: Tx, arrangementId: string, id: string): Promise<UndertakingRow | null> {
    const rows: UndertakingRow[] = await tx.query(
      `${UNDERTAKINGS} where u.arrangement_id = $1 and u.id = $2`,
      [arrangementId, id],
    );
    return rows[0] ?? null;
  }

  /** Holds it, so that two who conclude it at once do not both. */
  async lockUndertaking(tx: Tx, arrangementId: string, id: string): Promise<void> {
    await tx.query(
      `select from liaison_undertaking where arrangement_id = $1 and id = $2 for no key update`,
      [arrangementId, id],
    );
  }

  async listUndertakings(tx: Tx, { arrangementId, beforeId, limit }: Slice): Promise<UndertakingRow[]> {
    return tx.query(
      `${UNDERTAKINGS} where u.arrangement_id = $1 and ($2::uuid is null or u.id < $2)
       order by u.id desc limit $3`,
      [arrangementId, beforeId ?? null, limit],
    );
  }

  async followUp(tx: Tx, id: string, undertakingId: string, dto: FollowUpDto): Promise<void> {
    await tx.query(
      `insert into liaison_follow_up (id, undertaking_id, partner_id, note, state)
       values ($1, $2, acting_partner(), $3, $4)`,
      [id, undertakingId, dto.note, dto.state],
    );
    await tx.query(`update liaison_undertaking set state = $2, updated_at = now() where id = $1`, [
      undertakingId,
      dto.state,
    ]);
  }
}

const contactValues = (dto: LiaisonContactDto): unknown[] => [
  dto.authority,
  dto.office,
  dto.name ?? null,
  dto.phone ?? null,
  dto.email ?? null,
  dto.note ?? null,
  timeOf(dto.validUntil),
];
