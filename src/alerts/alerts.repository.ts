import { Injectable } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { prepared, type Tx } from '../core/database.js';
import { newId } from '../core/ids.js';
import { type Problem, problems } from '../core/problem.js';
import { type AudienceKind, type Downgrade } from '../sharing/sharing.service.js';
import {
  type AlertContent,
  type AlertRenditionDraft,
  type Grading,
  type MessageIdentity,
  type Verification,
} from './alert-content.js';
import { indexOf } from './alert-index.js';
import { type Attribution } from './alert.values.js';
import { type CapMessage, type CapReference } from './cap/cap-message.js';
import { parseCapTime } from './cap/cap-time.js';
import { ringsOf, toPolygonText } from './shapes.js';

/** Which rendition the acting reader may have, and since when. */
export interface ReadableRow {
  id: string;
  rendition_id: string;
  version: number;
  position: string;
  changed_at: Date;
  /** Organisations by kind of feedback; read with single alerts only. */
  corroboration?: number[];
  /** Where the alert stands meanwhile, when its text does not say so. */
  state: 'expired' | 'draft' | 'pending_release' | null;
}

export interface OwnRenditionRow {
  rendition_id: string;
  ordinal: number;
  tlp: number;
  classification: number;
  classification_reason: string | null;
  review_at: string | null;
  audience_arrangements: string[];
  audience_kinds: AudienceKind[];
  audience_partners: string[];
  audience_except: string[];
  downgrade: Downgrade | null;
  content: AlertContent;
  cap: CapMessage | null;
}

export interface PredecessorRow extends MessageIdentity {
  tlp: number;
  classification: number;
  attribution: Attribution;
  grading: Grading | null;
  verification: Verification[] | null;
}

export interface OwnMessageRow {
  alert_id: string;
  cap_digest: Buffer | null;
  state: string;
  is_drill: boolean;
  attribution: Attribution;
  tlp: number;
  classification: number;
}

/** All SQL that writes alerts and finds single ones; lists are in alert-search.repository.ts. */
@Injectable()
export class AlertsRepository {
  async insertRenditions(
    tx: Tx,
    alertId: string,
    originatorId: string,
    renditions: (AlertRenditionDraft & { id: string; capDigest: Buffer | null })[],
  ): Promise<void> {
    if (renditions.length === 0) return;
    const rows = renditions.map(({ id, content, cap, capDigest }) => ({
      id,
      content,
      cap,
      capDigest: capDigest?.toString('hex') ?? null,
      sentAt: parseCapTime(content.sent).toISOString(),
      ...indexOf(content),
    }));
    const inserted = tx.query(
      `insert into alert_rendition (rendition_id, alert_id, originator_id, identifier, sender, sent, sent_at, content,
         cap, cap_digest, kind, status, state, severity, urgency, certainty, categories, incident_types, languages,
         countries, geocodes, originator_code, begins_at, expires_at, acknowledgement, search)
       select r.id, $1, $2, r.content->>'identifier', r.content->>'sender', r.content->>'sent', r."sentAt", r.content,
         nullif(r.cap, 'null'), decode(r."capDigest", 'hex'), r.kind, r.status, r.state, r.severity, r.urgency,
         r.certainty, r.categories, r.incident_types, r.languages, r.countries, r.geocodes, r.originator_code,
         r.begins_at, r.expires_at, r.content->>'acknowledgement', to_tsvector('simple', r.search)
       from jsonb_to_recordset($3::jsonb) as r (id uuid, content jsonb, cap jsonb, "capDigest" text,
         "sentAt" timestamptz, kind text, status text, state text, severity smallint, urgency text, certainty text,
         categories text[], incident_types text[], languages text[], countries text[], geocodes text[],
         originator_code text, begins_at timestamptz, expires_at timestamptz, search text)`,
      [alertId, originatorId, JSON.stringify(rows)],
    );
    await inserted.catch((error: unknown) => {
      // A narrowed client does not see all messages of its partner, whose identities are taken all the same.
      throw isClash(error) ? identityTaken() : error;
    });
    const shapes = renditions.flatMap(({ id, content }) =>
      ringsOf(content.areas).map((ring) => ({ id: newId(), rendition: id, shape: toPolygonText(ring) })),
    );
    if (shapes.length === 0) return;
    await tx.query(
      `insert into alert_shape (id, rendition_id, alert_id, shape)
       select s.id, s.rendition, $1, s.shape::polygon
       from jsonb_to_recordset($2::jsonb) as s (id uuid, rendition uuid, shape text)`,
      [alertId, JSON.stringify(shapes)],
    );
  }

  /**
   * The rendition of an alert that the acting reader may have: the one it was given or, for the originator's own
   * draft, the highest. One statement, so that hidden and missing take the same way.
   */
  async findReadable(tx: Tx, id: string): Promise<ReadableRow | null> {
    const rows = await prepared<ReadableRow>(
      tx,
      'readable alert',
      `select id, rendition_id, version, position, changed_at, state, alert_corroboration(id) as corroboration from (
         select 0 as way, g.shareable_id as id, g.rendition_id, g.version, g.position, g.changed_at,
           case when g.is_expired then 'expired' end as state
         from share_grant g
         where g.reader_id = acting_reader() and g.shareable_id = $1 and g.type = 'alert'
         union all
         (select 1, s.id, r.id, s.version, 0, s.updated_at, s.state
          from shareable s join rendition r on r.shareable_id = s.id and r.is_current
          where s.id = $1 and s.type = 'alert' and s.state in ('draft', 'pending_release')
            and s.originator_id = acting_owner()
          order by r.tlp desc, r.classification desc, r.ordinal limit 1)
       ) found order by way limit 1`,
      [id],
    );
    return rows[0] ?? null;
  }

