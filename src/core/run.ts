import { type Config } from './config.js';
import { describeError, type Log } from './logging.js';

/** How long an orderly end may take before it becomes a hard one. */
const PATIENCE_MS = 20_000;
/** Ctrl-C reaches every process of the terminal, and npm then passes on what its child already got. */
const ECHO_MS = 1000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface End {
  step: () => Promise<unknown>;
  /** Done on a hard stop too, since it would outlive this process. */
  vital: boolean;
}

/**
 * The life of the process: starts, lasts until a signal or a failure, ends in reverse what was begun. The exit code is
 * 0 after an orderly end, 1 after a failure or a hard stop, which a second signal brings about, or too much time.
 */
export class Run {
  private readonly ends: End[] = [];
  private started: Promise<void> = Promise.resolve();
  private stoppingSince: number | undefined;
  private hard = false;

  constructor(
    private readonly log: Log,
    private readonly config: Pick<Config, 'shutdownDelaySeconds' | 'underNpm'>,
  ) {}

  /** Once the end has been asked for, what has not begun yet may as well not begin. */
  get isStopping(): boolean {
    return this.stoppingSince !== undefined;
  }

  /** Says how to end what has just begun. */
  defer(step: () => Promise<unknown>, { vital = false } = {}): void {
    this.ends.unshift({ step, vital });
  }

  async start(work: () => Promise<void>): Promise<void> {
    for (const signal of SIGNALS) process.on(signal, () => this.onSignal(signal));
    for (const bug of ['uncaughtException', 'unhandledRejection'] as const) {
      process.on(bug, (error: unknown) => {
        this.log.fatal({ error: describeError(error) }, bug);
        void this.stop(bug, 1);
      });
    }
    if (this.config.underNpm) this.watchParent();
    // Whoever read what is printed may have gone.
    process.stdout.on('error', () => undefined);
    this.started = work();
    try {
      await this.started;
    } catch (error) {
      if (!this.isStopping) process.stderr.write(`Not started. ${inOneLine(error)}\n`);
      await this.stop('not started', 1);
    }
  }

  /** A signal to npm ends the shell between it and us, which passes nothing on. */
  private watchParent(): void {
    const parent = process.ppid;
    const look = (): void => {
      if (process.ppid !== parent) void this.stop('npm has gone', 0);
    };
    setInterval(look, 200).unref();
  }

  private onSignal(signal: string): void {
    if (this.stoppingSince === undefined) void this.stop(signal, 0);
    else if (performance.now() - this.stoppingSince > ECHO_MS) void this.stopAtOnce(signal);
  }

  private async stop(reason: string, exitCode: number): Promise<void> {
    if (this.isStopping) return;
    this.stoppingSince = performance.now();
    this.log.info({ reason }, 'stopping');
    const patience = PATIENCE_MS + this.config.shutdownDelaySeconds * 1000;
    setTimeout(() => void this.stopAtOnce('it takes too long'), patience);
    await this.started.catch(() => undefined);
    const clean = await this.end(this.ends);
    if (!this.hard) this.exit(clean ? exitCode : 1);
  }

  private async stopAtOnce(reason: string): Promise<void> {
    if (this.hard) return;
    this.hard = true;
    this.log.warn({ reason }, 'stopping at once');
    await this.end(this.ends.filter(({ vital }) => vital));
    this.exit(1);
  }

  private async end(ends: readonly End[]): Promise<boolean> {
    let clean = true;
    for (const { step } of ends) {
      await step().catch((error: unknown) => {
        clean = false;
        this.log.error({ error: describeError(error) }, 'not ended');
      });
    }
    return clean;
  }

  private exit(code: number): void {
    this.log.info({ code }, 'stopped');
    process.exit(code);
  }
}

/** What a person needs in order to do something about it. Several attempts at one address make an error without words. */
function inOneLine(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(inOneLine).join('; ');
  return error instanceof Error ? error.message : String(error);
}
