import { Injectable } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import { Database } from '../core/database.js';
import { ClientsRepository } from './clients.repository.js';

const HOUR_MS = 3_600_000;
const WRITE_EVERY_MS = 3000;

/** Marks the hour in which clients were last used: of each client one write an hour, however much it asks. */
@Injectable()
export class LastUses extends Clock {
  private readonly seen = new Set<string>();
  private readonly marked = new Set<string>();
  private hour = 0;

  constructor(
    private readonly database: Database,
    private readonly clients: ClientsRepository,
  ) {
    super('last uses of clients could not be marked', WRITE_EVERY_MS);
  }

  note(clientId: string): void {
    const hour = Math.floor(Date.now() / HOUR_MS);
    if (hour !== this.hour) this.marked.clear();
    this.hour = hour;
    if (!this.marked.has(clientId)) this.seen.add(clientId);
  }

  protected async tick(): Promise<boolean> {
    if (this.seen.size === 0) return false;
    const ids = [...this.seen];
    await this.database.asSystem((tx) => this.clients.markUsedAsSystem(tx, ids));
    for (const id of ids) {
      this.seen.delete(id);
      this.marked.add(id);
    }
    return false;
  }
}
