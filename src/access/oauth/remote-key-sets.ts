import { Logger } from '@nestjs/common';
import { type TargetGuard } from '../../core/target-guard.js';
import { type KeySetInput, usableKeys } from '../client.rules.js';
import { fetchKeySet } from './fetch-key-set.js';

/** A key that was added, or taken away, counts within this time. */
const FRESH_MS = 60_000;
/** While its address does not answer, a set is believed for so long after it was fetched. */
const BELIEVED_MS = 600_000;
/** Whoever names a client makes us ask, but not more often than this. */
const REST_MS = 10_000;
const MANY = 1000;

interface Known {
  keys: KeySetInput | null;
  fetchedAt: number;
  askedAt: number;
  asking: Promise<void> | undefined;
}

/** Key sets that clients publish themselves, fetched under the same rules as webhooks are sent. */
export class RemoteKeySets {
  private readonly logger = new Logger('RemoteKeySets');
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly guard: TargetGuard,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @returns null where there are no keys that can be used */
  async find(address: string): Promise<KeySetInput | null> {
    const known = this.known.get(address) ?? this.begin(address);
    const now = this.now();
    const isFresh = now - known.fetchedAt < FRESH_MS;
    if (!isFresh && known.asking === undefined && now - known.askedAt >= REST_MS) {
      known.askedAt = now;
      known.asking = this.fetch(address, known).finally(() => (known.asking = undefined));
    }
    if (!isFresh) await known.asking;
    return this.now() - known.fetchedAt < BELIEVED_MS ? known.keys : null;
  }

  private begin(address: string): Known {
    const [oldest] = this.known.keys();
    if (this.known.size >= MANY && oldest !== undefined) this.known.delete(oldest);
    const known: Known = { keys: null, fetchedAt: -Infinity, askedAt: -Infinity, asking: undefined };
    this.known.set(address, known);
    return known;
  }

  private async fetch(address: string, known: Known): Promise<void> {
    try {
      // The name is looked up each time: it may lead elsewhere by now.
      const found = usableKeys(await fetchKeySet(await this.guard.check(address)));
      Object.assign(known, { keys: found, fetchedAt: this.now() });
    } catch {
      this.logger.warn('the key set of a client could not be fetched');
    }
  }
}
