import { afterAll, beforeAll, describe, it } from '@jest/globals';
import fc from 'fast-check';
import { histories } from './history.arbitrary.js';
import { live } from './history.js';
import { openWorkbench, type Workbench } from './workbench.js';
import { effort } from '../support/effort.js';

/** SLT_SEED repeats a failure, or searches elsewhere. */
const SEED = Number(process.env['SLT_SEED'] ?? 20_260_101);
const RUNS = effort(250);

describe('the rule in SQL and the rule as the design says it', () => {
  let bench: Workbench;

  beforeAll(async () => {
    bench = await openWorkbench();
  });
  afterAll(() => bench.close());

  it('give every reader the same after every step of any history, and tell each of its own changes alone', async () => {
    await fc.assert(
      fc.asyncProperty(histories, (history) => live(bench, history)),
      { seed: SEED, numRuns: RUNS, interruptAfterTimeLimit: 600_000, markInterruptAsFailure: true },
    );
  }, 700_000);
});
