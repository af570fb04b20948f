import { Injectable } from '@nestjs/common';
import { type Actor } from '../../access/actor.js';
import { ceilingRanks } from '../../access/handling.js';
import { AlertPagesService } from '../../alerts/alert-pages.service.js';
import { AuditService } from '../../audit/audit.service.js';
import { Cursors, idToPlace, placeToId } from '../../core/cursor.js';
import { Database, type Tx } from '../../core/database.js';
import { requireVersion } from '../../core/etag.js';
import { claimId, type IdempotencyKey } from '../../core/idempotency.js';
import { type PageQuery } from '../../core/page.dto.js';
import { problems } from '../../core/problem.js';
import { type Quota } from '../../core/quota.js';
import { FollowingService } from '../following/following.service.js';
import { Sealing } from '../../core/sealing.js';
import { newKeys, presentPublicKey, presentSecret } from './signing.js';
import { TargetGuard, TargetRefused } from '../../core/target-guard.js';
import { WebhookScheduleService } from './webhook-schedule.service.js';
import { readableTypes, readsAll } from './webhook.scopes.js';
import { type CreateWebhookDto, type UpdateWebhookDto } from './webhooks.dto.js';
import { type WebhookRow, type WebhookSettings, WebhooksRepository } from './webhooks.repository.js';

/** Each may keep a sender of every process waiting for as long as one attempt may take. */
const MOST_WEBHOOKS = 50;
const DEFAULT_CEILING = ceilingRanks({ tlp: 'GREEN' });

