import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database, type Tx } from '../core/database.js';
import { requireVersion } from '../core/etag.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
import { problems } from '../core/problem.js';
import { type ChangeForumDto, type ForumRow, type ListForumsQuery, type OpenForumDto } from './forums.dto.js';
import { ForumsRepository } from './forums.repository.js';

/** Of one member in one arrangement: that are open, and with those that are closed, whose minutes stay for ever. */
const MOST_CONVENED = { open: 20, all: 200 };

@Injectable()
export class ForumsService {
  constructor(
    private readonly database: Database,
    private readonly forums: ForumsRepository,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  /** Whoever opens a forum convenes it. */
  async open(
    actor: Actor,
    arrangementId: string,
    dto: OpenForumDto,
    idempotency?: IdempotencyKey,
  ): Promise<ForumRow> {
    return this.database.as(actor, async (tx) => {
      const { id, repeated } = await claimId(tx, actor, idempotency);
      if (!repeated) {
        await this.requireHere(tx, arrangementId);
        await this.requireRoom(tx, arrangementId, actor.partnerId, true);
        await this.forums.insert(tx, id, arrangementId, dto);
        await this.record(tx, actor, 'forum.opened', id);
      }
      return this.getIn(tx, id);
    });
  }

  async get(actor: Actor, id: string): Promise<ForumRow> {
    return this.database.readAs(actor, (tx) => this.getIn(tx, id));
  }

  async list(
    actor: Actor,
    arrangementId: string,
    query: ListForumsQuery,
  ): Promise<{ rows: ForumRow[]; nextCursor: string | null }> {
    const place = `forums ${arrangementId}`;
    const after =
      query.cursor === undefined
        ? undefined
        : placeToId(this.cursors.open(actor.readerId, place, query.cursor));
    const found = await this.database.readAs(actor, async (tx) => {
      await this.requireHere(tx, arrangementId);
      return this.forums.list(tx, arrangementId, after, query.limit + 1);
    });
    const rows = found.slice(0, query.limit);
    const last = rows.at(-1);
    const more = found.length > query.limit && last !== undefined;
    return { rows, nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.id)) : null };
  }

  async change(actor: Actor, id: string, dto: ChangeForumDto, ifMatch?: string): Promise<ForumRow> {
    return this.database.as(actor, async (tx) => {
      await this.getConvenedIn(tx, actor, id);
      const forum = await this.forums.lock(tx, id);
      if (forum === null) throw problems.notFound();
      requireVersion(ifMatch, forum.version);
      if (forum.is_closed && dto.closed === false) {
        await this.requireRoom(tx, forum.arrangement_id, forum.convenor_id, false);
      }
      await this.forums.update(tx, id, {
        name: dto.name ?? forum.name,
        purpose: dto.purpose ?? forum.purpose,
        time_zone: dto.timeZone ?? forum.time_zone,
        schedule: dto.schedule ?? forum.schedule,
        is_closed: dto.closed ?? forum.is_closed,
      });
      await this.record(tx, actor, 'forum.changed', id);
      return this.getIn(tx, id);
    });
  }

  /**
   * By its convenor, or at any time by whoever manages arrangements.
   * @throws Problem 404 for whoever may neither see nor hand it over, 403 for other members, 400 for who is no member, 409
   * for who convenes too many
   */
  async handOver(actor: Actor, id: string, partnerId: string): Promise<void> {
    await this.database.as(actor, async (tx) => {
      const { outcome, former } = await this.forums.handOver(tx, id, partnerId, MOST_CONVENED);
      if (outcome === 'hidden') throw problems.notFound();
      if (outcome === 'forbidden') throw keptByConvenor();
      if (outcome === 'no_member') {
        throw problems.invalidInput([
          { pointer: '#/partnerId', detail: 'is not a current member of the arrangement' },
        ]);
      }
      if (outcome === 'full') {
        throw problems.conflict('The organisation convenes as many forums of the arrangement as it can.');
      }
      await this.audit.record(tx, actor, {
        action: 'forum.handed_over',
        object: { type: 'forum', id },
        about: [partnerId, ...(former === null ? [] : [former])],
        details: { to: partnerId, from: former },
      });
    });
  }

  /** @throws Problem 404 when the actor is no member of its arrangement now */
  async getIn(tx: Tx, id: string): Promise<ForumRow> {
    const forum = await this.forums.find(tx, id);
    if (forum === null) throw problems.notFound();
    return forum;
  }

  /** @throws Problem 404 as above, 403 for a member that does not convene it */
  async getConvenedIn(tx: Tx, actor: Actor, id: string): Promise<ForumRow> {
    const forum = await this.getIn(tx, id);
    if (forum.convenor_id !== actor.partnerId && !actor.manages.includes('arrangements')) {
      throw keptByConvenor();
    }
    return forum;
  }

  private async requireHere(tx: Tx, arrangementId: string): Promise<void> {
    if (!(await this.forums.isHere(tx, arrangementId))) throw problems.notFound();
  }

  /** @throws Problem 409 for whoever convenes too many here already */
  private async requireRoom(
    tx: Tx,
    arrangementId: string,
    convenorId: string,
    isNew: boolean,
  ): Promise<void> {
    const { open, all } = await this.forums.countConvened(tx, arrangementId, convenorId);
    if (open >= MOST_CONVENED.open) {
      throw problems.conflict(`Its convenor has ${MOST_CONVENED.open} open forums here: close one first.`);
    }
    if (isNew && all >= MOST_CONVENED.all) {
      throw problems.conflict(
        `Its convenor has had ${MOST_CONVENED.all} forums here: open one of them again.`,
      );
    }
  }

  private async record(tx: Tx, actor: Actor, action: string, id: string): Promise<void> {
    await this.audit.record(tx, actor, { action, object: { type: 'forum', id } });
  }
}

const keptByConvenor = (): Error => problems.forbidden('A forum is kept by its convenor.');
