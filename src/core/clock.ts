import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { describeError } from './logging.js';

const INTERVAL_MS = 1000;

const logger = new Logger('Clock');

/** Work that time itself brings about, at intervals in every process, which the database keeps from each other. */
export abstract class Clock implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(this.constructor.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  /** @param failure what the log says when it could not be done */
  protected constructor(
    private readonly failure: string,
    private readonly intervalMs = INTERVAL_MS,
  ) {}

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
    }, this.intervalMs);
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

/**
 * Does what is due, each on its own: one that fails is logged and keeps no other waiting.
 * @param act whether there was anything to do
 * @returns how many were done; where that is none, it is no use to try again at once
 */
export async function doEach<T>(
  due: T[],
  act: (one: T) => Promise<boolean>,
  onFailure?: (one: T, error: unknown) => void,
): Promise<number> {
  let done = 0;
  for (const one of due) {
    try {
      if (await act(one)) done++;
    } catch (error) {
      logger.warn({ msg: 'what was due could not be done', error: describeError(error) });
      onFailure?.(one, error);
    }
  }
  return done;
}
