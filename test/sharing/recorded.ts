import type pg from 'pg';
import { grantsOf, type World } from './reference-rule.js';

/** What the database has written down: the sharing rule's own output, and what it was made from. */
export interface RecordedGrant {
  reader: string;
  id: string;
  version: number;
  position: number;
  isDrill: boolean;
  rendition: string;
  /** What the reader is told: text, handling, severity and state; of a report, text and handling. */
  said: string;
}

export interface RecordedEntry {
  reader: string;
  position: number;
  change: string;
  id: string;
  version: number;
  isDrill: boolean;
  alarm: boolean;
}

export interface Recorded {
  grants: RecordedGrant[];
  entries: RecordedEntry[];
  heads: { reader: string; isDrill: boolean; position: number }[];
}

/** Positions count in each of a reader's two logs. */
export const logOf = ({ reader, isDrill }: { reader: string; isDrill: boolean }): string =>
  `${reader}${isDrill ? ' (drills)' : ''}`;

/** In one statement, so that it is one moment. */
export async function readRecorded(superuser: pg.Client): Promise<Recorded> {
  const { rows } = await superuser.query<{ recorded: Recorded }>(`
    select json_build_object(
      'grants', (select coalesce(json_agg(json_build_object('reader', g.reader_id, 'id', g.shareable_id,
        'version', g.version, 'position', g.position, 'rendition', g.rendition_id,
        'isDrill', g.is_drill,
        'said', case when g.type = 'alert' then concat_ws(' | ', a.content->'texts'->0->>'headline',
            a.content->'handling'->>'tlp', a.content->'handling'->>'classification', a.content->>'severity',
            case when g.is_expired then 'expired' else a.content->>'state' end)
          else convert_from(r.digest, 'UTF8') end)), '[]')
        from share_grant g join rendition r on r.id = g.rendition_id
        left join alert_rendition a on a.rendition_id = g.rendition_id),
      'entries', (select coalesce(json_agg(json_build_object('reader', e.reader_id, 'position', e.position,
        'change', e.change, 'id', e.shareable_id, 'version', e.version, 'isDrill', e.is_drill, 'alarm', e.alarm)
        order by e.reader_id, e.is_drill, e.position), '[]')
        from change_entry e),
      'heads', (select coalesce(json_agg(json_build_object('reader', h.reader_id, 'isDrill', h.is_drill,
        'position', h.position)), '[]') from change_head h)) as recorded`);
  return rows[0]?.recorded ?? { grants: [], entries: [], heads: [] };
}

/** The inputs of the rule as the database holds them; texts are the ids of renditions. */
export async function readWorld(superuser: pg.Client): Promise<World> {
  const { rows } = await superuser.query<{ world: World }>(`
    with label as (
      select '{CLEAR,GREEN,AMBER,AMBER+STRICT,RED}'::text[] as tlps,
        '{UNCLASSIFIED,CONFIDENTIAL,STRICTLY_CONFIDENTIAL}'::text[] as classifications
    )
    select json_build_object(
      'partners', (select coalesce(json_agg(json_build_object('id', p.id, 'kind', p.kind, 'status', p.status,
        'isUnanswered', p.restricted_since is not null,
        'ceiling', json_build_object('tlp', tlps[p.ceiling_tlp + 1],
          'classification', classifications[p.ceiling_classification + 1]))), '[]') from partner p),
      'readers', (select coalesce(json_agg(json_build_object('id', r.id, 'partnerId', r.partner_id,
        'isOpen', r.is_open, 'arrangements', r.arrangement_ids,
        'ceiling', json_build_object('tlp', tlps[r.ceiling_tlp + 1],
          'classification', classifications[r.ceiling_classification + 1]))), '[]') from reader r),
      'memberships', (select coalesce(json_agg(json_build_object('partnerId', m.partner_id,
        'arrangementId', m.arrangement_id, 'state', m.state, 'isUnanswered', m.restricted_since is not null,
        'ceiling', json_build_object('tlp', tlps[m.ceiling_tlp + 1],
          'classification', classifications[m.ceiling_classification + 1]))), '[]') from membership m),
      'shareables', (select coalesce(json_agg(json_build_object('id', s.id, 'type', s.type, 'originatorId', s.originator_id,
        'sourceId', (select c.source_id from custody c where c.shareable_id = s.id), 'isDrill', s.is_drill,
        'state', s.state, 'renditions', (select coalesce(json_agg(json_build_object('text', r.id,
          'tlp', tlps[r.tlp + 1], 'classification', classifications[r.classification + 1],
          'arrangements', r.audience_arrangements, 'kinds', r.audience_kinds, 'partners', r.audience_partners,
          'except', r.audience_except, 'releasedTo', array(select o.partner_id from onward_release o
            where o.rendition_id = r.id and o.state = 'current')) order by r.ordinal), '[]')
          from rendition r where r.shareable_id = s.id and r.is_current))), '[]') from shareable s)) as world
    from label`);
  return rows[0]?.world ?? { partners: [], readers: [], memberships: [], shareables: [] };
}

