import { randomUUID } from 'node:crypto';
import { type NextFunction, type Request, type Response } from 'express';
import { type Log } from './logging.js';
import { type Metrics } from './metrics.js';
import { type ProblemType } from './problem.js';

/** What is known about a request while it is served; lives in `response.locals`. */
interface RequestContext {
  requestId: string;
  /** Set where no router matches a pattern: what the authorization server answers, what does not exist. */
  route?: string;
  problem?: ProblemType;
  /** Against a rate limit; a request counts once. */
  counted?: boolean;
  /** Who called, and from where, stays out of the log. */
  namesNobody?: boolean;
}

/** Whoever the guard let in, as far as this layer needs to know. */
type Caller = { clientId?: string; partnerId?: string } | undefined;

const REQUEST_ID = /^[\w.-]{1,64}$/;
/** W3C Trace Context; an id of zeros is no id. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export const contextOf = (response: Response): RequestContext => response.locals as RequestContext;

/**
 * The log will not say who made this request: somebody could be recognised by it, and by an id that is their own, or
 * that they were told.
 */
export function nameNobody(response: Response): void {
  const context = contextOf(response);
  context.namesNobody = true;
  context.requestId = randomUUID();
}

/**
 * Gives every request its id and, when it is over, a line in the log and a place in the metrics. The line names route,
 * client, partner and source address, which is what following up an intrusion takes; addresses are as the trusted
 * proxies tell them. Never in it: bodies, queries, ids in paths, credentials or any other header.
 */
export function followRequests(log: Log, metrics: Metrics) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const started = performance.now();
    const { method } = request;
    const context: RequestContext = { requestId: requestIdOf(request) };
    Object.assign(response.locals, context);
    response.setHeader('X-Request-Id', context.requestId);
    // Gone by the time the answer is: a closed connection has no address.
    const address = request.ip;
    response.once('close', () => {
      const seconds = (performance.now() - started) / 1000;
      const aborted = !response.writableFinished;
      const { requestId, problem, namesNobody } = contextOf(response);
      const route = routeOf(request, response);
      const caller: Caller = namesNobody ? undefined : request.user;
      metrics.observeRequest(METHODS.has(method) ? method : 'OTHER', route, response.statusCode, seconds);
      log[levelOf(route, response.statusCode)](
        {
          requestId,
          method,
          route,
          status: response.statusCode,
          ms: Math.round(seconds * 10_000) / 10,
          client: caller?.clientId,
          partner: caller?.partnerId,
          problem,
          ...(!namesNobody && { address }),
          ...(aborted && { aborted }),
        },
        'request',
      );
    });
    next();
  };
}

/** A caller's own id, if it is fit to be repeated in headers and logs; else a new one. */
function requestIdOf({ headers }: Request): string {
  const own = headers['x-request-id'];
  if (typeof own === 'string' && REQUEST_ID.test(own)) return own;
  const { traceparent } = headers;
  return (typeof traceparent === 'string' && TRACEPARENT.exec(traceparent)?.[1]) || randomUUID();
}

/** The pattern that matched, never the path: paths carry ids, and strangers choose them. */
function routeOf(request: Request, response: Response): string {
  const pattern: unknown = (request.route as { path?: unknown } | undefined)?.path;
  return contextOf(response).route ?? (typeof pattern === 'string' ? pattern : UNMATCHED);
}

export const UNMATCHED = '(unmatched)';

function levelOf(route: string, status: number): 'debug' | 'info' | 'warn' | 'error' {
  if (status >= 500) return status === 503 ? 'warn' : 'error';
  // Asked every few seconds by machines.
  return /^\/(health|metrics)\b/.test(route) && status < 300 ? 'debug' : 'info';
}
