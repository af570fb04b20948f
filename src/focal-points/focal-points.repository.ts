import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type FocalPointState } from './focal-point.rules.js';
import { type CoverageRow, type FocalPointRow, type HandoverRow } from './focal-points.view.js';

const COLUMNS = `f.id, f.partner_id, f.role, f.arrangement_id, f.countries, f.area, f.valid_from, f.valid_until, f.state,
  f.confirmed_at, f.awaited_since, f.reminders, f.link_turn, f.version, f.created_at`;
const CONTACT = `c.name, c.email, c.phones, c.call_sign, c.languages`;
const WHOLE = `select ${COLUMNS}, ${CONTACT} from focal_point f
  left join focal_point_contact c on c.focal_point_id = f.id`;

export type NewFocalPoint = Pick<
  FocalPointRow,
  'id' | 'partner_id' | 'role' | 'arrangement_id' | 'countries' | 'area' | 'valid_until'
> & { valid_from: Date | null };
export type Contact = { email: string } & Pick<FocalPointRow, 'name' | 'call_sign'> & {
    phones: string[];
    languages: string[];
  };

export interface MemberRow {
  partner_id: string;
  partner_code: string;
  /** Who answers for it. */
  sponsor_id: string | null;
  is_chair: boolean;
  restricted_since: Date | null;
}

/** All SQL on who speaks for a partner; row-level security decides what of it the actor finds. */
@Injectable()
export class FocalPointsRepository {
  async insert(tx: Tx, one: NewFocalPoint, contact: Contact): Promise<void> {
    await tx.query(
      `insert into focal_point (id, partner_id, role, arrangement_id, countries, area, valid_from, valid_until, state)
       values ($1, $2, $3, $4, $5, $6, coalesce($7, now()), $8, 'nominated')`,
      [
        ...[one.id, one.partner_id, one.role, one.arrangement_id, one.countries],
        ...[one.area, one.valid_from, one.valid_until],
      ],
    );
    await tx.query(
      `insert into focal_point_contact (focal_point_id, name, email, phones, call_sign, languages)
       values ($1, $2, $3, $4, $5, $6)`,
      [one.id, contact.name, contact.email, contact.phones, contact.call_sign, contact.languages],
    );
  }

  async countThere(tx: Tx, partnerId: string): Promise<number> {
    const rows: { count: number }[] = await tx.query(
      `select count(*)::int as count from focal_point
       where partner_id = $1 and state not in ('ended', 'departed')`,
      [partnerId],
    );
    return rows[0]?.count ?? 0;
  }

