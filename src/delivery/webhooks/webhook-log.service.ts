import { Injectable } from '@nestjs/common';
import { type Actor } from '../../access/actor.js';
import { Cursors, idToPlace, placeToId } from '../../core/cursor.js';
import { Database, type Tx } from '../../core/database.js';
import { type Fault, problems } from '../../core/problem.js';
import { FollowingService } from '../following/following.service.js';
import { WebhookSendingService } from './webhook-sending.service.js';
import { type ListAttemptsQuery, type ReplayDto } from './webhooks.dto.js';
import { type AttemptRow, type WebhookRow, WebhooksRepository } from './webhooks.repository.js';
import { WebhooksService } from './webhooks.service.js';

/** A test is a request to somebody else: not for the asking as often as one likes. */
const TEST_EVERY_SECONDS = 5;

/** What became of messages, and sending them again. */
@Injectable()
export class WebhookLogService {
  constructor(
    private readonly database: Database,
    private readonly webhooks: WebhooksRepository,
    private readonly service: WebhooksService,
    private readonly sending: WebhookSendingService,
    private readonly following: FollowingService,
    private readonly cursors: Cursors,
  ) {}

  /** Newest first. */
  async list(
    actor: Actor,
    id: string,
    query: ListAttemptsQuery,
  ): Promise<{ rows: AttemptRow[]; nextCursor: string | null }> {
    const place = `webhook attempts ${id} ${query.delivery ?? ''}`;
    const before =
      query.cursor === undefined ? undefined : this.cursors.open(actor.readerId, place, query.cursor);
    const found = await this.database.readAs(actor, async (tx) => {
      if ((await this.webhooks.find(tx, id)) === null) throw problems.notFound();
      return this.webhooks.listAttempts(
        tx,
        id,
        { deliveryId: query.delivery, beforeId: before === undefined ? undefined : placeToId(before) },
        query.limit + 1,
      );
    });
    const rows = found.slice(0, query.limit);
    const last = rows.at(-1);
    const more = found.length > query.limit && last !== undefined;
    return { rows, nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.id)) : null };
  }

  /** Waits for the receiver, and says what became of it. */
  async test(actor: Actor, id: string): Promise<AttemptRow> {
    await this.service.change(actor, id, 'tested', async (tx) => {
      if (await this.webhooks.claimTest(tx, id, TEST_EVERY_SECONDS)) return;
      throw problems.tooManyRequests(TEST_EVERY_SECONDS);
    });
    const deliveryId = await this.sending.test(id);
    const [attempt] = await this.database.readAs(actor, (tx) =>
      this.webhooks.listAttempts(tx, id, { deliveryId }, 1),
    );
    if (attempt === undefined) throw problems.notFound();
    return attempt;
  }

  /** @throws Problem 400 when what is said does not say what, 404 for a message that is not of this webhook */
  async replay(actor: Actor, id: string, dto: ReplayDto): Promise<WebhookRow> {
    const faults = replayFaults(dto);
    if (faults.length > 0) throw problems.invalidInput(faults);
    return this.service.change(actor, id, 'replayed', (tx) => this.sendAgain(tx, id, dto));
  }

  private async sendAgain(tx: Tx, id: string, dto: ReplayDto): Promise<void> {
    if (dto.what === 'failed') await this.webhooks.replayFailed(tx, id);
    if (dto.what === 'delivery' && !(await this.webhooks.replay(tx, id, dto.delivery ?? ''))) {
      throw problems.notFound();
    }
    if (dto.what === 'after') {
      await this.following.goBack(tx, id, dto.drill === true, BigInt(dto.after ?? 0));
    }
    if (dto.what === 'since') {
      for (const { isDrill, position } of await this.webhooks.findPositionsBefore(tx, dto.since ?? '')) {
        await this.following.goBack(tx, id, isDrill, BigInt(position));
      }
    }
  }
}

/** Each way of saying what needs its own field, and no other. */
function replayFaults(dto: ReplayDto): Fault[] {
  const needs = { delivery: 'delivery', since: 'since', after: 'after', failed: undefined } as const;
  return (['delivery', 'since', 'after'] as const).flatMap((name) => {
    const isNeeded = needs[dto.what] === name;
    if (isNeeded === (dto[name] !== undefined)) return [];
    return { pointer: `#/${name}`, detail: isNeeded ? 'is needed' : `does not go with "${dto.what}"` };
  });
}
