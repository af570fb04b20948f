import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import {
  type Crosswalk,
  type EntryContent,
  type EntryDetails,
  type Label,
  type ReferenceVerification,
  type RevisionChange,
} from './reference.values.js';

export interface ListRow {
  code: string;
  id: string;
  version: number;
  names: Label[];
  description: string;
  source: string | null;
  verification: ReferenceVerification;
  is_closed: boolean;
  is_translated: boolean;
  updated_at: Date;
}

export interface EntryRow {
  code: string;
  parent: string | null;
  ordinal: number;
  symbol: string | null;
  definition: string | null;
  source: string | null;
  verification: ReferenceVerification;
  details: EntryDetails;
  valid_from: string | null;
  valid_until: string | null;
  in_force: boolean;
  /** English first, where there is one. */
  labels: Label[];
  crosswalks: Crosswalk[];
}

export interface RevisionRow {
  version: number;
  change: RevisionChange;
  codes: string[];
  before: EntryContent | null;
  after: EntryContent | null;
  partner_id: string | null;
  client_id: string | null;
  at: Date;
}

const LIST_COLUMNS = `code, id, version, names, description, source, verification, is_closed, is_translated,
  updated_at`;

/** @param day SQL of a date, or of null for today in UTC */
const inForce = (day: string): string =>
  `(coalesce(e.valid_from <= coalesce(${day}, (now() at time zone 'UTC')::date), true)
    and coalesce(e.valid_until > coalesce(${day}, (now() at time zone 'UTC')::date), true))`;

/** All SQL on code lists, but for what a release brings along. */
@Injectable()
export class ReferenceRepository {
  /** In order of code, with how many entries are in force on the day. */
  async lists(tx: Tx, at: string | undefined): Promise<(ListRow & { entries: number })[]> {
    return tx.query(
      `select ${LIST_COLUMNS}, (select count(*)::int from reference_entry e
         where e.list = l.code and ${inForce('$1::date')}) as entries
       from reference_list l order by code`,
      [at ?? null],
    );
  }

  async findList(tx: Tx, code: string): Promise<ListRow | null> {
    const rows: ListRow[] = await tx.query(`select ${LIST_COLUMNS} from reference_list where code = $1`, [
      code,
    ]);
    return rows[0] ?? null;
  }

  async lockList(tx: Tx, code: string): Promise<ListRow | null> {
    const rows: ListRow[] = await tx.query(
      `select ${LIST_COLUMNS} from reference_list where code = $1 for update`,
      [code],
    );
    return rows[0] ?? null;
  }

  /** In the order of the list; `code` narrows to one. */
  async entries(tx: Tx, list: string, at?: string, code?: string): Promise<EntryRow[]> {
    return tx.query(
      `select e.code, e.parent, e.ordinal, e.symbol, e.definition, e.source, e.verification, e.details,
         to_char(e.valid_from, 'YYYY-MM-DD') as valid_from, to_char(e.valid_until, 'YYYY-MM-DD') as valid_until,
         ${inForce('$2::date')} as in_force,
         (select coalesce(jsonb_agg(jsonb_build_object('language', language, 'text', text)
              order by language <> 'en', language), '[]')
            from reference_label l where l.list = e.list and l.code = e.code) as labels,
         (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('scheme', scheme, 'target', target,
              'relation', relation, 'source', source, 'verification', verification)) order by scheme, target), '[]')
            from reference_crosswalk c where c.list = e.list and c.code = e.code) as crosswalks
       from reference_entry e where e.list = $1 and ($3::text is null or e.code = $3)
       order by e.ordinal, e.code`,
      [list, at ?? null, code ?? null],
    );
  }

  /** The codes above this one, up to the top. */
  async ancestors(tx: Tx, list: string, code: string): Promise<string[]> {
    const rows: { code: string }[] = await tx.query(
      `with recursive above as (
         select code, parent from reference_entry where list = $1 and code = $2
         union select e.code, e.parent from reference_entry e join above a on e.list = $1 and e.code = a.parent)
       select code from above`,
      [list, code],
    );
    return rows.map((row) => row.code);
  }

