import { doEach } from './clock.js';
import { Problem } from './problem.js';

const AT_ONCE = 100;
const FIRST_REST_MS = 2000;
const LONGEST_REST_MS = 300_000;

export interface Due {
  id: string;
  /** As PostgreSQL writes it, to the microsecond. */
  due_at: string;
}

/**
 * Goes round through all that is due, some at a time: what fails again and again rests for longer and longer, up to
 * five minutes, and keeps nothing that is due behind it waiting. Each process goes its own rounds.
 */
export class Rounds<T extends Due> {
  private last: T | undefined;
  /** Until when what failed is left alone, and for how long this time, by id. */
  private readonly failed = new Map<string, { until: number; rest: number }>();

  /**
   * @param list what is due after another, or from the beginning, always in the same order
   * @param act whether there was anything to do
   */
  constructor(
    private readonly list: (after: T | undefined, limit: number) => Promise<T[]>,
    private readonly act: (one: T) => Promise<boolean>,
    private readonly now: () => number = Date.now,
  ) {}

  /** @returns whether there may be more to do at once */
  async next(): Promise<boolean> {
    if (this.last === undefined) this.forget();
    const due = await this.list(this.last, AT_ONCE);
    const isEnd = due.length < AT_ONCE;
    this.last = isEnd ? undefined : due.at(-1);
    const awake = due.filter(({ id }) => (this.failed.get(id)?.until ?? 0) <= this.now());
    const done = await doEach(awake, this.act, ({ id }, error) => {
      // Nothing is wrong with it: the database was away, or somebody else had it.
      if (error instanceof Problem && error.type === 'unavailable') return;
      const rest = Math.min((this.failed.get(id)?.rest ?? FIRST_REST_MS / 2) * 2, LONGEST_REST_MS);
      this.failed.set(id, { until: this.now() + rest, rest });
    });
    return !isEnd || done > 0;
  }

  /** What was not due any more when its rest was over. */
  private forget(): void {
    const long = this.now() - LONGEST_REST_MS;
    for (const [id, { until }] of this.failed) if (until < long) this.failed.delete(id);
  }
}