/** What owners do with their webhooks. Whoever changes one keeps it from then on. */
@Injectable()
export class WebhooksService {
  constructor(
    private readonly database: Database,
    private readonly webhooks: WebhooksRepository,
    private readonly following: FollowingService,
    private readonly schedule: WebhookScheduleService,
    private readonly alerts: AlertPagesService,
    private readonly guard: TargetGuard,
    private readonly sealing: Sealing,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  /**
   * @returns its secret too, unless the request was a repeated one
   * @throws Problem 400 for an address that messages may not go to, 403 for types that the client may not read, 409 when
   * there are too many
   */
  async create(
    actor: Actor,
    dto: CreateWebhookDto,
    idempotency: IdempotencyKey | undefined,
  ): Promise<{ row: WebhookRow; secret?: string }> {
    const url = await this.checkTarget(dto.url);
    return this.database.as(actor, async (tx) => {
      const { id, repeated } = await claimId(tx, actor, idempotency);
      if (repeated) return { row: await this.get(tx, id) };
      if ((await this.webhooks.count(tx)) >= MOST_WEBHOOKS) {
        throw problems.conflict(`There are ${MOST_WEBHOOKS} already: delete those that nobody uses.`);
      }
      const settings = await this.settle(tx, actor, { ...dto, url }, undefined);
      const keys = newKeys();
      await this.following.open(tx, actor, id, 'webhook');
      const owner = { ...actor, id };
      await this.webhooks.insert(tx, owner, settings, this.sealing.seal(keys, id), presentPublicKey(keys));
      await this.record(tx, actor, id, 'created');
      return { row: await this.get(tx, id), secret: presentSecret(keys) };
    });
  }

  async quotaIn(tx: Tx): Promise<Quota> {
    const used = await this.webhooks.count(tx);
    return { name: 'webhooks', of: 'reader', limit: MOST_WEBHOOKS, used, isPerProcess: false };
  }

  async update(
    actor: Actor,
    id: string,
    dto: UpdateWebhookDto,
    ifMatch: string | undefined,
  ): Promise<WebhookRow> {
    const url = dto.url === undefined ? undefined : await this.checkTarget(dto.url);
    return this.change(actor, id, 'changed', async (tx, row) => {
      requireVersion(ifMatch, row.version);
      const settings = await this.settle(tx, actor, { ...dto, ...(url !== undefined && { url }) }, row);
      await this.webhooks.update(tx, id, settings);
      if (row.reason === 'keeper') await this.activate(tx, id);
    });
  }

  /** It goes on from where it stopped: what came meanwhile is sent. */
  async enable(actor: Actor, id: string): Promise<WebhookRow> {
    return this.change(actor, id, 'enabled', (tx) => this.activate(tx, id));
  }

  async disable(actor: Actor, id: string): Promise<WebhookRow> {
    return this.change(actor, id, 'disabled', async (tx) => {
      await this.following.rest(tx, id);
      await this.webhooks.disable(tx, id);
    });
  }

  /** @param overlapSeconds for how long messages are signed with the old keys as well */
  async rotate(
    actor: Actor,
    id: string,
    overlapSeconds: number,
  ): Promise<{ row: WebhookRow; secret: string }> {
    const keys = newKeys();
    const row = await this.change(actor, id, 'secret_rotated', (tx) =>
      this.webhooks.updateKeys(tx, id, this.sealing.seal(keys, id), presentPublicKey(keys), overlapSeconds),
    );
    return { row, secret: presentSecret(keys) };
  }

  async delete(actor: Actor, id: string): Promise<void> {
    await this.database.as(actor, async (tx) => {
      await this.get(tx, id);
      await this.following.close(tx, id);
      await this.record(tx, actor, id, 'deleted');
    });
    await this.schedule.settleAsSystem(id);
  }

  async find(actor: Actor, id: string): Promise<WebhookRow> {
    return this.database.readAs(actor, (tx) => this.get(tx, id));
  }

  async list(actor: Actor, query: PageQuery): Promise<{ rows: WebhookRow[]; nextCursor: string | null }> {
    const { limit, cursor } = query;
    const before = cursor === undefined ? undefined : this.cursors.open(actor.readerId, 'webhooks', cursor);
    const found = await this.database.readAs(actor, (tx) =>
      this.webhooks.list(tx, before === undefined ? undefined : placeToId(before), limit + 1),
    );
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    const more = found.length > limit && last !== undefined;
    return {
      rows,
      nextCursor: more ? this.cursors.seal(actor.readerId, 'webhooks', idToPlace(last.id)) : null,
    };
  }

  /**
   * Locks it, lets the acting client keep it, and sees to it that what became due is looked at.
   * @throws Problem 404 for what is hidden or missing, 403 for one of another reader of the same partner
   */
  async change(
    actor: Actor,
    id: string,
    act: string,
    work: (tx: Tx, row: WebhookRow) => Promise<void>,
  ): Promise<WebhookRow> {
    const changed = await this.database.as(actor, async (tx) => {
      await this.following.lock(tx, id);
      const row = await this.webhooks.lock(tx, id);
      if (row === null) throw problems.notFound();
      if (row.reader_id !== actor.readerId) {
        throw problems.forbidden('It belongs to a client that reads less or more than this one.');
      }
      if (!readsAll(actor, row.types))
        throw problems.forbidden('The client may not read what this webhook sends.');
      await this.following.takeOver(tx, actor, id);
      await work(tx, row);
      await this.record(tx, actor, id, act);
      return this.get(tx, id);
    });
    await this.schedule.settleAsSystem(id);
    return changed;
  }

  private async activate(tx: Tx, id: string): Promise<void> {
    await this.following.resume(tx, id);
    await this.webhooks.activate(tx, id);
  }

  private async get(tx: Tx, id: string): Promise<WebhookRow> {
    const row = await this.webhooks.find(tx, id);
    if (row === null) throw problems.notFound();
    return row;
  }

  private async record(tx: Tx, actor: Actor, id: string, act: string): Promise<void> {
    await this.audit.record(tx, actor, { action: `webhook.${act}`, object: { type: 'webhook', id } });
  }

  /** Outside of any transaction: name servers take their time. */
  private async checkTarget(text: string): Promise<string> {
    try {
      return (await this.guard.check(text)).url.toString();
    } catch (error) {
      if (!(error instanceof TargetRefused)) throw error;
      throw problems.invalidInput([{ pointer: '#/url', detail: error.message }]);
    }
  }

  /** What is said, on top of what there was. */
  private async settle(
    tx: Tx,
    actor: Actor,
    dto: UpdateWebhookDto,
    row: WebhookRow | undefined,
  ): Promise<WebhookSettings> {
    const types = dto.types ?? row?.types ?? readableTypes(actor);
    if (types.length === 0 || !readsAll(actor, types)) {
      throw problems.forbidden('The client may not read what this webhook would send.');
    }
    const filter = dto.filter && (await this.alerts.settle(tx, dto.filter));
    const ceiling = dto.ceiling && ceilingRanks(dto.ceiling);
    return {
      name: dto.name ?? row?.name ?? '',
      url: dto.url ?? row?.url ?? '',
      types,
      filter: filter ?? row?.filter ?? null,
      drills: dto.drills ?? row?.drills ?? false,
      content: dto.content ?? row?.content ?? 'thin',
      ceilingTlp: ceiling?.tlp ?? row?.ceiling_tlp ?? DEFAULT_CEILING.tlp,
      ceilingClassification:
        ceiling?.classification ?? row?.ceiling_classification ?? DEFAULT_CEILING.classification,
      isOrdered: dto.ordered ?? row?.is_ordered ?? false,
    };
  }
}
