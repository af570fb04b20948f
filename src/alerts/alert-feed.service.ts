import { Inject, Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { PUBLIC_URL } from '../core/config.provider.js';
import { type Tx } from '../core/database.js';
import { SharingService, type WithdrawnRow } from '../sharing/sharing.service.js';
import { resourcesOf } from './alert-attachments.js';
import { type Known } from './alert-caching.js';
import {
  type AlertPageQuery,
  AlertPagesService,
  type PageAnswer,
  type ReadPage,
} from './alert-pages.service.js';
import { toCap } from './alert-to-cap.js';
import { isDrill } from './alert.values.js';
import { AlertsRepository } from './alerts.repository.js';
import { type SavedFilter } from './saved-filter.dto.js';
import { writeCap } from './cap/write-cap.js';

export { AlertPageQuery } from './alert-search.dto.js';
export { type AlertContent } from './alert-content.js';
export { type ReadAlert } from './alert-contents.service.js';
export { cacheControl, isOpen, PUBLIC_CACHING } from './alert-caching.js';
export { GEOJSON_SCHEMA, toGeoJson } from './alert-geojson.js';
export { NOTICE } from './alert.values.js';
export { middleOf } from './shapes.js';

/** Places of a log that one page looks through for what was withdrawn. */
const LOOKED_THROUGH = 1000;

export interface FeedMore {
  /** What the reader had and may no longer have, newest first, each once. */
  withdrawn: WithdrawnRow[];
  /** CAP 1.2 documents by id of the alert; empty unless asked for. */
  caps: Map<string, string>;
}

/** The list as feeds need it: with what was withdrawn meanwhile, and with whole CAP messages for those of CAP. */
@Injectable()
export class AlertFeedService {
  constructor(
    private readonly pages: AlertPagesService,
    private readonly alerts: AlertsRepository,
    private readonly sharing: SharingService,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  /** @param kept a filter that holds whatever is asked for */
  list(
    actor: Actor,
    query: AlertPageQuery,
    variant: string,
    known: Known,
    { withCap, kept }: { withCap: boolean; kept?: SavedFilter },
  ): Promise<PageAnswer<FeedMore>> {
    const more = async (tx: Tx, page: ReadPage): Promise<FeedMore> => ({
      withdrawn: query.cursor === undefined ? await this.listWithdrawn(tx, query, page) : [],
      caps: withCap ? await this.listCaps(tx, page) : new Map<string, string>(),
    });
    return this.pages.list(actor, query, variant, known, more, kept);
  }

  /** Since the last alert of the first page: whoever reads on knows the rest from when it was on that one. */
  private async listWithdrawn(tx: Tx, query: AlertPageQuery, page: ReadPage): Promise<WithdrawnRow[]> {
    const last = page.nextCursor === null ? undefined : page.alerts.at(-1);
    const range = {
      isDrill: isDrill(query.status),
      above: BigInt(last?.row.position ?? 0),
      limit: LOOKED_THROUGH,
    };
    const rows = await this.sharing.listWithdrawn(tx, 'alert', range);
    return rows.filter(({ id }, place) => rows.findIndex((one) => one.id === id) === place);
  }

  private async listCaps(tx: Tx, { alerts }: ReadPage): Promise<Map<string, string>> {
    const originals = await this.alerts.listCaps(
      tx,
      alerts.map(({ row }) => row.rendition_id),
    );
    return new Map(
      alerts.map(({ row, content }) => {
        const original = originals.get(row.rendition_id) ?? null;
        return [row.id, writeCap(toCap(content, original, resourcesOf(content, this.publicUrl)))];
      }),
    );
  }
}
