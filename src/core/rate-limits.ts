import { type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { type NextFunction, type Request, type Response } from 'express';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { type Observable } from 'rxjs';
import { type Config } from './config.js';
import { type Problem, problems } from './problem.js';
import { contextOf } from './request-context.js';

const WINDOW_SECONDS = 60;
const UNLIMITED = { points: Number.MAX_SAFE_INTEGER, duration: WINDOW_SECONDS };
/** Whoever watches over the service must not be kept from it by a flood from behind the same address. */
const FREE = new Set(['/health/live', '/health/ready']);

interface Caller {
  clientId: string;
  /** Absent: as much as others. */
  requestsPerMinute?: number;
}

/**
 * How much one caller may ask in a minute. A request with a valid token counts for its client, any other for its
 * source address, so that bad logins from an address leave the tokens of partners behind it alone.
 *
 * Counted in this process only: a count shared by all would cost every read a write, more than it protects; behind n
 * processes a caller gets up to n times as much.
 */
export class RateLimits implements NestInterceptor {
  // They only count: what one may do in a minute can differ from client to client, and change in the midst of it.
  private readonly clients = new RateLimiterMemory(UNLIMITED);
  private readonly addresses = new RateLimiterMemory(UNLIMITED);

  constructor(private readonly config: Config) {}

  /** Before anything else is done. Whether a token is worth something is not known yet, so those wait. */
  readonly limitAnonymous = (request: Request, response: Response, next: NextFunction): void => {
    if (FREE.has(request.path)) contextOf(response).counted = true;
    if (contextOf(response).counted || carriesToken(request)) next();
    else this.count(request, response).then(next, next);
  };

  /** After the guards: by now it is known who calls. */
  async intercept(context: ExecutionContext, handler: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const exceeded = await this.count(http.getRequest<Request>(), http.getResponse<Response>());
    if (exceeded) throw exceeded;
    return handler.handle();
  }

  /**
   * For what is too much to be done for a client that has asked as much as it may; counts nothing.
   * @returns the problem that its next request will be answered with
   */
  async spent({ clientId, requestsPerMinute }: Caller): Promise<Problem | undefined> {
    const state = await this.clients.get(clientId);
    const isSpent = (state?.consumedPoints ?? 0) >= (requestsPerMinute ?? this.config.requestsPerMinute);
    return isSpent && state !== null ? problems.tooManyRequests(secondsOf(state.msBeforeNext)) : undefined;
  }

  /** Counts a request once. @returns the problem to answer with, when it is one too many */
  async count(request: Request, response: Response): Promise<Problem | undefined> {
    const context = contextOf(response);
    if (context.counted) return undefined;
    context.counted = true;
    const caller: Partial<Caller> | undefined = request.user;
    const { requestsPerMinute, anonymousRequestsPerMinute } = this.config;
    const [name, limiter, key, allowed] =
      caller?.clientId === undefined
        ? (['address', this.addresses, networkOf(request.ip ?? ''), anonymousRequestsPerMinute] as const)
        : (['client', this.clients, caller.clientId, caller.requestsPerMinute ?? requestsPerMinute] as const);
    const { consumedPoints, msBeforeNext } = await limiter.consume(key);
    const seconds = secondsOf(msBeforeNext);
    // draft-ietf-httpapi-ratelimit-headers: names are quoted strings.
    response.setHeader('RateLimit-Policy', `"${name}";q=${allowed};w=${WINDOW_SECONDS}`);
    response.setHeader('RateLimit', `"${name}";r=${Math.max(0, allowed - consumedPoints)};t=${seconds}`);
    return consumedPoints > allowed ? problems.tooManyRequests(seconds) : undefined;
  }
}

const secondsOf = (milliseconds: number): number => Math.max(1, Math.ceil(milliseconds / 1000));

/** The authorization server takes no access tokens, so there such a header saves nobody from being counted. */
const carriesToken = ({ headers, path }: Request): boolean =>
  /^(bearer|dpop) /i.test(headers.authorization ?? '') &&
  !path.startsWith('/oauth/') &&
  !path.startsWith('/.well-known/');

/** What one owner usually has at most: /24 of IPv4, /48 of IPv6. */
export function widerNetworkOf(address: string): string {
  const network = networkOf(address);
  const mark = network.includes(':') ? ':' : '.';
  return network.split(mark).slice(0, 3).join(mark);
}

/** One household or office has a whole /64 of IPv6, so addresses of one count together. */
export function networkOf(address: string): string {
  const embedded = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (embedded !== undefined || !address.includes(':')) return embedded ?? address;
  const [head = '', tail] = address.split('%', 1).join().split('::');
  const groups = (part: string | undefined): string[] => (part ? part.split(':') : []);
  const zeros = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array<string>(Math.max(0, zeros)).fill('0'), ...groups(tail)];
  return all
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
}
