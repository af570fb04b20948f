import { types } from 'node:util';
import { type LoggerService } from '@nestjs/common';
import { type DestinationStream, pino } from 'pino';
import { QueryFailedError } from 'typeorm';
import { type Config } from './config.js';

export type Log = pino.Logger;

/**
 * One JSON object a line, on standard error, so that standard output keeps what is meant for people. Whatever is
 * logged passes through JSON, which leaves no way to forge a line.
 */
export function createLog(level: Config['logLevel'], destination: DestinationStream = standardError()): Log {
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

/** Not waited for: a slow reader of the log must not slow down the service. What is pending leaves before exit. */
function standardError(): DestinationStream {
  const stream = pino.destination({ dest: 2, sync: false });
  // The terminal or collector at the other end may go away; the service stays.
  stream.on('error', () => undefined);
  return stream;
}

/** What Nest says about its own wiring at every start. */
const WIRING = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'RouterExplorer',
  'RoutesResolver',
]);

/** Lets Nest and every `new Logger(name)` write into the one log. */
export class NestLog implements LoggerService {
  constructor(private readonly target: Log) {}

  log(message: unknown, ...rest: unknown[]): void {
    const context = contextOf(rest);
    this.write(context !== undefined && WIRING.has(context) ? 'debug' : 'info', message, context);
  }

  error(message: unknown, ...rest: unknown[]): void {
    const [stack] = rest.length > 1 ? rest : [];
    this.write('error', message, contextOf(rest), typeof stack === 'string' ? { stack } : {});
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, contextOf(rest));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, contextOf(rest));
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, contextOf(rest));
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, contextOf(rest));
  }

  private write(level: pino.Level, message: unknown, context?: string, more: object = {}): void {
    if (types.isNativeError(message)) this.target[level]({ context, ...more, error: describeError(message) });
    else if (typeof message === 'string') this.target[level]({ context, ...more }, message);
    else this.target[level]({ context, ...more, ...(message as object) });
  }
}

/** Nest passes the name of the logger last. */
const contextOf = (rest: unknown[]): string | undefined => {
  const last = rest.at(-1);
  return typeof last === 'string' ? last : undefined;
};

/**
 * What a log may say about a failure. The words of PostgreSQL and of parsers quote what they could not take, so of
 * those only kind and place are kept.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!types.isNativeError(error)) return { name: typeof error };
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  const { code, constraint, table, routine } = cause as Record<string, unknown>;
  const quotes =
    typeof routine === 'string' || error instanceof QueryFailedError || error instanceof SyntaxError;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    name: error.name,
    ...(!quotes && { message: error.message }),
    ...Object.fromEntries(
      Object.entries({ code, constraint, table, routine }).filter(([, value]) => typeof value === 'string'),
    ),
    stack: frames.map((line) => line.trim()),
  };
}
