import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ActorsService } from '../../access/actors.service.js';
import { Clock, doEach } from '../../core/clock.js';
import { Database } from '../../core/database.js';
import { JobQueue } from '../../core/job-queue.js';
import { describeError } from '../../core/logging.js';
import { WakeUps } from '../../core/wake-ups.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { WebhookFollowingService } from './webhook-following.service.js';
import { WebhookRecallsService } from './webhook-recalls.service.js';
import { WebhookScheduleService } from './webhook-schedule.service.js';
import { readableOf } from './webhook.scopes.js';

const CARE_MS = 10_000;
/** Followers that one process moves on at the same time: half of the connections of background work. */
const LANES = 2;

/** Follows change logs as soon as something was shared, and at least once a second. */
@Injectable()
export class WebhookWaker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(WebhookWaker.name);
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = false;
  private forget: (() => void) | undefined;

  constructor(
    private readonly wakeUps: WakeUps,
    private readonly following: WebhookFollowingService,
    private readonly recalls: WebhookRecallsService,
    private readonly queue: JobQueue,
  ) {}

  onApplicationBootstrap(): void {
    this.forget = this.wakeUps.onWake(() => this.wake());
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.forget?.();
    await this.running;
  }

  private wake(): void {
    this.again = true;
    this.running ??= this.followAll()
      .catch((error: unknown) =>
        this.logger.warn({ msg: 'change logs could not be followed', error: describeError(error) }),
      )
      .finally(() => (this.running = undefined));
  }

  private async followAll(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      await Promise.all(Array.from({ length: LANES }, () => this.followInLane()));
      while (!this.stopped && (await this.recalls.step())) this.queue.look();
    }
  }

  private async followInLane(): Promise<void> {
    while (!this.stopped && (await this.following.step())) this.queue.look();
  }
}

/** What time brings about: keepers come back, old logs go, and nothing that waits is forgotten. */
@Injectable()
export class WebhookCare extends Clock {
  constructor(
    private readonly database: Database,
    private readonly deliveries: DeliveriesRepository,
    private readonly scheduling: WebhookScheduleService,
    private readonly actors: ActorsService,
  ) {
    super('webhooks could not be looked after', CARE_MS);
  }

  protected async tick(): Promise<boolean> {
    await this.scheduling.settleOverdueAsSystem();
    const resting = await this.database.asSystem((tx) => this.deliveries.listWithoutKeeper(tx));
    await doEach(resting, async ({ id, keeper, types }) => {
      if (readableOf(await this.actors.actingFor(keeper), types).length === 0) return false;
      await this.scheduling.reviveAsSystem(id);
      return true;
    });
    return (await this.database.asSystem((tx) => this.deliveries.deleteOld(tx))) > 0;
  }
}
