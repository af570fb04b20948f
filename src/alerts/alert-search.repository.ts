import { Injectable } from '@nestjs/common';
import { prepared, type Tx } from '../core/database.js';
import { type ReadableRow } from './alerts.repository.js';
import { foldQuery } from './search-text.js';

/** Filters with names resolved and values checked. */
export interface AlertSearch {
  /** Of these grants alone. */
  ids?: string[];
  arrangementIds?: string[];
  originators?: string[];
  kinds?: string[];
  status?: string;
  state?: 'published' | 'expired' | 'cancelled';
  minSeverity?: number;
  urgencies?: string[];
  certainties?: string[];
  categories?: string[];
  incidentTypes?: string[];
  languages?: string[];
  countries?: string[];
  geocodes?: string[];
  /** Each as the polygons that draw it. */
  places?: string[][];
  from?: string;
  until?: string;
  since?: string;
  before?: string;
  text?: string;
  /** Drills are never among what is meant for action. */
  isDrill: boolean;
}

/** The lists of alerts: always the acting reader's grants, narrowed inside the query, newest change first. */
@Injectable()
export class AlertSearchRepository {
  async list(tx: Tx, search: AlertSearch, before: bigint | undefined, limit: number): Promise<ReadableRow[]> {
    const { from, where, parameters } = narrow(search);
    const conditions =
      before === undefined ? where : [...where, `g.position < ${bind(parameters, before.toString())}`];
    const text = `select g.shareable_id as id, g.rendition_id, g.version, g.position, g.changed_at,
         case when g.is_expired then 'expired' end as state
       from ${from} where ${conditions.join(' and ')}
       order by g.position desc limit ${bind(parameters, limit)}`;
    // The plain list, first page or later, is what feeds ask all the time.
    const { isDrill: _, ...filters } = search;
    const isPlain = Object.values(filters).every((filter) => filter === undefined);
    return isPlain
      ? prepared(tx, `alerts ${parameters.length}`, text, parameters)
      : tx.query(text, parameters);
  }

  /** Which of these the reader has and the search leaves. */
  async listMatching(tx: Tx, search: AlertSearch & { ids: string[] }): Promise<string[]> {
    const { from, where, parameters } = narrow(search);
    const rows: { id: string }[] = await tx.query(
      `select g.shareable_id as id from ${from} where ${where.join(' and ')}`,
      parameters,
    );
    return rows.map(({ id }) => id);
  }

  async count(tx: Tx, search: AlertSearch): Promise<number> {
    const { from, where, parameters } = narrow(search);
    const rows: { count: string }[] = await tx.query(
      `select count(*) from ${from} where ${where.join(' and ')}`,
      parameters,
    );
    return Number(rows[0]?.count ?? 0);
  }

  /** The acting partner's own drafts, newest first. */
  async listDrafts(
    tx: Tx,
    state: 'draft' | 'pending_release',
    beforeId: string | undefined,
    limit: number,
  ): Promise<ReadableRow[]> {
    return tx.query(
      `select s.id, r.id as rendition_id, s.version, 0 as position, s.updated_at as changed_at,
         s.state
       from shareable s
       join lateral (select id from rendition where shareable_id = s.id and is_current
                     order by tlp desc, classification desc, ordinal limit 1) r on true
       where s.originator_id = acting_owner() and s.type = 'alert' and s.state = $3
         and ($1::uuid is null or s.id < $1)
       order by s.id desc limit $2`,
      [beforeId ?? null, limit, state],
    );
  }
}

export interface Narrowed {
  from: string;
  where: string[];
  parameters: unknown[];
}

/**
 * The grants `g` of the acting reader that a search leaves. What is asked of texts and shapes is looked up for each of
 * its renditions by id, never the other way: what others were given must not even cost this reader time.
 * @param columns of alert_rendition that are needed of what is found, as `a`
 */
export function narrow(search: AlertSearch, columns: string[] = []): Narrowed {
  const parameters: unknown[] = [];
  const where = [
    'g.reader_id = acting_reader()',
    `g.type = 'alert'`,
    `g.is_drill = ${bind(parameters, search.isDrill)}`,
  ];
  if (search.since !== undefined) where.push(`g.changed_at >= ${bind(parameters, search.since)}`);
  if (search.before !== undefined) where.push(`g.changed_at < ${bind(parameters, search.before)}`);
  const about = conditionsOn(search, parameters);
  const looked = about.length + columns.length > 0;
  const lateral = `cross join lateral (select ${['1', ...columns].join(', ')} from alert_rendition a
    where ${['a.rendition_id = g.rendition_id', ...about].join(' and ')} offset 0) a`;
  if (search.ids !== undefined) where.push(`g.shareable_id = any (${bind(parameters, search.ids)}::uuid[])`);
  if (search.arrangementIds !== undefined) {
    where.push(`exists (select from rendition r where r.id = g.rendition_id
      and r.audience_arrangements && ${bind(parameters, search.arrangementIds)}::uuid[] offset 0)`);
  }
  for (const place of search.places ?? []) {
    const touched = place.map((polygon) => `s.shape && ${bind(parameters, polygon)}::polygon`);
    where.push(`exists (select from alert_shape s where s.rendition_id = g.rendition_id
      and (${touched.join(' or ')}) offset 0)`);
  }
  return { from: `share_grant g ${looked ? lateral : ''}`, where, parameters };
}

function conditionsOn(search: AlertSearch, parameters: unknown[]): string[] {
  const conditions: string[] = [];
  const add = (value: unknown, condition: (parameter: string) => string): void => {
    if (value !== undefined) conditions.push(condition(bind(parameters, value)));
  };
  add(search.kinds, (it) => `a.kind = any (${it})`);
  add(search.state, (it) => `${STATE} = ${it}`);
  add(search.status, (it) => `a.status = ${it}`);
  add(search.minSeverity, (it) => `a.severity >= ${it}`);
  add(search.urgencies, (it) => `a.urgency = any (${it})`);
  add(search.certainties, (it) => `a.certainty = any (${it})`);
  add(search.categories, (it) => `a.categories && ${it}::text[]`);
  add(search.incidentTypes, (it) => `a.incident_types && ${it}::text[]`);
  add(search.languages, (it) => `a.languages && ${it}::text[]`);
  add(search.countries, (it) => `a.countries && ${it}::text[]`);
  add(search.geocodes, (it) => `a.geocodes && ${it}::text[]`);
  add(search.originators, (it) => `${ORIGINATOR_CODE} = any (${it})`);
  add(search.from, (it) => `(a.expires_at is null or a.expires_at >= ${it})`);
  add(search.until, (it) => `a.begins_at <= ${it}`);
  add(search.text && foldQuery(search.text), (it) => `a.search @@ to_tsquery('simple', ${it})`);
  return conditions;
}

/** Expiry is said of the grant: the text stays as it was. */
export const STATE = `case when g.is_expired then 'expired' else a.state end`;

/** An originator that stays unnamed is known by its code to itself alone. */
export const ORIGINATOR_CODE = `coalesce(a.originator_code, case when a.originator_id = acting_owner()
  then (select p.code from partner p where p.id = acting_owner()) end)`;

export function bind(parameters: unknown[], value: unknown): string {
  parameters.push(value);
  return `$${parameters.length}`;
}
