import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { WakeUps } from '../../src/core/wake-ups.js';
import { query, testDatabase, type TestDatabase } from '../support/database.js';
import { startApp } from '../support/app.js';
import { alert } from '../support/factories.js';

/** Counts the wake-ups of one process. */
function listening(url: string): { wakeUps: WakeUps; count: () => number } {
  const wakeUps = new WakeUps(url);
  let count = 0;
  wakeUps.onWake(() => count++);
  wakeUps.onApplicationBootstrap();
  return { wakeUps, count: () => count };
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let turn = 0; !(await condition()); turn++) {
    if (turn > 4000) throw new Error(`waited in vain: ${what}`);
    await sleep(10);
  }
}

describe('wake-ups', () => {
  let database: TestDatabase;
  const pids = async (): Promise<number[]> => {
    const rows = await query<{ pid: number }>(
      database.superuserUrl,
      `select pid from pg_stat_activity where datname = current_database() and application_name = 'slt-wake-ups'
         and query like 'listen%'`,
    );
    return rows.map(({ pid }) => pid);
  };

  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());

  it('tell every process, together what comes together, and say nothing', async () => {
    const one = listening(database.serviceUrl);
    const other = listening(database.backgroundUrl);
    await until(async () => (await pids()).length === 2, 'both listen');
    await sleep(60);
    const before = other.count();
    const started = performance.now();
    for (let turn = 0; turn < 2000; turn++) {
      one.wakeUps.announce();
      if (turn % 100 === 0) await sleep(10);
    }
    await until(() => other.count() > before, 'the other process is woken');
    await sleep(150);
    const seconds = (performance.now() - started) / 1000;
    // Twenty a second, the first at once, and what the poll of each adds.
    expect(one.count()).toBeLessThanOrEqual(21 * seconds + 4);
    expect(other.count() - before).toBeLessThanOrEqual(21 * seconds + 4);
    await Promise.all([one, other].map(({ wakeUps }) => wakeUps.onApplicationShutdown()));
    expect(await pids()).toEqual([]);
  });

  it('come every second without a connection, and it comes back', async () => {
    const { wakeUps, count } = listening(database.serviceUrl);
    await until(async () => (await pids()).length === 1, 'it listens');
    const [first] = await pids();
    await query(database.superuserUrl, 'select pg_terminate_backend($1)', [first]);
    await until(async () => (await pids()).some((pid) => pid !== first), 'it listens again');
    const before = count();
    await query(database.ownerUrl, 'notify slt_wake');
    await until(() => count() > before, 'it is woken again');
    await wakeUps.onApplicationShutdown();

    const away = listening(database.serviceUrl.replace(/\/[^/]*$/, '/there_is_no_such_database'));
    await until(() => away.count() >= 2, 'the poll');
    await away.wakeUps.onApplicationShutdown();
  });

  it('say what was sharing to the other processes, after its commit', async () => {
    const app = await startApp();
    const client = new pg.Client({ connectionString: app.database.backgroundUrl });
    await client.connect();
    const heard: unknown[] = [];
    client.on('notification', ({ payload }) => heard.push(payload));
    await client.query('listen slt_wake');
    await alert(app.steward);
    await until(() => heard.length > 0, 'the message');
    expect(heard).toEqual(['']);
    await client.end();
    await app.close();
  });
});
