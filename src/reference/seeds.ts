import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Database } from '../core/database.js';
import { CODE_LISTS } from './seeds/code-lists.js';
import { SeedsRepository } from './seeds.repository.js';

/**
 * Plants what a release brings and the database lacks: lists, and entries of lists that a release brought. What is there
 * is left as the steward made it; what was ended stays ended.
 */
@Injectable()
export class Seeds implements OnModuleInit {
  private readonly logger = new Logger(Seeds.name);

  constructor(
    private readonly database: Database,
    private readonly seeds: SeedsRepository,
  ) {}

  async onModuleInit(): Promise<void> {
    const planted = await this.database.asSystem((tx) => this.seeds.plant(tx, CODE_LISTS));
    if (planted > 0) this.logger.log(`${planted} entries of code lists were added`);
  }
}
