import type pg from 'pg';

const KEY = 4711;

export type Moment = 'at commit' | 'at once' | 'before';

/**
 * A place in the middle of a transaction of the application at which it waits until the test lets it go on: a trigger in
 * the test's own database, so that the code that is tested is what runs.
 */
export class Gate {
  private constructor(
    private readonly superuser: pg.Client,
    private readonly table: string,
    private readonly trigger: string,
  ) {}

  /**
   * @param moment `at commit`: all is done and nothing visible yet; `at once`: with the first row that is written;
   * `before`: the row is had, and nothing written that follows from it
   * @param when a condition on the new row
   */
  static async closed(superuser: pg.Client, table: string, moment: Moment, when: string): Promise<Gate> {
    const kind = moment === 'at commit' ? 'constraint trigger' : 'trigger';
    const deferral = moment === 'at commit' ? 'deferrable initially deferred' : '';
    // Triggers of one event fire in order of name: this one last, or first of all.
    const trigger = moment === 'before' ? 'aa_gate' : 'zz_gate';
    await superuser.query(`
      create or replace function gate() returns trigger language plpgsql security definer as
        $$ begin perform pg_advisory_xact_lock_shared(${KEY}); return new; end $$;
      create ${kind} ${trigger} ${moment === 'before' ? 'before' : 'after'} insert or update on ${table} ${deferral}
        for each row when (${when}) execute function gate();
      select pg_advisory_lock(${KEY});`);
    return new Gate(superuser, table, trigger);
  }

  /** Backends that stand here. */
  async waiting(): Promise<number[]> {
    const { rows } = await this.superuser.query<{ pid: number }>(
      `select pid from pg_locks where locktype = 'advisory' and not granted and objid = ${KEY}
         and database = (select oid from pg_database where datname = current_database())`,
    );
    return rows.map(({ pid }) => pid);
  }

  async reached(): Promise<number> {
    const [pid] = await until(async () => {
      const pids = await this.waiting();
      return pids.length > 0 && pids;
    });
    return pid ?? 0;
  }

  async open(): Promise<void> {
    await this.superuser.query(`select pg_advisory_unlock_all()`);
  }

  async remove(): Promise<void> {
    await this.open();
    await this.superuser.query(`drop trigger ${this.trigger} on ${this.table}`);
  }
}

/** Backends that wait for a lock of another. */
export async function countBlocked(superuser: pg.Client): Promise<number> {
  const { rows } = await superuser.query<{ count: string }>(
    `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return Number(rows[0]?.count);
}

/** @throws Error when it does not come about in so long: what is slow on a busy machine is not yet wrong */
export async function until<T>(condition: () => Promise<T | false>, seconds = 60): Promise<T> {
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end) {
    const outcome = await condition();
    if (outcome !== false) return outcome;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('It did not come about.');
}
