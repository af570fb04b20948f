import { type DynamicModule, Module } from '@nestjs/common';
import { type Config } from './config.js';
import { CONFIG, PUBLIC_URL } from './config.provider.js';
import { Cursors } from './cursor.js';
import { Database, type DatabaseOptions } from './database.js';
import { installationSecret } from './installation-secrets.js';

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
        { provide: Database, useFactory: () => Database.connect(options) },
        {
          provide: Cursors,
          inject: [Database],
          useFactory: async (database: Database) => new Cursors(await installationSecret(database, 'cursor')),
        },
      ],
      exports: [CONFIG, PUBLIC_URL, Database, Cursors],
    };
  }
}
