import { describe, expect, it } from '@jest/globals';
import { Gathering } from '../../src/delivery/changes/gathering.js';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe('what many ask at the same time', () => {
  it('is asked together, and each gets its own answer', async () => {
    const asked: number[][] = [];
    const together = new Gathering(
      (asks: number[]) => {
        asked.push(asks);
        return Promise.resolve(asks.map((ask) => ask * 10));
      },
      3,
      2,
    );
    expect(await Promise.all([1, 2, 3, 4, 5, 6, 7].map((ask) => together.ask(ask)))).toEqual([
      10, 20, 30, 40, 50, 60, 70,
    ]);
    expect(asked).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
  });

  it('waits while as much as may be is asked already', async () => {
    const open: (() => void)[] = [];
    const together = new Gathering(
      (asks: number[]) => new Promise<number[]>((resolve) => open.push(() => resolve(asks))),
      1,
      2,
    );
    const answers = [1, 2, 3].map((ask) => together.ask(ask));
    await settled();
    expect(open).toHaveLength(2);
    open[1]?.();
    expect(await answers[1]).toBe(2);
    await settled();
    expect(open).toHaveLength(3);
    for (const answer of open) answer();
    expect(await Promise.all(answers)).toEqual([1, 2, 3]);
  });

  it('fails for all who took part, and for nobody else', async () => {
    let fails = true;
    const together = new Gathering(
      (asks: number[]) => (fails ? Promise.reject(new Error('away')) : Promise.resolve(asks)),
      10,
      1,
    );
    const answers = await Promise.allSettled([together.ask(1), together.ask(2)]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fails = false;
    expect(await together.ask(3)).toBe(3);
  });
});
