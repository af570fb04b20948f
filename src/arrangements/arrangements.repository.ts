import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { unlessOvertaken } from '../core/overtaken.js';
import { type ArrangementLevel, type MembershipState } from './arrangement.rules.js';
import { type ArrangementRow, type MembershipRow } from './arrangements.dto.js';

const COLUMNS = 'id, code, name, countries, level, version, created_at, updated_at';

const DUE = `((state = 'future' and starts_at <= now()) or (state <> 'ended' and ends_at <= now()))`;

export interface CrowdRow {
  id: string;
  code: string;
  countries: string[];
  partnerIds: string[];
}

export interface NewMembership {
  id: string;
  arrangementId: string;
  partnerId: string;
  startsAt: Date;
  endsAt: Date | null;
  state: MembershipState;
  /** Null: that of its last membership, or the highest. */
  ceiling: { tlp: number; classification: number } | null;
}

/** All SQL on arrangements and memberships; their changes re-evaluate who sees what by trigger. */
@Injectable()
export class ArrangementsRepository {
  /** @returns false when the code is taken */
  async insert(
    tx: Tx,
    values: { id: string; code: string; name: string; countries: string[]; level: ArrangementLevel },
  ): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `insert into arrangement (id, code, name, countries, level) values ($1, $2, $3, $4, $5)
       on conflict (code) do nothing returning id`,
      [values.id, values.code, values.name, values.countries, values.level],
    );
    return rows.length > 0;
  }

  async find(tx: Tx, id: string): Promise<ArrangementRow | null> {
    const rows: ArrangementRow[] = await tx.query(`select ${COLUMNS} from arrangement where id = $1`, [id]);
    return rows[0] ?? null;
  }

  /** Not against members that are being added, who may wait for the same countries. */
  async lock(tx: Tx, id: string): Promise<ArrangementRow | null> {
    const rows: ArrangementRow[] = await tx.query(
      `select ${COLUMNS} from arrangement where id = $1 for no key update`,
      [id],
    );
    return rows[0] ?? null;
  }

  /** In order of id. */
  async list(tx: Tx, filter: { afterId?: string; limit: number }): Promise<ArrangementRow[]> {
    return tx.query(
      `select ${COLUMNS} from arrangement where ($1::uuid is null or id > $1) order by id limit $2`,
      [filter.afterId ?? null, filter.limit],
    );
  }

  /**
   * Active partners that are now members of these arrangements or of those of a country, as far as the actor sees them;
   * without those that are not reached through arrangements.
   */
  async listCrowds(tx: Tx, ids: string[], country: string): Promise<CrowdRow[]> {
    return tx.query(
      `select a.id, a.code, a.countries, array(
         select p.id from membership m join partner p on p.id = m.partner_id
         where m.arrangement_id = a.id and m.state = 'current' and p.status = 'active'
           and p.kind not in ('private_sector', 'donor')) as "partnerIds"
       from arrangement a where a.id = any ($1) or $2 = any (a.countries) order by a.code`,
      [ids, country],
    );
  }

  /** The arrangements of which the acting partner is a member now, as far as its reader reaches. */
  async listActing(tx: Tx): Promise<ArrangementRow[]> {
    return tx.query(
      `select ${COLUMNS} from arrangement where id in (select acting_arrangements()) order by code`,
    );
  }

  /**
   * What the acting reader can be given at most through each of these: by its partner and membership, by those of its sponsor,
   * and by itself.
   */
  async listCeilings(tx: Tx): Promise<{ id: string; tlp: number; classification: number }[]> {
    return tx.query(
      `select m.arrangement_id as id,
         least(p.ceiling_tlp, s.ceiling_tlp, r.ceiling_tlp, m.ceiling_tlp, sm.ceiling_tlp, answered.tlp)::int as tlp,
         least(p.ceiling_classification, s.ceiling_classification, r.ceiling_classification,
           m.ceiling_classification, sm.ceiling_classification, answered.classification)::int as classification
       from reader r join partner p on p.id = r.partner_id
       join membership m on m.partner_id = p.id and m.state = 'current'
         and m.arrangement_id in (select acting_arrangements())
       left join partner s on s.id = p.sponsor_id
       left join membership sm on sm.partner_id = p.sponsor_id and sm.arrangement_id = m.arrangement_id
         and sm.state = 'current'
       left join (values (1, 0)) answered (tlp, classification)
         on coalesce(p.restricted_since, s.restricted_since, m.restricted_since, sm.restricted_since) is not null
       where r.id = acting_reader()`,
    );
  }

  /** Codes or ids that the actor can see, by what it called them. */
  async resolve(tx: Tx, references: string[]): Promise<Map<string, string>> {
    const rows: { id: string; code: string }[] = await tx.query(
      `select id, code from arrangement where code = any ($1) or id::text = any ($1)`,
      [references],
    );
    return new Map(
      rows.flatMap(
        ({ id, code }) =>
          [
            [id, id],
            [code, id],
          ] as const,
      ),
    );
  }

  /** Codes or ids of any arrangements: for addressing, which needs no right to look them up. */
  async resolveNamed(tx: Tx, references: string[]): Promise<Map<string, string>> {
    const rows: { id: string; code: string }[] = await tx.query(
      `select id, code from named_arrangements($1)`,
      [references],
    );
    return new Map(
      rows.flatMap(
        ({ id, code }) =>
          [
            [id, id],
            [code, id],
          ] as const,
      ),
    );
  }

  async update(
    tx: Tx,
    id: string,
    values: { name: string; countries: string[]; level: ArrangementLevel },
  ): Promise<void> {
    await tx.query(
      `update arrangement set name = $2, countries = $3, level = $4, version = version + 1, updated_at = now()
       where id = $1`,
      [id, values.name, values.countries, values.level],
    );
  }

  /** @returns false when the partner has a membership that has not ended */
  async insertMembership(tx: Tx, membership: NewMembership): Promise<boolean> {
    const inserted: Promise<unknown[]> = tx.query(
      `insert into membership
         (id, arrangement_id, partner_id, starts_at, ends_at, state, ceiling_tlp, ceiling_classification)
       values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (arrangement_id, partner_id) where state <> 'ended' do nothing returning id`,
      [
        membership.id,
        membership.arrangementId,
        membership.partnerId,
        membership.startsAt,
        membership.endsAt,
        membership.state,
        membership.ceiling?.tlp ?? null,
        membership.ceiling?.classification ?? null,
      ],
    );
    const rows = await unlessOvertaken(inserted, 'Its sponsor has just left the arrangement.');
    return rows.length > 0;
  }

  async listMemberships(tx: Tx, arrangementId: string): Promise<MembershipRow[]> {
    return tx.query(
      `select partner_id, starts_at, ends_at, state, is_chair, ceiling_tlp, ceiling_classification from membership
       where arrangement_id = $1 and state <> 'ended' order by partner_id`,
      [arrangementId],
    );
  }

  /** There is one at most, and no chair without a membership. */
  async replaceChair(tx: Tx, arrangementId: string, partnerId: string): Promise<void> {
    await tx.query(
      `update membership set is_chair = false where arrangement_id = $1 and is_chair and partner_id <> $2`,
      [arrangementId, partnerId],
    );
    await tx.query(
      `update membership set is_chair = true where arrangement_id = $1 and partner_id = $2 and state <> 'ended'`,
      [arrangementId, partnerId],
    );
  }

  /** @returns false when there is no membership that has not ended */
  async endMembership(tx: Tx, arrangementId: string, partnerId: string): Promise<boolean> {
    const [, ended]: [unknown, number] = await tx.query(
      `update membership set state = 'ended', ends_at = greatest(now(), starts_at)
       where arrangement_id = $1 and partner_id = $2 and state <> 'ended'`,
      [arrangementId, partnerId],
    );
    return ended > 0;
  }

  /**
   * Moves on a membership whose time has come; several processes may try at once. Which one is left to chance, so that
   * one that fails keeps no other waiting.
   * @returns how many were moved, none or one
   */
  async advanceDue(tx: Tx): Promise<number> {
    const [due]: { id: string }[] = await tx.query(
      `select id from membership where ${DUE} order by random() limit 1`,
    );
    if (due === undefined) return 0;
    await tx.query(`select membership_lock_ahead($1)`, [due.id]);
    const [, moved]: [unknown, number] = await tx.query(
      `update membership m set state = case when m.ends_at <= now() then 'ended' else 'current' end
       where m.id in (select id from membership where id = $1 and ${DUE} for no key update skip locked)`,
      [due.id],
    );
    return moved;
  }
}
