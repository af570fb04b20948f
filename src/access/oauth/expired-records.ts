import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Database } from '../../core/database.js';
import { OAuthRepository } from './oauth.repository.js';

const EVERY_MS = 10 * 60_000;

/** Forgets what has expired. Nothing depends on its doing so in time: every query looks at the expiry itself. */
@Injectable()
export class ExpiredRecords implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('ExpiredRecords');
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly repository: OAuthRepository,
  ) {}

  onModuleInit(): void {
    const work = (): void => {
      this.forgetAsSystem().catch((error: Error) =>
        this.logger.warn(`expired records remain: ${error.message}`),
      );
    };
    this.timer = setInterval(work, EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  async forgetAsSystem(): Promise<void> {
    await this.database.asSystem((tx) => this.repository.deleteExpired(tx));
  }
}
