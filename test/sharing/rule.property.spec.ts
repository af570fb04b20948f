import { afterAll, beforeAll, describe, it } from '@jest/globals';
import fc from 'fast-check';
import { histories } from './history.arbitrary.js';
import { live } from './history.js';
import { openWorkbench, type Workbench } from './workbench.js';

/** SLT_SEED and SLT_RUNS repeat a failure, or search elsewhere and longer. */
const SEED = Number(process.env['SLT_SEED'] ?? 20_260_101);
const RUNS = Number(process.env['SLT_RUNS'] ?? 250);

describe('the rule in SQL and the rule as the design says it', () => {
  let bench: Workbench;

  beforeAll(async () => {
    bench = await openWorkbench();
  });
  afterAll(() => bench.close());

  it('give every reader the same after every step of any history, and tell each of its own changes alone', async () => {
    await fc.assert(
      fc.asyncProperty(histories, (history) => live(bench, history)),
      { seed: SEED, numRuns: RUNS, interruptAfterTimeLimit: 240_000, markInterruptAsFailure: true },
    );
  }, 600_000);
});
