import { Injectable } from '@nestjs/common';
import { prepared, type Tx } from '../core/database.js';
import { type ReadableRow } from './alerts.repository.js';
import { foldQuery } from './search-text.js';

/** Filters with names resolved and values checked. */
export interface AlertSearch {
  arrangementId?: string;
  kind?: string;
  status?: string;
  minSeverity?: number;
  categories?: string[];
  /** Longitudes and latitudes of the boxes to look in: one, or two across the antimeridian. */
  boxes?: { west: number; south: number; east: number; north: number }[];
  since?: string;
  text?: string;
}

/** The lists of alerts: always the acting reader's grants, narrowed inside the query, newest change first. */
@Injectable()
export class AlertSearchRepository {
  async list(tx: Tx, search: AlertSearch, before: bigint | undefined, limit: number): Promise<ReadableRow[]> {
    const { from, where, parameters } = this.build(search);
    const conditions =
      before === undefined ? where : [...where, `g.position < ${bind(parameters, before.toString())}`];
    const text = `select g.shareable_id as id, g.rendition_id, g.version, g.position, g.changed_at
       from ${from} where ${conditions.join(' and ')}
       order by g.position desc limit ${bind(parameters, limit)}`;
    // The plain list, first page or later, is what feeds ask all the time.
    const isPlain = Object.values(search).every((filter) => filter === undefined);
    return isPlain
      ? prepared(tx, `alerts ${parameters.length}`, text, parameters)
      : tx.query(text, parameters);
  }

  async count(tx: Tx, search: AlertSearch): Promise<number> {
    const { from, where, parameters } = this.build(search);
    const rows: { count: string }[] = await tx.query(
      `select count(*) from ${from} where ${where.join(' and ')}`,
      parameters,
    );
    return Number(rows[0]?.count ?? 0);
  }

  /** The acting partner's own drafts, newest first. */
  async listDrafts(tx: Tx, beforeId: string | undefined, limit: number): Promise<ReadableRow[]> {
    return tx.query(
      `select s.id, r.id as rendition_id, s.version, 0 as position, s.updated_at as changed_at
       from shareable s
       join lateral (select id from rendition where shareable_id = s.id and is_current
                     order by tlp desc, classification desc, ordinal limit 1) r on true
       where s.originator_id = acting_owner() and s.type = 'alert' and s.state = 'draft'
         and ($1::uuid is null or s.id < $1)
       order by s.id desc limit $2`,
      [beforeId ?? null, limit],
    );
  }

  private build(search: AlertSearch): { from: string; where: string[]; parameters: unknown[] } {
    const parameters: unknown[] = [];
    const where = [`g.reader_id = acting_reader()`, `g.type = 'alert'`];
    const about: string[] = [];
    if (search.kind !== undefined) about.push(`a.kind = ${bind(parameters, search.kind)}`);
    if (search.status !== undefined) about.push(`a.status = ${bind(parameters, search.status)}`);
    if (search.minSeverity !== undefined) about.push(`a.severity >= ${bind(parameters, search.minSeverity)}`);
    if (search.categories !== undefined)
      about.push(`a.categories && ${bind(parameters, search.categories)}::text[]`);
    if (search.text !== undefined) {
      about.push(`a.search @@ websearch_to_tsquery('simple', ${bind(parameters, foldQuery(search.text))})`);
    }
    if (search.since !== undefined) where.push(`g.changed_at >= ${bind(parameters, search.since)}`);
    if (search.arrangementId !== undefined) {
      where.push(`exists (select from rendition r where r.id = g.rendition_id
        and r.audience_arrangements @> array[${bind(parameters, search.arrangementId)}::uuid])`);
    }
    if (search.boxes !== undefined) {
      const inBoxes = search.boxes.map(
        ({ west, south, east, north }) =>
          `s.shape && polygon(box(point(${bind(parameters, west)}, ${bind(parameters, south)}),
             point(${bind(parameters, east)}, ${bind(parameters, north)})))`,
      );
      where.push(`exists (select from alert_shape s where s.rendition_id = g.rendition_id
        and (${inBoxes.join(' or ')}))`);
    }
    const joined = about.length > 0 ? ' join alert_rendition a on a.rendition_id = g.rendition_id' : '';
    return { from: `share_grant g${joined}`, where: [...where, ...about], parameters };
  }
}

function bind(parameters: unknown[], value: unknown): string {
  parameters.push(value);
  return `$${parameters.length}`;
}
