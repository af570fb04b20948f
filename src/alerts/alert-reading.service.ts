import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { ArrangementsService } from '../arrangements/arrangements.service.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database, type Tx } from '../core/database.js';
import { problems } from '../core/problem.js';
import { type ShareableRow, SharingService } from '../sharing/sharing.service.js';
import { type AlertContent } from './alert-content.js';
import { type AlertFilters } from './alert-search.dto.js';
import { type AlertSearch, AlertSearchRepository } from './alert-search.repository.js';
import { severityRank } from './alert.values.js';
import { AlertsRepository, type OwnRenditionRow, type ReadableRow } from './alerts.repository.js';
import { parseBox } from './boxes.js';
import { type CapMessage, type CapReference } from './cap/cap-message.js';
import { RenditionCache } from './rendition.cache.js';

export { AlertFilters } from './alert-search.dto.js';
export { NOTICE } from './alert.values.js';
export { chooseLanguage } from './language.js';

export interface ReadAlert {
  row: ReadableRow;
  /** As this reader gets it: with what it replaces of what this reader had. */
  content: AlertContent;
  /** The same for all its readers, and so as it may be kept. */
  isShared: boolean;
}

export interface ReadPage {
  alerts: ReadAlert[];
  nextCursor: string | null;
  count?: number;
}

/** Every way of reading alerts: grants decide under row-level security, contents follow by the ids they let through. */
@Injectable()
export class AlertReadingService {
  constructor(
    private readonly database: Database,
    private readonly alerts: AlertsRepository,
    private readonly searches: AlertSearchRepository,
    private readonly sharing: SharingService,
    private readonly arrangements: ArrangementsService,
    private readonly cache: RenditionCache,
    private readonly cursors: Cursors,
  ) {}

  /** @throws Problem 404 when it is missing or hidden */
  async get(actor: Actor, id: string): Promise<ReadAlert> {
    return this.database.readAs(actor, (tx) => this.getIn(tx, id));
  }

  /** @throws Problem 404 when it is missing or hidden */
  async getWithCap(actor: Actor, id: string): Promise<ReadAlert & { cap: CapMessage | null }> {
    return this.database.readAs(actor, async (tx) => {
      const alert = await this.getIn(tx, id);
      return { ...alert, cap: await this.alerts.findCap(tx, alert.row.rendition_id) };
    });
  }

  /**
   * A page of the list, newest change first, or `unchanged` when it would be the one of this tag again.
   * The tag follows the head of the reader's own log, which every change of what it may see moves on.
   */
  async list(
    actor: Actor,
    query: AlertFilters & { count?: string },
    variant: string,
    ifNoneMatch: string | undefined,
  ): Promise<{ tag: string | undefined; page: ReadPage | 'unchanged' }> {
    const place = placeOf(query);
    const before =
      query.cursor === undefined ? undefined : this.cursors.open(actor.readerId, place, query.cursor);
    const boxes = query.bbox === undefined ? undefined : parseBox(query.bbox);
    return this.database.readAs(actor, async (tx) => {
      const head = await this.sharing.head(tx);
      // An alert can come to be addressed to one arrangement more without a word in its readers' logs.
      const tag =
        query.arrangement === undefined
          ? tagOf(
              actor.readerId,
              String(head),
              place,
              String(query.limit),
              query.cursor ?? '',
              query.count ?? '',
              variant,
            )
          : undefined;
      if (tag !== undefined && ifNoneMatch !== undefined && matches(ifNoneMatch, tag)) {
        return { tag, page: 'unchanged' as const };
      }
      return { tag, page: await this.readPage(tx, actor, query, before, boxes, place) };
    });
  }

  private async readPage(
    tx: Tx,
    actor: Actor,
    query: AlertFilters & { count?: string },
    before: bigint | undefined,
    boxes: AlertSearch['boxes'],
    place: string,
  ): Promise<ReadPage> {
    const search = await this.resolve(tx, query, boxes);
    const rows = await this.searches.list(tx, search, before, query.limit + 1);
    const shown = rows.slice(0, query.limit);
    const last = shown.at(-1);
    const more = rows.length > query.limit && last !== undefined;
    return {
      alerts: await this.withContents(tx, shown),
      nextCursor: more ? this.cursors.seal(actor.readerId, place, BigInt(last.position)) : null,
      ...(query.count === 'true' && { count: await this.searches.count(tx, search) }),
    };
  }

  async listDrafts(actor: Actor, cursor: string | undefined, limit: number): Promise<ReadPage> {
    const before = cursor === undefined ? undefined : this.cursors.open(actor.readerId, 'drafts', cursor);
    return this.database.readAs(actor, async (tx) => {
      const beforeId = before === undefined ? undefined : placeToId(before);
      const rows = await this.searches.listDrafts(tx, beforeId, limit + 1);
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const more = rows.length > limit && last !== undefined;
      return {
        alerts: await this.withContents(tx, shown),
        nextCursor: more ? this.cursors.seal(actor.readerId, 'drafts', idToPlace(last.id)) : null,
      };
    });
  }

