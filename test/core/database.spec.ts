import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { openWorkbench, type Workbench } from '../sharing/workbench.js';
import { type Tx } from '../../src/core/database.js';

describe('a transaction whose connection is lost', () => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await openWorkbench();
  });
  afterAll(() => bench.close());

  const end = async (tx: Tx): Promise<void> => {
    const rows: { pid: number }[] = await tx.query('select pg_backend_pid() as pid');
    await bench.superuser.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
  };

  it('between two statements is refused as one whose outcome nobody knows, not as a fault of ours', async () => {
    const { database, steward } = bench;
    const lost = database.as(steward, async (tx) => {
      await end(tx);
      await sleep(500);
      await tx.query('select 1');
    });
    await expect(lost).rejects.toMatchObject({ type: 'unavailable' });
  });

  it('before it is committed is too', async () => {
    const { database, steward } = bench;
    const lost = database.as(steward, async (tx) => {
      await end(tx);
      await sleep(500);
    });
    await expect(lost).rejects.toMatchObject({ type: 'unavailable' });
  });
});

describe('what changes rights by itself', () => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await openWorkbench();
  });
  afterAll(() => bench.close());

  it('may take as long as a change of standing, in the role of the background, and keeps nothing else waiting', async () => {
    const { database } = bench;
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const settings = async (tx: Tx): Promise<string[]> => {
      const rows: { found: string[] }[] = await tx.query(
        `select array[current_user::text, current_setting('statement_timeout'), current_setting('lock_timeout')] as found`,
      );
      return rows[0]?.found ?? [];
    };
    const endings = Array.from({ length: 5 }, () =>
      database.asSystemPatiently(async (tx) => {
        const found = await settings(tx);
        await gate;
        return found;
      }),
    );
    const [role] = await database.asSystem(settings);
    open();
    for (const found of await Promise.all(endings)) expect(found).toEqual([role, '15min', '15min']);
  });
});