/**
 * The laws of a change log, whatever happened: positions 1, 2, 3 and so on, of drills by themselves; versions of one shareable rise by one; the
 * log replayed gives the reader's grants, at their versions and places.
 * @returns what is broken, in words; empty when nothing is
 */
export function brokenLaws({ grants, entries, heads }: Recorded): string[] {
  const broken: string[] = [];
  const held = new Map<string, RecordedGrant>();
  for (const grant of grants) {
    const key = `${grant.reader} ${grant.id}`;
    if (held.has(key)) broken.push(`two grants of ${key}`);
    held.set(key, grant);
  }
  const reached = new Map<string, number>();
  const versions = new Map<string, number>();
  const replayed = new Map<string, RecordedEntry>();
  for (const entry of entries) {
    const key = `${entry.reader} ${entry.id}`;
    const log = logOf(entry);
    const before = reached.get(log) ?? 0;
    if (entry.position !== before + 1) broken.push(`${log}: ${entry.position} follows ${before}`);
    reached.set(log, entry.position);
    const version = versions.get(key) ?? 0;
    if (entry.version !== version + 1) broken.push(`${key}: version ${entry.version} follows ${version}`);
    versions.set(key, entry.version);
    const known = replayed.has(key);
    if (known === (entry.change === 'published')) {
      broken.push(`${key}: ${entry.change} of what was ${known ? '' : 'not '}there`);
    }
    if (entry.change === 'withdrawn') replayed.delete(key);
    else replayed.set(key, entry);
  }
  for (const [key, { position, version, isDrill }] of replayed) {
    const grant = held.get(key);
    if (grant === undefined) broken.push(`${key}: in the log, not granted`);
    else if (grant.isDrill !== isDrill) broken.push(`${key}: granted in the other log`);
    else if (grant.position !== position || grant.version !== version) {
      broken.push(`${key}: granted ${grant.version} at ${grant.position}, logged ${version} at ${position}`);
    }
  }
  for (const key of held.keys()) if (!replayed.has(key)) broken.push(`${key}: granted, not in the log`);
  for (const head of heads) {
    const log = logOf(head);
    if (head.position !== (reached.get(log) ?? 0))
      broken.push(`${log}: head ${head.position}, log ${reached.get(log)}`);
  }
  return broken;
}

/** Both sides of "the rule, total": grants as `reader shareable rendition`, sorted. */
export async function compareWithRule(
  superuser: pg.Client,
): Promise<{ recorded: string[]; ruled: string[]; broken: string[] }> {
  const recorded = await readRecorded(superuser);
  const ruled = [...grantsOf(await readWorld(superuser))].flatMap(([reader, grants]) =>
    [...grants].map(([id, rendition]) => `${reader} ${id} ${rendition.text}`),
  );
  const { rows: stale } = await superuser.query<{ key: string }>(
    `select g.reader_id || ' ' || g.shareable_id as key from share_grant g join shareable s on s.id = g.shareable_id
     where g.is_expired <> (s.state = 'expired') or g.is_drill <> s.is_drill`,
  );
  return {
    recorded: recorded.grants.map(({ reader, id, rendition }) => `${reader} ${id} ${rendition}`).sort(),
    ruled: ruled.sort(),
    broken: [...brokenLaws(recorded), ...stale.map(({ key }) => `${key}: not what has become of it`)],
  };
}
