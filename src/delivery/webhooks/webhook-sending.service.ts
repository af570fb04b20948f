import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ActorsService } from '../../access/actors.service.js';
import { PUBLIC_URL } from '../../core/config.provider.js';
import { Database } from '../../core/database.js';
import { newId } from '../../core/ids.js';
import { JobQueue } from '../../core/job-queue.js';
import {
  DeliveriesRepository,
  type DeliveryRow,
  type HandlingRow,
  type SendingRow,
} from './deliveries.repository.js';
import { post, type PostOutcome } from './post.js';
import { Sealing } from '../../core/sealing.js';
import { signatureHeaders } from './signing.js';
import { type ShareableType } from '../../sharing/sharing.service.js';
import { type Target, TargetGuard } from '../../core/target-guard.js';
import { type Current, messageId, writeMessage } from './webhook-message.js';
import { WebhookContentsService } from './webhook-contents.service.js';
import { GIVEN_UP_AFTER, restAfter, retryDelay, timeAskedFor } from './webhook.rules.js';
import { QUEUES, WebhookScheduleService } from './webhook-schedule.service.js';
import { readableOf } from './webhook.scopes.js';

/** Endpoints that one process sends to at the same time. */
const ROOM = { sound: 100, dead: 30 };
const TIMEOUT_MS = 15_000;
/** Messages under way to one endpoint that takes them; otherwise one. */
const AT_ONCE = 2;
/** After this the endpoint gives up its place to others and takes a new one behind them. */
const TURN_MS = 3000;

interface Batch {
  webhook: SendingRow;
  due: DeliveryRow[];
  /** Of what the reader has at this moment. */
  handling: HandlingRow[];
  isLast: boolean;
}

interface Attempt {
  delivery: DeliveryRow;
  outcome: PostOutcome;
}