  async size(tx: Tx, list: string): Promise<{ entries: number; lastOrdinal: number }> {
    const rows: { entries: number; lastOrdinal: number }[] = await tx.query(
      `select count(*)::int as entries, coalesce(max(ordinal), 0) as "lastOrdinal"
       from reference_entry where list = $1`,
      [list],
    );
    return rows[0] ?? { entries: 0, lastOrdinal: 0 };
  }

  /** @returns false when the code is taken */
  async insertList(
    tx: Tx,
    list: Pick<ListRow, 'code' | 'id' | 'names' | 'description' | 'source' | 'verification'>,
  ): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `insert into reference_list (code, id, names, description, source, verification)
       values ($1, $2, $3::jsonb, $4, $5, $6) on conflict (code) do nothing returning code`,
      [list.code, list.id, JSON.stringify(list.names), list.description, list.source, list.verification],
    );
    return rows.length > 0;
  }

  async raiseVersion(tx: Tx, list: string): Promise<void> {
    await tx.query(`update reference_list set version = version + 1, updated_at = now() where code = $1`, [
      list,
    ]);
  }

  /** Makes the entry say just this, whatever it said before. */
  async writeEntry(tx: Tx, list: string, code: string, content: EntryContent): Promise<void> {
    await tx.query(
      `insert into reference_entry (list, code, parent, ordinal, symbol, definition, source, verification, details,
         valid_from, valid_until)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10::date, $11::date)
       on conflict (list, code) do update set parent = excluded.parent, ordinal = excluded.ordinal,
         symbol = excluded.symbol, definition = excluded.definition, source = excluded.source,
         verification = excluded.verification, details = excluded.details, valid_from = excluded.valid_from,
         valid_until = excluded.valid_until`,
      [
        list,
        code,
        content.parent ?? null,
        content.ordinal,
        content.symbol ?? null,
        content.definition ?? null,
        content.source ?? null,
        content.verification,
        JSON.stringify(content.details ?? {}),
        content.validFrom ?? null,
        content.validUntil ?? null,
      ],
    );
    await tx.query(`delete from reference_label where list = $1 and code = $2`, [list, code]);
    await tx.query(
      `insert into reference_label (list, code, language, text)
       select $1, $2, language, text from jsonb_to_recordset($3::jsonb) as r (language text, text text)`,
      [list, code, JSON.stringify(content.labels)],
    );
    await tx.query(`delete from reference_crosswalk where list = $1 and code = $2`, [list, code]);
    await tx.query(
      `insert into reference_crosswalk (list, code, scheme, target, relation, source, verification)
       select $1, $2, scheme, target, relation, source, verification from jsonb_to_recordset($3::jsonb)
         as r (scheme text, target text, relation text, source text, verification text)`,
      [list, code, JSON.stringify(content.crosswalks)],
    );
  }

  async insertRevision(
    tx: Tx,
    list: string,
    by: { partnerId: string; clientId: string },
    revision: Pick<RevisionRow, 'version' | 'change' | 'codes' | 'before' | 'after'>,
  ): Promise<void> {
    const { version, change, codes, before, after } = revision;
    await tx.query(
      `insert into reference_revision (list, version, change, codes, before, after, partner_id, client_id)
       values ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7, $8)`,
      [
        list,
        version,
        change,
        codes,
        before && JSON.stringify(before),
        after && JSON.stringify(after),
        by.partnerId,
        by.clientId,
      ],
    );
  }

  /** Newest first, from the version before `below`. */
  async revisions(tx: Tx, list: string, below: number | undefined, limit: number): Promise<RevisionRow[]> {
    return tx.query(
      `select version, change, codes, before, after, partner_id, client_id, at from reference_revision
       where list = $1 and ($2::int is null or version < $2) order by version desc limit $3`,
      [list, below ?? null, limit],
    );
  }

  /** Places (from 0) of those stated codes that are no entry in force of their list today. */
  async unknown(tx: Tx, stated: { list: string; code: string }[]): Promise<number[]> {
    const rows: { place: number }[] = await tx.query(
      `select (s.place - 1)::int as place
       from unnest($1::text[], $2::text[]) with ordinality as s (list, code, place)
       where not exists (select from reference_entry e
         where e.list = s.list and e.code = s.code and ${inForce('null::date')})
       order by s.place`,
      [stated.map(({ list }) => list), stated.map(({ code }) => code)],
    );
    return rows.map(({ place }) => place);
  }
}
