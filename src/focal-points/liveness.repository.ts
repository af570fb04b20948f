import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { ASKED_ON_DAYS, type FocalPointState, LAPSES_AFTER_DAYS } from './focal-point.rules.js';
import { type FocalPointRow } from './focal-points.view.js';

/** Whole days of 24 hours, wherever the database believes to be. */
const days = (count: number): string => `make_interval(hours => ${24 * count})`;
const NEXT = ASKED_ON_DAYS.map((count, index) => `when ${index} then ${days(count)}`).join(' ');
const OVERDUE = `now() - ${days(LAPSES_AFTER_DAYS)}`;

/** Whose persons are still written to. */
const THERE = `p.status in ('active', 'suspended')`;

/** A partner for which nobody answers any more, everywhere or as a member. */
export interface Restricted {
  partner_id: string;
  arrangement_id: string | null;
}

export interface Addressee {
  /** The focal point. */
  id: string;
  email: string;
  languages: string[];
}

export interface ChairRow {
  partner_id: string;
  arrangement_id: string;
  arrangement_code: string;
}

/** All SQL by which time itself moves focal points on, as the system: several processes may try at once. */
@Injectable()
export class LivenessRepository {
  /**
   * One for whom something is due, which nobody else takes meanwhile, with its partner: of two who share an address, one
   * leaves after the other. Left to chance, so that none keeps others waiting.
   */
  async takeDue(tx: Tx): Promise<FocalPointRow | null> {
    const rows: FocalPointRow[] = await tx.query(
      `select f.id, f.partner_id, f.role, f.arrangement_id, f.countries, f.area, f.valid_from, f.valid_until, f.state,
         f.confirmed_at, f.awaited_since, f.reminders, f.link_turn, f.version, f.created_at, c.name, c.email,
         c.phones, c.call_sign, c.languages
       from focal_point f join partner p on p.id = f.partner_id
       left join focal_point_contact c on c.focal_point_id = f.id
       where f.state not in ('ended', 'departed') and (f.valid_until <= now()
         or (${THERE} and (f.state <> 'lapsed' or f.reminders = 0) and f.valid_from <= now()
           and greatest(f.awaited_since, f.valid_from)
             + case f.reminders ${NEXT} else ${days(LAPSES_AFTER_DAYS)} end <= now()))
       order by random() limit 1 for no key update of f, p skip locked`,
    );
    return rows[0] ?? null;
  }

  async changeState(tx: Tx, id: string, state: FocalPointState): Promise<void> {
    await tx.query(`update focal_point set state = $2, version = version + 1 where id = $1`, [id, state]);
  }

  async setAsked(tx: Tx, id: string, reminders: number, state: FocalPointState): Promise<void> {
    await tx.query(
      `update focal_point set reminders = $2, state = $3, version = version + (state <> $3)::int where id = $1`,
      [id, reminders, state],
    );
  }

  /**
   * One membership whose day 91 has come, also while it rests, or for a moment all would come back with it: in a
   * transaction of its own, so that locks keep their order. One that is being confirmed meanwhile is left alone. Those
   * of sub-partners follow that of their sponsor.
   */
  async restrictMembership(tx: Tx): Promise<Restricted | null> {
    const [rows]: [Restricted[]] = await tx.query(
      `update membership set restricted_since = now()
       where id in (
         select id from membership where state in ('current', 'suspended') and restricted_since is null
           and covered_at <= ${OVERDUE} and starts_at <= ${OVERDUE}
           and partner_id not in (select id from partner where sponsor_id is not null)
         order by random() limit 1 for no key update skip locked)
       returning partner_id, arrangement_id`,
    );
    return rows[0] ?? null;
  }

  /** The same for whoever may come back, from suspension or after its time was over. */
  async restrictPartner(tx: Tx): Promise<Restricted | null> {
    const [rows]: [Restricted[]] = await tx.query(
      `update partner set restricted_since = now()
       where id in (
         select id from partner where status in ('active', 'suspended', 'expired') and restricted_since is null
           and covered_at <= ${OVERDUE} and sponsor_id is null
         order by random() limit 1 for no key update skip locked)
       returning id as partner_id, null as arrangement_id`,
    );
    return rows[0] ?? null;
  }

  async letDaysPass(tx: Tx, partnerId: string, count: number): Promise<void> {
    await tx.query(
      `update focal_point set awaited_since = awaited_since - make_interval(hours => 24 * $2::int),
         confirmed_at = confirmed_at - make_interval(hours => 24 * $2::int), version = version + 1
       where partner_id = $1`,
      [partnerId, count],
    );
    await tx.query(
      `update membership set covered_at = covered_at - make_interval(hours => 24 * $2::int) where partner_id = $1`,
      [partnerId, count],
    );
  }

  /** The chairs of an arrangement, or of all in which the partner is; itself left out. */
  async listChairs(tx: Tx, { partner_id, arrangement_id }: Restricted): Promise<ChairRow[]> {
    return tx.query(
      `select c.partner_id, a.id as arrangement_id, a.code as arrangement_code
       from membership c join arrangement a on a.id = c.arrangement_id join partner p on p.id = $1 and ${THERE}
       where c.is_chair and c.state = 'current' and c.partner_id <> $1
         and case when $2::uuid is not null then a.id = $2 else exists (
           select from membership m where m.arrangement_id = a.id and m.partner_id = $1 and m.state = 'current') end
       order by a.code`,
      [partner_id, arrangement_id],
    );
  }

  /** Duty lines and whoever speaks for the partner there or at its headquarters, one by one. */
  async listAddressees(tx: Tx, partnerId: string, arrangementId: string | null): Promise<Addressee[]> {
    return tx.query(
      `select distinct on (lower(c.email)) f.id, c.email, c.languages
       from focal_point f join focal_point_contact c on c.focal_point_id = f.id
       join partner p on p.id = f.partner_id and ${THERE}
       where f.partner_id = $1 and f.state not in ('ended', 'departed') and f.valid_from <= now()
         and (f.arrangement_id is null or f.arrangement_id = $2)
         and f.role in ('headquarters', 'country', 'area', 'alternate', 'duty_line')
       order by lower(c.email), f.id`,
      [partnerId, arrangementId],
    );
  }

  async findNames(
    tx: Tx,
    partnerId: string,
    arrangementId: string | null,
  ): Promise<{ partner: string; arrangement: string | null }> {
    const rows: { partner: string; arrangement: string | null }[] = await tx.query(
      `select p.name as partner, (select code from arrangement where id = $2) as arrangement
       from partner p where p.id = $1`,
      [partnerId, arrangementId],
    );
    return rows[0] ?? { partner: '', arrangement: null };
  }
}
