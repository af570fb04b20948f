import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database, type Tx } from '../core/database.js';
import { problems } from '../core/problem.js';
import { PartnersService } from '../partners/partners.service.js';
import { type HandlingStatisticsQuery } from './handling-statistics.dto.js';
import {
  HandlingStatisticsRepository,
  type HandlingStatisticsRow,
} from './handling-statistics.repository.js';

const DAY = 86_400_000;
const USUAL_DAYS = 90;
const MOST_DAYS = 366;

/** How originators classify, and how long what they know is on its way: for each its own, for the steward all. */
@Injectable()
export class HandlingStatisticsService {
  constructor(
    private readonly database: Database,
    private readonly statistics: HandlingStatisticsRepository,
    private readonly partners: PartnersService,
    private readonly cursors: Cursors,
  ) {}

  /** @throws Problem 403 for the figures of others without the rights of the steward, 400 */
  async list(
    actor: Actor,
    query: HandlingStatisticsQuery,
  ): Promise<{ from: Date; until: Date; rows: HandlingStatisticsRow[]; nextCursor: string | null }> {
    const { from, until } = periodOf(query);
    const place = `handling ${JSON.stringify([query.originator, query.from, query.until])}`;
    const afterId =
      query.cursor === undefined ? null : placeToId(this.cursors.open(actor.readerId, place, query.cursor));
    return this.database.readAs(actor, async (tx) => {
      const originatorId = await this.resolve(tx, actor, query.originator);
      const limit = query.limit + 1;
      const found = await this.statistics.list(tx, { originatorId, from, until, afterId, limit });
      const rows = found.slice(0, query.limit);
      const last = rows.at(-1);
      const more = found.length > query.limit && last !== undefined;
      return {
        from,
        until,
        rows,
        nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.id)) : null,
      };
    });
  }

  /** Null for all. Whoever is not the steward is refused before anything is looked up. */
  private async resolve(tx: Tx, actor: Actor, reference: string | undefined): Promise<string | null> {
    const isSteward = actor.manages.includes('partners');
    if (!isSteward) {
      const { code } = await this.partners.describe(tx, actor.partnerId);
      const isOwn =
        reference === undefined || reference === code || reference.toLowerCase() === actor.partnerId;
      if (!isOwn) throw problems.forbidden('The figures of others are for the steward.');
      if (actor.narrowed) {
        throw problems.forbidden(
          'A client that may read less than its partner does not see all its figures.',
        );
      }
      return actor.partnerId;
    }
    if (reference === undefined) return null;
    const known = await this.partners.resolve(tx, [reference]);
    const id = known.get(reference) ?? known.get(reference.toLowerCase());
    if (id === undefined) {
      throw problems.invalidInput([{ pointer: '?originator', detail: 'is not a known partner' }]);
    }
    return id;
  }
}

function periodOf({ from, until }: HandlingStatisticsQuery): { from: Date; until: Date } {
  const end = until === undefined ? new Date() : new Date(until);
  const start = from === undefined ? new Date(end.getTime() - USUAL_DAYS * DAY) : new Date(from);
  if (start >= end) throw problems.invalidInput([{ pointer: '?from', detail: 'must be before until' }]);
  if (end.getTime() - start.getTime() > MOST_DAYS * DAY) {
    throw problems.invalidInput([
      { pointer: '?from', detail: `must be within ${MOST_DAYS} days before until` },
    ]);
  }
  return { from: start, until: end };
}
