import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { Database } from '../core/database.js';
import { type Fetch, ReceiptsRepository } from './receipts.repository.js';

/** Fetches remembered as written; twice as many at most. */
const REMEMBERED = 50_000;

interface Batch {
  fetches: Fetch[];
  written: Promise<void>;
}

/**
 * Writes down that readers were given what they fetched, before it leaves. What comes while one statement is under way
 * goes together in the next; what this process has written it does not write again, so a repeated read asks nothing.
 */
@Injectable()
export class FetchesService {
  private recent = new Set<string>();
  private earlier = new Set<string>();
  private next: Batch | undefined;
  private latest: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly receipts: ReceiptsRepository,
  ) {}

  /** Durable when it returns. */
  async record(actor: Actor, given: { id: string; version: number }[]): Promise<void> {
    const fetches = given
      .map(({ id, version }) => ({ readerId: actor.readerId, shareableId: id, version }))
      .filter((fetch) => !this.isKnown(keyOf(fetch)));
    if (fetches.length === 0) return;
    this.next ??= this.open();
    this.next.fetches.push(...fetches);
    await this.next.written;
    for (const fetch of fetches) this.remember(keyOf(fetch));
  }

  private open(): Batch {
    const fetches: Fetch[] = [];
    const written = this.latest
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.database.asSystem((tx) => this.receipts.insertFetchesAsSystem(tx, fetches));
      });
    this.latest = written;
    return { fetches, written };
  }

  private isKnown(key: string): boolean {
    return this.recent.has(key) || this.earlier.has(key);
  }

  private remember(key: string): void {
    if (this.recent.size >= REMEMBERED) {
      this.earlier = this.recent;
      this.recent = new Set();
    }
    this.recent.add(key);
  }
}

const keyOf = ({ readerId, shareableId, version }: Fetch): string => `${readerId} ${shareableId} ${version}`;