/** Sends what is due, each endpoint in turns of its own, and writes down what became of it. */
@Injectable()
export class WebhookSendingService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly deliveries: DeliveriesRepository,
    private readonly schedule: WebhookScheduleService,
    private readonly actors: ActorsService,
    private readonly contents: WebhookContentsService,
    private readonly guard: TargetGuard,
    private readonly sealing: Sealing,
    private readonly queue: JobQueue,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  onModuleInit(): void {
    for (const kind of ['sound', 'dead'] as const) {
      this.queue.work(QUEUES[kind], ROOM[kind], (id, signal) => this.takeTurn(id, signal));
    }
  }

  /** One message that says nothing, at once and by the same way as all others. */
  async test(id: string): Promise<string> {
    const delivery: DeliveryRow = {
      id: newId(),
      type: 'webhook',
      change: 'test',
      objectId: id,
      version: null,
      alarm: false,
      isDrill: false,
      position: null,
      at: new Date(),
      attempts: 0,
      age: 0,
    };
    const webhook = await this.database.asSystem((tx) => this.deliveries.find(tx, id));
    if (webhook === null) return delivery.id;
    const outcome = await this.send(webhook, await this.checkTarget(webhook), delivery, undefined);
    await this.database.asSystem(async (tx) => {
      await this.deliveries.insertSettled(tx, id, delivery, outcome.error === undefined);
      await this.deliveries.insertAttempt(tx, id, delivery.id, outcome);
    });
    return delivery.id;
  }

  private async takeTurn(id: string, signal: AbortSignal): Promise<void> {
    const claim = newId();
    const until = performance.now() + TURN_MS;
    let batch = await this.takeBatch(id, claim, true);
    try {
      while (batch !== null && (await this.sendBatch(batch, signal))) {
        if (signal.aborted || performance.now() > until) break;
        batch = await this.takeBatch(id, claim, false);
      }
    } finally {
      await this.database.asSystem(async (tx) => {
        await this.deliveries.release(tx, id, claim);
        await this.schedule.settle(tx, id);
      });
    }
  }

  /** @returns null when there is nothing for this process to send */
  private async takeBatch(id: string, claim: string, isFirst: boolean): Promise<Batch | null> {
    return this.database.asSystem(async (tx) => {
      const webhook = await this.deliveries[isFirst ? 'claim' : 'renewClaim'](tx, id, claim);
      if (webhook === null) return null;
      const limit = webhook.isOrdered || webhook.failures > 0 ? 1 : AT_ONCE;
      const due = await this.deliveries.listDue(tx, id, webhook.isOrdered, limit);
      if (due.length === 0) return null;
      const handling = await this.deliveries.listHandling(
        tx,
        webhook.readerId,
        due.map((delivery) => delivery.objectId),
      );
      return { webhook, due, handling, isLast: due.length < limit };
    });
  }

  /** @returns whether there may be more to send */
  private async sendBatch({ webhook, due, handling, isLast }: Batch, signal: AbortSignal): Promise<boolean> {
    const actor = await this.actors.actingFor(webhook.keeper);
    const types = readableOf(actor, webhook.types);
    const mayRead = actor !== null && types.length > 0;
    if (!mayRead) await this.schedule.stopAsSystem(webhook, 'resting', 'keeper');
    // Nobody reads for it any more: it may still hear what was taken back, which says nothing else.
    if (!mayRead && due.some(({ change }) => change !== 'withdrawn')) return false;
    const barred = due.filter((delivery) => isBarred(delivery, types));
    if (mayRead && barred.length > 0) {
      await this.giveUp(webhook, barred);
      return true;
    }
    const target = await this.checkTarget(webhook);
    const content = target === null ? 'thin' : webhook.content;
    const current = mayRead
      ? await this.contents.collect(actor, { ...webhook, content }, due, handling)
      : new Map<string, Current>();
    const attempts = await Promise.all(
      due.map(async (delivery) => ({
        delivery,
        outcome: await this.send(webhook, target, delivery, current.get(delivery.objectId), signal),
      })),
    );
    return (await this.record(webhook, attempts)) && !isLast;
  }

  /** What its keeper may not read keeps nothing else waiting; it can be sent again once somebody reads it. */
  private async giveUp(webhook: SendingRow, barred: DeliveryRow[]): Promise<void> {
    await this.database.asSystem(async (tx) => {
      await this.deliveries.lock(tx, webhook.id);
      for (const { id } of barred) await this.deliveries.markFailed(tx, id, undefined);
    });
  }

  private checkTarget({ url }: SendingRow): Promise<Target | null> {
    return this.guard.check(url).catch(() => null);
  }

  private async send(
    webhook: SendingRow,
    target: Target | null,
    delivery: DeliveryRow,
    current: Current | undefined,
    signal?: AbortSignal,
  ): Promise<PostOutcome> {
    if (target === null) return { error: 'address_not_allowed', durationMs: 0 };
    const body = writeMessage(delivery, current, this.publicUrl);
    const keys = webhook.keys.map((sealed) => this.sealing.open(sealed, webhook.id));
    const timestamp = Math.floor(Date.now() / 1000);
    return post({
      ...target,
      body,
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'SLT-Exchange',
        ...signatureHeaders(keys, messageId(delivery.id), timestamp, body),
      },
      timeoutMs: TIMEOUT_MS,
      ...(signal && { signal }),
    });
  }

  /** @returns whether the endpoint goes on taking messages */
  private async record(webhook: SendingRow, attempts: Attempt[]): Promise<boolean> {
    const isTaken = ({ outcome }: Attempt): boolean => outcome.error === undefined;
    const failed = attempts.filter((one) => !isTaken(one) && one.outcome.error !== 'interrupted');
    const isSound = attempts.some(isTaken);
    const asked = Math.max(...failed.map(({ outcome }) => timeAskedFor(outcome.retryAfter)), 0);
    await this.database.asSystem(async (tx) => {
      await this.deliveries.lock(tx, webhook.id);
      for (const { delivery, outcome } of attempts) {
        await this.deliveries.insertAttempt(tx, webhook.id, delivery.id, outcome);
      }
      for (const { delivery } of attempts.filter(isTaken))
        await this.deliveries.markDelivered(tx, delivery.id);
      for (const { delivery } of failed) {
        const own = retryDelay(delivery.attempts + 1, delivery.age, Math.random());
        await this.deliveries.markFailed(tx, delivery.id, own && Math.max(own, asked));
      }
      if (isSound) await this.deliveries.markSound(tx, webhook.id, webhook.failures > 0);
      // One that takes some messages is not dead, whatever it makes of the others.
      const failures = isSound ? 0 : failed.length;
      const rest = Math.max(asked, restAfter(webhook.failures + failures));
      if (failed.length > 0)
        await this.deliveries.markFailing(tx, webhook.id, failures, isSound ? asked : rest);
    });
    if (failed.some(({ outcome }) => outcome.status === 410)) {
      await this.schedule.stopAsSystem(webhook, 'resting', 'gone');
    } else if (!isSound && failed.length > 0 && webhook.failingFor >= GIVEN_UP_AFTER) {
      await this.schedule.stopAsSystem(webhook, 'disabled', 'failing');
    }
    return failed.length === 0;
  }
}

/** What says more than that something is gone, of a kind that is not to be read any more. */
const isBarred = ({ type, change }: DeliveryRow, types: readonly ShareableType[]): boolean =>
  type !== 'webhook' && change !== 'withdrawn' && !types.includes(type);
