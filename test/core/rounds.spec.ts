import { Logger } from '@nestjs/common';
import { problems } from '../../src/core/problem.js';
import { type Due, Rounds } from '../../src/core/rounds.js';

describe('rounds of what is due', () => {
  let due: Due[];
  let tried: string[];
  let now: number;
  let fails: (id: string) => Error | undefined;
  let rounds: Rounds<Due>;
  beforeAll(() => {
    Logger.overrideLogger(false);
  });
  beforeEach(() => {
    [due, tried, now, fails] = [[], [], 0, () => undefined];
    rounds = new Rounds(
      (after, limit) =>
        Promise.resolve(
          due.filter(({ due_at }) => after === undefined || due_at > after.due_at).slice(0, limit),
        ),
      ({ id }) => {
        tried.push(id);
        const error = fails(id);
        if (error !== undefined) return Promise.reject(error);
        due = due.filter((one) => one.id !== id);
        return Promise.resolve(true);
      },
      () => now,
    );
  });
  const fill = (count: number): void => {
    for (let index = 0; index < count; index++) {
      due.push({ id: `d${index}`, due_at: String(index).padStart(6, '0') });
    }
  };
  const whole = async (): Promise<void> => {
    while (await rounds.next());
  };

  it('do everything, page by page, and what falls due meanwhile', async () => {
    fill(250);
    await whole();
    expect([tried.length, due]).toEqual([250, []]);
    fill(1);
    await whole();
    expect(due).toEqual([]);
  });

  it('reach what stands behind any number that always fail', async () => {
    fill(350);
    fails = (id) => (id === 'd349' ? undefined : new Error('always'));
    await whole();
    expect(due.map(({ id }) => id)).not.toContain('d349');
    expect(tried).toHaveLength(350);
  });

  it('leave what failed alone for longer and longer, and never for ever', async () => {
    fill(3);
    fails = (id) => (id === 'd1' ? new Error('for now') : undefined);
    await whole();
    await whole();
    expect(tried).toEqual(['d0', 'd1', 'd2']);
    const times: number[] = [];
    for (now = 0; now < 2_000_000; now += 1000) {
      const before = tried.length;
      await whole();
      if (tried.length > before) times.push(now / 1000);
    }
    expect(times).toEqual([2, 6, 14, 30, 62, 126, 254, 510, 810, 1110, 1410, 1710]);
    [now, fails] = [2_010_000, () => undefined];
    await whole();
    expect(due).toEqual([]);
  });

  it('try again at once what only the database could not do', async () => {
    fill(1);
    fails = () => problems.unavailable();
    await whole();
    await whole();
    expect(tried).toEqual(['d0', 'd0']);
  });
});