  async isMember(tx: Tx, partnerId: string, arrangementId: string): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `select from membership where partner_id = $1 and arrangement_id = $2 and state <> 'ended'`,
      [partnerId, arrangementId],
    );
    return rows.length > 0;
  }

  /** Those who are there first, and of those who are not the latest few. */
  async list(tx: Tx, partnerId: string, limit: number): Promise<FocalPointRow[]> {
    return tx.query(
      `${WHOLE} where f.partner_id = $1
       order by f.state in ('ended', 'departed'), f.id desc limit $2`,
      [partnerId, limit],
    );
  }

  async find(tx: Tx, partnerId: string, id: string): Promise<FocalPointRow | null> {
    const rows: FocalPointRow[] = await tx.query(`${WHOLE} where f.partner_id = $1 and f.id = $2`, [
      partnerId,
      id,
    ]);
    return rows[0] ?? null;
  }

  /** With its partner, which whoever leaves has first, too. */
  async lock(tx: Tx, partnerId: string, id: string): Promise<FocalPointRow | null> {
    await tx.query(`select focal_point_lock_partner($1)`, [id]);
    await tx.query(`select from focal_point where id = $1 and partner_id = $2 for no key update`, [
      id,
      partnerId,
    ]);
    return this.find(tx, partnerId, id);
  }

  /**
   * The same for whoever comes by a link, as the system; while something long goes on with its partner they are told to come
   * again, and keep no connection waiting.
   */
  async lockAny(tx: Tx, id: string): Promise<FocalPointRow | null> {
    await tx.query(`set local lock_timeout = '3s'`);
    await tx.query(`select focal_point_lock_partner($1)`, [id]);
    await tx.query(`select from focal_point where id = $1 for no key update`, [id]);
    await tx.query(`set local lock_timeout = default`);
    return this.findAny(tx, id);
  }

  async findAny(tx: Tx, id: string): Promise<FocalPointRow | null> {
    const rows: FocalPointRow[] = await tx.query(`${WHOLE} where f.id = $1`, [id]);
    return rows[0] ?? null;
  }

  /** What the person answers for follows by trigger; links that were mailed have done their work. */
  async confirm(tx: Tx, id: string, state: FocalPointState): Promise<void> {
    await tx.query(
      `update focal_point set state = $2, confirmed_at = clock_timestamp(), awaited_since = clock_timestamp(),
         reminders = 1, link_turn = link_turn + 1, version = version + 1
       where id = $1`,
      [id, state],
    );
  }

  async changeContact(tx: Tx, id: string, contact: Omit<Contact, 'name'>): Promise<void> {
    await tx.query(
      `update focal_point_contact set email = $2, phones = $3, call_sign = $4, languages = $5
       where focal_point_id = $1`,
      [id, contact.email, contact.phones, contact.call_sign, contact.languages],
    );
  }

  /** That how it is reached is another, or until when; null leaves that as it is. */
  async changeValidity(tx: Tx, id: string, until: Date | null): Promise<void> {
    await tx.query(
      `update focal_point set valid_until = coalesce($2, valid_until), version = version + 1 where id = $1`,
      [id, until],
    );
  }

  /** Nobody comes by a link that went to another address; nothing of this round has gone to the new one. */
  async beginAsking(tx: Tx, id: string): Promise<void> {
    await tx.query(`update focal_point set link_turn = link_turn + 2, reminders = 0 where id = $1`, [id]);
  }

  /** What is of the person is deleted and its clients are revoked by trigger, when it is over. */
  async changeState(tx: Tx, id: string, state: FocalPointState): Promise<void> {
    await tx.query(`update focal_point set state = $2, version = version + 1 where id = $1`, [id, state]);
  }

  async listBoundClients(tx: Tx, id: string): Promise<string[]> {
    const rows: { id: string }[] = await tx.query(
      `select id from client where focal_point_id = $1 and revoked_at is null order by id`,
      [id],
    );
    return rows.map((row) => row.id);
  }

  /** Wherever the same person, by name and address, speaks for its partner; in the order in which all of them are locked. */
  async listOfPerson(tx: Tx, id: string): Promise<string[]> {
    const rows: { id: string }[] = await tx.query(`select id from focal_points_of_person($1) as id`, [id]);
    return rows.map((row) => row.id);
  }

  async insertHandover(
    tx: Tx,
    one: { id: string; partnerId: string; successorId: string | null; openMatters: string[] },
  ): Promise<void> {
    await tx.query(
      `insert into focal_point_handover (focal_point_id, partner_id, successor_id, open_matters)
       values ($1, $2, $3, $4)`,
      [one.id, one.partnerId, one.successorId, one.openMatters],
    );
  }

  async listHandovers(tx: Tx, ids: string[]): Promise<Map<string, HandoverRow>> {
    const rows: HandoverRow[] = await tx.query(
      `select focal_point_id, successor_id, open_matters, at, acknowledged_at from focal_point_handover
       where focal_point_id = any ($1)`,
      [ids],
    );
    return new Map(rows.map((row) => [row.focal_point_id, row]));
  }

  /** @returns false when it was acknowledged before */
  async acknowledgeHandover(tx: Tx, id: string): Promise<boolean> {
    const [, changed]: [unknown, number] = await tx.query(
      `update focal_point_handover set acknowledged_at = now()
       where focal_point_id = $1 and acknowledged_at is null`,
      [id],
    );
    await tx.query(`update focal_point set version = version + 1 where id = $1`, [id]);
    return changed > 0;
  }

  /** The partner itself first, then its memberships. */
  async listCoverage(tx: Tx, partnerId: string): Promise<CoverageRow[]> {
    return tx.query(
      `select null as arrangement_id, covered_at, null as starts_at, restricted_since from partner where id = $1
       union all
       (select arrangement_id, covered_at, starts_at, restricted_since from membership
        where partner_id = $1 and state <> 'ended' order by arrangement_id)`,
      [partnerId],
    );
  }

  async isActingIn(tx: Tx, arrangementId: string): Promise<boolean> {
    const rows: unknown[] = await tx.query(`select from acting_arrangements() as here where here = $1`, [
      arrangementId,
    ]);
    return rows.length > 0;
  }

  async listMembers(
    tx: Tx,
    { arrangementId, afterId, limit }: { arrangementId: string; afterId: string | undefined; limit: number },
  ): Promise<MemberRow[]> {
    return tx.query(
      `select m.partner_id, p.code as partner_code, p.sponsor_id, m.is_chair,
         least(m.restricted_since, p.restricted_since, sm.restricted_since, s.restricted_since) as restricted_since
       from membership m join partner p on p.id = m.partner_id
       left join partner s on s.id = p.sponsor_id
       left join membership sm on sm.partner_id = p.sponsor_id and sm.arrangement_id = $1 and sm.state = 'current'
       where m.arrangement_id = $1 and m.state = 'current' and ($2::uuid is null or m.partner_id > $2)
       order by m.partner_id limit $3`,
      [arrangementId, afterId ?? null, limit],
    );
  }

  /** Of these members, as fellow members see them. */
  async listShown(tx: Tx, arrangementId: string, partnerIds: string[]): Promise<FocalPointRow[]> {
    return tx.query(
      `${WHOLE} where f.partner_id = any ($2)
         and (f.arrangement_id = $1 or (f.arrangement_id is null and f.role in ('headquarters', 'duty_line')))
         and f.state in ('confirmed', 'due', 'lapsed') and f.confirmed_at is not null and f.valid_from <= now()
       order by f.partner_id, f.id`,
      [arrangementId, partnerIds],
    );
  }
}
