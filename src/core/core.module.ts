import { type DynamicModule, Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type Config } from './config.js';
import { CONFIG, PUBLIC_URL } from './config.provider.js';
import { Cursors } from './cursor.js';
import { Database, type DatabaseOptions } from './database.js';
import { JobQueue } from './job-queue.js';
import { Metrics } from './metrics.js';
import { RateLimits } from './rate-limits.js';
import { Readiness } from './readiness.js';
import { Shutdown } from './shutdown.js';
import { installationSecret } from './installation-secrets.js';
import { TargetGuard } from './target-guard.js';
import { WakeUps } from './wake-ups.js';

/** What every module stands on: settings, the database, cursors. Knows none of them. */
@Module({})
export class CoreModule {
  static forRoot(config: Config, publicUrl: string, options: DatabaseOptions): DynamicModule {
    return {
      module: CoreModule,
      global: true,
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: PUBLIC_URL, useValue: publicUrl },
        { provide: RateLimits, useValue: new RateLimits(config) },
        { provide: Database, useFactory: () => Database.connect(options) },
        { provide: Metrics, inject: [Database], useFactory: (database: Database) => new Metrics(database) },
        {
          provide: Shutdown,
          inject: [HttpAdapterHost],
          useFactory: (host: HttpAdapterHost) => new Shutdown(host, config.shutdownDelaySeconds),
        },
        {
          provide: Readiness,
          inject: [Shutdown],
          useFactory: (shutdown: Shutdown) => new Readiness(options, shutdown),
        },
        { provide: TargetGuard, useValue: new TargetGuard(config.webhooksAllowLoopback) },
        { provide: JobQueue, useFactory: () => new JobQueue(options.backgroundUrl) },
        { provide: WakeUps, useFactory: () => new WakeUps(options.serviceUrl) },
        {
          provide: Cursors,
          inject: [Database],
          useFactory: async (database: Database) => new Cursors(await installationSecret(database, 'cursor')),
        },
      ],
      exports: [
        CONFIG,
        PUBLIC_URL,
        Database,
        Cursors,
        JobQueue,
        Metrics,
        RateLimits,
        Readiness,
        Shutdown,
        TargetGuard,
        WakeUps,
      ],
    };
  }
}
