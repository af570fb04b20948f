interface Waiting<Ask, Answer> {
  ask: Ask;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/** Asks together what many want to know at the same time, for a wake-up wakes all of them. */
export class Gathering<Ask, Answer> {
  private waiting: Waiting<Ask, Answer>[] = [];
  private isPlanned = false;

  /**
   * @param answerAll in the order in which it was asked
   * @param most asked together
   * @param free times that may be asked at the same time
   */
  constructor(
    private readonly answerAll: (asks: Ask[]) => Promise<Answer[]>,
    private readonly most: number,
    private free: number,
  ) {}

  /** @throws whatever the question in which it took part threw */
  ask(ask: Ask): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ask, resolve, reject });
      this.plan();
    });
  }

  /** Whoever is woken in this turn of the event loop takes part. */
  private plan(): void {
    if (this.isPlanned || this.free === 0) return;
    this.isPlanned = true;
    setImmediate(() => {
      this.isPlanned = false;
      while (this.free > 0 && this.waiting.length > 0) void this.answer(this.waiting.splice(0, this.most));
    });
  }

  private async answer(together: Waiting<Ask, Answer>[]): Promise<void> {
    this.free--;
    try {
      const answers = await this.answerAll(together.map(({ ask }) => ask));
      for (const [place, { resolve }] of together.entries()) resolve(answers[place] as Answer);
    } catch (error) {
      for (const { reject } of together) reject(error);
    } finally {
      this.free++;
      this.plan();
    }
  }
}
