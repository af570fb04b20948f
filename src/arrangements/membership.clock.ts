import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ArrangementsService } from './arrangements.service.js';

const INTERVAL_MS = 1000;

/** Memberships begin and end by themselves, within about a second of their dates, in whichever process is up. */
@Injectable()
export class MembershipClock implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(MembershipClock.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly arrangements: ArrangementsService) {}

  onApplicationBootstrap(): void {
    this.schedule();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.tick().finally(() => this.schedule());
    }, INTERVAL_MS);
    this.timer.unref();
  }

  private async tick(): Promise<void> {
    try {
      while (!this.stopped && (await this.arrangements.advanceMembershipsAsSystem()) > 0);
    } catch (error) {
      this.logger.warn(
        `memberships could not be moved on: ${error instanceof Error ? error.message : 'unknown'}`,
      );
    }
  }
}