  /** All renditions of one's own alert, with their audiences. */
  async listRenditions(
    actor: Actor,
    id: string,
  ): Promise<{ version: number; state: ShareableRow['state']; rows: OwnRenditionRow[] }> {
    return this.database.readAs(actor, async (tx) => {
      const { version, state } = await this.sharing.getOwn(tx, actor, id, 'alert');
      return { version, state, rows: await this.alerts.listOwnRenditions(tx, id) };
    });
  }

  private async getIn(tx: Tx, id: string): Promise<ReadAlert> {
    const row = await this.alerts.findReadable(tx, id);
    if (row === null) throw problems.notFound();
    const [alert] = await this.withContents(tx, [row]);
    if (alert === undefined) throw problems.notFound();
    return alert;
  }

  private async withContents(tx: Tx, rows: ReadableRow[]): Promise<ReadAlert[]> {
    const missing = rows.map((row) => row.rendition_id).filter((id) => !this.cache.has(id));
    const fetched = new Map<string, AlertContent>();
    if (missing.length > 0) {
      for (const { rendition_id, content } of await this.alerts.listContents(tx, missing)) {
        fetched.set(rendition_id, content);
        this.cache.put(rendition_id, content);
      }
    }
    const received = await this.listReceived(tx, rows);
    return rows.flatMap((row): ReadAlert[] => {
      const content = fetched.get(row.rendition_id) ?? this.cache.content(row.rendition_id);
      if (content === undefined) return [];
      const earlier = received.get(row.id);
      if (earlier === undefined) return [{ row, content, isShared: true }];
      return [{ row, content: replacing(content, earlier), isShared: false }];
    });
  }

  /** Only what has changed for the reader can replace something. */
  private async listReceived(tx: Tx, rows: ReadableRow[]): Promise<Map<string, CapReference[]>> {
    const changed = rows.filter((row) => row.version > 1).map((row) => row.id);
    const received = new Map<string, CapReference[]>();
    if (changed.length === 0) return received;
    for (const { alert_id, sender, identifier, sent } of await this.alerts.listReceived(tx, changed)) {
      received.set(alert_id, [...(received.get(alert_id) ?? []), { sender, identifier, sent }]);
    }
    return received;
  }

  private async resolve(tx: Tx, query: AlertFilters, boxes: AlertSearch['boxes']): Promise<AlertSearch> {
    const search: AlertSearch = {
      kind: query.kind,
      status: query.status,
      minSeverity: query.minSeverity && severityRank(query.minSeverity),
      categories: query.category,
      since: query.since,
      text: query.text,
      boxes,
    };
    if (query.arrangement === undefined) return search;
    const known = await this.arrangements.resolve(tx, [query.arrangement]);
    const arrangementId = known.get(query.arrangement);
    if (arrangementId === undefined) {
      throw problems.invalidInput([
        { pointer: '?arrangement', detail: 'is not an arrangement that you can see' },
      ]);
    }
    return { ...search, arrangementId };
  }
}

/**
 * CAP 1.2 §3.2.1: an update names the messages that it replaces. Those are the ones that this reader had; to name
 * others would tell it of texts that were never for it.
 */
function replacing(content: AlertContent, earlier: CapReference[]): AlertContent {
  const key = ({ sender, identifier, sent }: CapReference): string => `${sender},${identifier},${sent}`;
  const references = new Map([...earlier, ...content.references].map((one) => [key(one), one]));
  return {
    ...content,
    messageType: content.messageType === 'alert' ? 'update' : content.messageType,
    references: [...references.values()],
  };
}

/** The list that a cursor is a place in: the filters, in whatever order they were asked for. */
function placeOf({
  arrangement,
  kind,
  status,
  minSeverity,
  category,
  bbox,
  since,
  text,
}: AlertFilters): string {
  return `alerts ${JSON.stringify([arrangement, kind, status, minSeverity, category, bbox, since, text])}`;
}

/** Bound to the reader, so that no two partners ever share one. */
export function tagOf(...parts: string[]): string {
  return `"${createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 27)}"`;
}

/** Weak comparison of `If-None-Match` (RFC 9110 §13.1.2). */
export const matches = (ifNoneMatch: string, tag: string): boolean =>
  ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);

/** Above GREEN nothing on the way may keep a copy; below, only the reader itself, and it asks again each time. */
export const cacheControl = (contents: AlertContent[]): string =>
  contents.every(({ handling }) => handling.tlp === 'CLEAR' || handling.tlp === 'GREEN')
    ? 'private, no-cache'
    : 'private, no-store';
