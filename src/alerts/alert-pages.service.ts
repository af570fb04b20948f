import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { ArrangementsService } from '../arrangements/arrangements.service.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database, type Tx } from '../core/database.js';
import { problems } from '../core/problem.js';
import { SharingService } from '../sharing/sharing.service.js';
import { matches, tagOf } from './alert-caching.js';
import { AlertContentsService, type ReadAlert } from './alert-contents.service.js';
import { type AlertFilters } from './alert-search.dto.js';
import { type AlertSearch, AlertSearchRepository } from './alert-search.repository.js';
import { severityRank } from './alert.values.js';
import { parseBox } from './boxes.js';

export { AlertFilters } from './alert-search.dto.js';

export interface ReadPage {
  alerts: ReadAlert[];
  nextCursor: string | null;
  count?: number;
}

/** Lists of alerts in pages, for every channel that shows more than one. */
@Injectable()
export class AlertPagesService {
  constructor(
    private readonly database: Database,
    private readonly searches: AlertSearchRepository,
    private readonly contents: AlertContentsService,
    private readonly sharing: SharingService,
    private readonly arrangements: ArrangementsService,
    private readonly cursors: Cursors,
  ) {}

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
      alerts: await this.contents.read(tx, shown),
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
        alerts: await this.contents.read(tx, shown),
        nextCursor: more ? this.cursors.seal(actor.readerId, 'drafts', idToPlace(last.id)) : null,
      };
    });
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
