import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { type TestDatabase, testDatabase } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** Tables are empty here, so the planner is told to avoid what it would have to avoid on large ones. */
async function planOf(condition: string): Promise<string> {
  const client = new pg.Client({ connectionString: database.superuserUrl });
  await client.connect();
  try {
    await client.query('set enable_seqscan = off');
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(
      `explain select * from admission where ${condition}`,
    );
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  } finally {
    await client.end();
  }
}

it('decides over one shareable without reading the others', async () => {
  const plan = await planOf(`shareable_id = '${randomUUID()}'`);
  expect(plan).not.toMatch(/CTE|Seq Scan on (rendition|shareable|membership)/);
  // Once for each way of the rule; asked whether the sponsor has the same, by this index or by the rendition itself.
  expect(plan.match(/rendition_shareable_idx/g)?.length).toBeGreaterThanOrEqual(7);
});

it('decides over one reader by the audiences that can reach it', async () => {
  const plan = await planOf(`reader_id = '${randomUUID()}'`);
  expect(plan).not.toMatch(/CTE|Seq Scan on (rendition|shareable|membership)/);
});
