import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AttachmentsService } from './attachments.service.js';

const INTERVAL_MS = 60_000;

/** Uploads that nobody used go by themselves, in whichever process is up. */
@Injectable()
export class AttachmentsClock implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(AttachmentsClock.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly attachments: AttachmentsService) {}

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
      while (!this.stopped && (await this.attachments.dropUnusedAsSystem()) > 0);
    } catch (error) {
      this.logger.warn(
        `unused attachments could not be dropped: ${error instanceof Error ? error.message : 'unknown'}`,
      );
    }
  }
}
