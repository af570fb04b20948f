import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

const INTERVAL_MS = 1000;

/** Work that time itself brings about: once a second in every process, which the database keeps from each other. */
export abstract class Clock implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(this.constructor.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  /** @param failure what the log says when it could not be done */
  protected constructor(private readonly failure: string) {}

  /** @returns whether there may be more to do at once */
  protected abstract tick(): Promise<boolean>;

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
      this.running = this.work().finally(() => this.schedule());
    }, INTERVAL_MS);
    this.timer.unref();
  }

  private async work(): Promise<void> {
    try {
      while (!this.stopped && (await this.tick()));
    } catch (error) {
      this.logger.warn(`${this.failure}: ${error instanceof Error ? error.message : 'unknown'}`);
    }
  }
}
