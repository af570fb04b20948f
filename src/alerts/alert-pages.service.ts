import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database, type Tx } from '../core/database.js';
import { SharingService } from '../sharing/sharing.service.js';
import { isKnown, type Known, tagOf } from './alert-caching.js';
import { AlertContentsService, type ReadAlert } from './alert-contents.service.js';
import { AlertFiltersService } from './alert-filters.service.js';
import { type AlertPageQuery } from './alert-search.dto.js';
import { type AlertSearch, AlertSearchRepository } from './alert-search.repository.js';
import { isDrill } from './alert.values.js';
import { type SavedFilter } from './saved-filter.dto.js';

export { AlertPageQuery } from './alert-search.dto.js';
export { SavedFilter } from './saved-filter.dto.js';

export interface ReadPage {
  alerts: ReadAlert[];
  nextCursor: string | null;
  count?: number;
}

export interface PageAnswer<More> {
  tag: string | undefined;
  /** Of the latest change to what the reader may see, in whole seconds. */
  changedAt: Date | undefined;
  page: (ReadPage & More) | 'unchanged';
}

/** Lists of alerts in pages, for every channel that shows more than one. */
@Injectable()
export class AlertPagesService {
  constructor(
    private readonly database: Database,
    private readonly searches: AlertSearchRepository,
    private readonly contents: AlertContentsService,
    private readonly sharing: SharingService,
    private readonly filters: AlertFiltersService,
    private readonly cursors: Cursors,
  ) {}

  /**
   * A page of the list, newest change first, or `unchanged` when it would be the one that is known.
   * The tag follows the head of the reader's own log, which every change of what it may see moves on.
   * @param also what else the page is to say, read in the same view of the database
   * @param kept a filter that holds whatever is asked for
   */
  async list<More = object>(
    actor: Actor,
    query: AlertPageQuery & { count?: string },
    variant: string,
    known: Known,
    also?: (tx: Tx, page: ReadPage) => Promise<More>,
    kept: SavedFilter = {},
  ): Promise<PageAnswer<More>> {
    const place = `${placeOf(query)} ${JSON.stringify(kept)}`;
    const before =
      query.cursor === undefined ? undefined : this.cursors.open(actor.readerId, place, query.cursor);
    const stated = this.filters.read(query);
    const answer = await this.database.readAs(actor, async (tx): Promise<PageAnswer<More>> => {
      const head = await this.sharing.latestChange(tx, isDrill(query.status));
      // An alert can come to be addressed to one arrangement more without a word in its readers' logs.
      const isFollowed = query.arrangement === undefined && kept.arrangements === undefined;
      const tag = isFollowed
        ? tagOf(
            actor.readerId,
            String(head.position),
            place,
            String(query.limit),
            query.cursor ?? '',
            query.count ?? '',
            variant,
          )
        : undefined;
      const changedAt = isFollowed ? head.at : undefined;
      if (isKnown(known, tag, changedAt)) return { tag, changedAt, page: 'unchanged' };
      const page = await this.readPage(tx, actor, query, before, { ...stated, kept }, place);
      return { tag, changedAt, page: { ...page, ...((await also?.(tx, page)) as More) } };
    });
    return this.contents.give(actor, answer, answer.page === 'unchanged' ? [] : answer.page.alerts);
  }

  private async readPage(
    tx: Tx,
    actor: Actor,
    query: AlertPageQuery & { count?: string },
    before: bigint | undefined,
    { kept, ...stated }: AlertSearch & { kept: SavedFilter },
    place: string,
  ): Promise<ReadPage> {
    const asked = await this.filters.resolve(tx, stated, query);
    const held = Object.entries(await this.filters.recall(tx, kept, stated.isDrill));
    const search = {
      ...asked,
      ...Object.fromEntries(held.filter(([, value]) => value !== undefined)),
    };
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

  /** As a filter is kept. @throws Problem 400, see `AlertFiltersService.settle` */
  async settle(tx: Tx, filter: SavedFilter, at = '/filter/'): Promise<SavedFilter> {
    return this.filters.settle(tx, filter, at);
  }

  /** Which of these alerts the actor has now and wants: what it was given, and never a look at anything else. */
  async matching(actor: Actor, filter: SavedFilter, ids: string[], isDrill: boolean): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    return this.database.readAs(actor, (tx) => this.matchingIn(tx, filter, ids, isDrill));
  }

  /** The same of the acting reader, within what else is read. */
  async matchingIn(tx: Tx, filter: SavedFilter, ids: string[], isDrill: boolean): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const search = await this.filters.recall(tx, filter, isDrill);
    return new Set(await this.searches.listMatching(tx, { ...search, ids }));
  }

  /** The acting partner's own alerts that nobody else has yet. */
  async listDrafts(
    actor: Actor,
    state: 'draft' | 'pending_release',
    cursor: string | undefined,
    limit: number,
  ): Promise<ReadPage> {
    const before = cursor === undefined ? undefined : this.cursors.open(actor.readerId, state, cursor);
    return this.database.readAs(actor, async (tx) => {
      const beforeId = before === undefined ? undefined : placeToId(before);
      const rows = await this.searches.listDrafts(tx, state, beforeId, limit + 1);
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const more = rows.length > limit && last !== undefined;
      return {
        alerts: await this.contents.read(tx, shown),
        nextCursor: more ? this.cursors.seal(actor.readerId, state, idToPlace(last.id)) : null,
      };
    });
  }
}

/** The list that a cursor is a place in: the filters, whichever there are, in whatever order they were asked for. */
function placeOf(query: AlertPageQuery & { count?: string }): string {
  const { limit: _limit, cursor: _cursor, count: _count, ...filters } = query;
  const asked = Object.entries(filters).filter(([, value]) => value !== undefined);
  return `alerts ${JSON.stringify(asked.sort(([a], [b]) => (a < b ? -1 : 1)))}`;
}