  /** Those of these alerts that were given to the acting reader, as it has them now. */
  async listReadable(tx: Tx, ids: string[]): Promise<ReadableRow[]> {
    return prepared(
      tx,
      'readable alerts',
      `select g.shareable_id as id, g.rendition_id, g.version, g.position, g.changed_at,
         case when g.is_expired then 'expired' end as state, alert_corroboration(g.shareable_id) as corroboration
       from share_grant g
       where g.reader_id = acting_reader() and g.shareable_id = any ($1) and g.type = 'alert'`,
      [ids],
    );
  }

  /** When the acting originator learned of it. */
  async stateKnown(tx: Tx, alertId: string, knownAt: string): Promise<void> {
    await tx.query(`update alert_known set known_at = $2 where alert_id = $1`, [alertId, knownAt]);
    await tx.query(
      `insert into alert_known (alert_id, known_at)
       select $1, $2 where not exists (select from alert_known where alert_id = $1)`,
      [alertId, knownAt],
    );
  }

  async findKnown(tx: Tx, alertId: string): Promise<Date | null> {
    const rows: { known_at: Date }[] = await tx.query(
      `select known_at from alert_known where alert_id = $1`,
      [alertId],
    );
    return rows[0]?.known_at ?? null;
  }

  async listContents(
    tx: Tx,
    renditionIds: string[],
  ): Promise<{ rendition_id: string; content: AlertContent }[]> {
    return prepared(
      tx,
      'alert contents',
      `select rendition_id, content from alert_rendition where rendition_id = any ($1)`,
      [renditionIds],
    );
  }

  async findCap(tx: Tx, renditionId: string): Promise<CapMessage | null> {
    const rows: { cap: CapMessage | null }[] = await tx.query(
      `select cap from alert_rendition where rendition_id = $1`,
      [renditionId],
    );
    return rows[0]?.cap ?? null;
  }

  /** The messages of those that came as CAP, as they came. */
  async listCaps(tx: Tx, renditionIds: string[]): Promise<Map<string, CapMessage>> {
    const rows: { id: string; cap: CapMessage }[] = await tx.query(
      `select rendition_id as id, cap from alert_rendition where rendition_id = any ($1) and cap is not null`,
      [renditionIds],
    );
    return new Map(rows.map(({ id, cap }) => [id, cap]));
  }

  /** The current renditions of the acting partner's own alert, whole, in the originator's order. */
  async listOwnRenditions(tx: Tx, alertId: string): Promise<OwnRenditionRow[]> {
    return tx.query(
      `select a.rendition_id, r.ordinal, r.tlp, r.classification, r.classification_reason,
         to_char(r.review_at, 'YYYY-MM-DD') as review_at, r.audience_arrangements, r.audience_kinds,
         r.audience_partners, r.audience_except, a.content, a.cap,
         case when r.downgrade_at is not null then jsonb_build_object('at', r.downgrade_at, 'tlp', r.downgrade_tlp,
           'classification', r.downgrade_classification) end as downgrade
       from rendition r join alert_rendition a on a.rendition_id = r.id
       where r.shareable_id = $1 and r.is_current and a.originator_id = acting_owner()
       order by r.ordinal`,
      [alertId],
    );
  }

  /** What was published of this alert up to now, oldest first. */
  async listPredecessors(tx: Tx, alertId: string): Promise<PredecessorRow[]> {
    return tx.query(
      `select a.identifier, a.sender, a.sent, a.content->>'attribution' as attribution, r.tlp, r.classification,
         a.content->'grading' as grading, a.content->'verification' as verification
       from alert_rendition a join rendition r on r.id = a.rendition_id
       where a.alert_id = $1 and a.content->>'state' <> 'draft' order by a.rendition_id`,
      [alertId],
    );
  }

  /** Messages that the acting reader had of these alerts before those that it has now. */
  async listReceived(tx: Tx, alertIds: string[]): Promise<(CapReference & { alert_id: string })[]> {
    return prepared(
      tx,
      'received messages',
      `select alert_id, sender, identifier, sent from received_messages($1)`,
      [alertIds],
    );
  }

  /** Two posts of the same message wait for each other, so that the later one finds what the earlier one made. */
  async lockMessage(tx: Tx, partnerId: string, { sender, identifier }: MessageIdentity): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [
      JSON.stringify(['message', partnerId, sender, identifier]),
    ]);
  }

  /**
   * Where the acting partner itself published a message of this identity; a narrowed client finds what it may still
   * read of that.
   */
  async findOwnMessage(tx: Tx, message: MessageIdentity): Promise<OwnMessageRow | null> {
    const rows: OwnMessageRow[] = await tx.query(
      `select a.alert_id, a.cap_digest, s.state, s.is_drill, a.content->>'attribution' as attribution, r.tlp,
         r.classification
       from alert_rendition a join shareable s on s.id = a.alert_id join rendition r on r.id = a.rendition_id
       where a.originator_id = acting_partner() and a.identifier = $1 and a.sender = $2 and a.sent = $3`,
      [message.identifier, message.sender, message.sent],
    );
    return rows[0] ?? null;
  }
}

export const identityTaken = (): Problem =>
  problems.conflict('Another message of this identifier, sender and sent time is here already.');

function isClash(error: unknown): boolean {
  return (
    error instanceof QueryFailedError &&
    (error.driverError as { constraint?: string }).constraint === 'alert_rendition_message_key'
  );
}
