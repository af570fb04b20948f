import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database, type Tx } from '../core/database.js';
import { newId } from '../core/ids.js';
import { problems } from '../core/problem.js';
import { type ListAuditQuery } from './audit.dto.js';
import { AuditRepository, type AuditRow } from './audit.repository.js';

export interface Act {
  /** In the past: `alert.published`. */
  action: string;
  object: { type: string; id: string };
  /** Partners that may know of it besides the one that acts. */
  about?: string[];
  details?: Record<string, unknown>;
  /** Nobody but the one that acts may learn who it was: only its own copy names it. */
  escrowed?: boolean;
}

@Injectable()
export class AuditService {
  constructor(
    private readonly database: Database,
    private readonly entries: AuditRepository,
    private readonly cursors: Cursors,
  ) {}

  /** Written in the transaction of the act itself: what was not recorded has not happened. */
  async record(tx: Tx, actor: Pick<Actor, 'partnerId' | 'clientId'>, act: Act): Promise<void> {
    const { action, object, about = [], details = {}, escrowed = false } = act;
    const viewers = new Set([actor.partnerId, ...about]);
    const copies = [null, ...viewers].map((viewerId) => {
      const isOwn = viewerId === actor.partnerId;
      return {
        id: newId(),
        viewerId,
        partnerId: isOwn || !escrowed ? actor.partnerId : null,
        // Which of its clients it was concerns nobody but the partner and the exchange.
        clientId: isOwn || (viewerId === null && !escrowed) ? actor.clientId : null,
      };
    });
    await this.entries.insert(tx, { action, object, details }, copies);
  }

  /** That something was read: durable before it leaves, in a transaction of its own. */
  async recordReading(actor: Actor, act: Act): Promise<void> {
    await this.database.as(actor, (tx) => this.record(tx, actor, act));
  }

  /** What the exchange did by itself: in the name of nobody, for the exchange and those it is about. */
  async recordAsSystem(tx: Tx, { action, object, about = [], details = {} }: Act): Promise<void> {
    const copies = [null, ...new Set(about)].map((viewerId) => ({ id: newId(), viewerId }));
    await this.entries.insertByItself(tx, { action, object, details }, copies);
  }

  /** @throws Problem 403 for the copy of the exchange without the rights of its steward */
  async list(actor: Actor, query: ListAuditQuery): Promise<{ rows: AuditRow[]; nextCursor: string | null }> {
    const ofExchange = query.of === 'exchange';
    if (ofExchange && !actor.manages.includes('partners')) {
      throw problems.forbidden('The audit of the whole exchange is for its steward.');
    }
    const place = `audit ${JSON.stringify([query.of, query.action, query.object])}`;
    const before =
      query.cursor === undefined ? undefined : this.cursors.open(actor.readerId, place, query.cursor);
    const found = await this.database.readAs(actor, (tx) =>
      this.entries.list(
        tx,
        { action: query.action, objectId: query.object, ofExchange },
        before === undefined ? undefined : placeToId(before),
        query.limit + 1,
      ),
    );
    const rows = found.slice(0, query.limit);
    const last = rows.at(-1);
    const more = found.length > query.limit && last !== undefined;
    return {
      rows,
      nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.id)) : null,
    };
  }
}
