import pg from 'pg';
import { type AlertContent } from '../../src/alerts/alert-content.js';

export interface DataSet {
  alerts: number;
  partners: number;
  arrangements: number;
}

/** An arrangement of 60 members and, for the rest, small ones: what a country has, and what its areas have. */
const LARGE_ARRANGEMENT = 60;
const SMALL_ARRANGEMENT = 10;

/**
 * Fills an empty, migrated database in bulk, as its superuser, with what publishing would have written. A sample is
 * held against the sharing rule afterwards, so that the figures are those of a state that can exist.
 */
export async function loadDataSet(superuserUrl: string, content: AlertContent, size: DataSet): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    await client.query(
      `set session_replication_role = replica; set synchronous_commit = off; set work_mem = '64MB'`,
    );
    await client.query(PARTNERS, [size.partners]);
    await client.query(ARRANGEMENTS, [size.arrangements]);
    await client.query(MEMBERSHIPS, [LARGE_ARRANGEMENT, SMALL_ARRANGEMENT, size.partners]);
    await client.query(ALERTS, [size.alerts]);
    await client.query(RENDITIONS, [JSON.stringify(content)]);
    await client.query(GRANTS);
    await client.query('set session_replication_role = origin');
    await client.query('vacuum analyze');
    await assertLawful(client);
  } finally {
    await client.end();
  }
}

const PARTNERS = `
  with made as (
    insert into partner (id, code, name, kind, status, ceiling_tlp, ceiling_classification)
    select gen_random_uuid(), 'B' || lpad(n::text, 5, '0'), 'Partner ' || n, 'ingo', 'active', 4, 2
    from generate_series(1, $1::int) n returning id)
  insert into reader (id, partner_id, ceiling_tlp, ceiling_classification) select id, id, 4, 2 from made`;

const ARRANGEMENTS = `
  insert into arrangement (id, code, name, countries, level)
  select gen_random_uuid(), 'AR' || lpad(n::text, 3, '0'), 'Arrangement ' || n, '{SD}', 'regular'
  from generate_series(1, $1::int) n`;

const MEMBERSHIPS = `
  insert into membership (id, arrangement_id, partner_id, starts_at, state, ceiling_tlp, ceiling_classification)
  select gen_random_uuid(), a.id, p.id, now(), 'current', 4, 2
  from (select id, row_number() over (order by code) - 1 as n from arrangement) a
  join (select id, row_number() over (order by code) - 1 as n from partner where code like 'B%') p
    on (p.n - a.n * 7 + 100 * $3::int) % $3::int < case when a.n = 0 then $1::int else $2::int end`;

const ALERTS = `
  insert into shareable (id, type, originator_id, state, created_at)
  select gen_random_uuid(), 'alert', (select id from partner where code = 'UNDSS'), 'published',
    now() - make_interval(secs => $1::int - n)
  from generate_series(1, $1::int) n`;

const RENDITIONS = `
  with numbered as (
    select id, originator_id, row_number() over (order by id) as n from shareable
  ), arranged as (
    select id, row_number() over (order by code) - 1 as n, count(*) over () as of from arrangement
  ), made as (
    insert into rendition (id, shareable_id, ordinal, tlp, classification, is_current, digest,
      audience_arrangements, audience_kinds, audience_partners, audience_except)
    select gen_random_uuid(), s.id, 0, 1, 0, true, sha256(s.id::text::bytea), array[a.id], '{}', '{}', '{}'
    from numbered s join arranged a on a.n = s.n % a.of
    returning id, shareable_id
  ), said as (
    select m.id, m.shareable_id, s.originator_id, s.n,
      jsonb_set(jsonb_set($1::jsonb, '{identifier}', to_jsonb('urn:uuid:' || m.id)),
        '{texts,0,headline}', to_jsonb('Security advisory number ' || s.n)) as content
    from made m join numbered s on s.id = m.shareable_id
  ), written as (
    insert into alert_rendition (rendition_id, alert_id, originator_id, identifier, sender, sent, sent_at, kind, status,
      severity, categories, content, search, state, urgency, certainty, begins_at, incident_types, languages, countries,
      geocodes)
    select id, shareable_id, originator_id, content->>'identifier', content->>'sender', content->>'sent', now(),
      'advisory', 'actual', n % 5, array[case when n % 10 = 0 then 'health' else 'security' end], content,
      to_tsvector('simple', 'security advisory number ' || n), 'published', 'immediate', 'observed', now(), '{}', '{en}',
      array[case when n % 3 = 0 then 'SS' else 'SD' end], '{}'
    from said returning rendition_id, alert_id)
  insert into alert_shape (id, rendition_id, alert_id, shape)
  select gen_random_uuid(), rendition_id, alert_id,
    polygon(box(point(x, y), point(x + 0.2, y + 0.2)))
  from (select *, 20 + random() * 20 as x, random() * 20 as y from written) w`;

const GRANTS = `
  with allowed as (
    select rd.id as reader_id, rd.partner_id, r.shareable_id, r.id as rendition_id, s.created_at
    from rendition r
    join shareable s on s.id = r.shareable_id
    join membership m on m.arrangement_id = r.audience_arrangements[1]
    join reader rd on rd.partner_id = m.partner_id
    union
    select s.originator_id, s.originator_id, s.id, r.id, s.created_at
    from shareable s join rendition r on r.shareable_id = s.id
  ), placed as (
    select *, row_number() over (partition by reader_id order by created_at, shareable_id) as position from allowed
  ), heads as (
    insert into change_head (reader_id, position) select reader_id, max(position) from placed group by reader_id
  ), logged as (
    insert into change_entry (reader_id, position, change, type, shareable_id, version, at)
    select reader_id, position, 'published', 'alert', shareable_id, 1, created_at from placed)
  insert into share_grant (reader_id, shareable_id, rendition_id, type, version, position, changed_at)
  select reader_id, shareable_id, rendition_id, 'alert', 1, position, created_at from placed`;

async function assertLawful(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ wrong: string }>(
    `select count(*) as wrong from (select id from shareable limit 50) s, share_differences_of_shareable(s.id)`,
  );
  if (rows[0]?.wrong !== '0') throw new Error('the data set contradicts the sharing rule');
}

/** A reader in the middle of it all: a member of the large arrangement and of some small ones. */
export async function pickReader(superuserUrl: string): Promise<{ partnerId: string; alerts: number }> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ reader_id: string; position: string }>(
      `select reader_id, position from change_head join partner on partner.id = reader_id and kind = 'ingo'
       order by position desc limit 1`,
    );
    const [row] = rows;
    if (row === undefined) throw new Error('the data set has no reader');
    return { partnerId: row.reader_id, alerts: Number(row.position) };
  } finally {
    await client.end();
  }
}
