import { Injectable } from '@nestjs/common';
import { type Actor } from '../../access/actor.js';
import { ActorsService } from '../../access/actors.service.js';
import { classificationRank, tlpRank } from '../../access/handling.js';
import { AlertPagesService, type SavedFilter } from '../../alerts/alert-pages.service.js';
import { AuditService } from '../../audit/audit.service.js';
import { Database, type Tx } from '../../core/database.js';
import { newId } from '../../core/ids.js';
import { problems } from '../../core/problem.js';
import { type Quota } from '../../core/quota.js';
import { type CreateFeedAddressDto } from './feed-addresses.dto.js';
import { type FeedAddressRow, FeedAddressesRepository } from './feed-addresses.repository.js';
import { hashFeedToken, isFeedToken, isTokenOf, newFeedToken } from './feed-token.js';

/** Each is a reader that every publication decides about. */
const MOST_ADDRESSES = 50;

/** Feed addresses for tools that can send no token of their own. */
@Injectable()
export class FeedAddressesService {
  constructor(
    private readonly database: Database,
    private readonly addresses: FeedAddressesRepository,
    private readonly pages: AlertPagesService,
    private readonly actors: ActorsService,
    private readonly audit: AuditService,
  ) {}

  /** @throws Problem 400 for a filter that cannot be; 409 when there are too many */
  async create(actor: Actor, dto: CreateFeedAddressDto): Promise<{ row: FeedAddressRow; token: string }> {
    if (dto.expiresAt !== undefined && Date.parse(dto.expiresAt) <= Date.now()) {
      throw problems.invalidInput([{ pointer: '#/expiresAt', detail: 'must lie in the future' }]);
    }
    const [id, token] = [newId(), newFeedToken()];
    const { tlp = 'GREEN', classification = 'UNCLASSIFIED' } = dto.ceiling ?? {};
    const row = await this.database.asPatiently(actor, async (tx) => {
      if ((await this.addresses.list(tx)).length >= MOST_ADDRESSES) {
        throw problems.conflict(`There are ${MOST_ADDRESSES} already: revoke those that nobody uses.`);
      }
      const filter = dto.filter && (await this.pages.settle(tx, dto.filter, '#/filter/'));
      await this.addresses.open(tx, {
        id,
        readerId: newId(),
        clientId: actor.clientId,
        name: dto.name,
        tokenHash: hashFeedToken(token),
        filter: filter ?? null,
        expiresAt: dto.expiresAt ?? null,
        ceiling: { tlp: tlpRank(tlp), classification: classificationRank(classification) },
      });
      await this.record(tx, actor, 'feed_address.created', id, { tlp, classification });
      return this.getIn(tx, id);
    });
    return { row, token };
  }

  async quotaIn(tx: Tx): Promise<Quota> {
    const { length: used } = await this.addresses.list(tx);
    return { name: 'feed_addresses', of: 'reader', limit: MOST_ADDRESSES, used, isPerProcess: false };
  }

  async list(actor: Actor): Promise<FeedAddressRow[]> {
    return this.database.readAs(actor, (tx) => this.addresses.list(tx));
  }

  /** The actor's client keeps it from now on. */
  async take(actor: Actor, id: string): Promise<FeedAddressRow> {
    return this.database.as(actor, async (tx) => {
      await this.getIn(tx, id);
      await this.addresses.take(tx, id, actor.clientId);
      await this.record(tx, actor, 'feed_address.taken_over', id);
      return this.getIn(tx, id);
    });
  }

  /** At once; that what it was given is withdrawn can take longer, and tells nobody any more. */
  async revoke(actor: Actor, id: string): Promise<void> {
    await this.database.as(actor, async (tx) => {
      if (!(await this.addresses.revoke(tx, id))) throw problems.notFound();
      await this.record(tx, actor, 'feed_address.revoked', id);
    });
    await this.database.asPatiently(actor, (tx) => this.addresses.closeReader(tx, id));
  }

  /**
   * The reader that an address is: asked anew each time, so that a revocation holds from the next request on.
   * @param address from which it is asked; an address of a client that is bound to networks answers within them
   * @throws Problem 404 for what is no address, or none that answers now
   */
  async present(
    token: string,
    address: string | undefined,
  ): Promise<{ id: string; actor: Actor; filter: SavedFilter | undefined }> {
    if (!isFeedToken(token)) throw problems.notFound();
    const found = await this.database.asSystem((tx) =>
      this.addresses.findPresentedAsSystem(tx, hashFeedToken(token)),
    );
    const keeper =
      found &&
      isTokenOf(token, found.token_hash) &&
      (await this.actors.actingForCaller(found.client_id, address));
    if (!keeper || !keeper.scopes.has('alerts:read')) throw problems.notFound();
    if (!found.is_marked) await this.database.asSystem((tx) => this.addresses.markUsedAsSystem(tx, found.id));
    const actor: Actor = {
      ...keeper,
      readerId: found.reader_id,
      narrowed: true,
      scopes: new Set(['alerts:read'] as const),
      manages: [],
    };
    return { id: found.id, actor, filter: found.filter ?? undefined };
  }

  private async getIn(tx: Tx, id: string): Promise<FeedAddressRow> {
    const row = await this.addresses.find(tx, id);
    if (row === null) throw problems.notFound();
    return row;
  }

  private async record(
    tx: Tx,
    actor: Actor,
    action: string,
    id: string,
    details: object = {},
  ): Promise<void> {
    await this.audit.record(tx, actor, {
      action,
      object: { type: 'feed_address', id },
      details: { ...details },
    });
  }
}
