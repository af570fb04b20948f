import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { newId } from '../core/ids.js';
import { type ListSeed } from './seeds/seed.js';

const STEP = 10;

/** All SQL on what a release brings; each statement for all lists at once. */
@Injectable()
export class SeedsRepository {
  /** @returns how many entries were missing */
  async plant(tx: Tx, lists: readonly ListSeed[]): Promise<number> {
    // Processes that start together take turns.
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('slt code lists', 0))`);
    await this.insertLists(tx, lists);
    const planted = await this.insertEntries(tx, lists);
    if (planted.length === 0) return 0;
    const isPlanted = new Set(planted.map(({ list, code }) => `${list} ${code}`));
    const parts = lists.flatMap(({ code: list, entries }) =>
      entries.filter(({ code }) => isPlanted.has(`${list} ${code}`)).map((entry) => ({ list, ...entry })),
    );
    await this.insertParts(tx, parts);
    await this.recordEntries(tx, planted);
    return planted.length;
  }

  private async insertLists(tx: Tx, lists: readonly ListSeed[]): Promise<void> {
    const rows = lists.map(({ entries: _, ...list }) => ({ ...list, id: newId() }));
    await tx.query(
      `with planted as (
         insert into reference_list (code, id, version, names, description, source, verification, is_closed, is_translated)
         select code, id, 1, names, description, source, verification, coalesce("isClosed", false),
           coalesce("isTranslated", true)
         from jsonb_to_recordset($1::jsonb) as r (code text, id uuid, names jsonb, description text, source text,
           verification text, "isClosed" boolean, "isTranslated" boolean)
         on conflict (code) do nothing returning code)
       insert into reference_revision (list, version, change, codes) select code, 1, 'list_added', '{}' from planted`,
      [JSON.stringify(rows)],
    );
  }

  /** Not into lists that the steward added under the same code before. */
  private async insertEntries(tx: Tx, lists: readonly ListSeed[]): Promise<{ list: string; code: string }[]> {
    const rows = lists.flatMap(({ code: list, entries }) =>
      entries.map(({ labels: _, crosswalks: __, ...entry }, index) => ({
        list,
        ordinal: (index + 1) * STEP,
        ...entry,
      })),
    );
    return tx.query(
      `insert into reference_entry (list, code, parent, ordinal, symbol, definition, source, verification, details)
       select list, code, parent, ordinal, symbol, definition, source, verification, coalesce(details, '{}')
       from jsonb_to_recordset($1::jsonb) as r (list text, code text, parent text, ordinal int, symbol text,
         definition text, source text, verification text, details jsonb)
       where exists (select from reference_revision v
         where v.list = r.list and v.version = 1 and v.partner_id is null)
       on conflict (list, code) do nothing returning list, code`,
      [JSON.stringify(rows)],
    );
  }

  private async insertParts(
    tx: Tx,
    entries: ({ list: string } & ListSeed['entries'][number])[],
  ): Promise<void> {
    const parts = (of: 'labels' | 'crosswalks'): string =>
      JSON.stringify(
        entries.flatMap(({ list, code, ...entry }) => entry[of].map((one) => ({ list, code, ...one }))),
      );
    await tx.query(
      `insert into reference_label (list, code, language, text)
       select * from jsonb_to_recordset($1::jsonb) as r (list text, code text, language text, text text)`,
      [parts('labels')],
    );
    await tx.query(
      `insert into reference_crosswalk (list, code, scheme, target, relation, source, verification)
       select * from jsonb_to_recordset($1::jsonb) as r (list text, code text, scheme text, target text,
         relation text, source text, verification text)`,
      [parts('crosswalks')],
    );
  }

  /** A list that was there already gets a new version. */
  private async recordEntries(tx: Tx, planted: { list: string; code: string }[]): Promise<void> {
    const lists = [...new Set(planted.map(({ list }) => list))];
    const rows = lists.map((list) => ({
      list,
      codes: planted.filter((one) => one.list === list).map(({ code }) => code),
    }));
    await tx.query(
      `with raised as (
         update reference_list l set version = version + 1, updated_at = now()
         from jsonb_to_recordset($1::jsonb) as r (list text, codes jsonb) where l.code = r.list
         returning l.code, l.version, r.codes)
       insert into reference_revision (list, version, change, codes)
       select code, version, 'entries_added', array(select jsonb_array_elements_text(codes)) from raised`,
      [JSON.stringify(rows)],
    );
  }
}
