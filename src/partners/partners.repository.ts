import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { unlessOvertaken } from '../core/overtaken.js';
import { type PartnerKind, type PartnerStatus } from './partner.rules.js';
import { type PartnerRow } from './partners.dto.js';

const COLUMNS = `id, code, name, kind, country, status, ceiling_tlp, ceiling_classification, version, created_at,
  updated_at, sponsor_id, suspended_by_steward, fell_with_sponsor, expires_at`;

export interface NewPartner {
  id: string;
  code: string;
  name: string;
  kind: PartnerKind;
  country: string | null;
  ceiling: { tlp: number; classification: number };
  /** Null: of its own standing. */
  sponsorId: string | null;
  expiresAt: Date | null;
}

const OVERTAKEN = 'It, or its sponsor, was changed meanwhile: look at both again.';

/** All SQL on partners; row-level security decides which of them the actor can find. */
@Injectable()
export class PartnersRepository {
  /** @returns false when the code is taken */
  async insert(tx: Tx, partner: NewPartner): Promise<boolean> {
    const inserted: Promise<unknown[]> = tx.query(
      `insert into partner (id, code, name, kind, country, status, ceiling_tlp, ceiling_classification, sponsor_id,
         expires_at)
       values ($1, $2, $3, $4, $5, 'active', $6, $7, $8, $9) on conflict (code) do nothing returning id`,
      [
        partner.id,
        partner.code,
        partner.name,
        partner.kind,
        partner.country,
        partner.ceiling.tlp,
        partner.ceiling.classification,
        partner.sponsorId,
        partner.expiresAt,
      ],
    );
    return (await unlessOvertaken(inserted, OVERTAKEN)).length > 0;
  }

  /** Codes or ids of any partners, by what they were called: for addressing, which needs no right to look them up. */
  async resolveNamed(tx: Tx, references: string[]): Promise<Map<string, string>> {
    const rows: { id: string; code: string }[] = await tx.query(`select id, code from named_partners($1)`, [
      references,
    ]);
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

  async existAny(tx: Tx): Promise<boolean> {
    const rows: unknown[] = await tx.query(`select from partner limit 1`);
    return rows.length > 0;
  }

  /** As the system, for which nothing is hidden. */
  async findId(tx: Tx, code: string): Promise<string | null> {
    const rows: { id: string }[] = await tx.query(`select id from partner where code = $1`, [code]);
    return rows[0]?.id ?? null;
  }

  async find(tx: Tx, id: string): Promise<PartnerRow | null> {
    const rows: PartnerRow[] = await tx.query(`select ${COLUMNS} from partner where id = $1`, [id]);
    return rows[0] ?? null;
  }

  /** Not against memberships that begin, for whose end whoever withdraws may wait. */
  async lock(tx: Tx, id: string): Promise<PartnerRow | null> {
    const rows: PartnerRow[] = await tx.query(
      `select ${COLUMNS} from partner where id = $1 for no key update`,
      [id],
    );
    return rows[0] ?? null;
  }

  /** In order of id. */
  async list(
    tx: Tx,
    filter: { kind?: PartnerKind; status?: PartnerStatus; afterId?: string; limit: number },
  ): Promise<PartnerRow[]> {
    return tx.query(
      `select ${COLUMNS} from partner
       where ($1::text is null or kind = $1) and ($2::text is null or status = $2)
         and ($3::uuid is null or id > $3)
       order by id limit $4`,
      [filter.kind ?? null, filter.status ?? null, filter.afterId ?? null, filter.limit],
    );
  }

  /** As the system, for which nothing is hidden. */
  async listAll(
    tx: Tx,
  ): Promise<{ id: string; code: string; name: string; country: string | null; status: PartnerStatus }[]> {
    return tx.query(`select id, code, name, country, status from partner order by id`);
  }

  /** Codes or ids that the actor can see, by what it called them. */
  async resolve(tx: Tx, references: string[]): Promise<Map<string, string>> {
    const rows: { id: string; code: string }[] = await tx.query(
      `select id, code from partner where code = any ($1) or id::text = any ($1)`,
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

  /** What the acting reader can be given at most: the ceilings of its partner, of the sponsor of that, and its own together. */
  async effectiveCeiling(tx: Tx): Promise<{ tlp: number; classification: number }> {
    const rows: { tlp: number; classification: number }[] = await tx.query(
      `select least(p.ceiling_tlp, s.ceiling_tlp, r.ceiling_tlp, answered.tlp)::int as tlp,
         least(p.ceiling_classification, s.ceiling_classification, r.ceiling_classification,
           answered.classification)::int as classification
       from reader r join partner p on p.id = r.partner_id
       left join partner s on s.id = p.sponsor_id
       left join (values (1, 0)) answered (tlp, classification)
         on p.restricted_since is not null or s.restricted_since is not null
       where r.id = acting_reader()`,
    );
    return rows[0] ?? { tlp: 0, classification: 0 };
  }

  /**
   * Arrangements by code or id, among those that the actor can see. Their module stands above this one; a client is
   * limited to their ids, and nothing else of them is needed here.
   */
  async resolveArrangements(tx: Tx, references: string[]): Promise<Map<string, string>> {
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

  /** Whose register stands above this module; that somebody is there is all that is needed of it. */
  async hasFocalPoint(tx: Tx, partnerId: string, id: string): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `select from focal_point where id = $1 and partner_id = $2 and state not in ('ended', 'departed')
       for share`,
      [id, partnerId],
    );
    return rows.length > 0;
  }

  async update(
    tx: Tx,
    id: string,
    values: Pick<NewPartner, 'name' | 'country' | 'ceiling' | 'expiresAt'>,
  ): Promise<void> {
    await tx.query(
      `update partner set name = $2, country = $3, ceiling_tlp = $4, ceiling_classification = $5,
         expires_at = $6, version = version + 1, updated_at = now()
       where id = $1`,
      [id, values.name, values.country, values.ceiling.tlp, values.ceiling.classification, values.expiresAt],
    );
  }

  /** Those registered under it that the actor can see; ended ones too. */
  async listSponsored(tx: Tx, sponsorId: string): Promise<PartnerRow[]> {
    return tx.query(`select ${COLUMNS} from partner where sponsor_id = $1 order by id`, [sponsorId]);
  }

  /**
   * One whose day has come; which one is left to chance, so that one that fails keeps no other waiting.
   * @returns its id, or null when there is none
   */
  async expireDue(tx: Tx): Promise<string | null> {
    const [rows]: [{ id: string }[], number] = await tx.query(
      `update partner set status = 'expired', version = version + 1, updated_at = now()
       where id in (
         select id from partner where status in ('active', 'suspended') and expires_at <= now()
         order by random() limit 1 for no key update skip locked)
       returning id`,
    );
    return rows[0]?.id ?? null;
  }

  /** A sub-partner that is suspended stays so until the steward says otherwise. */
  async hold(tx: Tx, id: string): Promise<void> {
    await tx.query(
      `update partner set suspended_by_steward = true, version = version + 1, updated_at = now() where id = $1`,
      [id],
    );
  }

  async updateStatus(tx: Tx, id: string, status: PartnerStatus): Promise<void> {
    const updated: Promise<unknown> = tx.query(
      `update partner set status = $2, version = version + 1, updated_at = now() where id = $1`,
      [id, status],
    );
    await unlessOvertaken(updated, OVERTAKEN);
  }
}
